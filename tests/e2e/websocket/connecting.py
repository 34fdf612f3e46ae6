"""How the tests connect by graphql-transport-ws, ask, and see how a connection ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from billhook.billing.workspace import Workspace
from billhook.http.app import create_app

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

PROTOCOL = "graphql-transport-ws"
WHO = "{ viewer { name } }"
ADDRESS = "ws://127.0.0.1/graphql"


def http_of(billhook: Billhook) -> TestClient:
    assert isinstance(billhook.http, TestClient)
    return billhook.http


def app_with(workspace: Workspace, schema: Schema, **settings: Any) -> TestClient:  # noqa: ANN401 - settings
    """A client of an app with other settings, on the same database."""
    other = Workspace(workspace.engine, workspace.settings.model_copy(update=settings), workspace.sources)
    return TestClient(create_app(other, schema), base_url="http://127.0.0.1", client=("127.0.0.1", 50000))


def opened(billhook: Billhook, **headers: str) -> WebSocketTestSession:
    return http_of(billhook).websocket_connect(ADDRESS, subprotocols=[PROTOCOL], headers=headers)


def let_in(socket: WebSocketTestSession, payload: Any = None) -> None:  # noqa: ANN401 - JSON
    socket.send_json({"type": "connection_init", **({} if payload is None else {"payload": payload})})
    assert socket.receive_json() == {"type": "connection_ack"}


def ask(socket: WebSocketTestSession, query: str | None, key: str = "1", **payload: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Begin an operation; return the first message about it."""
    socket.send_json({"type": "subscribe", "id": key, "payload": {"query": query, **payload}})
    message: dict[str, Any] = socket.receive_json()
    assert message.get("id") == key
    return message


def closed(socket: WebSocketTestSession) -> tuple[int, str]:
    """Wait until the server closes; return the code and the reason."""
    with pytest.raises(WebSocketDisconnect) as disconnected:
        socket.receive_json()
    return disconnected.value.code, disconnected.value.reason
