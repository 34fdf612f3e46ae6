"""How much a preview or an offer would load, counted before anything is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.ids import decode
from billhook.domain.periods import number_begun
from billhook.store.balances import UNBILLED_COST
from billhook.store.snapshot import unbilled_external_cost
from billhook.store.tables import Claim, ExternalCost, ExtraCost, InvoiceLine, ProjectBalance, Subscription, TimeEntry

if TYPE_CHECKING:
    from billhook.billing.transaction import Transaction


def items_of(tx: Transaction, node_id: str) -> int:
    """Return how many items a project has unbilled, or an invoice has on its lines; 0 for an id of nothing, which is refused anyway."""
    try:
        name, key = decode(node_id)
    except ValueError:
        return 0
    return unbilled_items(tx, key) if name == "Project" else _billed_items(tx, key) if name == "Invoice" else 0


def unbilled_items(tx: Transaction, project_key: int) -> int:
    """Return how many time entries, costs and due periods of a project are unbilled.

    The entries are those of its balance, and the periods, as many as are loaded, are reckoned: neither is gone through.
    """
    entries = sa.select(col(ProjectBalance.unbilled_entries)).where(col(ProjectBalance.project_id) == project_key)
    extra_costs = (
        sa.select(sa.func.count())
        .select_from(ExtraCost)
        .join(TimeEntry, col(TimeEntry.id) == col(ExtraCost.time_entry_id))
        .where(col(ExtraCost.project_id) == project_key, UNBILLED_COST)
    )
    external_costs = sa.select(sa.func.count()).select_from(ExternalCost)
    external_costs = external_costs.where(col(ExternalCost.project_id) == project_key, unbilled_external_cost())
    return _sum(tx, entries, extra_costs, external_costs) + _due_periods(tx, project_key)


def _due_periods(tx: Transaction, project_key: int) -> int:
    invoiced = sa.select(sa.func.count(sa.distinct(col(Claim.period_start)))).where(col(Claim.subscription_id) == col(Subscription.id))
    found = tx.session.execute(sa.select(Subscription, invoiced.scalar_subquery()).where(col(Subscription.project_id) == project_key))
    most = tx.settings.max_subscription_periods
    return sum(min(most, max(0, number_begun(row.starts_on, row.every, row.unit, tx.today, row.ends_on) - number)) for row, number in found)


def _billed_items(tx: Transaction, invoice_key: int) -> int:
    lines = sa.select(sa.func.count()).select_from(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice_key)
    claims = sa.select(sa.func.count()).select_from(Claim).where(col(Claim.invoice_id) == invoice_key)
    return _sum(tx, lines, claims)


def _sum(tx: Transaction, *counts: sa.Select[int]) -> int:
    found = tx.session.execute(sa.select(*(count.scalar_subquery() for count in counts))).one()
    return sum(int(number or 0) for number in found)
