"""Aims what was made at random: ids become those of things that exist, of the right type, and choices of one name one.

Without it nearly every call would end at "not found". Some ids are left as they are, of another type or of nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLInputObjectType,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from tests.fuzz.values import EXISTING

from billhook.domain.ids import decode, encode

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema

LEFT_ALONE = 7
"""An id whose key is a multiple of this stays of the type that it happened to get."""
KINDS = {
    "customer": "Customer",
    "deal": "Deal",
    "delete": "TimeEntry",
    "entry": "TimeEntry",
    "externalCost": "ExternalCost",
    "extraCost": "ExtraCost",
    "invoice": "Invoice",
    "line": "InvoiceLine",
    "lineOrder": "InvoiceLine",
    "phase": "Phase",
    "project": "Project",
    "removeLine": "InvoiceLine",
    "seller": "Seller",
    "subscription": "BillingSubscription",
    "timeEntry": "TimeEntry",
    "user": "User",
    "workType": "WorkType",
}
"""Of each name before Id, Ids or Input: the type whose ids are meant."""


def aimed(document: DocumentNode, schema: GraphQLSchema) -> DocumentNode:
    """Return the document with ids and choices that get somewhere."""
    types = TypeInfo(schema)
    found: DocumentNode = visit(document, TypeInfoVisitor(types, _Aim(types)))
    return found


def kind_of(name: str, within: str) -> str | None:
    """Return the type whose id an argument or input field wants; None where any will do."""
    if name == "id":
        name = within.removeprefix("Update").removeprefix("Delete").removesuffix("Input")
    return KINDS.get(name[:1].lower() + name[1:].removesuffix("s").removesuffix("Id"))


class _Aim(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.within: list[str] = []
        """The fields, arguments and input fields around a value."""

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:  # noqa: ANN401 - as graphql-core calls it
        self.within.append(node.name.value)
        if {"first", "last"} <= {argument.name.value for argument in node.arguments or ()}:  # a page is asked for from one end
            return replace(node, arguments=tuple(each for each in node.arguments or () if each.name.value != "last"))
        return node

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:  # noqa: ANN401 - the same
        self.within.append(node.name.value)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:  # noqa: ANN401 - the same
        self.within.append(node.name.value)

    def leave_field(self, *_: Any) -> None:  # noqa: ANN401 - the same
        self.within.pop()

    leave_argument = leave_object_field = leave_field

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> ObjectValueNode:  # noqa: ANN401 - the same
        kind = get_named_type(self.types.get_input_type())
        if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of:
            return replace(node, fields=tuple(field for field in node.fields if not isinstance(field.value, NullValueNode))[:1])
        return node

    def enter_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:  # noqa: ANN401 - the same
        kind = get_named_type(self.types.get_input_type())
        if kind is None or kind.name != "ID":
            return node
        parent = get_named_type(self.types.get_parent_input_type())
        wanted = kind_of(self.within[-1], parent.name if parent is not None else self.within[-2])
        try:
            key = decode(node.value)[1]
        except ValueError:
            return node
        if wanted is None or key % LEFT_ALONE == 0:
            return node
        return replace(node, value=encode(wanted, 1 + key % EXISTING[wanted]))
