"""What one request may cost: the bytes of its body, and the size of its GraphQL document, checked before anything runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)
from starlette.exceptions import HTTPException
from strawberry.extensions import SchemaExtension, ValidationCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphql import SelectionNode
    from starlette.requests import Request

    from billhook.settings import Settings

TOO_EXPENSIVE = "QUERY_TOO_EXPENSIVE"
PARSER_LIMIT = "Parsing aborted."
"""How graphql-core ends the message of a document that is beyond its own limits: too many tokens, nested too deeply."""
PARSED_DOCUMENTS = 128
"""How many documents are kept parsed and validated: clients send the same few again and again."""
INTROSPECTION_DEPTH = 30
"""The standard introspection query is 18 deep; graphql-core has its own rule against deeper ones."""


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body of a request. Raises HTTPException 413 as soon as it is known to be larger than `max_bytes`."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"The request body is larger than {max_bytes} bytes.")


def document_limits(settings: Settings) -> tuple[Callable[[], SchemaExtension], ...]:
    """Return the schema extensions that parse within the limits of the settings, and keep what was parsed and validated.

    The cache is made here, once, and shared by all requests.
    """
    parse_within = parser(settings)
    return (lambda: _ParseWithin(parse_within), lambda: ValidationCache(maxsize=PARSED_DOCUMENTS))


class _ParseWithin(SchemaExtension):
    """Gives an operation its document, parsed within the limits; strawberry itself would run the first of several operations."""

    def __init__(self, parse_within: Callable[[str], DocumentNode]) -> None:
        self.parse_within = parse_within

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        if asked.query is not None:
            named = asked.operation_name is not None
            document = self.parse_within(asked.query)
            if not named and sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) > 1:
                raise GraphQLError("The document has several operations: name the one to execute in 'operationName'.")
            asked.graphql_document = document
        yield


def parser(settings: Settings) -> Callable[[str], DocumentNode]:
    """Return a cached function that parses a document. It raises GraphQLError for one that is malformed or beyond the limits."""

    @lru_cache(maxsize=PARSED_DOCUMENTS)
    def parse_within(query: str) -> DocumentNode:
        try:
            document = parse(query, max_lexical_tokens=settings.max_query_tokens, max_comments=settings.max_query_tokens)
        except GraphQLSyntaxError as error:
            if not error.message.endswith(PARSER_LIMIT):
                raise
            raise GraphQLError(error.message.removeprefix("Syntax Error: "), extensions={"code": TOO_EXPENSIVE}) from None
        check_document(document, settings)
        return document

    return parse_within


def check_document(document: DocumentNode, settings: Settings) -> None:
    """Raise GraphQLError when a document selects too much: too deep, too many aliases, one field too often, or too many in all.

    It runs before validation, whose cost grows with the square of how often one field is selected. Fragments are followed as execution
    would follow them, because twenty that spread the next one twice stand for a million fields.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    selected = 0
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            continue
        aliases = 0
        repeats: Counter[tuple[str, ...]] = Counter()
        for node, place in _selections(definition.selection_set, fragments, settings.max_query_depth):
            selected += 1
            aliases += isinstance(node, FieldNode) and node.alias is not None
            repeats[place] += 1
            if repeats[place] > settings.max_query_repeats:
                raise _refused(f"selects '{'.'.join(place)}' more than {settings.max_query_repeats} times", node)
            if aliases > settings.max_query_aliases:
                raise _refused(f"has more than {settings.max_query_aliases} aliases", node)
            if selected > settings.max_query_tokens:
                raise _refused(f"selects more than {settings.max_query_tokens} fields, its fragments included", node)


@dataclass(frozen=True, slots=True)
class _Level:
    """A selection set that is still to be walked."""

    selections: SelectionSetNode
    place: tuple[str, ...]
    """The names in the answer that lead to it."""
    depth: int
    deepest: int
    spread: frozenset[str]
    """The fragments it is in: one that spreads itself is left to validation."""


def _selections(
    root: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], max_depth: int
) -> Iterator[tuple[SelectionNode, tuple[str, ...]]]:
    """Walk all selections with their place in the answer; fragments stand for what they select."""
    levels = [_Level(root, (), 1, max_depth, frozenset())]
    while levels:
        level = levels.pop()
        for node in level.selections.selections:
            below, spread, deepest = level.place, level.spread, level.deepest
            inner: SelectionSetNode | None = None
            if isinstance(node, FieldNode):
                below = (*below, (node.alias or node.name).value)
                inner = node.selection_set
                deepest = INTROSPECTION_DEPTH if node.name.value.startswith("__") else deepest
                yield node, below
            elif isinstance(node, InlineFragmentNode):
                inner = node.selection_set
                yield node, (*below, "...")
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                yield node, (*below, "...")
                if name in fragments and name not in spread:
                    inner, spread = fragments[name].selection_set, spread | {name}
            if inner is None:
                continue
            if level.depth >= deepest:
                raise _refused(f"is more than {deepest} levels deep", node)
            levels.append(_Level(inner, below, level.depth + 1, deepest, spread))


def _refused(what: str, node: SelectionNode) -> GraphQLError:
    message = f"The document {what}. Ask for less at a time, or in several requests."
    return GraphQLError(message, [node], extensions={"code": TOO_EXPENSIVE})
