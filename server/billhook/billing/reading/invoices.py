"""The lists of invoices and their lines, and the rows that belong to an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderDirection, OrderKey
from billhook.billing.reading.rows import children
from billhook.billing.reading.text import sort_text_holds, text_holds
from billhook.domain.words import InvoiceKind, InvoiceStatus, Series
from billhook.store.among import among_keys, among_texts
from billhook.store.tables import Customer, Invoice, InvoiceLine, InvoiceVat, Project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.transaction import Transaction

UNDATED = date.max
"""Where documents without an issue date are in the order of dates."""
_SERIES = list(Series)


class InvoiceOrderField(Enum):
    """What invoices can be ordered by."""

    CREATED_AT = "CREATED_AT"
    ISSUED_ON = "ISSUED_ON"
    NUMBER = "NUMBER"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceChoice:
    """Which invoices; None: whatever. Both days are inclusive."""

    project_keys: tuple[int, ...] | None = None
    customer_keys: tuple[int, ...] | None = None
    kinds: tuple[InvoiceKind, ...] | None = None
    statuses: tuple[InvoiceStatus, ...] | None = None
    sources: tuple[str, ...] | None = None
    issued_from: date | None = None
    issued_up_to: date | None = None
    search: str | None = None


def invoices(choice: InvoiceChoice, field: InvoiceOrderField, direction: OrderDirection) -> Listing:
    """List invoices and credit notes of the whole workspace."""
    return Listing(table=Invoice, where=_where(choice), order=_order("invoices", field, direction))


def invoices_of_project(choice: InvoiceChoice, field: InvoiceOrderField, direction: OrderDirection) -> Listing:
    """List a project's invoices and credit notes."""
    order = _order("project.invoices", field, direction)
    return Listing(table=Invoice, where=_where(choice), order=order, parent=col(Invoice.project_id))


def lines_of_invoice() -> Listing:
    """List the lines of an invoice as they stand on it; those removed from a draft are left out."""
    order = Order(
        "invoice.lines",
        (
            OrderKey(col(InvoiceLine.position), lambda found: found[0].position, int),
            OrderKey(col(InvoiceLine.id), lambda found: found[0].id, int),
        ),
    )
    return Listing(table=InvoiceLine, where=(col(InvoiceLine.removed_at).is_(None),), order=order, parent=col(InvoiceLine.invoice_id))


def vat_rows(tx: Transaction, keys: Sequence[int]) -> list[list[InvoiceVat]]:
    """Return the VAT rows of each invoice, by category and rate (M5)."""
    statement = sa.select(InvoiceVat).order_by(col(InvoiceVat.vat_category), col(InvoiceVat.vat_rate))
    return children(tx, statement, col(InvoiceVat.invoice_id), keys)


def credit_notes(tx: Transaction, keys: Sequence[int]) -> list[list[Invoice]]:
    """Return the credit notes of each invoice, oldest first."""
    return children(tx, sa.select(Invoice).order_by(col(Invoice.id)), col(Invoice.corrects_id), keys)


def _where(choice: InvoiceChoice) -> tuple[sa.ColumnElement[bool], ...]:
    where: list[sa.ColumnElement[bool]] = []
    if choice.project_keys is not None:
        where.append(among_keys(col(Invoice.project_id), choice.project_keys))
    if choice.customer_keys is not None:
        where.append(among_keys(col(Invoice.customer_id), choice.customer_keys))
    if choice.kinds is not None:
        where.append(col(Invoice.kind).in_(choice.kinds))
    if choice.statuses is not None:
        where.append(col(Invoice.status).in_(choice.statuses))
    if choice.sources is not None:
        possible = [name for name in choice.sources if "\0" not in name]  # no name has it, and PostgreSQL takes no such text
        where.append(among_texts(col(Invoice.source_name), possible))
    if choice.issued_from is not None:
        where.append(col(Invoice.issued_on) >= choice.issued_from)
    if choice.issued_up_to is not None:
        where.append(col(Invoice.issued_on) <= choice.issued_up_to)
    if choice.search:
        where.append(_mentions(choice.search))
    return tuple(where)


def _mentions(search: str) -> sa.ColumnElement[bool]:
    """Search the number, the customer's name and the project's title."""
    named = sa.select(col(Customer.id)).where(sort_text_holds(col(Customer.name_sort), search))
    titled = sa.select(col(Project.id)).where(sort_text_holds(col(Project.title_sort), search))
    return sa.or_(text_holds(col(Invoice.number), search), col(Invoice.customer_id).in_(named), col(Invoice.project_id).in_(titled))


def _order(name: str, field: InvoiceOrderField, direction: OrderDirection) -> Order:
    """Order by creation, issue date or number; what has no date or number yet counts as later than all that has."""
    first: tuple[OrderKey, ...]
    match field:
        case InvoiceOrderField.CREATED_AT:
            first = (OrderKey(col(Invoice.created_at), lambda found: found[0].created_at, datetime, direction.descending),)
        case InvoiceOrderField.ISSUED_ON:
            issued = sa.func.coalesce(col(Invoice.issued_on), sa.literal(UNDATED, sa.Date()))
            first = (OrderKey(issued, lambda found: found[0].issued_on or UNDATED, date, direction.descending),)
        case InvoiceOrderField.NUMBER:
            series = sa.case(*((col(Invoice.series) == each, at) for at, each in enumerate(_SERIES)), else_=len(_SERIES))
            first = (
                OrderKey(
                    series, lambda found: _SERIES.index(found[0].series) if found[0].series else len(_SERIES), int, direction.descending
                ),
                OrderKey(sa.func.coalesce(col(Invoice.sequence), 0), lambda found: found[0].sequence or 0, int, direction.descending),
            )
    return Order(
        f"{name}/{field.value}/{direction.value}", (*first, OrderKey(col(Invoice.id), lambda found: found[0].id, int, direction.descending))
    )
