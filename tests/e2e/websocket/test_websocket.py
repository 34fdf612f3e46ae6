"""GraphQL over WebSocket, by graphql-transport-ws: who gets in, what is answered, and how connections end."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import WebSocketDenialResponse
from tests.e2e import story
from tests.e2e.following import INVOICES, PROJECTS
from tests.e2e.test_access import secret_of
from tests.e2e.test_persisted_documents import hash_of
from tests.e2e.websocket.connecting import ADDRESS, PROTOCOL, WHO, app_with, ask, closed, http_of, let_in, opened
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from billhook.domain.words import Role

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace

PATIENCE = 60


def test_a_client_follows_asks_and_changes_over_one_real_connection(served_billhook: Billhook) -> None:
    shop = story.project(served_billhook)
    address = str(served_billhook.http.base_url).rstrip("/")
    with connect(f"{address.replace('http', 'ws')}/graphql", subprotocols=[Subprotocol(PROTOCOL)], origin=Origin(address)) as socket:

        def send(**message: Any) -> None:  # noqa: ANN401 - JSON
            socket.send(json.dumps(message))

        def receive() -> dict[str, Any]:
            received: dict[str, Any] = json.loads(socket.recv(PATIENCE))
            return received

        send(type="connection_init")
        assert receive() == {"type": "connection_ack"}
        send(type="ping")
        assert receive() == {"type": "pong"}
        send(type="subscribe", id="a", payload={"query": INVOICES, "variables": {"id": shop}})
        first = {"kinds": [], "refetch": True, "invoiceId": None, "invoice": None, "project": {"id": shop}}
        told = receive()
        assert (told["id"], told["type"], told["payload"]["data"]) == ("a", "next", {"invoiceChanged": first})
        assert told["payload"]["extensions"]["cost"]["requested"] > 1
        send(type="subscribe", id="b", payload={"query": WHO})
        told = receive()
        assert (told["id"], told["type"], told["payload"]["data"]) == ("b", "next", {"viewer": {"name": "local"}})
        assert receive() == {"id": "b", "type": "complete"}
        story.advance(served_billhook, shop, "5")
        told = receive()
        assert (told["id"], told["type"]) == ("a", "next")
        assert told["payload"]["data"]["invoiceChanged"]["kinds"] == ["CREATED", "BOOKED"]
        send(type="complete", id="a")
        send(type="ping")
        assert receive() == {"type": "pong"}
        story.advance(served_billhook, shop, "6")
        send(type="subscribe", id="a", payload={"query": WHO})  # the id is free again
        assert [receive()["type"], receive()["type"]] == ["next", "complete"]


@pytest.mark.parametrize("origin", ["http://127.0.0.1", "http://127.0.0.1:80", None])
def test_pages_of_this_server_and_programs_may_connect(billhook: Billhook, origin: str | None) -> None:
    with opened(billhook, **({"Origin": origin} if origin else {})) as socket:
        let_in(socket)
        assert ask(socket, WHO)["payload"]["data"] == {"viewer": {"name": "local"}}


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:81", "null", "http://localhost", ""])
def test_pages_of_other_servers_may_not(billhook: Billhook, caplog: pytest.LogCaptureFixture, origin: str) -> None:
    caplog.set_level(logging.INFO, "billhook.operations")
    with pytest.raises(WebSocketDenialResponse) as denied, opened(billhook, Origin=origin):
        pass
    assert denied.value.status_code == 403
    [line] = [record for record in caplog.records if record.name == "billhook.operations"]
    assert (line.message, line.status, line.codes) == ("refused", 403, ["FORBIDDEN"])  # type: ignore[attr-defined] # of `extra`
    [error] = denied.value.json()["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["message"] == "Pages of other servers may not ask this one, unless BILLHOOK_CORS_ORIGINS names them."


def test_pages_that_the_settings_name_may_connect(workspace: Workspace, schema: Schema) -> None:
    http = app_with(workspace, schema, cors_origins="https://app.example.com")
    with http, http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL], headers={"Origin": "https://app.example.com"}) as socket:
        let_in(socket)


def test_a_page_whose_name_was_pointed_at_this_machine_does_not_get_in(billhook: Billhook) -> None:
    with opened(billhook, Origin="http://evil.example", Host="evil.example") as socket:
        socket.send_json({"type": "connection_init"})
        assert closed(socket) == (4403, "Forbidden")


@pytest.mark.parametrize("protocols", [["graphql-ws"], [], ["mqtt"]])
def test_other_protocols_are_refused(billhook: Billhook, protocols: list[str]) -> None:
    with http_of(billhook).websocket_connect(ADDRESS, subprotocols=protocols) as socket:
        assert closed(socket) == (4406, "Subprotocol not acceptable: use graphql-transport-ws")


@pytest.mark.parametrize("key", ["authorization", "Authorization"])
def test_the_token_comes_in_connection_init_or_in_the_handshake(billhook: Billhook, key: str) -> None:
    bearer = f"Bearer {secret_of(billhook.workspace, Role.VIEWER)}"
    with opened(billhook) as socket:
        let_in(socket, {key: bearer})
        assert ask(socket, WHO)["payload"]["data"] == {"viewer": {"name": "Ann's laptop"}}
    with opened(billhook, Authorization=bearer) as socket:
        let_in(socket)
        assert ask(socket, WHO)["payload"]["data"] == {"viewer": {"name": "Ann's laptop"}}


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer bh_wrong"}, {"authorization": "Basic eA=="}, {"authorization": 1}])
def test_who_has_no_token_or_a_wrong_one_is_closed_out(billhook: Billhook, payload: Any) -> None:  # noqa: ANN401 - JSON
    secret_of(billhook.workspace, Role.ADMIN)
    with opened(billhook) as socket:
        socket.send_json({"type": "connection_init", "payload": payload or {}})
        assert closed(socket) == (4403, "Forbidden")


def test_wrong_tokens_are_counted_as_those_of_requests_are(billhook: Billhook) -> None:
    secret_of(billhook.workspace, Role.ADMIN)
    for _ in range(10):
        with opened(billhook) as socket:
            socket.send_json({"type": "connection_init", "payload": {"authorization": "Bearer bh_wrong"}})
            assert closed(socket) == (4403, "Forbidden")
    assert http_of(billhook).post("/graphql", json={"query": WHO}, headers={"Authorization": "Bearer bh_wrong"}).status_code == 429


@pytest.mark.parametrize("payload", [{"query": WHO}, {"query": 1}])
def test_nothing_is_answered_before_connection_init(billhook: Billhook, payload: Any) -> None:  # noqa: ANN401 - JSON
    with opened(billhook) as socket:
        socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        assert closed(socket) == (4401, "Unauthorized")


@pytest.mark.parametrize(
    "message",
    [
        [],
        "x",
        1,
        None,
        {},
        {"type": 1},
        {"type": "sing"},
        {"type": "x" * 300},
        {"type": "é" * 80},
        {"type": "complete"},
        {"type": "complete", "id": []},
        {"type": "complete", "id": {}},
        {"type": "subscribe", "id": "i" * 129, "payload": {"query": WHO}},
        {"type": "subscribe"},
        {"type": "subscribe", "id": 1, "payload": {"query": WHO}},
        {"type": "subscribe", "id": "1", "payload": [WHO]},
    ],
)
def test_what_is_no_message_closes_the_connection(billhook: Billhook, message: Any) -> None:  # noqa: ANN401 - JSON
    with opened(billhook) as socket:
        let_in(socket)
        socket.send_json(message)
        code, reason = closed(socket)
        assert (code, len(reason.encode()) <= 123) == (4400, True)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"query": 1},
        {"query": " "},
        {"query": WHO, "variables": []},
        {"query": WHO, "operationName": 1},
        {"query": WHO, "extensions": {"persistedQuery": 1}},
        {"query": WHO, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
    ],
)
def test_what_is_no_operation_is_answered_and_the_others_go_on(billhook: Billhook, payload: Any) -> None:  # noqa: ANN401 - JSON
    with opened(billhook) as socket:
        let_in(socket)
        socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        refusal = socket.receive_json()
        assert (refusal["type"], refusal["id"], sorted(refusal["payload"][0]["extensions"])) == ("error", "1", ["code", "requestId"])
        assert refusal["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        socket.send_json({"type": "subscribe", "id": "2", "payload": {"query": WHO}})
        assert socket.receive_json()["type"] == "next"


@pytest.mark.parametrize("text", ["{", "", "NaN", '"' + "[" * 100_000])
def test_what_is_no_json_closes_the_connection(billhook: Billhook, text: str) -> None:
    with opened(billhook) as socket:
        let_in(socket)
        socket.send_text(text)
        assert closed(socket) == (4400, "WebSocket message must be valid JSON")


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        ("{ viewer { name }", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { viewer { name } }", {"operationName": "B"}, "BAD_REQUEST"),
        ("query A { viewer { name } } query B { viewer { name } }", {}, "BAD_REQUEST"),
        (INVOICES, {}, "BAD_USER_INPUT"),
        ("{" + "viewer { name }" * 60 + "}", {}, "QUERY_TOO_EXPENSIVE"),
        ("subscription { " + "billableProjectsChanged { refetch } " * 60 + "}", {}, "QUERY_TOO_EXPENSIVE"),
        (INVOICES, {"variables": {"id": "x"}}, "BAD_USER_INPUT"),
        ("", {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(WHO)}}}, "PERSISTED_QUERY_NOT_FOUND"),
    ],
)
def test_an_operation_that_cannot_run_is_an_error_of_its_own(billhook: Billhook, query: str, more: Any, code: str) -> None:  # noqa: ANN401 - JSON
    with opened(billhook) as socket:
        let_in(socket)
        payload = {"query": query or None, **more}
        socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        message = socket.receive_json()
        assert message["type"] == "error", message
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        assert ask(socket, WHO, "2")["type"] == "next"


def test_an_id_is_of_one_operation_at_a_time_and_of_at_most_128_characters(billhook: Billhook) -> None:
    key = "é" * 128
    with opened(billhook) as socket:
        let_in(socket)
        assert ask(socket, PROJECTS, key)["type"] == "next"
        socket.send_json({"type": "subscribe", "id": key, "payload": {"query": PROJECTS}})
        assert closed(socket) == (4409, "Subscriber for " + "é" * 54)


def test_who_begins_twice_is_closed_out(billhook: Billhook) -> None:
    with opened(billhook) as socket:
        let_in(socket)
        socket.send_json({"type": "connection_init"})
        assert closed(socket)[0] == 4429


def test_a_role_counts_on_a_connection_too(billhook: Billhook) -> None:
    secret = secret_of(billhook.workspace, Role.TIMEKEEPER, userId=story.someone(billhook))
    with opened(billhook) as socket:
        let_in(socket, {"authorization": f"Bearer {secret}"})
        message = ask(socket, PROJECTS)
        assert message["type"] == "error"
        [error] = message["payload"]
        assert (error["extensions"]["code"], error["path"]) == ("FORBIDDEN", ["billableProjectsChanged"])
