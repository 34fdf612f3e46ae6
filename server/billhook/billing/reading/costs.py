"""The extra costs of time entries and the external costs of projects; deleted ones are left out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderKey
from billhook.billing.reading.rows import children
from billhook.store.tables import Claim, ExternalCost, ExtraCost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.transaction import Transaction

UNBILLED = sa.and_(col(ExternalCost.billable), col(ExternalCost.live_line_id).is_(None))
"""The external cost can be billed, and is on no live line."""


def external_costs_of_project(unbilled: bool | None) -> Listing:  # noqa: FBT001 - passed by position, as part of a loader's key
    """List a project's external costs by day: the unbilled ones, the others, or all (None)."""
    where: list[sa.ColumnElement[bool]] = [col(ExternalCost.deleted_at).is_(None)]
    if unbilled is not None:
        where.append(UNBILLED if unbilled else sa.not_(UNBILLED))
    order = Order(
        f"project.externalCosts/{unbilled}",
        (
            OrderKey(col(ExternalCost.incurred_on), lambda found: found[0].incurred_on, date),
            OrderKey(col(ExternalCost.id), lambda found: found[0].id, int),
        ),
    )
    return Listing(table=ExternalCost, where=tuple(where), order=order, parent=col(ExternalCost.project_id))


def extra_costs_of_entries(tx: Transaction, keys: Sequence[int]) -> list[list[ExtraCost]]:
    """Return the extra costs of each time entry, oldest first."""
    statement = sa.select(ExtraCost).where(col(ExtraCost.deleted_at).is_(None)).order_by(col(ExtraCost.id))
    return children(tx, statement, col(ExtraCost.time_entry_id), keys)


def extra_costs_of_lines(tx: Transaction, keys: Sequence[int]) -> list[list[ExtraCost]]:
    """Return the extra costs that each line bills, or billed before it was removed or credited (G7)."""
    statement = sa.select(ExtraCost).join(Claim, col(Claim.extra_cost_id) == col(ExtraCost.id)).order_by(col(ExtraCost.id))
    return children(tx, statement, col(Claim.line_id), keys)


def external_costs_of_lines(tx: Transaction, keys: Sequence[int]) -> list[list[ExternalCost]]:
    """Return the external costs that each line bills, or billed before it was removed or credited (G7)."""
    statement = sa.select(ExternalCost).join(Claim, col(Claim.external_cost_id) == col(ExternalCost.id)).order_by(col(ExternalCost.id))
    return children(tx, statement, col(Claim.line_id), keys)
