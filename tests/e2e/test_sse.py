"""GraphQL over server-sent events: each operation is a request of its own, whose answer is a stream of events."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e import story
from tests.e2e.following import INVOICES, PROJECTS
from tests.e2e.settings import settings_for
from tests.e2e.test_access import secret_of

from billhook.billing.access import revoke_access_token
from billhook.billing.inputs.access import RevokeAccessToken
from billhook.billing.workspace import Workspace, open_workspace
from billhook.domain.ids import encode
from billhook.domain.words import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from tests.databases import SQLite
    from tests.e2e.client import Billhook, FixedClock

    from billhook.sources import Sources

WHO = "{ viewer { name } }"
STREAM = {"Accept": "text/event-stream"}
Event = tuple[str, Any]


@pytest.fixture
def workspace(sqlite: SQLite, sources: Sources, clock: FixedClock) -> Iterator[Workspace]:
    """Which database it is does not matter to a stream; with a sign of life every second."""
    url = sqlite.new()
    settings = settings_for(url).model_copy(update={"heartbeat": 1})
    opened = open_workspace(settings, sources, clock)
    yield opened
    opened.engine.dispose()
    sqlite.drop(url)


@contextmanager
def streamed(billhook: Billhook, query: str, method: str = "POST", headers: dict[str, str] | None = None, **more: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """Ask for a stream; give an iterator over its events, a comment as an event without a name."""
    asked: dict[str, Any] = {"query": query, **more}
    how: dict[str, Any] = {"json": asked} if method == "POST" else {"params": {name: given(value) for name, value in asked.items()}}
    with billhook.http.stream(method, "/graphql", headers=STREAM | (headers or {}), timeout=60, **how) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        assert response.headers["cache-control"] == "no-store, no-transform"
        yield events_of(response)


def given(value: Any) -> str:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else json.dumps(value)


def events_of(response: httpx2.Response) -> Iterator[Event]:
    name = ""
    for line in response.iter_lines():
        if line.startswith(":"):
            yield "", line
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data = line.removeprefix("data: ")
            yield name, json.loads(data) if data else None


def told(events: Iterator[Event]) -> Event:
    """The next event that is no sign of life."""
    return next(event for event in events if event[0])


def data_of(events: Iterator[Event]) -> list[Event]:
    """All events, with what they tell of the data."""
    return [(name, answer and answer["data"]) for name, answer in events if name]


def refused(response: httpx2.Response) -> tuple[int, str, str]:
    [error] = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_subscription_is_a_stream_of_what_changes(served_billhook: Billhook, method: str) -> None:
    shop = story.project(served_billhook)
    with streamed(served_billhook, INVOICES, method, variables={"id": shop}) as events:
        name, first = told(events)
        assert (name, first["data"]["invoiceChanged"]["refetch"]) == ("next", True)
        assert next(events) == ("", ": ping")  # nothing happens, and the connection shows that it is alive
        story.advance(served_billhook, shop, "5")
        name, second = told(events)
        assert (name, second["data"]["invoiceChanged"]["kinds"]) == ("next", ["CREATED", "BOOKED"])


def test_any_operation_may_be_a_stream_of_one_event(served_billhook: Billhook) -> None:
    with streamed(served_billhook, WHO, "GET") as events:
        assert data_of(events) == [("next", {"viewer": {"name": "local"}}), ("complete", None)]
    with streamed(served_billhook, 'mutation { createCustomer(input: {name: "Acme"}) { customer { name } } }') as events:
        assert data_of(events) == [("next", {"createCustomer": {"customer": {"name": "Acme"}}}), ("complete", None)]


@pytest.mark.parametrize(
    ("query", "method", "code"),
    [
        ("{ viewer { name }", "POST", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "POST", "GRAPHQL_VALIDATION_FAILED"),
        (INVOICES, "GET", "BAD_USER_INPUT"),
        ("subscription { " + "billableProjectsChanged { refetch } " * 60 + "}", "POST", "QUERY_TOO_EXPENSIVE"),
        ("query A { viewer { name } } query B { viewer { name } }", "POST", "BAD_REQUEST"),
    ],
)
def test_what_cannot_run_is_said_in_the_one_event_of_its_stream(served_billhook: Billhook, query: str, method: str, code: str) -> None:
    with streamed(served_billhook, query, method) as events:
        (name, answer), complete = events
        assert (name, "data" in answer, complete) == ("next", False, ("complete", None))
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


def test_lines_end_as_every_client_knows_them(billhook: Billhook) -> None:
    answer = billhook.http.post("/graphql", json={"query": "{ __typename }"}, headers=STREAM)
    data = '{"data":{"__typename":"Query"},"extensions":{"cost":{"requested":1,"maximum":50000}}}'
    assert answer.text == f"event: next\ndata: {data}\n\nevent: complete\ndata: \n\n"


def test_a_document_that_is_not_known_is_said_in_the_one_event_of_its_stream(served_billhook: Billhook) -> None:
    unknown = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    with served_billhook.http.stream("POST", "/graphql", json=unknown, headers=STREAM) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        (name, answer), complete = events_of(response)
        assert (name, complete) == ("next", ("complete", None))
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize("accept", ["application/json, text/event-stream;q=0", "application/json, text/event-streams", "*/*"])
def test_who_does_not_take_a_stream_gets_none(served_billhook: Billhook, accept: str) -> None:
    response = served_billhook.http.post("/graphql", json={"query": PROJECTS}, headers={"Accept": accept})
    assert refused(response)[:2] == (200, "BAD_REQUEST")


def test_by_get_no_mutation_is_executed_in_a_stream(served_billhook: Billhook) -> None:
    query = 'mutation A { createCustomer(input: {name: "Acme"}) { customer { name } } } query B { viewer { name } }'
    response = served_billhook.http.get("/graphql", params={"query": query, "operationName": "A"}, headers=STREAM)
    assert refused(response) == (405, "BAD_REQUEST", "By GET only queries are executed: send this operation with POST.")
    assert response.headers["allow"] == "POST"
    with streamed(served_billhook, query, "GET", operationName="B") as events:
        assert data_of(events) == [("next", {"viewer": {"name": "local"}}), ("complete", None)]
    assert served_billhook.graphql("{ customers { totalCount } }") == {"customers": {"totalCount": 0}}


@pytest.mark.parametrize("accept", ["text/event-stream, application/json", "application/graphql-response+json, text/event-stream"])
def test_who_takes_both_gets_a_subscription_as_a_stream_and_a_query_at_once(served_billhook: Billhook, accept: str) -> None:
    shop = story.project(served_billhook)
    with streamed(served_billhook, INVOICES, headers={"Accept": accept}, variables={"id": shop}) as events:
        name, answer = told(events)
        assert (name, answer["data"]["invoiceChanged"]["refetch"]) == ("next", True)
    response = served_billhook.http.post("/graphql", json={"query": WHO}, headers={"Accept": accept})
    assert response.headers["content-type"].endswith("json")
    elsewhere = {"Accept": accept, "Origin": "http://evil.example"}
    assert refused(served_billhook.http.post("/graphql", json={"query": PROJECTS}, headers=elsewhere))[:2] == (403, "FORBIDDEN")


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_other_servers_may_not_follow(served_billhook: Billhook, headers: dict[str, str]) -> None:
    message = "Pages of other servers may not ask this one, unless BILLHOOK_CORS_ORIGINS names them."
    response = served_billhook.http.get("/graphql", params={"query": PROJECTS}, headers=STREAM | headers)
    assert refused(response) == (403, "FORBIDDEN", message)


def test_a_token_counts_as_in_any_request_and_ends_the_stream_when_it_ends(served_billhook: Billhook) -> None:
    secret = secret_of(served_billhook.workspace, Role.VIEWER)
    assert refused(served_billhook.http.post("/graphql", json={"query": PROJECTS}, headers=STREAM))[:2] == (401, "UNAUTHENTICATED")
    with streamed(served_billhook, PROJECTS, headers={"Authorization": f"Bearer {secret}"}) as events:
        assert told(events)[0] == "next"
        ends = RevokeAccessToken.model_validate({"id": encode("AccessToken", 1)})
        served_billhook.workspace.write(lambda tx: revoke_access_token(tx, ends))
        name, answer = told(events)
        assert (name, answer["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert told(events) == ("complete", None)


def test_a_token_that_expires_ends_the_stream_though_nothing_happens(served_billhook: Billhook) -> None:
    secret = secret_of(served_billhook.workspace, Role.VIEWER, expiresAt="2026-03-11T00:00:00Z")
    with streamed(served_billhook, PROJECTS, headers={"Authorization": f"Bearer {secret}"}) as events:
        assert told(events)[0] == "next"
        served_billhook.clock.move_to(served_billhook.clock.now.date().replace(day=12))
        assert told(events)[1]["errors"][0]["message"] == "This token has ended: it has expired, or was revoked."
        assert told(events) == ("complete", None)


def test_a_client_that_goes_away_leaves_its_place(served_billhook: Billhook, app: Any) -> None:  # noqa: ANN401 - a Starlette
    with streamed(served_billhook, PROJECTS) as events:
        assert told(events)[0] == "next"
        assert app.state.hub.open == 1
        assert "billhook_subscriptions_open 1.0" in served_billhook.http.get("/metrics").text
    while app.state.hub.open:
        served_billhook.graphql(WHO)


def test_when_the_server_stops_a_stream_is_cut_without_complete(served_billhook: Billhook, app: Any) -> None:  # noqa: ANN401 - a Starlette
    with streamed(served_billhook, PROJECTS) as events:
        assert told(events)[0] == "next"
        app.state.hub.close()
        assert [event for event in events if event[0]] == []
