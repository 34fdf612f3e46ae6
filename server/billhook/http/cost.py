"""What an operation costs, added up from its selection before it is executed: the values that its answer can hold, and the work besides.

The walk is as long as the document with its fragments, which `parsing` bounds, and it follows the schema, so it is for valid documents
within the limits. Of arguments that execution will refuse it makes the worst.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

from billhook.billing.reading.rows import LIST
from billhook.http.prices import TYPENAME, prices_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graphql import DocumentNode, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode, SelectionNode, SelectionSetNode

    from billhook.http.prices import Prices
    from billhook.settings import Settings

PART = 5
"""So many values of the schema itself, in the variables, or in the arguments of a field, cost as much as one of the data: nobody asks a
database for them."""
MOST = 10**9
"""No cost is told beyond this: a JSON number that every client reads as it is."""
DIGITS = 10
"""A page size with more digits is beyond every maximum."""


def reckoning_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any], settings: Settings
) -> Reckoning:
    """Return what is needed to add up an operation of a document; `variables` as they were sent, whatever they are."""
    return Reckoning(
        schema,
        prices_of(schema),
        prices_of(schema, each=True),
        {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)},
        {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()} | dict(variables),
        frozenset(variables),
        settings,
    )


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What is known while one operation is added up."""

    schema: GraphQLSchema
    prices: Prices
    of_each: Prices
    """The same where a schema tells of each of its types in turn."""
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    """As they were sent, with the defaults of the absent ones."""
    sent: frozenset[str]
    settings: Settings
    used: dict[str, int] = field(default_factory=dict)
    """How many values are in each variable that an argument has."""
    shallow: bool = False
    """Whether lists and pages count as one item, and work as nothing: what is left is the values of one object and of those in it."""
    typename: int = 1
    """What a `__typename` under its own name costs."""
    items: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    """What one item of a list costs, by the type of its field and the identities of its nodes."""
    given: dict[int, int] = field(default_factory=dict)
    """How many values are in the arguments of each field, by the identity of its node: a fragment is walked as often as it is spread."""

    def whole(self, operation: OperationDefinitionNode) -> int:
        """Return what the operation costs, at most `MOST`.

        What is in the variables counts each time that they are used but the first, which the sender pays: it is read once, used or not.
        """
        root = self.schema.get_root_type(operation.operation)
        if root is None:
            return 0
        cost = self.selection(operation.selection_set, root, LIST)
        first = sum(values // PART for name, values in self.used.items() if name in self.sent)
        return min(max(cost - first, 0), MOST)

    def item(self, info: GraphQLResolveInfo[Any]) -> tuple[int, int]:
        """Return what one item of a field's list costs: itself with its values, and beside them its pages, lists and work.

        Clients with a cache add `__typename` everywhere: under its own name it is none of the values.
        """
        kind = get_named_type(info.return_type)
        selected = [node.selection_set for node in info.field_nodes if node.selection_set is not None]
        values, whole = (
            sum(reckoning.selection(each, kind, LIST) for each in selected)
            for reckoning in (replace(self, typename=0, shallow=True), replace(self, typename=0))
        )
        return 1 + values, whole - values

    def more(self, info: GraphQLResolveInfo[Any], length: int) -> int:
        """Return what the items of a list cost that are more than it was reckoned to have; 0 of a list that is as long as was asked."""
        price = self.prices.get((info.parent_type.name, info.field_name), TYPENAME)
        if price.weight.as_asked or length <= price.weight.length or info.parent_type.name.startswith("__"):
            return 0
        where: tuple[str | int, ...] = (info.parent_type.name, *map(id, info.field_nodes))
        if where not in self.items:
            self.items[where] = sum(self.item(info))
        return (length - price.weight.length) * self.items[where]

    def holds_many(self, kind: str, name: str) -> bool:
        """Whether a field of a type answers with a list, or with a page of one."""
        price = self.prices.get((kind, name), TYPENAME)
        return price.is_list or price.is_page

    def selection(self, selections: SelectionSetNode, kind: Any, asked: int, *, each: bool = False) -> int:  # noqa: ANN401 - any type that has selections
        """Return what a selection costs on one object of a type. Of the types that it can be, the most expensive counts."""
        always = 0
        of_type: dict[str, int] = {}
        for node in selections.selections:
            if not self._included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                always += self._field(node, kind, asked, each=each)
                continue
            inner, on = self._fragment(node)
            narrower = kind if on is None or is_object_type(kind) else on
            cost = self.selection(inner, narrower, asked, each=each)
            if narrower is kind:
                always += cost
                continue
            for possible in self.schema.get_possible_types(narrower) if is_abstract_type(narrower) else (narrower,):
                of_type[possible.name] = of_type.get(possible.name, 0) + cost
        return always + max(of_type.values(), default=0)

    def _fragment(self, node: SelectionNode) -> tuple[SelectionSetNode, Any]:
        """Return what a fragment selects, and on which type; None on that where it stands."""
        fragment: Any = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        on = fragment.type_condition
        return fragment.selection_set, None if on is None else self.schema.type_map[on.name.value]

    def _field(self, node: FieldNode, kind: Any, asked_above: int, *, each: bool) -> int:  # noqa: ANN401 - any type that has fields
        name = node.name.value
        if name == "__typename" and node.alias is None:
            return self.typename
        price = (self.of_each if each else self.prices).get((kind.name, name), TYPENAME)
        weight = price.weight
        arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
        asked, times = (asked_above if weight.as_asked else LIST), 1
        if price.is_page:
            asked = self._page(arguments)
        if weight.lists:
            asked = times = sum(self._length(arguments, path.split(".")) for path in weight.lists)
        size = 1 if not price.is_list else asked if weight.as_asked else weight.length
        values = 1
        if size and node.selection_set is not None:
            answered = self.schema.get_field(kind, name)
            below = kind if answered is None else get_named_type(answered.type)
            each_below = name == "types" if kind.name == "__Schema" else each and below.name != "__Type"
            values += self.selection(node.selection_set, below, asked, each=each_below)
        if self.shallow:
            return min(size, 1) * values
        search = weight.search if self._is_sought(arguments) else 0
        cost = weight.extra * times + size * values + search + self._given(node) // PART
        return -(-cost // PART) if name in {"__schema", "__type"} else cost

    def _given(self, node: FieldNode) -> int:
        """Return how many values are in the arguments of a field, and in their variables: each is read whenever the field is answered."""
        if id(node) not in self.given:
            self.given[id(node)] = sum(self._values(argument.value) for argument in node.arguments or ())
        return self.given[id(node)]

    def _values(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            name = value.name.value
            if name not in self.used:
                held = self.variables.get(name)
                self.used[name] = self._values(held) if isinstance(held, ValueNode) else _values_in(held)
            return self.used[name]
        if isinstance(value, ListValueNode):
            return 1 + sum(map(self._values, value.values))
        return 1 + sum(self._values(part.value) for part in value.fields) if isinstance(value, ObjectValueNode) else 1

    def _included(self, directives: Iterable[Any]) -> bool:
        """Whether `@skip` and `@include` leave a selection in, as far as their arguments are what they should be."""
        said = {
            directive.name.value: self._settled(argument.value)
            for directive in directives
            for argument in directive.arguments or ()
            if argument.name.value == "if"
        }
        return _yes(said.get("skip")) is not True and _yes(said.get("include")) is not False

    def _page(self, arguments: Mapping[str, ValueNode]) -> int:
        """Return how many items a page may hold: what it asks for, and the most where that is not a number of items."""
        asked = [self._settled(arguments[name]) for name in ("first", "last") if name in arguments]
        sizes = [_size(value, self.settings.max_page_size) for value in asked if not _is_null(value)]
        return max(sizes, default=self.settings.page_size)

    def _length(self, arguments: Mapping[str, Any], path: Sequence[str]) -> int:
        """Return how many items the list at a path of the arguments has; a value that is no list is a list of one."""
        value: Any = arguments
        for name in path:
            value = self._settled(_members(value).get(name))
        if _is_null(value):
            return 0
        return len(value.values) if isinstance(value, ListValueNode) else len(value) if isinstance(value, list) else 1

    def _is_sought(self, arguments: Mapping[str, Any]) -> bool:
        """Whether there is a search, of its own or in a filter."""
        by = {**arguments, **_members(self._settled(arguments.get("filter")))}
        return not _is_null(self._settled(by.get("search")))

    def _settled(self, value: Any) -> Any:  # noqa: ANN401 - a node of the document, or a value of the variables
        return self.variables.get(value.name.value) if isinstance(value, VariableNode) else value


def _values_in(value: object) -> int:
    """Return how many values JSON has: lists and objects are one each, with those in them."""
    values, level = 0, [value]
    while level:
        values += len(level)
        holders = [holder for holder in level if isinstance(holder, dict | list)]
        level = [inner for holder in holders for inner in (holder.values() if isinstance(holder, dict) else holder)]
    return values


def _members(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of arguments: nodes by name, a node, or JSON
    if isinstance(value, ObjectValueNode):
        return {part.name.value: part.value for part in value.fields}
    return value if isinstance(value, dict) else {}


def _is_null(value: Any) -> bool:  # noqa: ANN401 - a node, or JSON
    return value is None or isinstance(value, NullValueNode)


def _yes(value: Any) -> bool | None:  # noqa: ANN401 - a node, or JSON
    value = value.value if isinstance(value, BooleanValueNode) else value
    return value if isinstance(value, bool) else None


def _size(value: Any, most: int) -> int:  # noqa: ANN401 - a node, or JSON
    """Return a number of items; `most` for whatever is none from 0 to that."""
    if isinstance(value, IntValueNode) and len(value.value) <= DIGITS:
        value = int(value.value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON has one kind of number, and GraphQL takes 5.0 for 5
    return value if type(value) is int and 0 <= value <= most else most
