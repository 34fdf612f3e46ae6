"""Advance credit, read from the ledger: what each advance registered, what was credited and applied, and what is open (R18)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderKey
from billhook.billing.reading.rows import batched_keys, children, sums
from billhook.domain.words import InvoiceKind, InvoiceStatus, LedgerKind
from billhook.store.tables import AdvanceLedger, Invoice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from billhook.billing.transaction import Transaction
    from billhook.domain.options import VatCategory

OPEN = (
    sa.select(sa.func.coalesce(sa.func.sum(col(AdvanceLedger.amount_minor)), 0))
    .where(col(AdvanceLedger.advance_id) == col(Invoice.id))
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGroup:
    """The credit of one advance invoice in one VAT group, in minor units: open = registered - credited - applied."""

    vat_category: VatCategory
    vat_rate: Decimal
    registered_minor: int
    credited_minor: int
    applied_minor: int

    @property
    def open_minor(self) -> int:
        """What is open."""
        return self.registered_minor - self.credited_minor - self.applied_minor


@dataclass(frozen=True, slots=True)
class Application:
    """What an APPLIED row took off, and how much of it was undone since, in minor units."""

    row: AdvanceLedger
    undone_minor: int

    @property
    def released(self) -> bool:
        """Whether all of it was undone."""
        return self.undone_minor >= -self.row.amount_minor

    @property
    def amount_minor(self) -> int:
        """What is still taken off; once all of it was undone, what had been."""
        return -self.row.amount_minor if self.released else -self.row.amount_minor - self.undone_minor


def advances_of_project(open_only: bool) -> Listing:  # noqa: FBT001 - passed by position, as part of a loader's key
    """List a project's advance invoices in the order they are settled: booked ones by issue date, drafts last by creation (R8).

    A draft's issue date is one that was asked for, and says nothing of when it will be booked.
    """
    kind = (col(Invoice.kind) == InvoiceKind.ADVANCE, col(Invoice.status) != InvoiceStatus.DISCARDED)
    booked = col(Invoice.status) == InvoiceStatus.BOOKED
    draft = sa.case((booked, 0), else_=1)
    issued = sa.case((booked, col(Invoice.issued_on)), else_=sa.literal(date.max, sa.Date()))
    order = Order(
        "billing.advances",
        (
            OrderKey(draft, lambda found: int(found[0].status is not InvoiceStatus.BOOKED), int),
            OrderKey(issued, lambda found: _booked_on(found[0]) or date.max, date),
            OrderKey(col(Invoice.id), lambda found: found[0].id, int),
        ),
    )
    return Listing(table=Invoice, where=(*kind, OPEN > 0) if open_only else kind, order=order, parent=col(Invoice.project_id))


def _booked_on(invoice: Invoice) -> date | None:
    return invoice.issued_on if invoice.status is InvoiceStatus.BOOKED else None


def credit_groups(tx: Transaction, keys: Sequence[int]) -> list[list[CreditGroup]]:
    """Return the credit of each advance invoice per VAT group; a row that undoes another counts against its kind."""
    undone = aliased(AdvanceLedger)
    counts_as = sa.func.coalesce(col(undone.kind), col(AdvanceLedger.kind))

    def total(kind: LedgerKind, sign: int) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((counts_as == kind, sign * col(AdvanceLedger.amount_minor)), else_=0))

    group = (col(AdvanceLedger.advance_id), col(AdvanceLedger.vat_category), col(AdvanceLedger.vat_rate))
    statement = (
        sa.select(*group, total(LedgerKind.REGISTERED, 1), total(LedgerKind.CREDITED, -1), total(LedgerKind.APPLIED, -1))
        .join(undone, col(undone.id) == col(AdvanceLedger.undoes_id), isouter=True)
        .group_by(*group)
        .order_by(*group)
    )
    found: dict[int, list[CreditGroup]] = defaultdict(list)
    for some in batched_keys(keys):
        for key, category, rate, registered, credited, applied in tx.session.execute(statement.where(group[0].in_(some))):
            found[key].append(
                CreditGroup(
                    vat_category=category,
                    vat_rate=rate,
                    registered_minor=int(registered),
                    credited_minor=int(credited),
                    applied_minor=int(applied),
                )
            )
    return [found[key] for key in keys]


def applications_of_advances(tx: Transaction, keys: Sequence[int]) -> list[list[Application]]:
    """Return what was taken off of each advance invoice, oldest first."""
    return _applications(tx, col(AdvanceLedger.advance_id), keys)


def applications_of_invoices(tx: Transaction, keys: Sequence[int]) -> list[list[Application]]:
    """Return what each regular invoice takes off, oldest row first."""
    return _applications(tx, col(AdvanceLedger.caused_by_id), keys)


def applications_by_key(tx: Transaction, keys: Sequence[int]) -> list[Application | None]:
    """Return the applications with these ledger rows, None where the row is of another kind."""
    found = _applications(tx, col(AdvanceLedger.id), keys)
    return [each[0] if each else None for each in found]


def _applications(tx: Transaction, parent: sa.SQLColumnExpression[Any], keys: Sequence[int]) -> list[list[Application]]:
    statement = sa.select(AdvanceLedger).where(col(AdvanceLedger.kind) == LedgerKind.APPLIED).order_by(col(AdvanceLedger.id))
    rows: list[list[AdvanceLedger]] = children(tx, statement, parent, keys)
    every = [row.id for group in rows for row in group]
    released = sums(tx, sa.select(sa.func.sum(col(AdvanceLedger.amount_minor))), col(AdvanceLedger.undoes_id), every)
    undone = dict(zip(every, released, strict=True))
    return [[Application(row, undone[row.id]) for row in group] for group in rows]
