"""GraphQL over WebSocket, in the protocol graphql-transport-ws: which connections there are, and whose."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from billhook.http.access import network_of
from billhook.http.observing import watching
from billhook.http.origins import refuse_other_pages
from billhook.http.request_id import request_id_of
from billhook.http.sse import encoded
from billhook.http.websocket_connection import FORBIDDEN_CLOSE, LET_IN, NOT_OUR_PROTOCOL, TRY_AGAIN_LATER, Connection, Socket
from billhook.http.websocket_operations import Handler, Operations
from billhook_schema.hub import part_of_one

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send
    from strawberry import Schema

    from billhook.billing.transaction import Viewer
    from billhook.http.access import Access
    from billhook.http.documents import Documents
    from billhook.http.metrics import Metrics
    from billhook_schema.context import Door

SECONDS_TO_SAY_WHO = timedelta(seconds=10)
"""A connection that does not begin with connection_init by then is closed."""
MOST_UNKNOWN = 100
"""Connections of which nobody said yet whose they are. One more, and one of them ends: who means it says so at once."""
CLOSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(slots=True)
class WebSocketEndpoint:
    """The ASGI application at /graphql for WebSockets."""

    schema: Schema
    door: Door
    access: Access
    documents: Documents
    metrics: Metrics
    refusal: Callable[[WebSocket, HTTPException], Response]
    """How a connection is answered that is not even opened."""
    known: Counter[int | None] = field(default_factory=Counter)
    """How many connections there are of each token."""
    unknown: dict[Socket, None] = field(default_factory=dict)
    """Those that have not said who they are, the oldest first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        websocket = WebSocket(scope, receive, send)
        try:
            self._require_place(websocket)
        except HTTPException as refused:
            with watching(request_id_of(websocket), self.metrics) as seen:
                seen.status = refused.status_code
                await websocket.send_denial_response(self.refusal(websocket, refused))
            return
        if GRAPHQL_TRANSPORT_WS_PROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(NOT_OUR_PROTOCOL, f"Subprotocol not acceptable: use {GRAPHQL_TRANSPORT_WS_PROTOCOL}")
            return
        await websocket.accept(subprotocol=GRAPHQL_TRANSPORT_WS_PROTOCOL)
        await self._serve(websocket)

    async def _serve(self, websocket: WebSocket) -> None:
        view = _View(self)
        socket = Socket(view, websocket, websocket)  # type: ignore[arg-type] # of a view it uses its JSON alone
        served = Operations(self.schema, self.door, self.documents, self.metrics)
        handler = Handler(
            view=view,  # type: ignore[arg-type] # the same, and `on_ws_connect`
            websocket=socket,
            context=Connection(socket),
            root_value=None,
            schema=served,  # type: ignore[arg-type] # it calls `stream` alone
            connection_init_wait_timeout=SECONDS_TO_SAY_WHO,
        )
        handler.served = served
        self.unknown[socket] = None
        looking = asyncio.create_task(handler.look_again())
        try:
            if len(self.unknown) > MOST_UNKNOWN:
                await self._make_room()
            await handler.handle()
        finally:
            self.unknown.pop(socket, None)
            if handler.context.viewer is not None:
                self._left(handler.context.viewer)
            looking.cancel()
            await asyncio.wait([looking])  # the last: where the server ends this task, nothing is awaited any more

    async def _make_room(self) -> None:
        """End the oldest connection of the sender that has the most of which nobody said whose they are: a flood ends its own."""
        senders = {socket: network_of(socket.ws) for socket in self.unknown}
        [(crowd, _)] = Counter(senders.values()).most_common(1)
        oldest = next(socket for socket, sender in senders.items() if sender == crowd)
        del self.unknown[oldest]
        await oldest.close(TRY_AGAIN_LATER, "Others wait to say who they are")

    def _require_place(self, websocket: WebSocket) -> None:
        settings = self.door.workspace.settings
        refuse_other_pages(websocket, settings.allowed_origins)
        if self.known.total() >= settings.max_subscriptions:
            raise HTTPException(503, f"{settings.max_subscriptions} connections are open, as many as this server takes.")

    def entered(self, socket: Socket, viewer: Viewer) -> bool:
        """Count a connection as a viewer's, if there is a place for one more of this token."""
        most, key = self.door.workspace.settings.max_subscriptions, viewer.token_key
        if self.known.total() >= most or (key is not None and self.known[key] >= part_of_one(most)):
            return False
        self.unknown.pop(socket, None)
        self.known[key] += 1
        setattr(socket.ws.state, LET_IN, True)
        return True

    def _left(self, viewer: Viewer) -> None:
        self.known[viewer.token_key] -= 1
        self.known += Counter()  # forgets those of which there are none left


@dataclass(frozen=True, slots=True)
class _View:
    """What strawberry asks of a view: its JSON, and whether a connection is let in."""

    endpoint: WebSocketEndpoint

    def decode_json(self, text: str | bytes) -> object:
        return orjson.loads(text)

    def encode_json(self, message: object) -> str:
        return encoded(message)

    async def on_ws_connect(self, connection: Connection) -> UnsetType:
        """Find out who asks, by the token in connection_init or in the handshake. Raises ConnectionRejectionError."""
        given = {name.lower(): value for name, value in (connection.connection_params or {}).items()}.get("authorization")
        try:
            viewer = await self.endpoint.access.viewer_of(connection.socket.ws, None if given is None else str(given))
        except HTTPException as refused:
            shut = refused.status_code in CLOSED
            await connection.socket.close(FORBIDDEN_CLOSE if shut else TRY_AGAIN_LATER, "Forbidden" if shut else "Try again later")
            raise ConnectionRejectionError from None
        if not self.endpoint.entered(connection.socket, viewer):
            await connection.socket.close(TRY_AGAIN_LATER, "This token has as many connections as this server takes")
            raise ConnectionRejectionError
        connection.viewer = viewer
        return UNSET  # type: ignore[no-any-return] # it is typed as anything
