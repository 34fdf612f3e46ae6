"""What a field costs besides the values in its answer, and how long its list is: declared on the field, as its roles are.

The server adds it up before it executes an operation. A field that says nothing costs nothing besides its values, and its list counts as
`LIST` items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from graphql import get_named_type, is_list_type
from graphql.type import get_nullable_type

from billhook.billing.reading.rows import LIST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLField, GraphQLNamedType, GraphQLSchema

READ = 10
"""A page, a count or a sum: a statement or two of its own."""
WORK = 100
"""A mutation, a preview, what the sources offer: it loads what the host knows of a project, plans, and perhaps writes."""
SEARCH = 3000
"""A search in texts as they were written: all of them are read and folded, for the page and once more for its count."""
METADATA = "weight"
PAGED = "__paged__"

TypeT = TypeVar("TypeT", bound=type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What somebody declared of a field."""

    extra: int = 0
    """What it costs besides its values, each time that it is answered."""
    length: int = LIST
    """Items that its list counts as."""
    as_asked: bool = False
    """Its list has as many items as were asked for: by the field itself, or by the page or list of inputs that it is in."""
    search: int = 0
    """What it costs besides where its `search`, or that of its `filter`, is given."""
    lists: tuple[str, ...] = ()
    """Its arguments, as `input.invoices`, whose lists say how many items are asked for; `extra` is for each of them."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a field of the schema costs: its weight, whether it answers with a list, and whether with a page."""

    weight: Weight
    is_list: bool
    is_page: bool


def costs(*, extra: int = 0, length: int = LIST, as_asked: bool = False, search: int = 0, lists: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Return the metadata of a field that costs more than its values, or whose list is not `LIST` items long."""
    return {METADATA: Weight(extra=extra, length=length, as_asked=as_asked, search=search, lists=lists)}


def paged(kind: TypeT) -> TypeT:
    """Say that a type is a page of a list: `first` and `last` of a field that answers with it say how long its lists are."""
    setattr(kind, PAGED, True)
    return kind


def price_of(schema: GraphQLSchema, parent: GraphQLNamedType, field: GraphQLField) -> Price:
    """Return what a field of a type costs, as it was declared; of a mutation `WORK`, and of a page `READ`, where nobody said it."""
    own = field.extensions.get("strawberry-definition")
    weight: Weight | None = (own.metadata or {}).get(METADATA) if own is not None else None
    answer = get_named_type(field.type).extensions.get("strawberry-definition")
    generic = getattr(answer, "concrete_of", None) or answer
    is_page = bool(getattr(getattr(generic, "origin", None), PAGED, False))
    if weight is None:
        weight = Weight(extra=WORK if parent is schema.mutation_type else READ if is_page else 0)
    return Price(weight, is_list_type(get_nullable_type(field.type)), is_page)
