"""Requests that are made to cost a server much: each known attack on GraphQL, and the code that it is refused with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

TOO_EXPENSIVE = "QUERY_TOO_EXPENSIVE"
INVALID = "GRAPHQL_VALIDATION_FAILED"


@dataclass(frozen=True, slots=True)
class Attack:
    """A request, its code, and the stages that it reaches: none, `parse`, or `parse` and `validate`."""

    name: str
    query: str
    code: str = TOO_EXPENSIVE
    reaches: tuple[str, ...] = ("parse",)
    variables: dict[str, Any] = field(default_factory=dict)


def many(count: int, text: str) -> str:
    """Repeat a text, with its number for each #."""
    return " ".join(text.replace("#", str(number)) for number in range(count))


def nested(count: int, before: str, middle: str, after: str) -> str:
    """Put a text into so many pairs of others."""
    return before * count + middle + after * count


def chain(count: int, *, closed: bool) -> str:
    """Fragments of which each spreads the next one; the last one spreads the first, if it is closed."""
    spreads = [f"...F{number + 1}" for number in range(count - 1)] + ["...F0" if closed else "__typename"]
    return "{ ...F0 } " + " ".join(f"fragment F{number} on Query {{ {spread} }}" for number, spread in enumerate(spreads))


TIMES = "timeEntries(first: 100) { nodes { id } }"
LINES = f"lines(first: 100) {{ nodes {{ {TIMES} }} }}"
PAGES = f"projects(first: 100) {{ nodes {{ invoices(first: 100) {{ nodes {{ {LINES} }} }} }} }}"
LIST, OBJECT = json.loads("[" * 900 + "]" * 900), json.loads('{"a":' * 900 + "1" + "}" * 900)
IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

ATTACKS = (
    Attack("500 repeated fields", f"{{ {many(500, '__typename')} }}"),
    Attack("500 repeated pages", f"{{ {many(500, 'projects { totalCount }')} }}"),
    Attack("alias flood", f"{{ {many(1000, 'a#: __typename')} }}"),
    Attack("fragment flood", f"{{ {many(400, '...F#')} }} {many(400, 'fragment F# on Query { __typename }')}"),
    Attack(
        "exponential fragments",
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ a: node(id: 1) {{ id }} ...F{n + 1} b: __typename ...F{n + 1} }}" for n in range(15))
        + " fragment F15 on Query { __typename }",
    ),
    Attack("a fragment in itself", "{ ...F0 } fragment F0 on Query { ...F0 }", INVALID, ("parse", "validate")),
    Attack("a circle of 10 fragments", chain(10, closed=True), INVALID, ("parse", "validate")),
    Attack("a circle of 450 fragments", chain(450, closed=True)),
    Attack("a chain of 450 fragments", chain(450, closed=False)),
    Attack("circles through 8 fragments", "{ ...F0 } " + many(8, f"fragment F# on Query {{ {' '.join(f'...F{n}' for n in range(8))} }}")),
    Attack("deep selections", "{ " + nested(60, "... on Query { ", "__typename", " }") + " }"),
    Attack("endless selections", "{ a" * 2000),
    Attack("deep lists", "{ nodes(ids: " + nested(100, "[", '"a"', "]") + ") { id } }"),
    Attack("deep objects", "{ projects(filter: " + nested(100, "{a: ", "1", "}") + ") { totalCount } }"),
    Attack("endless lists", "{ nodes(ids: " + "[" * 2000),
    Attack("deep lists in variables", IDS, reaches=(), variables={"ids": LIST}),
    Attack("deep objects in variables", IDS, reaches=(), variables={"ids": OBJECT}),
    Attack(
        "deep introspection",
        "{ __schema { types { " + nested(4, "fields { type { ", "name", " } }") + " } } }",
        INVALID,
        ("parse", "validate"),
    ),
    Attack(
        "100 introspections",
        f"{{ {many(100, 'a#: __schema { types { name fields { name args { name } } } }')} }}",
        reaches=("parse", "validate"),
    ),
    Attack(
        "the largest type 90 times",
        "{ "
        + many(90, 'a#: __type(name: "Mutation") { fields { args { type { ofType { inputFields { name type { name } } } } } } }')
        + " }",
        reaches=("parse", "validate"),
    ),
    Attack("directive flood", "{ __typename " + "@a " * 2000 + "}"),
    Attack("10000 variables of a document", "query (" + "$a:Int " * 10_000 + ") { __typename }"),
    Attack("10000 variables in JSON", "{ __typename }", reaches=(), variables={f"a{number}": 1 for number in range(10_000)}),
    Attack("10000 arguments", "{ projects(" + "a:1 " * 10_000 + ") { totalCount } }"),
    Attack("an endless number", "{ projects(first: " + "9" * 5000 + ") { totalCount } }"),
    Attack("an endless text", '{ node(id: "' + "a" * 500_000 + '") { id } }', reaches=()),
    Attack("endless comments", "{ " + "#\n" * 6000 + " __typename }"),
    Attack("endless lines", "\n" * 300_000 + "{ a }", reaches=()),
    Attack(
        "conflicts behind 90000 lines", "\n" * 90_000 + f"{{ {many(20, 'a#: node(id: 1) { id } a#: node(id: 2) { id }')} }}", reaches=()
    ),
    Attack("500 operations", many(500, "query A# { __typename }")),
    Attack("four levels of 100", f"{{ {PAGES} }}", reaches=("parse", "validate")),
    Attack("100000 ids", IDS, reaches=("parse", "validate"), variables={"ids": ["a"] * 100_000}),
    Attack(
        "9000 ids in each of 80 filters",
        f"query ($ids: [ID!]) {{ {many(80, 'a#: timeEntries(first: 1, filter: {projectIds: $ids}) { totalCount }')} }}",
        reaches=("parse", "validate"),
        variables={"ids": ["a"] * 9000},
    ),
    Attack(
        "three filters of 1000 ids for each of 100 projects",
        "query ($ids: [ID!]) { projects(first: 100) { nodes { "
        + many(3, "a#: timeEntries(first: 1, filter: {projectIds: $ids}) { totalCount }")
        + " } } }",
        reaches=("parse", "validate"),
        variables={"ids": ["a"] * 1000},
    ),
    Attack("1000 fields that do not exist", f"{{ {many(1000, 'project#')} }}", INVALID, ("parse", "validate")),
)
