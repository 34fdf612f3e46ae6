"""Previews and saves changes of a draft: lines removed, reworded, reordered, added; settlement only ever falls (R14)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.documents import require_draft, require_version, write_lines, write_totals
from billhook.billing.draft_plan import FREE_FIELDS, HEAD_FIELDS, DraftPlan, Kept, plan_draft
from billhook.billing.finding import find, find_to_change, vat_columns
from billhook.billing.fingerprint import fingerprint
from billhook.billing.planning import preview_line
from billhook.domain.document import EXEMPTION_REASONS, PIECE, vat_order
from billhook.domain.money import to_decimal
from billhook.domain.preview import Preview, PreviewApplication, PreviewLine
from billhook.domain.words import ClaimKind, InvoiceKind, LedgerKind
from billhook.store import balances, claims, ledger
from billhook.store.tables import Claim, Invoice, InvoiceLine, ProjectBalance

if TYPE_CHECKING:
    from decimal import Decimal

    from billhook.billing.inputs.invoice import UpdateDraftInvoice
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction
    from billhook.domain.options import Vat


def update_draft_invoice(tx: Transaction, given: UpdateDraftInvoice) -> Keys:
    """Change a draft, all or nothing.

    Raises NOT_FOUND, WRONG_STATUS, STATE_CHANGED for another version, INVALID_INPUT, ADVANCE_IN_USE for an advance lowered below what
    is applied of it.
    """
    invoice = find_to_change(tx, Invoice, given.invoice_id, "invoiceId")
    plan = _checked_plan(tx, invoice, given)
    claims.release(tx.session, [line.id for line in plan.removed], invoice.id, tx.now)
    for line in (*plan.removed, *plan.unsettled):
        line.removed_at = tx.now
        tx.session.add(line)
    for kept in plan.kept:
        _write_kept(tx, kept, invoice.currency)
    tx.session.flush()
    changed = [kept.line.id for kept in plan.kept if kept.free is not None]
    if changed:
        claims.follow_vat(tx.session, changed)
    write_lines(tx, invoice, plan.added, plan.first_new_position)
    _name_lines_that_stay(tx, invoice)
    _write_head(invoice, given, plan)
    write_totals(tx, invoice, plan.totals)
    ledger.append(tx.session, tx.now, tx.today, _ledger_entries(tx, invoice, plan))
    balances.recompute(tx.session, [invoice.project_id])
    return {"invoice": invoice.id}


def preview_draft_update(tx: Transaction, given: UpdateDraftInvoice) -> Preview:
    """Return what a changed draft would be; raises what saving the change would."""
    invoice = find(tx, Invoice, given.invoice_id, "invoiceId")
    plan = _checked_plan(tx, invoice, given)
    balance = tx.session.get_one(ProjectBalance, invoice.project_id, populate_existing=True)
    moved = plan.totals.net_minor - invoice.net_minor
    if invoice.kind is InvoiceKind.REGULAR:
        moved = invoice.advances_applied_minor - plan.totals.advances_applied_minor
    released = balances.if_released(tx.session, [line.id for line in plan.removed])
    counts = _time_counts(tx, invoice)
    lines = (
        *(_shown(kept, counts, invoice.currency) for kept in plan.kept if not kept.settles),
        *(preview_line(line) for line in plan.added),
        *(_shown(kept, counts, invoice.currency) for kept in plan.kept if kept.settles),
    )
    return Preview(
        source_name=invoice.source_name,
        kind=invoice.kind,
        currency=invoice.currency,
        lines=lines,
        work_minor=plan.totals.work_minor,
        advances_applied_minor=plan.totals.advances_applied_minor,
        net_minor=plan.totals.net_minor,
        vat_minor=plan.totals.vat_minor,
        total_minor=plan.totals.total_minor,
        vat_rows=plan.totals.vat_rows,
        applications=tuple(
            PreviewApplication(advance_key=kept.settles, vat=kept.vat, amount_minor=-kept.net_minor) for kept in plan.kept if kept.settles
        ),
        open_advance_after_minor=balance.open_advance_minor + moved,
        unbilled_after_minor=balance.unbilled_minor + released,
        warnings=(),
        token=f"draft.{invoice.version}.{fingerprint(given.model_dump(mode='python'))}",
    )


def _checked_plan(tx: Transaction, invoice: Invoice, given: UpdateDraftInvoice) -> DraftPlan:
    require_draft(invoice, "changed")
    require_version(invoice, given.expected_version)
    return plan_draft(tx, invoice, given)


def _write_kept(tx: Transaction, kept: Kept, currency: str) -> None:
    line = kept.line
    line.position, line.net_minor = kept.position, kept.net_minor
    line.section, line.description = kept.section, kept.description
    line.unit_price = _unit_price(kept, currency)
    if kept.free is not None:
        for name in FREE_FIELDS:
            setattr(line, name, getattr(kept.free, name))
        line.unit = kept.free.unit or PIECE
        line.vat_exemption_reason = EXEMPTION_REASONS.get(kept.vat.category)
        for name, value in vat_columns(kept.vat).items():
            setattr(line, name, value)
    tx.session.add(line)


def _name_lines_that_stay(tx: Transaction, advance: Invoice) -> None:
    """Let settlement lines that take a changed advance off name a line of their VAT group that is still on it (R8)."""
    settling = [row.line_key for row in ledger.applied_of(tx.session, advance.id)]
    if not settling:
        return
    named = aliased(InvoiceLine)
    first = sa.select(sa.func.min(col(named.id))).where(
        col(named.invoice_id) == advance.id,
        col(named.vat_category) == col(InvoiceLine.vat_category),
        col(named.vat_rate) == col(InvoiceLine.vat_rate),
        col(named.removed_at).is_(None),
    )
    point = sa.update(InvoiceLine).where(col(InvoiceLine.id).in_(settling)).values(settles_line_id=first.scalar_subquery())
    tx.session.execute(point.execution_options(synchronize_session=False))


def _unit_price(kept: Kept, currency: str) -> Decimal:
    """Return the price as changed; of a settlement line it is what stays applied."""
    if kept.settles:
        return to_decimal(-kept.net_minor, currency)
    return kept.free.unit_price if kept.free else kept.line.unit_price


def _write_head(invoice: Invoice, given: UpdateDraftInvoice, plan: DraftPlan) -> None:
    for name in HEAD_FIELDS & given.model_fields_set:
        setattr(invoice, name, getattr(given, name))
    days = [(kept.line.period_start, kept.line.period_end) for kept in plan.kept]
    invoice.period_start = min((start for start, _ in days if start), default=None)
    invoice.period_end = max((end for _, end in days if end), default=None)
    if plan.advances is not None:
        invoice.advances_mode, invoice.advances_up_to_minor = plan.advances.mode, plan.advances.up_to_minor
    invoice.version += 1


def _ledger_entries(tx: Transaction, invoice: Invoice, plan: DraftPlan) -> list[ledger.Entry]:
    """Return what a change does to advance credit: settlement given back, or an advance raised or lowered (R18)."""
    if invoice.kind is InvoiceKind.REGULAR:
        stays = {kept.line.id: -kept.net_minor for kept in plan.kept if kept.settles}
        applied = ((row, row.amount_minor - stays.get(row.line_key or 0, 0)) for row in ledger.applied_by(tx.session, invoice.id))
        return [ledger.undo(row, given_back, invoice.project_id, invoice.id) for row, given_back in applied if given_back > 0]
    registered = ledger.registered_by(tx.session, invoice.id)
    now = Counter({row.vat: row.net_minor for row in plan.totals.vat_rows})
    before: Counter[Vat] = Counter()
    for row in registered:
        before[row.vat] += row.amount_minor
    entries: list[ledger.Entry] = []
    for vat in sorted({**now, **before}, key=vat_order):
        change = now[vat] - before[vat]
        entries += (
            _raised(invoice, vat, change) if change > 0 else _lowered(invoice, [row for row in registered if row.vat == vat], -change)
        )
    return entries


def _raised(invoice: Invoice, vat: Vat, amount_minor: int) -> list[ledger.Entry]:
    return [
        ledger.Entry(
            kind=LedgerKind.REGISTERED,
            project_key=invoice.project_id,
            advance_key=invoice.id,
            caused_by_key=invoice.id,
            vat=vat,
            amount_minor=amount_minor,
        )
    ]


def _lowered(invoice: Invoice, rows: list[ledger.InForce], amount_minor: int) -> list[ledger.Entry]:
    """Withdraw so much of what an advance registered, the newest row first."""
    entries = []
    for row in reversed(rows):
        undone = min(row.amount_minor, amount_minor)
        amount_minor -= undone
        if undone:
            entries.append(ledger.undo(row, undone, invoice.project_id, invoice.id))
    return entries


def _time_counts(tx: Transaction, invoice: Invoice) -> dict[int, int]:
    statement = (
        sa.select(col(Claim.line_id), sa.func.count())
        .where(col(Claim.invoice_id) == invoice.id, col(Claim.kind) == ClaimKind.TIME_ENTRY, col(Claim.released_at).is_(None))
        .group_by(col(Claim.line_id))
    )
    return {key: count for key, count in tx.session.execute(statement)}  # noqa: C416 - a row is no tuple of two for dict()


def _shown(kept: Kept, counts: dict[int, int], currency: str) -> PreviewLine:
    line, free = kept.line, kept.free
    return PreviewLine(
        kind=line.kind,
        section=kept.section,
        description=kept.description,
        quantity=free.quantity if free else line.quantity,
        unit=free.unit if free else line.unit,
        unit_price=_unit_price(kept, currency),
        net_minor=kept.net_minor,
        seconds=line.seconds,
        vat=kept.vat,
        time_entry_count=counts.get(line.id, 0),
        settles_key=line.settles_id,
        line_key=line.id,
    )
