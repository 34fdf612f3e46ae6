"""Checks that nothing is billed twice, and that what is billed is what the lines claim (G1, R5, R10, R11, R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.domain.pricing import LINE_KIND
from billhook.domain.words import ClaimKind, InvoiceStatus, LineKind
from billhook.store.claims import ITEM_COLUMN
from billhook.store.tables import (
    Claim,
    Deal,
    ExternalCost,
    ExtraCost,
    Invoice,
    InvoiceLine,
    Phase,
    Project,
    Subscription,
    TimeEntry,
)
from billhook.store.tables.document import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


ITEMS: tuple[tuple[type[TimeEntry | ExtraCost | ExternalCost], Any, str], ...] = (
    (TimeEntry, col(Claim.time_entry_id), "time entries"),
    (ExtraCost, col(Claim.extra_cost_id), "extra costs"),
    (ExternalCost, col(Claim.external_cost_id), "external costs"),
)
"""What is billed whole, and the column of a claim that names it."""


def _items() -> Iterator[Check]:
    for table, item, noun in ITEMS:
        yield _billed_once(table, item, noun)
        yield _claimed_as_it_is(table, item, noun)


def _billed_once(table: type[TimeEntry | ExtraCost | ExternalCost], item: Any, noun: str) -> Check:  # noqa: ANN401 - a column
    live = (
        sa.select(item.label("item"), sa.func.count().label("claims"), sa.func.min(col(Claim.line_id)).label("line_id"))
        .where(LIVE, item.is_not(None))
        .group_by(item)
        .subquery("live")
    )
    statement: sa.Executable = (
        sa.select(col(table.id).label("key"), col(table.live_line_id).label("line"), sa.func.coalesce(live.c.claims, 0).label("claims"))
        .outerjoin(live, live.c.item == col(table.id))
        .where(sa.or_(col(table.live_line_id).is_distinct_from(live.c.line_id), live.c.claims > 1))
        .order_by(col(table.id))
    )
    return Check(
        name=f"{noun} on one line",
        rule="G1",
        proves="Each is on no live claim, or on one, which is on the line that it names.",
        looks_at=table,
        find=selecting(table, statement, "Row {line} of invoice_line is the line it names; it has {claims} live claims."),
    )


def _claimed_as_it_is(table: type[TimeEntry | ExtraCost | ExternalCost], item: Any, noun: str) -> Check:  # noqa: ANN401 - a column
    statement: sa.Executable = (
        sa.select(
            col(table.id).label("key"),
            col(Project.currency).label("currency"),
            col(table.amount_minor).label("own_minor"),
            col(Claim.amount_minor).label("claimed_minor"),
        )
        .join(Claim, sa.and_(item == col(table.id), LIVE))
        .join(Project, col(Project.id) == col(table.project_id))
        .where(
            sa.or_(
                col(table.amount_minor).is_distinct_from(col(Claim.amount_minor)),
                col(table.project_id) != col(Claim.project_id),
                col(table.deleted_at).is_not(None),
            )
        )
        .order_by(col(table.id))
    )
    return Check(
        name=f"billed {noun} as they were",
        rule="R5",
        proves="What is on a live line is there, on the project of the line, and worth what was billed.",
        looks_at=table,
        find=selecting(
            table, statement, "It is worth {own_minor} and billed at {claimed_minor}; else it is deleted, or on another project."
        ),
    )


_claimed = (
    sa.select(
        col(Claim.line_id).label("line_id"),
        sa.func.sum(col(Claim.amount_minor)).label("minor"),
        sa.func.count().label("claims"),
        sa.func.count(col(Claim.released_at)).label("released"),
    )
    .group_by(col(Claim.line_id))
    .subquery("claimed")
)
_own_worth = sa.case(
    (sa.or_(col(InvoiceLine.corrects_line_id).is_not(None), col(InvoiceLine.kind).in_([LineKind.FREE, LineKind.SETTLEMENT])), 0),
    else_=col(InvoiceLine.net_minor),
)
"""What the claims of a line come to: nothing where it bills no work, price or period (a once-key is worth 0)."""
_credited = (
    sa.select(col(InvoiceLine.corrects_line_id).label("line_id"), sa.func.sum(sa.func.abs(col(InvoiceLine.net_minor))).label("minor"))
    .where(col(InvoiceLine.corrects_line_id).is_not(None))
    .group_by(col(InvoiceLine.corrects_line_id))
    .subquery("credited")
)
_ended = sa.or_(col(InvoiceLine.removed_at).is_not(None), col(Invoice.status) == InvoiceStatus.DISCARDED)
"""The line bills nothing any more: it was removed, or its draft discarded."""
_credited_in_full = sa.and_(
    col(Invoice.status) == InvoiceStatus.BOOKED, _credited.c.minor.is_not_distinct_from(sa.func.abs(col(InvoiceLine.net_minor)))
)
_note = aliased(Invoice)
_ended_by = sa.case(
    (_ended, col(Claim.released_by_id) == col(InvoiceLine.invoice_id)),
    (_credited_in_full, col(_note.corrects_id).is_not_distinct_from(col(InvoiceLine.invoice_id))),
    else_=sa.false(),
)
"""The document that a released claim names is the one that could end it."""
_of_its_kind = sa.and_(
    *((col(getattr(Claim, name)).is_not(None)) == (col(Claim.kind) == kind) for kind, name in ITEM_COLUMN.items()),
    (col(Claim.period_start).is_not(None)) == (col(Claim.kind) == ClaimKind.SUBSCRIPTION_PERIOD),
    (col(Claim.once_key).is_not(None)) == (col(Claim.kind) == ClaimKind.ONCE),
)
_fitting = sa.or_(
    sa.and_(col(Claim.kind) == ClaimKind.ONCE, col(InvoiceLine.kind) == LineKind.FREE),
    *(sa.and_(col(Claim.kind) == claim, col(InvoiceLine.kind) == line) for claim, line in LINE_KIND.items()),
)
_bills_otherwise = sa.or_(
    *(col(getattr(Claim, name)).is_distinct_from(col(getattr(InvoiceLine, name))) for name in ("phase_id", "deal_id", "subscription_id")),
    sa.and_(col(InvoiceLine.kind) == LineKind.SUBSCRIPTION, col(Claim.period_start).is_distinct_from(col(InvoiceLine.period_start))),
    sa.and_(col(Claim.id).is_not(None), sa.not_(_fitting)),
)
"""A line says that it bills something that this claim of it does not name, or the other way round; a line may be without claims."""


def _lines(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    key: sa.Label[int] = col(InvoiceLine.id).label("key")
    return (
        sa.select(key, col(Invoice.currency).label("currency"), *columns)
        .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
        .order_by(col(InvoiceLine.id))
    )


LINES = (
    Check(
        name="lines worth their claims",
        rule="M1, G7",
        proves="The net of every line that bills work, a price or a period is the sum of what it claims.",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            _lines(col(InvoiceLine.net_minor).label("net_minor"), sa.func.coalesce(_claimed.c.minor, 0).label("claimed_minor"))
            .outerjoin(_claimed, _claimed.c.line_id == col(InvoiceLine.id))
            .where(sa.func.coalesce(_claimed.c.minor, 0) != _own_worth),
            "Its net is {net_minor}, its claims come to {claimed_minor}.",
        ),
    ),
    Check(
        name="claims of their line",
        rule="G7, M5",
        proves="Every claim names the invoice, the project and the source of its line, and has its VAT.",
        looks_at=Claim,
        find=selecting(
            InvoiceLine,
            _lines(col(Claim.id).label("claim"))
            .join(Claim, col(Claim.line_id) == col(InvoiceLine.id))
            .where(
                sa.or_(
                    col(Claim.invoice_id) != col(InvoiceLine.invoice_id),
                    col(Claim.project_id) != col(Invoice.project_id),
                    col(Claim.source_name) != col(Invoice.source_name),
                    col(Claim.vat_category) != col(InvoiceLine.vat_category),
                    col(Claim.vat_rate) != col(InvoiceLine.vat_rate),
                )
            ),
            "Its row {claim} of claim names another invoice, project, source or VAT.",
        ),
    ),
    Check(
        name="what claims name",
        rule="G1, R10, R11",
        proves="Every claim names one thing, of its kind; a phase, deal or subscription is on its project.",
        looks_at=Claim,
        find=selecting(
            InvoiceLine,
            _lines(col(Claim.id).label("claim"), col(Claim.kind).label("kind"))
            .join(Claim, col(Claim.line_id) == col(InvoiceLine.id))
            .outerjoin(Phase, col(Phase.id) == col(Claim.phase_id))
            .outerjoin(Deal, col(Deal.id) == col(Claim.deal_id))
            .outerjoin(Subscription, col(Subscription.id) == col(Claim.subscription_id))
            .where(
                sa.or_(
                    sa.not_(_of_its_kind),
                    *(col(table.project_id) != col(Invoice.project_id) for table in (Phase, Deal, Subscription)),
                )
            ),
            "Its row {claim} of claim, {kind}, names nothing, something of another kind or project, or more than one thing.",
        ),
    ),
    Check(
        name="what lines name",
        rule="G1, G7, R7, R10, R11",
        proves="Every line is of the kind of its claims, and names the phase, the deal or the subscription and period that they name.",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            _lines(col(Claim.id).label("claim"), col(InvoiceLine.kind).label("kind"))
            .outerjoin(Claim, col(Claim.line_id) == col(InvoiceLine.id))
            .where(col(InvoiceLine.corrects_line_id).is_(None), _bills_otherwise),
            "It is of {kind}; row {claim} of claim is of another kind, phase, deal, subscription or period than it says.",
        ),
    ),
    Check(
        name="live claims on live lines",
        rule="G1, R13, R14",
        proves="A removed line and a discarded draft claim nothing any more, and a line lets go of all that it claims or of nothing.",
        looks_at=Claim,
        find=selecting(
            InvoiceLine,
            _lines((_claimed.c.claims - _claimed.c.released).label("live"))
            .join(_claimed, _claimed.c.line_id == col(InvoiceLine.id))
            .where(_claimed.c.released < _claimed.c.claims, sa.or_(_ended, _claimed.c.released > 0)),
            "It still has {live} live claims, though the line or its draft has ended, or its other claims are released.",
        ),
    ),
    Check(
        name="released claims",
        rule="R13, R14, R16",
        proves="A claim ends only with its line, its draft, or a credit note over the whole line, and names the document that ended it.",
        looks_at=Claim,
        find=selecting(
            InvoiceLine,
            _lines(col(Claim.id).label("claim"))
            .join(Claim, col(Claim.line_id) == col(InvoiceLine.id))
            .outerjoin(_credited, _credited.c.line_id == col(InvoiceLine.id))
            .outerjoin(_note, col(_note.id) == col(Claim.released_by_id))
            .where(
                sa.or_(
                    col(Claim.released_at).is_(None) != col(Claim.released_by_id).is_(None),
                    sa.and_(col(Claim.released_at).is_not(None), sa.not_(_ended_by)),
                )
            ),
            "Its row {claim} of claim is released, but the line still bills in part or in full, or another document is said to end it.",
        ),
    ),
)

CHECKS = (*_items(), *LINES)
