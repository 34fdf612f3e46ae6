"""Where a time entry stands (R1, M4, R5): once in SQL for filters, once in Python with the reason in words (G7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.money import show
from billhook.domain.proposed import not_proposed_because
from billhook.domain.words import BillingMethod, InvoiceStatus, NotProposedReason, RatePolicy, TimeEntryState
from billhook.store.tables import Invoice, InvoiceLine, Phase, TimeEntry

if TYPE_CHECKING:
    from billhook.store.tables import Project, ProjectBalance

_METHOD = sa.select(col(Phase.billing_method)).where(col(Phase.id) == col(TimeEntry.phase_id)).scalar_subquery()
_LIVE_STATUS = (
    sa.select(col(Invoice.status))
    .join(InvoiceLine, col(InvoiceLine.invoice_id) == col(Invoice.id))
    .where(col(InvoiceLine.id) == col(TimeEntry.live_line_id))
    .scalar_subquery()
)
STATE = sa.case(
    (sa.and_(col(TimeEntry.live_line_id).is_not(None), _LIVE_STATUS == InvoiceStatus.DRAFT), TimeEntryState.ON_DRAFT.value),
    (col(TimeEntry.live_line_id).is_not(None), TimeEntryState.BILLED.value),
    (sa.or_(col(TimeEntry.deleted_at).is_not(None), sa.not_(col(TimeEntry.billable))), TimeEntryState.NOT_BILLABLE.value),
    (_METHOD == BillingMethod.NON_BILLABLE, TimeEntryState.NOT_BILLABLE.value),
    (_METHOD == BillingMethod.FIXED_PRICE, TimeEntryState.IN_FIXED_PRICE.value),
    (col(TimeEntry.amount_minor).is_(None), TimeEntryState.UNRATED.value),
    else_=TimeEntryState.UNBILLED.value,
)
"""The state of a time entry in SQL; `state_of` is the same in Python."""
PENDING = frozenset({TimeEntryState.UNBILLED, TimeEntryState.UNRATED, TimeEntryState.IN_FIXED_PRICE})
"""The states of entries that are billable and on no live line, which have an index of their own."""


def state_of(entry: TimeEntry, phase: Phase | None, invoice: Invoice | None) -> TimeEntryState:
    """Return the state of an entry, given its phase and the invoice of its live line; the first that holds, in this order."""
    method = phase.billing_method if phase else BillingMethod.TIME_AND_MATERIALS
    if entry.live_line_id is not None:
        draft = invoice is not None and invoice.status is InvoiceStatus.DRAFT
        return TimeEntryState.ON_DRAFT if draft else TimeEntryState.BILLED
    if entry.deleted_at is not None or not entry.billable or method is BillingMethod.NON_BILLABLE:
        return TimeEntryState.NOT_BILLABLE
    if method is BillingMethod.FIXED_PRICE:
        return TimeEntryState.IN_FIXED_PRICE
    return TimeEntryState.UNRATED if entry.amount_minor is None else TimeEntryState.UNBILLED


def because(entry: TimeEntry, phase: Phase | None, invoice: Invoice | None, project: Project, balance: ProjectBalance | None) -> str:
    """Say in a plain sentence why an entry is, or is not, offered for invoicing (G7); without the balance it gives no amounts away."""
    match state_of(entry, phase, invoice):
        case TimeEntryState.ON_DRAFT:
            return "It is on a draft invoice, and unbilled again if that is discarded or loses the line."
        case TimeEntryState.BILLED:
            return f"It is billed on invoice {invoice.number if invoice else ''}." if balance is not None else "It is billed."
        case TimeEntryState.NOT_BILLABLE:
            return _why_not_billable(entry, phase)
        case TimeEntryState.IN_FIXED_PRICE:
            return f"Its phase '{phase.title if phase else ''}' has a fixed price; the price is billed, not the time."
        case TimeEntryState.UNRATED:
            return f"It has no hourly rate: {_MISSING[project.rate_policy]}. It cannot be invoiced before it has one."
        case TimeEntryState.UNBILLED:
            return f"It is unbilled. {_why_project(project, balance)}" if balance is not None else "It is unbilled."


_MISSING = {
    RatePolicy.PROJECT: "neither the entry, nor its phase, nor the project has one",
    RatePolicy.USER: "neither the entry nor its phase has one, and its user has none in the project's currency",
    RatePolicy.WORK_TYPE: "neither the entry nor its phase has one, and it has no work type with one in the project's currency",
}


def _why_not_billable(entry: TimeEntry, phase: Phase | None) -> str:
    if entry.deleted_at is not None:
        return "It was deleted; what billed it once is kept in its history."
    if not entry.billable:
        return "It is marked as not billable."
    return f"Its phase '{phase.title if phase else ''}' is not billable."


def _why_project(project: Project, balance: ProjectBalance) -> str:
    """Say whether the project is proposed, and why (R3)."""
    unbilled, advance = show(balance.unbilled_minor, project.currency), show(balance.open_advance_minor, project.currency)
    match not_proposed_because(balance.unbilled_minor, balance.open_advance_minor, balance.unrated_entries):
        case NotProposedReason.COVERED_BY_ADVANCE:
            return (
                f"The project is not proposed for invoicing: its open advance of {advance} covers the {unbilled} unbilled. "
                "An invoice based on phases can bill it, and takes the advance off."
            )
        case NotProposedReason.NOTHING_UNBILLED:
            return "Nothing of value is unbilled on the project, so it is not proposed for invoicing."
        case None if balance.unbilled_minor > balance.open_advance_minor:
            return f"The project is proposed for invoicing: {unbilled} is unbilled, and {advance} of advances is open."
        case None:
            return "The project is proposed for invoicing because it has unbilled entries without an hourly rate."
