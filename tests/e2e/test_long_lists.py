"""A list that somebody sends is bounded, or counts each of its values once: the database is never asked for more than it can answer."""

from __future__ import annotations

import json
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_list_type,
    is_required_input_field,
)
from graphql.type import get_nullable_type
from sqlalchemy import event
from tests.docs.markdown import ROOT
from tests.e2e.story import project, work

from billhook.domain.ids import encode
from billhook_schema.ordering import MOST_CHOSEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.client import Billhook

SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))
READS = SCHEMA.query_type.fields if SCHEMA.query_type else {}
BYTES = 900_000
"""What a long list takes at most: a body has at most 1000000."""
MANY = 40_000
AS_MANY_ANSWERS = [("nodes", "ids"), ("previewInvoices", "input", "invoices")]
CLOSED = {"statuses", "notProposedBecause", "states", "kinds"}
"""Lists of words of which the schema has a few."""
SCALARS = {"ID": encode("Project", 1), "Int": 1, "String": "x", "Decimal": "1"}


def lists(kind: GraphQLInputType, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of each list in an argument."""
    named = get_named_type(kind)
    if is_list_type(get_nullable_type(kind)):
        yield path
    elif isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from lists(field.type, *path, name)


LISTS = [(name, *path) for name, field in READS.items() for argument, of in field.args.items() for path in lists(of.type, argument)]


def long(kind: Any, ids: dict[str, str], number: int) -> list[Any]:  # noqa: ANN401 - of a list, JSON
    """Return a list with so many values, or as many as a body may hold where that is less: all different, where its type has so many."""
    named = get_named_type(kind)
    if named.name in {"ID", "String"}:
        return [encode("Project", each) for each in range(number)]
    kinds = list(named.values) if isinstance(named, GraphQLEnumType) else [value(named, (), ids, 0)]
    return list(islice(cycle(kinds), min(number, BYTES // (len(json.dumps(kinds[0])) + 2))))


def value(kind: Any, path: tuple[str, ...], ids: dict[str, str], number: int, name: str = "") -> Any:  # noqa: ANN401 - JSON of any type
    """Return a value with no more than it needs, but with a long list at a path."""
    named = get_named_type(kind)
    if is_list_type(get_nullable_type(kind)):
        return long(kind, ids, number) if number else [value(named, (), ids, 0)]
    if isinstance(named, GraphQLInputObjectType):
        needed = [each for each, field in named.fields.items() if is_required_input_field(field) or each in path[:1]]
        if named.is_one_of:
            needed = needed or list(named.fields)[:1]
        return {each: value(named.fields[each].type, path[1:], ids, number if each in path[:1] else 0, each) for each in needed}
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    return ids.get(name, SCALARS[named.name])


def ask(billhook: Billhook, at: tuple[str, ...], ids: dict[str, str], number: int) -> dict[str, Any]:
    """Ask for a root field with a long list in its arguments, and for all of a page that it answers with."""
    field, argument, *path = at
    kind = READS[field].args[argument].type
    page = "edges" in getattr(get_named_type(READS[field].type), "fields", {})
    document = f"query($given: {kind}) {{ {field}({argument}: $given) {{ __typename {'totalCount nodes { id }' if page else ''} }} }}"
    return billhook.execute(document, {"given": value(kind, tuple(path), ids, number)})


def code_of(answer: dict[str, Any]) -> str | None:
    """Return the code of the first error of an answer, None where it has none."""
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


def expected(at: tuple[str, ...]) -> str | None:
    """Return the code for a list of `MANY` values: what lists of a preview's input hold is for user errors."""
    if at in AS_MANY_ANSWERS:
        return "QUERY_TOO_EXPENSIVE"
    return "BAD_USER_INPUT" if at[1] == "filter" and at[-1] not in CLOSED else None


def test_fields_within_others_take_the_lists_of_the_same_filters() -> None:
    kinds = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLObjectType) and kind is not SCHEMA.mutation_type]
    arguments = [(name, of.type) for kind in kinds for field in kind.fields.values() for name, of in field.args.items()]
    taking = {(name, get_named_type(of).name) for name, of in arguments if [*lists(of)]}
    assert {name for name, _ in taking} == {"ids", "filter", "input"}
    assert taking == {
        (name, get_named_type(of.type).name) for field in READS.values() for name, of in field.args.items() if [*lists(of.type)]
    }


@pytest.mark.parametrize("at", LISTS, ids=".".join)
def test_a_list_of_any_length_is_answered_or_refused(billhook: Billhook, at: tuple[str, ...]) -> None:
    ids = {"projectId": project(billhook)}
    work(billhook, ids["projectId"], "10")
    assert code_of(ask(billhook, at, ids, MANY)) == expected(at)


@pytest.mark.parametrize("at", [at for at in LISTS if at[1] == "filter" and at[-1] not in CLOSED], ids=".".join)
def test_a_list_of_a_filter_has_at_most_1000_different_values(billhook: Billhook, at: tuple[str, ...]) -> None:
    ids = {"projectId": project(billhook)}
    assert MOST_CHOSEN == 1000
    assert "errors" not in ask(billhook, at, ids, 1000)
    refused = ask(billhook, at, ids, 1001)
    assert [(error["message"], error["extensions"]["code"], error["path"]) for error in refused["errors"]] == [
        ("A list of a filter has at most 1000 different values, not 1001.", "BAD_USER_INPUT", [at[0]])
    ]


def test_a_value_that_is_given_many_times_counts_once(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "10")
    query = "query($ids: [ID!]) { timeEntries(filter: {projectIds: $ids}) { totalCount } }"
    assert billhook.graphql(query, {"ids": [website] * MANY}) == {"timeEntries": {"totalCount": 1}}
    assert billhook.graphql(query, {"ids": []}) == {"timeEntries": {"totalCount": 0}}
    assert billhook.graphql(query, {"ids": None}) == {"timeEntries": {"totalCount": 1}}


def test_each_list_is_one_parameter_of_a_statement_for_each_project_of_a_page(billhook: Billhook) -> None:
    first = project(billhook)
    work(billhook, first, "10")
    for number in range(49):
        project(billhook, f"Website {number}")
    entries = "timeEntries(filter: {projectIds: $projects, userIds: $users}) { totalCount nodes { id } }"
    query = f"query($projects: [ID!], $users: [ID!]) {{ projects(first: 50) {{ nodes {{ {entries} }} }} }}"
    given = {"projects": [encode("Project", key) for key in range(1, 501)], "users": [encode("User", key) for key in range(1, 501)]}
    most = 0

    def count(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_others: Any) -> None:  # noqa: ANN401 - what SQLAlchemy hands on
        nonlocal most
        most = max(most, len(parameters))

    event.listen(billhook.workspace.engine, "before_cursor_execute", count)
    pages = [node["timeEntries"] for node in billhook.graphql(query, given)["projects"]["nodes"]]
    assert sorted((page["totalCount"], len(page["nodes"])) for page in pages) == [(0, 0)] * 49 + [(1, 1)]
    assert most < 50 * 10
