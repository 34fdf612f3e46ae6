"""From the ids and amounts of an input to rows and minor units, or a refusal that says which is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from billhook.domain.errors import ErrorCode, Overtaken, Refusal
from billhook.domain.ids import decode, encode
from billhook.domain.money import largest_rate_minor, to_minor
from billhook.domain.options import Vat, VatCategory
from billhook.store.locks import lock_projects
from billhook.store.tables import (
    AccessToken,
    AuditEntry,
    Customer,
    Deal,
    ExternalCost,
    ExtraCost,
    Invoice,
    InvoiceLine,
    Phase,
    Project,
    Seller,
    Subscription,
    TimeEntry,
    User,
    WorkType,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlmodel import SQLModel

    from billhook.billing.transaction import Transaction

KIND_OF: dict[type[SQLModel], str] = {
    AccessToken: "AccessToken",
    AuditEntry: "AuditEntry",
    Customer: "Customer",
    Deal: "Deal",
    ExternalCost: "ExternalCost",
    ExtraCost: "ExtraCost",
    Invoice: "Invoice",
    InvoiceLine: "InvoiceLine",
    Phase: "Phase",
    Project: "Project",
    Seller: "Seller",
    Subscription: "BillingSubscription",
    TimeEntry: "TimeEntry",
    User: "User",
    WorkType: "WorkType",
}
"""The GraphQL type of each table's rows, as their ids name it."""

RowT = TypeVar(
    "RowT",
    AccessToken,
    Customer,
    Deal,
    ExternalCost,
    ExtraCost,
    Invoice,
    InvoiceLine,
    Phase,
    Project,
    Seller,
    Subscription,
    TimeEntry,
    User,
    WorkType,
)
OnProjectT = TypeVar("OnProjectT", Phase, Deal, Subscription, TimeEntry, ExtraCost, ExternalCost, Invoice)


def key_of(table: type[SQLModel], global_id: str, *path: str | int) -> int:
    """Return the row key behind an id. Raises NOT_FOUND for anything that is not an id of this type."""
    try:
        kind, key = decode(global_id)
    except ValueError:
        kind, key = "", 0
    if kind != KIND_OF[table]:
        raise not_found(table, global_id, *path)
    return key


def find(tx: Transaction, table: type[RowT], global_id: str, *path: str | int, lock: bool = False) -> RowT:
    """Return the row behind an id, locked if asked. Raises NOT_FOUND for an id of another type, of nothing, or of something deleted."""
    row = tx.session.get(table, key_of(table, global_id, *path), populate_existing=True, with_for_update=lock or None)
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise not_found(table, global_id, *path)
    return row


def find_to_change(tx: Transaction, table: type[OnProjectT], global_id: str, *path: str | int) -> OnProjectT:
    """Return a row whose project is locked, as it is under that lock. Raises NOT_FOUND."""
    project_key = find(tx, table, global_id, *path).project_id
    lock_projects(tx.session, [project_key])
    row = find(tx, table, global_id, *path)
    if row.project_id != project_key:
        raise Overtaken(f"{KIND_OF[table]} {row.id} moved to another project while its own was locked")
    return row


def find_on(tx: Transaction, project: Project, table: type[OnProjectT], global_id: str, *path: str | int) -> OnProjectT:
    """Return a row of this project. Raises NOT_FOUND for one of another project, too."""
    row = find(tx, table, global_id, *path)
    if row.project_id != project.id:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"{KIND_OF[table]} {global_id} is not on project '{project.title}'. Take one of this project.",
            *path,
        )
    return row


def not_found(table: type[SQLModel], global_id: str, *path: str | int) -> Refusal:
    """Return the refusal for an id that is of nothing."""
    return Refusal(
        ErrorCode.NOT_FOUND, f"There is no {KIND_OF[table]} with the id {global_id[:60]!r}. Query for the id and send it as it is.", *path
    )


def global_id(row: SQLModel) -> str:
    """Return the id that the API shows for a row."""
    key: int = getattr(row, "id")  # noqa: B009 - SQLModel itself has no id
    return encode(KIND_OF[type(row)], key)


def minor(amount: Decimal, currency: str, *path: str | int) -> int:
    """Return an amount in minor units. Raises INVALID_INPUT for more decimals than the currency has, or too large a one."""
    try:
        return to_minor(amount, currency)
    except ValueError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{error}; {amount} is not possible.", *path) from None


def rate_minor(rate: Decimal | None, currency: str, *path: str | int) -> int | None:
    """Return an hourly rate in minor units. Raises INVALID_INPUT for one that is too precise or too large."""
    if rate is None:
        return None
    result = minor(rate, currency, *path)
    if result > largest_rate_minor(currency):
        raise Refusal(ErrorCode.INVALID_INPUT, f"An hourly rate of {rate} {currency} is too large.", *path)
    return result


def vat_columns(vat: Vat | None) -> dict[str, VatCategory | Decimal | None]:
    """Return the two columns of a VAT; null where there is none of its own."""
    return {"vat_category": vat.category if vat else None, "vat_rate": vat.rate if vat else None}


def vat_of(category: VatCategory | None, rate: Decimal | None) -> Vat | None:
    """Return the VAT of two columns, None where they are null. Stored values were checked when they were saved."""
    return None if category is None or rate is None else Vat.model_construct(category=category, rate=rate)
