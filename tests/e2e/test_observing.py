"""The line of each operation: its name, who asked, what came of it, how many statements it took; and of each request that was refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_access import secret_of

from billhook.domain.words import Role

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

TOLD = ("operation", "kind", "who", "role", "status", "codes", "statements", "cost", "request_id")
NEWER = {"Accept": "application/graphql-response+json"}
NAMED = {"X-Request-Id": "case-9"}
UNKNOWN = b'{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "%064d"}}}' % 0


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="billhook.operations")
    return caplog


def told(lines: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    """What was logged of the requests so far: without their durations, which no test knows."""
    ended = [record for record in lines.records if record.name == "billhook.operations"]
    assert all(vars(record)["duration_ms"] >= 0 for record in ended)
    found = [(record.getMessage(), {name: vars(record)[name] for name in TOLD}) for record in ended]
    lines.clear()
    return found


def test_an_operation_is_told_of_with_its_name_who_asked_and_what_it_took(billhook: Billhook, lines: pytest.LogCaptureFixture) -> None:
    secret = secret_of(billhook.workspace, Role.VIEWER, "Ann's laptop")
    headers = NAMED | {"Authorization": f"Bearer {secret}"}
    for _ in range(2):  # the first use of a token in a minute is written down
        lines.clear()
        billhook.http.post("/graphql", json={"query": "query Names { projects { totalCount } customers { totalCount } }"}, headers=headers)
    asked = {"operation": "Names", "kind": "query", "who": "Ann's laptop", "role": "viewer", "request_id": "case-9", "cost": 44}
    assert told(lines) == [("operation", asked | {"status": 200, "codes": [], "statements": 3})]


def test_a_mutation_without_a_name_is_told_of_with_its_errors(billhook: Billhook, lines: pytest.LogCaptureFixture) -> None:
    secret = secret_of(billhook.workspace, Role.VIEWER)
    headers = NAMED | {"Authorization": f"Bearer {secret}"}
    create = 'a: createCustomer(input: { name: "Acme" }) { customer { id } }'
    billhook.http.post("/graphql", json={"query": f"mutation {{ {create} {create.replace('a:', 'b:')} }}"}, headers=headers)
    [(event, line)] = told(lines)
    assert (event, line["operation"], line["kind"], line["status"], line["codes"]) == ("operation", None, "mutation", 200, ["FORBIDDEN"])


@pytest.mark.parametrize(
    ("query", "kind", "code"),
    [
        ("query Ask { nothing", None, "GRAPHQL_PARSE_FAILED"),
        ("query Ask { nothing }", "query", "GRAPHQL_VALIDATION_FAILED"),
        ("query Ask { projects(first: 100000) { totalCount } }", "query", "BAD_USER_INPUT"),
        ("query Ask { " + "__typename " * 51 + "}", None, "QUERY_TOO_EXPENSIVE"),
    ],
)
def test_what_is_refused_by_graphql_has_its_code(
    billhook: Billhook, lines: pytest.LogCaptureFixture, query: str, kind: str | None, code: str
) -> None:
    billhook.http.post("/graphql", json={"query": query, "operationName": "Ask"})
    [(event, line)] = told(lines)
    assert (event, line["operation"], line["kind"], line["codes"]) == ("operation", "Ask", kind, [code])


def test_the_name_of_an_operation_is_cut_after_100_characters(billhook: Billhook, lines: pytest.LogCaptureFixture) -> None:
    for length in (100, 101):
        billhook.http.post("/graphql", json={"query": f"query {'a' * length} {{ __typename }}"})
    assert [line["operation"] for _, line in told(lines)] == ["a" * 100] * 2


def test_what_is_refused_before_graphql_is_told_of_with_status_and_code(billhook: Billhook, lines: pytest.LogCaptureFixture) -> None:
    billhook.http.put("/graphql", headers=NAMED)
    billhook.http.post("/graphql", content=b"[]", headers=NAMED | {"Content-Type": "application/json"})
    billhook.http.post("/graphql", json={}, headers=NAMED | {"Authorization": "Bearer x"})
    billhook.http.get("/nothing-here", headers=NAMED)
    nobody: dict[str, Any] = dict.fromkeys(TOLD) | {"request_id": "case-9", "statements": 0}
    assert told(lines) == [
        ("refused", nobody | {"status": 405, "codes": ["BAD_REQUEST"]}),
        ("refused", nobody | {"status": 400, "codes": ["BAD_REQUEST"], "who": "local", "role": "admin", "statements": 1}),
        ("refused", nobody | {"status": 401, "codes": ["UNAUTHENTICATED"], "statements": 2}),
        ("refused", nobody | {"status": 404, "codes": ["BAD_REQUEST"]}),
    ]


def test_pages_files_and_checks_of_health_are_not_told_of(billhook: Billhook, lines: pytest.LogCaptureFixture) -> None:
    for path in ("/", "/healthz"):
        billhook.http.get(path, follow_redirects=False)
    billhook.http.get("/graphql", headers={"Accept": "text/html"})
    assert told(lines) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/graphql", b'{"query": "{"}', 400, "GRAPHQL_PARSE_FAILED"),
        ("POST", "/graphql", b'{"query": "{ nothing }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        ("POST", "/graphql", b'{"query": "query ($n: Int!) { projects(first: $n) { totalCount } }"}', 400, "BAD_USER_INPUT"),
        ("POST", "/graphql", b'{"query": "{ node(id: \\"x\\") { id } projects(first: -1) { totalCount } }"}', 200, "BAD_USER_INPUT"),
        ("POST", "/graphql", b"{", 400, "BAD_REQUEST"),
        ("POST", "/graphql", b" " * 1_000_001, 413, "LIMIT_EXCEEDED"),
        ("PUT", "/graphql", b"", 405, "BAD_REQUEST"),
        ("GET", "/elsewhere", b"", 404, "BAD_REQUEST"),
        ("POST", "/healthz", b"", 405, "BAD_REQUEST"),
        ("POST", "/graphql", UNKNOWN, 400, "PERSISTED_QUERY_NOT_FOUND"),
    ],
)
def test_every_error_has_a_code_and_the_id_of_its_request(  # noqa: PLR0913, PLR0917 - one parameter for each column
    billhook: Billhook, method: str, path: str, body: bytes, status: int, code: str
) -> None:
    response = billhook.http.request(method, path, content=body, headers=NEWER | {"Content-Type": "application/json"})
    assert response.status_code == status
    errors = response.json()["errors"]
    assert {error["extensions"]["requestId"] for error in errors} == {response.headers["x-request-id"]}
    assert {error["extensions"]["code"] for error in errors} == {code}
