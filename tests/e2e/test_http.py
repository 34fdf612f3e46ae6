"""GraphQL over HTTP: which status and media type each kind of request is answered with, and what is refused before it costs anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from graphql import get_introspection_query
from sqlalchemy import text
from starlette.testclient import TestClient
from tests.e2e.client import without_cost

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from starlette.applications import Starlette
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
ASK = {"query": "{ __typename }"}
NO_ADVICE = "Ask for less at a time, or in several requests."
CREATE_CUSTOMER = 'mutation { createCustomer(input: {name: "Acme"}) { customer { id } } }'
COUNT_CUSTOMERS = "{ customers { totalCount } }"


def message_of(response: httpx2.Response) -> str:
    """The message of the one error, which is all that there is in the answer."""
    answer = without_cost(response.json())
    assert list(answer) == ["errors"]
    [error] = answer["errors"]
    message: str = error["message"]
    return message


def post(billhook: Billhook, content: bytes, **headers: str) -> httpx2.Response:
    return billhook.http.post("/graphql", content=content, headers={"Content-Type": JSON} | headers)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", JSON),
        ("", JSON),
        (f"{GRAPHQL_RESPONSE}, */*", GRAPHQL_RESPONSE),
        (f"*/*, {JSON};q=0", GRAPHQL_RESPONSE),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (JSON, JSON),
        (f"{JSON}, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE};q=0.9", JSON),
        ("application/*;q=0.1, text/html", JSON),
        (f"text/html, {JSON}", JSON),
    ],
)
def test_the_answer_has_the_media_type_that_the_client_would_rather_have(billhook: Billhook, accept: str, media_type: str) -> None:
    response = billhook.http.post("/graphql", json=ASK, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    assert without_cost(response.json()) == {"data": {"__typename": "Query"}}


def test_several_lines_of_an_accept_header_are_one(billhook: Billhook) -> None:
    headers = [("Accept", "text/plain"), ("Accept", GRAPHQL_RESPONSE)]
    assert billhook.http.post("/graphql", json=ASK, headers=headers).headers["content-type"] == GRAPHQL_RESPONSE


def test_of_an_accept_header_the_first_thousand_characters_count(billhook: Billhook) -> None:
    for before, media_type in ((1000 - len(GRAPHQL_RESPONSE), GRAPHQL_RESPONSE), (1001 - len(GRAPHQL_RESPONSE), JSON)):
        accept = f"*/*;q=0.1{',' * (before - 9)}{GRAPHQL_RESPONSE}"
        assert billhook.http.post("/graphql", json=ASK, headers={"Accept": accept}).headers["content-type"] == media_type


@pytest.mark.parametrize("accept", ["image/png", f"{JSON};q=0", "text/html"])
def test_a_client_that_takes_no_json_is_answered_406(billhook: Billhook, accept: str) -> None:
    response = billhook.http.post("/graphql", json=ASK, headers={"Accept": accept})
    assert response.status_code == 406
    assert message_of(response) == f"The answer can be {GRAPHQL_RESPONSE} or {JSON}: name one of them in the Accept header."


def test_an_error_says_by_its_code_whose_it_is(billhook: Billhook) -> None:
    codes = {
        "{": "GRAPHQL_PARSE_FAILED",
        "{ nothingOfThatName }": "GRAPHQL_VALIDATION_FAILED",
        "query ($n: Int!) { projects(first: $n) { totalCount } }": "BAD_USER_INPUT",
    }
    for query, code in codes.items():
        [error] = billhook.errors(query)
        assert error["extensions"]["code"] == code


def test_of_several_operations_one_has_to_be_named(billhook: Billhook) -> None:
    query = "query A { __typename } query B { viewer { role } }"
    [error] = billhook.errors(query)
    assert error["message"] == "The document has several operations: name the one to execute in 'operationName'."
    assert error["extensions"]["code"] == "BAD_REQUEST"
    response = billhook.http.post("/graphql", json={"query": query, "operationName": "A"})
    assert (response.status_code, without_cost(response.json())) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{ nothingOfThatName }",
        "query ($n: Int!) { projects(first: $n) { totalCount } }",
        "query A { __typename } query B { __typename }",
    ],
)
@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL_RESPONSE, 400), (JSON, 200), ("*/*", 200)])
def test_a_document_that_cannot_run_has_errors_and_no_data(billhook: Billhook, query: str, accept: str, status: int) -> None:
    response = billhook.http.post("/graphql", json={"query": query}, headers={"Accept": accept})
    assert response.status_code == status
    assert message_of(response)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The request body is not valid JSON in UTF-8: "),
        (b"{", "The request body is not valid JSON in UTF-8: "),
        (b'{"query": "\xff"}', "The request body is not valid JSON in UTF-8: "),
        (b'{"query": "\\ud800"}', "The request body is not valid JSON in UTF-8: "),
        (b"[" * 100_000, "The request body is not valid JSON in UTF-8: "),
        (b'"{ __typename }"', "The request body must be a JSON object with a 'query'."),
        (b"null", "The request body must be a JSON object with a 'query'."),
        (b"[]", "Batches are not supported: "),
        (b'[{"query": "{ __typename }"}]', "Batches are not supported: "),
        (b"{}", "There is no 'query': "),
        (b'{"query": null}', "There is no 'query': "),
        (b'{"query": 1}', "There is no 'query': "),
        (b'{"query": " "}', "There is no 'query': "),
        (b'{"query": "{ __typename }", "variables": []}', "'variables' must be a JSON object."),
        (b'{"query": "{ __typename }", "variables": "{}"}', "'variables' must be a JSON object."),
        (b'{"query": "{ __typename }", "operationName": 1}', "'operationName' must be a text."),
        (b'{"query": "{ __typename }", "operationName": false}', "'operationName' must be a text."),
        (b'{"query": "{ __typename }", "extensions": "{}"}', "'extensions' must be a JSON object."),
        (b'{"query": "{ __typename }", "extensions": []}', "'extensions' must be a JSON object."),
    ],
)
@pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, "*/*"])
def test_a_body_of_another_shape_is_answered_400(billhook: Billhook, content: bytes, message: str, accept: str) -> None:
    response = post(billhook, content, Accept=accept)
    assert response.status_code == 400
    assert message_of(response).startswith(message)


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("query A { __typename }", "B", "The document has no operation named 'B'."),
        ("query A { __typename }", "B" * 101, f"The document has no operation named '{'B' * 99}…'."),
        ("fragment A on Query { __typename }", None, "The document has no operation."),
        ("query A { __typename } query B { __typename }", None, "The document has several operations: name the one to execute in "),
        ("subscription { billableProjectsChanged { refetch } }", None, "A subscription is followed over WebSocket, or over server-sent "),
    ],
)
def test_an_operation_that_cannot_be_executed_is_refused_as_any_other(
    billhook: Billhook, query: str, name: str | None, message: str
) -> None:
    for accept, status in ((GRAPHQL_RESPONSE, 400), (JSON, 200), ("*/*", 200)):
        response = billhook.http.post("/graphql", json={"query": query, "operationName": name}, headers={"Accept": accept})
        assert response.status_code == status
        assert message_of(response).startswith(message)
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Type": f"{JSON}; charset=utf-16"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_a_body_that_is_not_plain_json_is_answered_415(billhook: Billhook, headers: dict[str, str]) -> None:
    response = post(billhook, b'{"query": "{ __typename }"}', **headers)
    assert response.status_code == 415
    assert message_of(response) == "Send the request as application/json, in UTF-8, not compressed."


def test_a_charset_that_says_utf_8_is_welcome(billhook: Billhook) -> None:
    assert post(billhook, b'{"query": "{ __typename }"}', **{"Content-Type": f'{JSON}; charset="UTF-8"'}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_answered_405_with_those_that_are_allowed(billhook: Billhook, method: str) -> None:
    response = billhook.http.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert message_of(response) == "Send GraphQL with POST, or a query with GET."


def test_a_query_may_be_sent_with_get(billhook: Billhook) -> None:
    query = "query Ask($yes: Boolean!) { __typename @include(if: $yes) }"
    response = billhook.http.get("/graphql", params={"query": query, "variables": '{"yes": true}', "operationName": "Ask"})
    assert (response.status_code, without_cost(response.json())) == (200, {"data": {"__typename": "Query"}})


def test_a_mutation_sent_with_get_is_answered_405_and_changes_nothing(billhook: Billhook) -> None:
    response = billhook.http.get("/graphql", params={"query": CREATE_CUSTOMER})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert message_of(response) == "By GET only queries are executed: send this operation with POST."
    assert billhook.graphql(COUNT_CUSTOMERS) == {"customers": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "There is no 'query': "),
        ({"query": "{ __typename }", "variables": "{"}, "The URL's variables are not valid JSON in UTF-8: "),
        ({"query": "{ __typename }", "variables": "[]"}, "'variables' must be a JSON object."),
        ({"query": "{ __typename }", "extensions": "{"}, "The URL's extensions are not valid JSON in UTF-8: "),
        ({"query": "{ __typename }", "extensions": "1"}, "'extensions' must be a JSON object."),
    ],
)
def test_a_get_of_another_shape_is_answered_400(billhook: Billhook, params: dict[str, str], message: str) -> None:
    response = billhook.http.get("/graphql", params=params)
    assert response.status_code == 400
    assert message_of(response).startswith(message)


def fields(count: int) -> str:
    return "{" + " __typename" * count + " }"


def aliases(count: int) -> str:
    return "{ " + " ".join(f"a{number}: __typename" for number in range(count)) + " }"


def levels(count: int) -> str:
    """Selections of which the deepest is on this level; a fragment is a level too."""
    return "{ " + "... on Query { " * (count - 1) + "__typename" + " }" * count


@pytest.mark.parametrize(
    ("document", "limit", "beyond"),
    [
        (fields, 50, "selects '__typename' more than 50 times"),
        (aliases, 100, "has more than 100 aliases"),
        (levels, 20, "is more than 20 levels deep"),
    ],
)
def test_a_document_may_reach_a_limit_and_not_pass_it(billhook: Billhook, document: Callable[[int], str], limit: int, beyond: str) -> None:
    assert set(billhook.graphql(document(limit)).values()) == {"Query"}
    [error] = billhook.errors(document(limit + 1))
    assert error["message"] == f"The document {beyond}. {NO_ADVICE}"
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"


def test_fragments_count_for_what_they_select_wherever_they_are_spread(billhook: Billhook) -> None:
    doubling = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ... on Query {{ ...F{n + 1} }} }}" for n in range(8))
    [error] = billhook.errors(f"{{ ...F0 }} {doubling} fragment F8 on Query {{ __typename }}")
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"


def test_a_fragment_that_spreads_itself_is_refused(billhook: Billhook) -> None:
    messages = [error["message"] for error in billhook.errors("{ ...A } fragment A on Query { ...A }")]
    assert messages == ["Cannot spread fragment 'A' within itself."]


@pytest.mark.parametrize("query", ["{ a" * 2000, "{ a(b: " + "[" * 2000, "{ " + "a " * 5001])
def test_a_document_of_endless_depth_or_length_is_refused_while_it_is_read(billhook: Billhook, query: str) -> None:
    [error] = billhook.errors(query)
    assert error["message"] in {
        "Document is nested too deeply. Parsing aborted.",
        "Document contains more than 5000 tokens. Parsing aborted.",
    }
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"


def test_the_introspection_of_graphical_clients_is_within_the_limits(billhook: Billhook) -> None:
    data = billhook.graphql(get_introspection_query(schema_description=True, directive_is_repeatable=True, input_value_deprecation=True))
    assert data["__schema"]["queryType"]["name"] == "Query"


def test_a_body_may_have_a_million_bytes_and_not_one_more(billhook: Billhook) -> None:
    full = b'{"query": "{ __typename }"}'.ljust(1_000_000)
    assert post(billhook, full).status_code == 200
    response = post(billhook, full + b" ")
    assert response.status_code == 413
    assert message_of(response) == "The request body is larger than 1000000 bytes."


def test_a_body_of_unannounced_length_is_cut_off(billhook: Billhook) -> None:
    chunks = (b" " * 100_000 for _ in range(50))
    response = billhook.http.post("/graphql", content=chunks, headers={"Content-Type": JSON})
    assert response.status_code == 413


def test_a_real_server_answers_five_megabytes_with_413_and_goes_on(served_billhook: Billhook) -> None:
    assert post(served_billhook, b" " * 5_000_000).status_code == 413
    assert served_billhook.graphql("{ __typename }") == {"__typename": "Query"}


def test_a_bug_shows_an_id_and_nothing_of_the_inside(billhook: Billhook, workspace: Workspace) -> None:
    with workspace.writing() as tx:
        tx.session.execute(text("DROP TABLE project_balance"))
    response = billhook.http.post("/graphql", json={"query": "{ billableProjects { totalCount } }"}, headers={"X-Request-Id": "case-7"})
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert response.headers["x-request-id"] == "case-7"
    assert "case-7" in str(error)
    for inside in ("project_balance", "Traceback", "sqlite", ".py"):
        assert inside not in response.text


@pytest.mark.parametrize(
    ("given", "is_kept"), [("case-7", True), ("a" * 64, True), ("a" * 65, False), ("two words", False), ('"', False), ("", False)]
)
def test_every_answer_has_a_request_id_the_clients_own_when_it_is_harmless(billhook: Billhook, given: str, *, is_kept: bool) -> None:
    for path in ("/graphql", "/healthz", "/nothing-here"):
        answered = billhook.http.get(path, headers={"X-Request-Id": given}).headers["x-request-id"]
        assert (answered == given) is is_kept
        assert len(answered) == len(given) if is_kept else len(answered) == 32


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "localhost:8000", "[::1]:8000"])
def test_this_machine_is_let_in_by_any_of_its_names(billhook: Billhook, host: str) -> None:
    assert billhook.http.post("/graphql", json=ASK, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["billing.example.com", "127.0.0.1.example.com", "192.168.1.7", "localhost.", "[", ""])
def test_a_page_whose_name_was_pointed_at_this_machine_is_not_let_in(billhook: Billhook, host: str) -> None:
    response = billhook.http.post("/graphql", json={"query": CREATE_CUSTOMER}, headers={"Host": host, "X-Request-Id": "case-8"})
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN", "requestId": "case-8"}
    assert billhook.graphql(COUNT_CUSTOMERS) == {"customers": {"totalCount": 0}}


def test_healthz_answers(billhook: Billhook) -> None:
    response = billhook.http.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")


def test_another_path_is_answered_404_in_json(billhook: Billhook) -> None:
    response = billhook.http.get("/nothing-here")
    assert (response.status_code, message_of(response)) == (404, "There is nothing here. GraphQL is at /graphql.")


@pytest.mark.parametrize("path", ["/graphql/", "/metrics/", "/schema.graphql/"])
def test_a_slash_too_many_leads_nowhere(billhook: Billhook, path: str) -> None:
    response = billhook.http.post(path, json=ASK, follow_redirects=False)
    assert (response.status_code, message_of(response)) == (404, "There is nothing here. GraphQL is at /graphql.")


def test_the_root_leads_to_graphql(billhook: Billhook) -> None:
    response = billhook.http.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


def test_other_machines_are_not_let_in(app: Starlette) -> None:
    with TestClient(app, base_url="http://127.0.0.1", client=("192.168.1.7", 50000)) as elsewhere:
        assert elsewhere.post("/graphql", json=ASK).status_code == 403
