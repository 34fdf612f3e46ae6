"""Each known attack on a GraphQL server is refused before the stage that it is made for: counted by calls, and not by a clock."""

from __future__ import annotations

import re
import tracemalloc
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import strawberry.schema.schema
from graphql import Source, parse
from hypothesis import given
from hypothesis import strategies as st
from tests.samples.attacks import ATTACKS, Attack, many, nested

from billhook.http import limits, parsing
from billhook.http.parsing import KEPT_BYTES, Document, Text, reader
from billhook.settings import GivenSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.client import Billhook

STAGES = {"parse": parsing, "validate": limits, "execute": strawberry.schema.schema}
"""Each stage, and the module that calls it."""


class Reached(list[str]):
    """The stages that were reached, in order, and what they were called with."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Reached:
    """Notes each call of a stage, and lets it through."""
    noted = Reached()

    def noting(name: str, stage: Callable[..., Any]) -> Callable[..., Any]:
        def note(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - of any stage
            noted.append(name)
            noted.calls.append(args)
            return stage(*args, **kwargs)

        return note

    for name, module in STAGES.items():
        monkeypatch.setattr(module, name, noting(name, vars(module)[name]))
    return noted


def fresh(query: str) -> str:
    """A document that nobody sent before."""
    return f"{query} #{uuid4()}"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_with_its_code_before_the_stage_it_is_made_for(billhook: Billhook, reached: Reached, attack: Attack) -> None:
    query = fresh(attack.query)
    for stages in (attack.reaches, ()):  # and the second time for nothing
        answer = billhook.execute(query, attack.variables)
        assert "data" not in answer
        assert {error["extensions"]["code"] for error in answer["errors"]} == {attack.code}
        assert len(answer["errors"]) <= 21  # the last one says that there are more
        assert tuple(reached) == stages
        reached.clear()


def test_five_megabytes_are_refused_before_they_are_read_as_graphql(billhook: Billhook, reached: Reached) -> None:
    response = billhook.http.post("/graphql", json={"query": "{ __typename }" + " " * 5_000_000})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")
    assert reached == []


def test_a_document_is_parsed_and_validated_once_and_executed_each_time(billhook: Billhook, reached: Reached) -> None:
    query = fresh("{ __typename }")
    for _ in range(3):
        assert billhook.graphql(query) == {"__typename": "Query"}
    assert reached == ["parse", "validate", "execute", "execute", "execute"]


def test_the_rules_of_validation_are_built_once(billhook: Billhook, reached: Reached) -> None:
    for _ in range(2):
        billhook.graphql(fresh("{ __typename }"))
    rules = [call[2] for name, call in zip(reached, reached.calls, strict=True) if name == "validate"]
    assert len(rules) == 2
    assert all(each is limits.RULES for each in rules)


def test_another_operation_of_the_same_document_is_not_parsed_again(billhook: Billhook, reached: Reached) -> None:
    query = fresh("query A { __typename } query B { viewer { name } }")
    for name in ("A", "B"):
        assert billhook.http.post("/graphql", json={"query": query, "operationName": name}).status_code == 200
    assert reached == ["parse", "validate", "execute", "execute"]


class Walks(list[str]):
    """What looks for the lines of a text, and the texts that it went through."""

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        self.append(text)
        return re.finditer(r"\r\n|[\r\n]", text)


def test_the_lines_of_a_document_are_looked_for_once_however_many_errors_are_in_it(
    billhook: Billhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = Walks()
    for place in ("graphql.language.location._re_newline", "graphql.language.source._re_newline", "billhook.http.parsing.NEWLINE"):
        monkeypatch.setattr(place, walks)
    query = fresh("{\n " + many(40, "a#: projects(first: -1) { totalCount } a#: projects(first: -1) { nodes { id } }\n") + "}")
    errors = billhook.errors(query)
    assert [error["locations"] for error in errors] == [[{"line": 2 + number, "column": 2}] for number in range(40)]
    assert walks == [query]


@given(st.text("\r\n a", max_size=20))
def test_a_place_in_a_document_has_the_line_and_column_that_graphql_gives_it(text: str) -> None:
    places = [place for place in range(len(text) + 1) if text[place - 1 : place + 1] != "\r\n"]
    assert [Text(text).get_location(place) for place in places] == [Source(text).get_location(place) for place in places]


def skipped(ids: int) -> str:
    """A document of so many tokens: a list that is never looked at."""
    return "{ nodes(ids: [" + '"a" ' * (ids - 20) + "]) @skip(if: true) { id } __typename }"


def variables(count: int) -> str:
    """A document of so many variables, in a list that is never looked at."""
    given, taken = many(count, '$v#: ID! = "a"'), many(count, "$v#")
    return f"query ({given}) {{ nodes(ids: [{taken}]) @skip(if: true) {{ id }} __typename }}"


def deep(levels: int) -> str:
    return "{ nodes(ids: " + nested(levels, "[", "", "]") + ") @skip(if: true) { id } __typename }"


@pytest.mark.parametrize(
    ("document", "limit", "beyond"),
    [
        ("{ __typename }".ljust, 100_000, "The document is longer than 100000 characters."),
        (lambda count: "\n" * (count - 1) + "{ __typename }", 10_000, "The document has more than 10000 lines."),
        (lambda count: "\r\n" * (count - 1) + "{ __typename }", 10_000, "has more than 10000 lines."),
        (skipped, 5000, "Document contains more than 5000 tokens."),
        (lambda count: "{ __typename " + "#\n" * count + "}", 5000, "Document contains more than 5000 comments."),
        (
            lambda count: "query A { __typename } " + many(count - 1, "query B# { __typename }"),
            50,
            "The document has more than 50 operations.",
        ),
        (variables, 100, "The document has an operation of more than 100 variables."),
        (lambda count: "{ " + many(count, "a#: __typename @skip(if: false)") + " }", 100, "The document has more than 100 directives."),
        (deep, 20, "The document has values that are more than 20 levels deep."),
        (lambda count: f"{{ {'a' * count}: __typename }}", 200, "The document has a name of more than 200 characters."),
        (
            lambda digits: f"{{ projects(first: {'1' * digits}) {{ totalCount }} }}",
            100,
            "The document has a number of more than 100 digits.",
        ),
        (
            lambda count: "{ " + "...F " * 50 + "} fragment F on Query { " + many(count, "f#") + " }",
            97,
            "The document selects more than",
        ),
    ],
)
def test_a_limit_may_be_reached_and_not_passed(billhook: Billhook, document: Callable[[int], str], limit: int, beyond: str) -> None:
    def answered(size: int) -> str:
        return billhook.http.post(
            "/graphql", json={"query": document(size), "operationName": "A" if "query A" in document(size) else None}
        ).text

    assert "QUERY_TOO_EXPENSIVE" not in answered(limit)
    assert "QUERY_TOO_EXPENSIVE" in answered(limit + 1)
    assert beyond in answered(limit + 1)


def wide(count: int) -> dict[str, Any]:
    return {f"a{number}": 1 for number in range(count)}


def deep_lists(levels: int) -> dict[str, Any]:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return {"a": value}


def deep_objects(levels: int) -> dict[str, Any]:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return {"a": value}


@pytest.mark.parametrize(
    ("given", "limit", "beyond"),
    [
        (wide, 100, "There are more than 100 variables."),
        (deep_lists, 20, "The variables are more than 20 levels deep."),
        (deep_objects, 20, "The variables are more than 20 levels deep."),
    ],
    ids=("wide", "deep lists", "deep objects"),
)
def test_variables_have_limits_of_their_own(billhook: Billhook, given: Callable[[int], dict[str, Any]], limit: int, beyond: str) -> None:
    assert billhook.graphql("{ __typename }", given(limit)) == {"__typename": "Query"}
    [error] = billhook.errors("{ __typename }", given(limit + 1))
    assert error["message"] == f"{beyond} Ask for less at a time, or in several requests."


def test_what_is_kept_is_bounded_by_its_memory() -> None:
    read = reader(GivenSettings())
    kept = vars(read)["cache"]
    for number in range(100):
        read(f"{{ a{number} }}".ljust(100_000))
    assert kept.currsize <= KEPT_BYTES
    assert len(kept) == KEPT_BYTES // (8 * 100_000 + 5 * 700) < 100
    for number in range(100):
        read(f"{{ a{number} " + "a " * 40 + "}")
    assert kept.currsize <= KEPT_BYTES


@pytest.mark.parametrize("text", ["{ " + "a " * 4900 + "}", "\n" * 99_000 + "{ a }"], ids=("tokens", "lines"))
def test_a_document_takes_no_more_memory_than_is_reckoned(text: str) -> None:
    tracemalloc.start()
    try:
        source = Text(text)
        document = Document(text, parse(source))
        source.get_location(0)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken <= document.bytes
