"""What an operation costs: the values that its answer can hold, and the work besides; told in each answer, refused beyond the most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator  # noqa: TC003 - strawberry reads the annotation
from typing import TYPE_CHECKING, Any

import pytest
import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, OperationDefinitionNode, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.execution import PreExecutionError
from tests.e2e.story import project

from billhook.billing.transaction import LOCAL_ADMIN
from billhook.http.cost import MOST, reckoning_of
from billhook.http.limits import document_limits
from billhook.settings import GivenSettings
from billhook_schema.context import Context, open_door

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace

PAGED = "query ($n: Int = 3) { projects(first: $n) { nodes { id } } }"
TICKED = "mutation ($i: CreateInvoicesInput!) { createInvoices(input: $i) { results { invoice { id } } userErrors { code } } }"


def cost(schema: Schema, query: str, variables: dict[str, Any] | None = None) -> int:
    document = parse(query)
    [operation] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return reckoning_of(schema._schema, document, operation, variables or {}, GivenSettings()).whole(operation)  # noqa: SLF001 - strawberry has no other way to it


def told(billhook: Billhook, query: str, variables: dict[str, Any] | None = None) -> int:
    """What an answer says that it cost."""
    said = billhook.execute(query, variables)["extensions"]["cost"]
    assert list(said) == ["requested", "maximum"]
    assert said["maximum"] == 50_000
    requested: int = said["requested"]
    return requested


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 1),
        ("{ viewer { name role } }", 3),
        ("{ workspace { sellers { id } } }", 1 + 10 * 2),
        ("{ projects(first: 10) { nodes { id title } } }", 11 + 10 * 3),
        ("{ projects { nodes { id title } } }", 11 + 50 * 3),
        ("{ projects(first: 0) { totalCount } }", 11 + 11),
        ("{ projects(last: 5) { edges { cursor node { id } } pageInfo { endCursor } } }", 11 + 5 * 4 + 2),
        ("{ projects(first: 3) { nodes { invoices(first: 4) { nodes { id } } } } }", 11 + 3 * (1 + 11 + 4 * 2)),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3 * 2),
        ('{ nodes(ids: "a") { id } }', 2),
        ('{ previewCredit(input: {invoiceId: "a"}) { preview { token } userErrors { code } } }', 101 + 2 + 2),
        ('mutation { createCustomer(input: {name: "Acme"}) { customer { id } } }', 101 + 2),
        ('mutation { deleteDeal(input: {id: "a"}) { deletedId } }', 101 + 1),
        ("{ ...A a: viewer { name } } fragment A on Query { viewer { name } b: viewer { name } }", 3 * 2),
        ('{ timeEntries(filter: {search: "a"}) { totalCount } }', 3000 + 11 + 11),
        ('{ projects(first: 3) { nodes { invoices(filter: {search: ""}) { totalCount } } } }', 11 + 3 * (1 + 3000 + 11 + 11)),
        ('{ projects(filter: {search: "a"}) { totalCount } users(search: "a") { totalCount } }', 2 * (100 + 11 + 11)),
        ("{ timeEntries(filter: {search: null}) { totalCount } }", 11 + 11),
        ('{ node(id: "a") { id ... on Project { title } ... on Customer { name email } } }', 1 + 1 + 2),
        ('{ node(id: "a") { ... on Node { id } ...P ...P } } fragment P on Project { title }', 1 + 1 + 2),
        ("{ a: viewer @skip(if: true) { name } b: viewer @include(if: false) { name } c: viewer @include(if: true) { name } }", 2),
        ('{ __type(name: "Money") { name } a: __type(name: "Money") { kind } }', 1 + 1),
    ],
)
def test_an_operation_costs_the_values_it_can_answer_with_and_the_work_besides(schema: Schema, query: str, expected: int) -> None:
    assert cost(schema, query) == expected


@pytest.mark.parametrize(
    ("variables", "items"),
    [
        ({}, 3),
        ({"n": 0}, 0),
        ({"n": 7}, 7),
        ({"n": 7.0}, 7),
        ({"n": 100}, 100),
        ({"n": None}, 50),
        ({"n": 101}, 100),
        ({"n": -1}, 100),
        ({"n": 10**30}, 100),
        ({"n": 1e300}, 100),
        ({"n": 2.5}, 100),
        ({"n": True}, 100),
        ({"n": "7"}, 100),
        ({"n": [7]}, 100),
        ({"n": {}}, 100),
    ],
)
def test_a_page_counts_as_what_is_asked_for_and_as_the_most_where_that_is_refused(
    schema: Schema, variables: dict[str, Any], items: int
) -> None:
    assert cost(schema, PAGED, variables) == 11 + items * 2


def test_a_search_and_the_values_of_lists_cost_each_time_that_a_page_is_answered(schema: Schema) -> None:
    fields = "{ projects(first: 3) { nodes { timeEntries(filter: %s) { totalCount } } } }"
    given = {"by": {"userIds": ["a"] * 12, "phaseIds": ["b"] * 8, "search": "c"}, "ids": ["a"] * 12, "text": "c"}
    plain = cost(schema, fields % "{}")
    inside = (
        "query($ids: [ID!], $text: String) " + fields % '{userIds: $ids, phaseIds: ["b", "b", "b", "b", "b", "b", "b", "b"], search: $text}'
    )
    for query, first, without in (("query($by: TimeEntryFilter) " + fields % "$by", 4, 0), (inside, 2, 2)):
        assert cost(schema, query, given) == plain + 3 * (3000 + 4) - first
        assert cost(schema, query) == plain + 3 * without


@pytest.mark.parametrize(
    ("arguments", "items"),
    [
        ("first: 2, last: 7", 7),
        ("first: null", 50),
        ("first: null, last: 4", 4),
        ("first: -1", 100),
        ("first: 2147483647", 100),
        ("last: 10000000000", 100),
    ],
)
def test_of_two_page_sizes_the_larger_counts(schema: Schema, arguments: str, items: int) -> None:
    assert cost(schema, f"{{ projects({arguments}) {{ nodes {{ id }} }} }}") == 11 + items * 2


@pytest.mark.parametrize(("arguments", "code"), [("first: 2, last: 7", "BAD_USER_INPUT"), ("first: -1", "BAD_USER_INPUT")])
def test_a_page_that_makes_no_sense_is_refused_as_ever(billhook: Billhook, arguments: str, code: str) -> None:
    [error] = billhook.errors(f"{{ projects({arguments}) {{ nodes {{ id }} }} }}")
    assert error["extensions"]["code"] == code


@pytest.mark.parametrize("number", [0, 1, 3, 100])
def test_many_invoices_cost_as_many_times_the_work(schema: Schema, number: int) -> None:
    expected = 100 * number + 1 + number * 3 + 2
    assert cost(schema, TICKED, {"i": {"invoices": [{}] * number}}) == expected
    literal = ", ".join('{projectId: "a", source: {timetracking: {}}}' for _ in range(number))
    written = TICKED.replace("($i: CreateInvoicesInput!) ", "").replace("$i", f"{{invoices: [{literal}]}}")
    assert cost(schema, written) == expected + (2 + number * 4) // 5
    inside = TICKED.replace("$i: CreateInvoicesInput!", "$i: [CreateInvoiceInput!]!").replace("input: $i", "input: {invoices: $i}")
    around = (2 + number) // 5 - (1 + number) // 5  # the object that is written around the list
    assert cost(schema, inside, {"i": [{}] * number}) == expected + around


def test_a_time_sheet_costs_by_its_entries(schema: Schema) -> None:
    save = "mutation ($i: SaveTimeEntriesInput!) { saveTimeEntries(input: $i) { tracked { id } deletedIds } }"
    given = {"track": [{}] * 5, "update": [{}], "deleteIds": ["a", "b"]}
    assert cost(schema, save, {"i": given}) == 8 * 10 + 1 + 8 * 2 + 8


@pytest.mark.parametrize(
    ("variables", "expected"), [({"yes": True}, 2), ({"yes": False}, 0), ({}, 0), ({"yes": None}, 2), ({"yes": "false"}, 2)]
)
def test_what_is_skipped_costs_nothing_as_far_as_that_is_known(schema: Schema, variables: dict[str, Any], expected: int) -> None:
    assert cost(schema, "query ($yes: Boolean! = false) { viewer @include(if: $yes) { name } }", variables) == expected
    assert cost(schema, "query ($yes: Boolean! = false) { viewer @skip(if: $yes) { name } }", variables) == (
        0 if variables == {"yes": True} else 2
    )


CHOSEN = "timeEntries(first: 1, filter: { projectIds: $ids }) { totalCount }"


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ("viewer { name }", 0),
        (CHOSEN, 1),
        (f"a: {CHOSEN} b: {CHOSEN}", 2),
        (f"a: {CHOSEN} ... @skip(if: true) {{ b: {CHOSEN} }}", 1),
        (f"projects(first: 7) {{ nodes {{ {CHOSEN} }} }}", 7),
        ("a: projects(first: 7) { nodes { ...F } } b: projects(first: 3) { nodes { ...F } } } fragment F on Project { " + CHOSEN, 10),
        ("projects(first: 0) { nodes { " + CHOSEN + " } }", 0),
    ],
)
def test_what_is_in_a_variable_costs_each_time_that_it_is_used_but_the_first(schema: Schema, fields: str, times: int) -> None:
    query = f"query ($ids: [ID!]) {{ {fields} }}"
    assert cost(schema, query, {"ids": ["a"] * 1000}) - cost(schema, query, {"ids": []}) == max(0, times - 1) * 200


@pytest.mark.parametrize(("ids", "more"), [(0, 0), (1, 0), (2, 1), (6, 1), (7, 2), (500, 100)])
def test_what_is_written_in_an_argument_costs_each_time_that_it_is_answered(schema: Schema, ids: int, more: int) -> None:
    listed = "[" + '"a" ' * ids + "]"
    written = CHOSEN.replace("$ids", listed)
    assert cost(schema, f"{{ {written} }}") == 22 + more
    assert cost(schema, f"{{ projects(first: 7) {{ nodes {{ {written} }} }} }}") == 11 + 7 * (1 + 22 + more)
    default = f"query ($ids: [ID!] = {listed}) {{ a: {CHOSEN} b: {CHOSEN} }}"
    assert cost(schema, default) == 2 * (22 + more)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["invoices", "track", "x"]), inner, max_size=4),
    max_leaves=10,
)


@given(first=JSON, ids=JSON, given_invoices=JSON, yes=JSON)
def test_no_variables_break_it(schema: Schema, first: object, ids: object, given_invoices: object, yes: object) -> None:
    query = (
        "query ($first: Int, $ids: [ID!]!, $yes: Boolean!) "
        "{ nodes(ids: $ids) { id } projects(first: $first) { nodes { id @skip(if: $yes) } } }"
    )
    assert 11 <= cost(schema, query, {"first": first, "ids": ids, "yes": yes}) <= 11 + 200 + 8
    assert cost(schema, TICKED, {"i": given_invoices}) <= 100 * 4 + 1 + 4 * 3 + 2


def test_no_cost_is_larger_than_a_number_that_clients_read(schema: Schema) -> None:
    lines = "lines(first: 100) { nodes { timeEntries(first: 100) { nodes { project { invoices(first: 100) { nodes { id } } } } } } }"
    query = f"{{ projects(first: 100) {{ nodes {{ invoices(first: 100) {{ nodes {{ {lines} }} }} }} }} }}"
    assert cost(schema, query) == MOST == 1_000_000_000


def values(answer: object) -> int:
    """How many values are in an answer: each object and each scalar is one, a list is its items."""
    if isinstance(answer, dict):
        return 1 + sum(map(values, answer.values()))
    return sum(map(values, answer)) if isinstance(answer, list) else 1


def test_an_answer_with_full_pages_has_as_many_values_as_it_costs(billhook: Billhook) -> None:
    for title in ("One", "Two", "Three"):
        project(billhook, title)
    query = "{ projects(first: 3) { nodes { id title customer { id name } billing { unbilled { amount { amount currency } seconds } } } } }"
    assert told(billhook, query) == 10 + values(billhook.graphql(query)) - 1 == 10 + 1 + 3 * 12


def test_variables_cost_a_fifth_of_their_values(billhook: Billhook) -> None:
    assert told(billhook, PAGED, {"n": 1}) == 11 + 2 + 1
    assert told(billhook, PAGED, {"n": 1, "unused": [1, 2, 3]}) == 11 + 2 + 1
    assert told(billhook, PAGED, {"n": 1, "unused": [1, 2, [3]]}) == 11 + 2 + 2


def at_the_most(more: int) -> str:
    """An operation of 50000, and so many more."""
    invoices = "invoices(first: 97) { nodes { id number kind status } }"
    rest = " ".join(f"a{number}: __typename" for number in range(89 + more))
    return f"{{ projects(first: 100) {{ nodes {{ id title {invoices} }} }} {rest} }}"


def test_an_operation_may_cost_the_most_and_not_one_more(billhook: Billhook) -> None:
    assert told(billhook, at_the_most(0)) == 50_000
    answer = billhook.execute(at_the_most(1))
    assert answer["extensions"] == {"cost": {"requested": 50_001, "maximum": 50_000}}
    [error] = answer["errors"]
    assert error["message"] == (
        "The operation costs 50001, and 50000 is the most. Ask for smaller pages, for fewer fields, or in several requests."
    )
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"
    assert "data" not in answer


def test_what_is_not_valid_has_no_cost(billhook: Billhook) -> None:
    assert "extensions" not in billhook.execute("{ nothingOfThatName }")
    assert "extensions" not in billhook.execute("{")


def test_of_several_operations_the_one_that_is_named_counts(billhook: Billhook) -> None:
    query = "query A { __typename } query B { viewer { name } }"
    for name, expected in (("A", 1), ("B", 2)):
        answer = billhook.http.post("/graphql", json={"query": query, "operationName": name}).json()
        assert answer["extensions"]["cost"]["requested"] == expected


def test_the_context_of_an_operation_knows_its_cost(workspace: Workspace, schema: Schema) -> None:
    async def ask(query: str) -> int | None:
        context = Context(open_door(workspace), LOCAL_ADMIN)
        assert context.cost is None
        await schema.execute(query, context_value=context)
        return context.cost

    assert asyncio.run(ask("{ viewer { name } }")) == 2
    assert asyncio.run(ask(at_the_most(1))) == 50_001
    assert asyncio.run(ask("{ nothingOfThatName }")) is None


def test_a_list_that_the_schema_tells_of_itself_counts_as_the_longest_and_as_the_average_of_all_types(schema: Schema) -> None:
    types = schema._schema.type_map.values()  # noqa: SLF001 - strawberry has no other way to them
    fields = [len(kind.fields) for kind in types if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
    longest, average = max(fields), -(-sum(fields) // len(types))
    assert longest > 10 * average
    for query, values in (
        ("{ __type(name: $n) { fields { name } } }", 1 + longest * 2),
        ("{ __type(name: $n) { ...T } } fragment T on __Type { fields { name } }", 1 + longest * 2),
        ("{ __schema { types { fields { name } } } }", 1 + len(types) * (1 + average * 2)),
        ("{ __schema { types { fields { type { fields { name } } } } } }", 1 + len(types) * (1 + average * (1 + 1 + longest * 2))),
        ("{ __schema { queryType { fields { name } } } }", 1 + 1 + longest * 2),
    ):
        assert cost(schema, query) == -(-values // 5)


def test_what_graphical_clients_ask_of_the_schema_is_far_from_the_most(billhook: Billhook) -> None:
    assert (
        told(billhook, get_introspection_query(schema_description=True, directive_is_repeatable=True, input_value_deprecation=True))
        < 20_000
    )


STARTED: list[str] = []


@strawberry.type
class Change:
    one: int = 1
    two: int = 2
    three: int = 3


@strawberry.type
class Nothing:
    nothing: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def changed(self) -> AsyncGenerator[Change]:
        STARTED.append("changed")
        for _ in range(2):
            yield Change()


def test_a_subscription_is_refused_before_it_starts_and_each_of_its_answers_tells_its_cost() -> None:
    limits = document_limits(GivenSettings(max_query_cost=3))
    schema = strawberry.Schema(Nothing, subscription=Subscription, extensions=limits)

    async def answers(query: str) -> list[Any]:
        stream = await schema.subscribe(query)
        return [answer async for answer in stream]

    [refused] = asyncio.run(answers("subscription { changed { one two three } }"))
    assert isinstance(refused, PreExecutionError)
    assert refused.errors is not None
    assert refused.errors[0].extensions == {"code": "QUERY_TOO_EXPENSIVE"}
    assert refused.extensions == {"cost": {"requested": 4, "maximum": 3}}
    assert STARTED == []
    events = asyncio.run(answers("subscription { changed { one two } }"))
    assert [event.data for event in events] == [{"changed": {"one": 1, "two": 2}}] * 2
    assert [event.extensions for event in events] == [{"cost": {"requested": 3, "maximum": 3}}] * 2
    assert STARTED == ["changed"]
