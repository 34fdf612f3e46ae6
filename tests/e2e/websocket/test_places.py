"""What one connection, one token and one process take over WebSocket, and how connections end that may not go on."""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from tests.e2e.following import PROJECTS
from tests.e2e.test_access import secret_of
from tests.e2e.test_persisted_documents import hash_of
from tests.e2e.websocket.connecting import ADDRESS, PROTOCOL, WHO, app_with, ask, closed, http_of, let_in, opened

from billhook.billing.access import revoke_access_token
from billhook.billing.inputs.access import RevokeAccessToken
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.http.websocket import MOST_UNKNOWN
from billhook.http.websocket_operations import MOST_OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from strawberry import Schema
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace


def test_a_server_that_answers_a_list_of_documents_answers_nothing_else_here(workspace: Workspace, schema: Schema, tmp_path: Path) -> None:
    listed = tmp_path / "documents.json"
    listed.write_text(json.dumps({hash_of(WHO): WHO}), encoding="utf-8")
    http = app_with(workspace, schema, persisted_documents=str(listed))
    with http, http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL]) as socket:
        let_in(socket)
        persisted = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(WHO)}}
        assert ask(socket, None, extensions=persisted)["payload"]["data"] == {"viewer": {"name": "local"}}
        assert socket.receive_json() == {"id": "1", "type": "complete"}
        [error] = ask(socket, PROJECTS, "2")["payload"]
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_IN_LIST"


def test_a_connection_has_at_most_100_operations_under_way(billhook: Billhook) -> None:
    with opened(billhook) as socket:
        let_in(socket)
        for each in range(MOST_OPERATIONS):
            assert ask(socket, PROJECTS, str(each))["type"] == "next"
        message = ask(socket, WHO, "one more")
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "LIMIT_EXCEEDED")


def test_more_connections_than_a_process_takes_are_refused(workspace: Workspace, schema: Schema) -> None:
    http = app_with(workspace, schema, max_subscriptions=1)
    with http, http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL]) as socket:
        let_in(socket)
        with pytest.raises(WebSocketDenialResponse) as denied, http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL]):
            pass
        assert denied.value.status_code == 503


def test_a_token_has_at_most_half_of_the_places(workspace: Workspace, schema: Schema) -> None:
    one, other = (f"Bearer {secret_of(workspace, Role.VIEWER)}" for _ in range(2))
    http = app_with(workspace, schema, max_subscriptions=2)

    def connected() -> WebSocketTestSession:
        return http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL])

    with http, connected() as first:
        let_in(first, {"authorization": one})
        with connected() as second:
            second.send_json({"type": "connection_init", "payload": {"authorization": one}})
            assert closed(second) == (1013, "This token has as many connections as this server takes")
        assert ask(first, PROJECTS, "1")["type"] == "next"
        message = ask(first, PROJECTS, "2")
        told = "1 subscriptions of this token are open, as many as this server takes of one. Close some."
        assert (message["type"], message["payload"][0]["message"]) == ("error", told)
        with connected() as second:
            let_in(second, {"authorization": other})
            assert ask(second, PROJECTS)["type"] == "next"
        free = False
        while not free:  # its place, a moment after it has left
            with suppress(WebSocketDenialResponse), connected() as second:
                let_in(second, {"authorization": other})
                free = True


def test_connections_that_do_not_say_whose_they_are_make_room_for_others(billhook: Billhook) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(opened(billhook)) for _ in range(MOST_UNKNOWN)]
        with opened(billhook) as speaks:
            assert closed(silent[0]) == (1013, "Others wait to say who they are")
            let_in(speaks)
            assert ask(speaks, WHO)["payload"]["data"] == {"viewer": {"name": "local"}}
        let_in(silent[1])


def test_who_floods_the_server_with_silent_connections_ends_its_own(billhook: Billhook) -> None:
    flooding = TestClient(http_of(billhook).app, base_url="http://127.0.0.1", client=("203.0.113.7", 50000))
    flooding.portal = http_of(billhook).portal
    with ExitStack() as stack:
        slow = stack.enter_context(opened(billhook))
        flood = [stack.enter_context(flooding.websocket_connect(ADDRESS, subprotocols=[PROTOCOL])) for _ in range(MOST_UNKNOWN + 1)]
        assert [closed(silent) for silent in flood[:2]] == [(1013, "Others wait to say who they are")] * 2
        let_in(slow)
        assert ask(slow, WHO)["payload"]["data"] == {"viewer": {"name": "local"}}


def test_a_token_that_is_revoked_loses_its_connection_though_it_asks_nothing(workspace: Workspace, schema: Schema) -> None:
    secret = secret_of(workspace, Role.VIEWER)
    given = RevokeAccessToken.model_validate({"id": encode("AccessToken", 1)})
    http = app_with(workspace, schema, heartbeat=1)
    with http, http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL]) as idle:
        let_in(idle, {"authorization": f"Bearer {secret}"})
        workspace.write(lambda tx: revoke_access_token(tx, given))
        assert closed(idle) == (4403, "Forbidden")


@pytest.mark.parametrize("asked", [{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}, {"query": 1}])
def test_a_token_that_is_revoked_is_told_nothing_of_documents(billhook: Billhook, asked: Any) -> None:  # noqa: ANN401 - JSON
    secret = secret_of(billhook.workspace, Role.VIEWER)
    given = RevokeAccessToken.model_validate({"id": encode("AccessToken", 1)})
    with opened(billhook) as idle:
        let_in(idle, {"authorization": f"Bearer {secret}"})
        billhook.workspace.write(lambda tx: revoke_access_token(tx, given))
        idle.send_json({"type": "subscribe", "id": "1", "payload": asked})
        assert closed(idle) == (4403, "Forbidden")


def test_a_token_that_is_revoked_loses_its_connection(billhook: Billhook) -> None:
    secret = secret_of(billhook.workspace, Role.VIEWER)
    given = RevokeAccessToken.model_validate({"id": encode("AccessToken", 1)})
    with opened(billhook) as idle, opened(billhook) as follows:
        let_in(idle, {"authorization": f"Bearer {secret}"})
        let_in(follows, {"authorization": f"Bearer {secret}"})
        assert ask(follows, PROJECTS)["type"] == "next"
        billhook.workspace.write(lambda tx: revoke_access_token(tx, given))
        assert closed(follows) == (4403, "Forbidden")
        idle.send_json({"type": "subscribe", "id": "1", "payload": {"query": WHO}})
        assert closed(idle) == (4403, "Forbidden")


def test_when_the_server_stops_connections_end_in_a_way_that_clients_connect_again(billhook: Billhook) -> None:
    with opened(billhook) as socket:
        let_in(socket)
        assert ask(socket, PROJECTS)["type"] == "next"
        billhook.http.app.state.hub.close()  # type: ignore[attr-defined] # of the TestClient
        assert closed(socket) == (1001, "The server stops")
