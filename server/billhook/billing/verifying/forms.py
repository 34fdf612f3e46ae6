"""What the answer of each operation looks like, and which rows it names; of trackTime `answers` knows it in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billhook.billing.finding import KIND_OF
from billhook.billing.operations import OPERATIONS
from billhook.domain.ids import decode
from billhook.store.tables import (
    Customer,
    Deal,
    ExternalCost,
    ExtraCost,
    Invoice,
    Phase,
    Project,
    Seller,
    Subscription,
    TimeEntry,
    User,
    WorkType,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Table = type[Invoice | TimeEntry | Customer | Deal | ExternalCost | ExtraCost | Phase | Project | Seller | Subscription | User | WorkType]
RECORDS: dict[str, Table] = {
    "Customer": Customer,
    "Deal": Deal,
    "ExternalCost": ExternalCost,
    "ExtraCost": ExtraCost,
    "Phase": Phase,
    "Project": Project,
    "Seller": Seller,
    "Subscription": Subscription,
    "User": User,
    "WorkType": WorkType,
}
"""What is created, updated and deleted, by the noun in the names of those operations."""
MOMENTS = {"createInvoice": "created_at", "updateDraftInvoice": None, "bookInvoice": "booked_at", "discardInvoice": "discarded_at"}
"""The column of an invoice that holds the moment of what was done to it."""


@dataclass(frozen=True, slots=True)
class Named:
    """A row that an answer names."""

    table: Table
    key: int
    moment: str | None = None
    """The column that holds the moment of the operation."""
    corrects: int | None = None
    """Of a credit note: the invoice."""


def rows_named(operation: str, result: Any) -> list[Named]:  # noqa: ANN401 - whatever JSON is there
    """Return the rows that an answer names. Raises ValueError for an answer that the operation never gives."""
    if operation not in OPERATIONS or not isinstance(result, dict):
        raise ValueError(operation)
    match operation, result:
        case (("createInvoice" | "updateDraftInvoice" | "bookInvoice" | "discardInvoice"), {"invoice": int(key)}) if len(result) == 1:
            return [Named(Invoice, key, MOMENTS[operation])]
        case "creditInvoice", {"creditNote": int(note), "invoice": int(invoice)} if len(result) == 2:  # noqa: PLR2004 - both of them
            return [Named(Invoice, note, "booked_at", corrects=invoice), Named(Invoice, invoice)]
        case "runSubscriptions", {"results": list(runs)} if len(result) == 1:
            return [named for run in runs for named in _run(run)]
        case "saveTimeEntries", {"tracked": list(tracked), "updated": list(updated), "deleted": list(deleted), "projects": list(projects)}:
            entries = [Named(TimeEntry, _key(key), "created_at") for key in tracked] + [Named(TimeEntry, _key(key)) for key in updated]
            return entries + [_deleted(TimeEntry, text) for text in deleted] + [Named(Project, _key(key)) for key in projects]
    return [_record(operation, result)]


def _run(run: dict[str, Any]) -> Iterator[Named]:
    """Yield what one period's result names; it is kept only when no period was refused."""
    match run:
        case {"subscription": int(subscription), "period": [str(), str()], "invoice": int(invoice), "errors": []}:
            yield Named(Subscription, subscription)
            yield Named(Invoice, invoice, "created_at")
        case _:
            raise ValueError(run)


def _record(operation: str, result: dict[str, Any]) -> Named:
    """Return the record that its creation, change or deletion names."""
    verb, noun = operation[:6], operation[6:]
    table = RECORDS.get(noun)
    if table is None or len(result) != 1:
        raise ValueError(operation)
    if verb == "delete":
        return _deleted(table, result.get("deleted"))
    return Named(table, _key(result.get(noun[0].lower() + noun[1:])), "created_at" if verb == "create" else None)


def _deleted(table: Table, text: object) -> Named:
    kind, key = decode(str(text))
    if kind != KIND_OF[table]:
        raise ValueError(kind)
    return Named(table, key)


def _key(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(value)  # noqa: TRY004 - it is about the answer that it is in
    return value
