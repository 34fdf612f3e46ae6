"""The advance ledger of a project: its pages, and what was open after each row (R18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderKey
from billhook.billing.reading.rows import batched_keys, sums
from billhook.store.tables import AdvanceLedger, Invoice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billhook.billing.transaction import Transaction


def ledger_of_project() -> Listing:
    """List a project's movements of advance credit, oldest first."""
    order = Order("billing.advanceLedger", (OrderKey(col(AdvanceLedger.id), lambda found: found[0].id, int),))
    return Listing(table=AdvanceLedger, order=order, parent=col(AdvanceLedger.project_id))


def open_after(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return what was open of all advances of the project after each of these rows, in minor units."""
    found: dict[int, int] = {}
    running = sa.func.sum(col(AdvanceLedger.amount_minor)).over(partition_by=col(AdvanceLedger.project_id), order_by=col(AdvanceLedger.id))
    for some in batched_keys(keys):
        projects = sa.select(col(AdvanceLedger.project_id)).where(col(AdvanceLedger.id).in_(some))
        all_rows = sa.select(col(AdvanceLedger.id), running.label("open")).where(col(AdvanceLedger.project_id).in_(projects)).subquery()
        rows = tx.session.execute(sa.select(all_rows.c.id, all_rows.c.open).where(all_rows.c.id.in_(some)))
        found |= {key: int(total) for key, total in rows}
    return [found[key] for key in keys]


def open_as_of(tx: Transaction, asked: Sequence[tuple[int, date]]) -> list[tuple[int, str | None]]:
    """Return the open advance of each (project, day) in minor units: the sum of the rows recorded up to and on that day (R18).

    With its currency, which is that of the last of those rows, as the project may have another one since; None where there is no row.
    """
    found: dict[tuple[int, date], tuple[int, str | None]] = {}
    for day in {day for _, day in asked}:
        keys = [key for key, each in asked if each == day]
        by_then = col(AdvanceLedger.recorded_on) <= day
        total = sa.select(sa.func.sum(col(AdvanceLedger.amount_minor))).where(by_then)
        open_minor = sums(tx, total, col(AdvanceLedger.project_id), keys)
        currencies = _currencies(tx, by_then, keys)
        found |= {(key, day): (minor, currencies.get(key)) for key, minor in zip(keys, open_minor, strict=True)}
    return [found[each] for each in asked]


def _currencies(tx: Transaction, by_then: sa.ColumnElement[bool], keys: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in batched_keys(keys):
        last = sa.select(sa.func.max(col(AdvanceLedger.id))).where(by_then, col(AdvanceLedger.project_id).in_(some))
        rows = sa.select(col(AdvanceLedger.project_id), col(Invoice.currency)).join(
            Invoice, col(Invoice.id) == col(AdvanceLedger.advance_id)
        )
        rows = rows.where(col(AdvanceLedger.id).in_(last.group_by(col(AdvanceLedger.project_id))))
        found |= {row.project_id: row.currency for row in tx.session.execute(rows)}
    return found
