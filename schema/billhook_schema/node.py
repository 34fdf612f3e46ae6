"""The Node interface, and the way between a row and the type that shows it, so that the types need not import each other in circles."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias, TypeVar, overload

import strawberry

from billhook.billing.reading.rows import Row
from billhook.domain.ids import encode
from billhook.store import tables
from billhook_schema.roles import DECLARED

if TYPE_CHECKING:
    from billhook_schema.agreement import BillingSubscription, Deal
    from billhook_schema.context import Context
    from billhook_schema.cost import ExternalCost, ExtraCost
    from billhook_schema.customer import Customer
    from billhook_schema.invoice import Invoice
    from billhook_schema.line import InvoiceLine
    from billhook_schema.people import User, WorkType
    from billhook_schema.phase import Phase
    from billhook_schema.project import Project
    from billhook_schema.seller import Seller
    from billhook_schema.time_entry import TimeEntry

CustomerRef: TypeAlias = Annotated["Customer", strawberry.lazy("billhook_schema.customer")]
DealRef: TypeAlias = Annotated["Deal", strawberry.lazy("billhook_schema.agreement")]
ExternalCostRef: TypeAlias = Annotated["ExternalCost", strawberry.lazy("billhook_schema.cost")]
ExtraCostRef: TypeAlias = Annotated["ExtraCost", strawberry.lazy("billhook_schema.cost")]
InvoiceLineRef: TypeAlias = Annotated["InvoiceLine", strawberry.lazy("billhook_schema.line")]
InvoiceRef: TypeAlias = Annotated["Invoice", strawberry.lazy("billhook_schema.invoice")]
PhaseRef: TypeAlias = Annotated["Phase", strawberry.lazy("billhook_schema.phase")]
ProjectRef: TypeAlias = Annotated["Project", strawberry.lazy("billhook_schema.project")]
SubscriptionRef: TypeAlias = Annotated["BillingSubscription", strawberry.lazy("billhook_schema.agreement")]
TimeEntryRef: TypeAlias = Annotated["TimeEntry", strawberry.lazy("billhook_schema.time_entry")]

TypeT = TypeVar("TypeT", bound="type[Node]")


@strawberry.interface(description="Anything with a global id. `node(id)` finds it again.")
class Node:
    """Anything with a global id: the GraphQL type's name and the row's key."""

    key: strawberry.Private[int]
    row: strawberry.Private[Any]

    @strawberry.field(description="Opaque global id; stays the same for ever.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(encode(type(self).__name__, self.key))

    @classmethod
    def of(cls, row: Any) -> Self:  # noqa: ANN401 - each type says which rows it shows
        """Show a row."""
        return cls(key=row.id, row=row)

    @classmethod
    async def load(cls, context: "Context", key: int) -> Self | None:
        """Return the node with a key, None where there is none; types whose rows are not simply those of a table find them otherwise."""
        row = await context.loaders.rows(_TABLES[cls]).load(key)
        return None if row is None else cls.of(row)


_TYPES: dict[type[Row], type[Node]] = {}
_TABLES: dict[type[Node], type[Row]] = {}
_BY_NAME: dict[str, type[Node]] = {}


def shows(table: type[Row]) -> Callable[[TypeT], TypeT]:
    """Say which rows a type shows; also makes it findable by id."""

    def register(kind: TypeT) -> TypeT:
        _TYPES[table] = kind
        _TABLES[kind] = table
        return findable(kind)

    return register


def findable(kind: TypeT) -> TypeT:
    """Let `node(id)` find nodes of a type."""
    _BY_NAME[kind.__name__] = kind
    return kind


async def load_node(context: "Context", name: str, key: int) -> Node | None:
    """Return the node of a GraphQL type with a key, None where there is none."""
    kind = _BY_NAME.get(name)
    if kind is None or context.viewer.role not in vars(kind)[DECLARED]:
        return None  # that there is such a thing is not for everybody either
    return await kind.load(context, key)


@overload
def node_of(row: tables.Customer) -> "Customer": ...
@overload
def node_of(row: tables.Deal) -> "Deal": ...
@overload
def node_of(row: tables.ExternalCost) -> "ExternalCost": ...
@overload
def node_of(row: tables.ExtraCost) -> "ExtraCost": ...
@overload
def node_of(row: tables.Invoice) -> "Invoice": ...
@overload
def node_of(row: tables.InvoiceLine) -> "InvoiceLine": ...
@overload
def node_of(row: tables.Phase) -> "Phase": ...
@overload
def node_of(row: tables.Project) -> "Project": ...
@overload
def node_of(row: tables.Seller) -> "Seller": ...
@overload
def node_of(row: tables.Subscription) -> "BillingSubscription": ...
@overload
def node_of(row: tables.TimeEntry) -> "TimeEntry": ...
@overload
def node_of(row: tables.User) -> "User": ...
@overload
def node_of(row: tables.WorkType) -> "WorkType": ...
def node_of(row: Row) -> Node:
    """Show a row as the type that was registered for its table."""
    return _TYPES[type(row)].of(row)
