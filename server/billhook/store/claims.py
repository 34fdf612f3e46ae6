"""Writes what the lines of a document claim, guarded so that no item is ever on two live lines (G1), and releases it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.words import ClaimKind
from billhook.store import rates
from billhook.store.tables import Claim, ExternalCost, ExtraCost, InvoiceLine, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from billhook.domain.document import Line, PricedClaim
    from billhook.store.tables import Invoice

ITEM_COLUMN = {
    ClaimKind.TIME_ENTRY: "time_entry_id",
    ClaimKind.EXTRA_COST: "extra_cost_id",
    ClaimKind.EXTERNAL_COST: "external_cost_id",
    ClaimKind.PHASE: "phase_id",
    ClaimKind.DEAL: "deal_id",
    ClaimKind.SUBSCRIPTION_PERIOD: "subscription_id",
}
TAKEN_WHOLE = (
    (TimeEntry, ClaimKind.TIME_ENTRY, col(Claim.time_entry_id)),
    (ExtraCost, ClaimKind.EXTRA_COST, col(Claim.extra_cost_id)),
    (ExternalCost, ClaimKind.EXTERNAL_COST, col(Claim.external_cost_id)),
)
"""Items that carry the line that bills them."""


def take(session: Session, invoice: Invoice, lines: Mapping[int, Line], at: datetime) -> None:
    """Write the claims of new lines (by their keys) and mark the items as billed, in a fixed number of statements.

    Raises CONFLICT when any item was taken meanwhile: the unique index on live claims or the row count says so (G1).
    """
    rows = [_row(invoice, key, line, claim, at) for key, line in lines.items() for claim in line.claims]
    if not rows:
        return
    try:
        session.connection().execute(sa.insert(Claim), rows)
    except IntegrityError:
        raise _taken() from None
    for table, kind, item in TAKEN_WHOLE:
        expected = sum(row["kind"] is kind for row in rows)
        mine = (col(Claim.invoice_id) == invoice.id, col(Claim.claimed_at) == at, col(Claim.released_at).is_(None), item.is_not(None))
        if expected and _mark(session, table, sa.select(item, col(Claim.amount_minor), col(Claim.line_id)).where(*mine)) != expected:
            raise _taken()


def release(session: Session, line_keys: Sequence[int], released_by_key: int, at: datetime) -> None:
    """Release the live claims of these lines; released time takes the rate that applies now (M3). Balances are the caller's."""
    live = sa.and_(col(Claim.line_id).in_(line_keys), col(Claim.released_at).is_(None))
    entries = sa.select(col(Claim.time_entry_id)).where(live, col(Claim.time_entry_id).is_not(None))
    there_is_time = session.scalar(sa.select(entries.exists()))
    for table, _, _ in TAKEN_WHOLE:
        free = sa.update(table).where(col(table.live_line_id).in_(line_keys)).values(live_line_id=None)
        session.execute(free.execution_options(synchronize_session=False))
    if there_is_time:
        # While the claims are live: whatever was released before may be on another project by now, whose lock is not held.
        rates.resolve(session, col(TimeEntry.id).in_(entries))
    done = sa.update(Claim).where(live).values(released_at=at, released_by_id=released_by_key)
    session.execute(done.execution_options(synchronize_session=False))


def follow_vat(session: Session, line_keys: Sequence[int]) -> None:
    """Give the keys of sources on these lines the VAT that the lines have by now; whatever else is claimed keeps its own (M5)."""
    category, rate = (
        sa.select(column).where(col(InvoiceLine.id) == col(Claim.line_id)).scalar_subquery()
        for column in (col(InvoiceLine.vat_category), col(InvoiceLine.vat_rate))
    )
    keys = sa.update(Claim).where(col(Claim.line_id).in_(line_keys), col(Claim.kind) == ClaimKind.ONCE)
    session.execute(keys.values(vat_category=category, vat_rate=rate).execution_options(synchronize_session=False))


def claiming(session: Session, line_keys: Sequence[int]) -> list[int]:
    """Return which of these lines claim anything, by key in order."""
    live = (col(Claim.line_id).in_(line_keys), col(Claim.released_at).is_(None))
    return list(session.scalars(sa.select(col(Claim.line_id)).where(*live).distinct().order_by(col(Claim.line_id))))


def _row(invoice: Invoice, line_key: int, line: Line, claim: PricedClaim, at: datetime) -> dict[str, Any]:
    items: dict[str, Any] = dict.fromkeys(ITEM_COLUMN.values())
    if claim.kind is not ClaimKind.ONCE:
        items[ITEM_COLUMN[claim.kind]] = claim.key
    return items | {
        "project_id": invoice.project_id,
        "invoice_id": invoice.id,
        "line_id": line_key,
        "kind": claim.kind,
        "period_start": claim.period_start,
        "once_key": claim.once_key,
        "source_name": invoice.source_name,
        "vat_category": line.vat.category,
        "vat_rate": line.vat.rate,
        "percentage": claim.percentage,
        "amount_minor": claim.amount_minor,
        "claimed_at": at,
    }


def _mark(session: Session, table: type[TimeEntry | ExtraCost | ExternalCost], claimed: sa.Select[Any, Any, Any]) -> int:
    """Point claimed items to their lines, where each is still unbilled and worth what was priced; return how many there were."""
    new = claimed.subquery()
    item, amount, line = new.c
    still_so = sa.and_(
        col(table.live_line_id).is_(None),
        col(table.deleted_at).is_(None),
        sa.tuple_(col(table.id), col(table.amount_minor)).in_(sa.select(item, amount)),
    )
    its_line = sa.select(line).where(item == col(table.id)).scalar_subquery()
    update = sa.update(table).where(still_so).values(live_line_id=its_line).execution_options(synchronize_session=False)
    return session.execute(update).rowcount  # type: ignore[attr-defined,no-any-return]


def _taken() -> Refusal:
    message = "Some of this work was billed or changed at the same moment. Nothing was changed; look again and retry."
    return Refusal(ErrorCode.CONFLICT, message)
