"""GraphQL documents: parsed within the limits, checked, and kept with all that was found out, so that each is read and refused once.

Nothing here asks the schema. It runs before validation, whose cost grows with the square of how often one field is selected.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cachetools import LRUCache, cached
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
    Source,
    SourceLocation,
    TokenKind,
    parse,
)

from billhook_schema.masking import PARSE_FAILED, TOO_EXPENSIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphql import Node, SelectionNode, Token

    from billhook.settings import Settings

ADVICE = "Ask for less at a time, or in several requests."
PARSER_LIMIT = "Parsing aborted."
"""How graphql-core ends the message of a document that is beyond its own limits: too many tokens, nested too deeply."""
INTROSPECTION_DEPTH = 30
"""The standard introspection query is 18 deep; graphql-core has its own rule against deeper ones."""
MOST_OPERATIONS = 50
"""Validation goes over a fragment once for each operation that spreads it. A file with all operations of a front end fits."""
MOST_VARIABLES = 100
"""Validation and errors go over all of them. One variable with an input object holds as much as one likes."""
MOST_DIRECTIVES = 100
"""Execution reads those of a field for each item of its list."""
MOST_LINES = 10_000
"""graphql-core goes through them for each error of validation that has several places, and there are up to 20 of those."""
MOST_NAME = 200
"""Characters of a name: the answer has it for each item of a list, and so has each error below it."""
MOST_DIGITS = 100
"""Reading a number takes the square of its digits, and Python refuses one of 4300. An amount has up to 15."""
KEPT_BYTES = 32 * 2**20
"""Memory that the kept documents take, at most: clients send the same few again and again."""
TOKEN_BYTES, CHARACTER_BYTES = 700, 8
"""What a kept document takes: for a token with its node and place, as measured, and for a character that begins a line."""
KEPT_ERRORS = 10_000
"""Characters of the messages of a document that are kept with it. They may quote it many times over; then it is validated anew."""
NEWLINE = re.compile(r"\r\n|[\r\n]")


class Text(Source):
    """The text of a document, which looks for its lines once: graphql-core goes through it from the start for each error."""

    def get_location(self, position: int) -> SourceLocation:
        """Return the line and column of a position."""
        line = bisect_right(self._starts, position)
        return SourceLocation(line, position + 1 - self._starts[line - 1])

    @cached_property
    def _starts(self) -> array[int]:
        return array("I", [0, *(newline.end() for newline in NEWLINE.finditer(self.body))])


@dataclass(slots=True)
class Document:
    """A document as it was found: parsed or refused, and what was wrong with it when it was validated."""

    text: str
    parsed: DocumentNode | None = None
    refused: GraphQLError | None = None
    invalid: list[GraphQLError] | None = None

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        return len(self.text) * CHARACTER_BYTES + (self.parsed.token_count * TOKEN_BYTES if self.parsed is not None else 0)

    def node(self) -> DocumentNode:
        """Return it parsed. Raises GraphQLError, a new one each time, when it was refused."""
        if self.parsed is not None:
            return self.parsed
        refused = self.refused or GraphQLError("There is no document.")
        raise GraphQLError(refused.message, source=refused.source, positions=refused.positions, extensions=refused.extensions)

    def keep(self, errors: list[GraphQLError]) -> None:
        """Note that it was validated, unless what was found takes too much memory."""
        if sum(len(error.message) for error in errors) <= KEPT_ERRORS:
            self.invalid = errors


def reader(settings: Settings) -> Callable[[str], Document]:
    """Return a function that reads a document within the limits of the settings, and keeps it."""

    @cached(LRUCache(KEPT_BYTES, getsizeof=lambda document: document.bytes))
    def read(text: str) -> Document:
        try:
            return Document(text, _parsed(text, settings))
        except GraphQLError as error:
            # Without its nodes, which would hold on to all of the document; and with no traceback that grows by each time it is raised.
            code = (error.extensions or {}).get("code", PARSE_FAILED)
            kept = GraphQLError(error.message, source=error.source, positions=error.positions, extensions={"code": code})
            return Document(text, refused=kept)

    return read


def _parsed(text: str, settings: Settings) -> DocumentNode:
    if len(text) > settings.max_query_length:
        raise _refused(f"is longer than {settings.max_query_length} characters")
    if text.count("\n") + text.count("\r") - text.count("\r\n") >= MOST_LINES:
        raise _refused(f"has more than {MOST_LINES} lines")
    try:
        document = parse(Text(text), max_lexical_tokens=settings.max_query_tokens, max_comments=settings.max_query_tokens)
    except GraphQLSyntaxError as error:
        if not error.message.endswith(PARSER_LIMIT):
            raise
        message = error.message.removeprefix("Syntax Error: ")
        raise GraphQLError(message, source=error.source, positions=error.positions, extensions={"code": TOO_EXPENSIVE}) from None
    check_tokens(document, settings)
    check_document(document, settings)
    return document


def check_tokens(document: DocumentNode, settings: Settings) -> None:
    """Raise GraphQLError for endless numbers and names, values nested too deeply, and too many directives."""
    token: Token | None = document.loc.start_token if document.loc else None
    directives = depth = 0
    while token is not None:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and len(token.value or "") > MOST_DIGITS:
            raise _refused(f"has a number of more than {MOST_DIGITS} digits", document, token.start)
        if token.kind is TokenKind.NAME and len(token.value or "") > MOST_NAME:
            raise _refused(f"has a name of more than {MOST_NAME} characters", document, token.start)
        if token.kind is TokenKind.AT:
            directives += 1
            if directives > MOST_DIRECTIVES:
                raise _refused(f"has more than {MOST_DIRECTIVES} directives", document, token.start)
        elif token.kind is TokenKind.PAREN_L or (depth and token.kind in {TokenKind.BRACKET_L, TokenKind.BRACE_L}):
            depth += 1
            if depth > settings.max_query_depth + 1:  # the parenthesis is none
                raise _refused(f"has values that are more than {settings.max_query_depth} levels deep", document, token.start)
        elif depth and token.kind in {TokenKind.PAREN_R, TokenKind.BRACKET_R, TokenKind.BRACE_R}:
            depth -= 1
        token = token.next


def check_document(document: DocumentNode, settings: Settings) -> None:
    """Raise GraphQLError when a document selects too much: too deep, too many aliases, one field too often, or too many in all.

    Fragments are followed as execution would follow them, because twenty that spread the next one twice stand for a million fields.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > MOST_OPERATIONS:
        raise _refused_at(f"has more than {MOST_OPERATIONS} operations", operations[MOST_OPERATIONS])
    for operation in operations:
        if len(operation.variable_definitions or ()) > MOST_VARIABLES:
            raise _refused_at(f"has an operation of more than {MOST_VARIABLES} variables", operation)
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
                raise _refused_at(f"selects '{'.'.join(place)}' more than {settings.max_query_repeats} times", node)
            if aliases > settings.max_query_aliases:
                raise _refused_at(f"has more than {settings.max_query_aliases} aliases", node)
            if selected > settings.max_query_tokens:
                raise _refused_at(f"selects more than {settings.max_query_tokens} fields, its fragments included", node)


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
                raise _refused_at(f"is more than {deepest} levels deep", node)
            levels.append(_Level(inner, below, level.depth + 1, deepest, spread))


def _refused_at(what: str, node: Node) -> GraphQLError:
    return GraphQLError(f"The document {what}. {ADVICE}", [node], extensions={"code": TOO_EXPENSIVE})


def _refused(what: str, document: DocumentNode | None = None, at: int = 0) -> GraphQLError:
    source = document.loc.source if document is not None and document.loc else None
    return GraphQLError(
        f"The document {what}. {ADVICE}", source=source, positions=[at] if source else None, extensions={"code": TOO_EXPENSIVE}
    )
