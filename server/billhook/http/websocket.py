"""GraphQL over WebSocket, in the protocol graphql-transport-ws: strawberry speaks it, and billhook says who may ask for what."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import orjson
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types.unset import UNSET, UnsetType

from billhook.billing.access import require_access
from billhook.domain.errors import Unauthenticated, Unavailable
from billhook.http.asking import asked_for
from billhook.http.observing import watching
from billhook.http.origins import refuse_other_pages
from billhook.http.request_id import request_id_of
from billhook.http.sse import encoded
from billhook_schema.context import Context
from billhook_schema.hub import LIMIT_EXCEEDED, part_of_one
from billhook_schema.masking import BAD_REQUEST, UNAUTHENTICATED, with_request_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send
    from strawberry import Schema
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage
    from strawberry.types import ExecutionResult

    from billhook.billing.transaction import Viewer
    from billhook.http.access import Access
    from billhook.http.documents import Documents
    from billhook.http.metrics import Metrics
    from billhook.http.observing import Seen
    from billhook_schema.context import Door

SECONDS_TO_SAY_WHO = timedelta(seconds=10)
"""A connection that does not begin with connection_init by then is closed."""
MOST_OPERATIONS = 100
"""That one connection may have under way."""
MOST_UNKNOWN = 100
"""Connections of which nobody said yet whose they are. One more, and the oldest of them ends: who means it says so at once."""
LONGEST_ID, LONGEST_REASON = 128, 123
"""Characters of an operation's id, and bytes of the reason that a connection is closed with; no frame that closes takes more."""
GOING_AWAY, TRY_AGAIN_LATER, TOO_EARLY, FORBIDDEN_CLOSE, NOT_OUR_PROTOCOL = 1001, 1013, 4401, 4403, 4406
"""Codes that close a connection: those below 4000 let clients connect again, those above say what they did wrong."""
CLOSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


class Socket(ASGIWebSocketAdapter):
    """A connection of starlette as strawberry uses it. Several operations may close it; what comes later is dropped."""

    closed = False

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message, unless the connection was closed meanwhile."""
        if self.closed:
            return
        try:
            await super().send_json(message)
        except WebSocketDisconnected:
            self.closed = True  # the client went away meanwhile: what it asked for ends with its connection

    async def close(self, code: int, reason: str) -> None:
        """Close the connection once; the client may be gone already."""
        if not self.closed:
            self.closed = True
            with suppress(WebSocketDisconnect):
                await super().close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))


@dataclass(slots=True)
class Connection:
    """What belongs to one connection: who asks, as its connection_init said."""

    socket: Socket
    connection_params: dict[str, Any] | None = None
    viewer: Viewer | None = None

    @property
    def let_in(self) -> Viewer:
        """Who asks, on a connection that was let in."""
        if self.viewer is None:
            raise TypeError("an operation begins after its connection was let in")
        return self.viewer

    async def end(self, seen: Seen, why: Unauthenticated | Unavailable) -> None:
        """Close it, because the viewer's access has ended or cannot be looked up."""
        if isinstance(why, Unauthenticated):
            seen.codes = (UNAUTHENTICATED,)
            await self.socket.close(FORBIDDEN_CLOSE, "Forbidden")
        else:
            await self.socket.close(TRY_AGAIN_LATER, str(why))


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
        handler = Handler(
            view=view,  # type: ignore[arg-type] # the same, and `on_ws_connect`
            websocket=socket,
            context=Connection(socket),
            root_value=None,
            schema=_Operations(self.schema, self.door, self.metrics),  # type: ignore[arg-type] # it calls `stream` alone
            connection_init_wait_timeout=SECONDS_TO_SAY_WHO,
        )
        handler.endpoint = self
        self.unknown[socket] = None
        looking = asyncio.create_task(handler.look_again())
        try:
            if len(self.unknown) > MOST_UNKNOWN:
                await next(iter(self.unknown)).close(TRY_AGAIN_LATER, "Others wait to say who they are")
            await handler.handle()
        finally:
            self.unknown.pop(socket, None)
            if handler.context.viewer is not None:
                self._left(handler.context.viewer)
            looking.cancel()
            await asyncio.wait([looking])  # the last: where the server ends this task, nothing is awaited any more

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


class Handler(BaseGraphQLTransportWSHandler[Connection, None]):
    """Strawberry's handler of the protocol, with billhook's documents and limits."""

    endpoint: WebSocketEndpoint
    websocket: Socket

    async def handle_message(self, message: Any) -> None:  # noqa: ANN401 - any JSON
        """Handle one message; close the connection for one that is no message of the protocol."""
        key = message.get("id", "") if isinstance(message, dict) else ""
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            await self.handle_invalid_message("A message is an object with a type")
        elif not isinstance(key, str) or len(key) > LONGEST_ID:
            await self.handle_invalid_message(f"An id is a text of at most {LONGEST_ID} characters")
        else:
            await super().handle_message(cast("Message", message))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, whose document may be sent as a hash."""
        key = message["id"]
        payload: object = message["payload"]
        if not isinstance(payload, dict):
            await self.handle_invalid_message("A subscribe message has an id and a payload")
            return
        if not self.connection_acknowledged:
            await self.websocket.close(TOO_EARLY, "Unauthorized")
            return
        try:
            if len(self.operations) >= MOST_OPERATIONS:
                most = f"This connection has {MOST_OPERATIONS} operations under way, the most that it may have."
                raise GraphQLError(most, extensions={"code": LIMIT_EXCEEDED})  # noqa: TRY301 - answered as one of a document
            asked = asked_for(dict(payload), self.endpoint.documents)
        except HTTPException as wrong:
            await self._refuse(key, GraphQLError(wrong.detail, extensions={"code": BAD_REQUEST}))
        except GraphQLError as refused:
            await self._refuse(key, refused)
        else:
            read = {"query": asked.query, "variables": asked.variables, "operationName": asked.operation_name}
            await super().handle_subscribe({"id": key, "type": "subscribe", "payload": read})  # type: ignore[typeddict-item] # none may be absent

    async def _refuse(self, key: str, error: GraphQLError) -> None:
        """Answer an operation that cannot begin; the others of the connection go on."""
        with watching(uuid4().hex, self.endpoint.metrics) as seen:
            if await self._may_ask(seen):
                told = with_request_id(error, seen.request_id)
                seen.answered([told])
                await self.send_message({"id": key, "type": "error", "payload": [told.formatted]})

    async def _may_ask(self, seen: Seen) -> bool:
        """Look up the access again; a connection whose access has ended, or cannot be looked up, is closed."""
        context = seen.context = Context(self.endpoint.door, self.context.let_in, seen.request_id)
        try:
            await context.read(require_access)
        except (Unauthenticated, Unavailable) as ended:
            await self.context.end(seen, ended)
            return False
        finally:
            await context.close()
        return True

    async def look_again(self) -> None:
        """Look up the access now and then while nothing is asked; operations do it themselves."""
        while not self.websocket.closed:
            await asyncio.sleep(self.endpoint.door.workspace.settings.heartbeat)
            if self.connection_acknowledged and not self.operations:
                with watching(uuid4().hex, self.endpoint.metrics) as seen:
                    await self._may_ask(seen)

    async def send_message(self, message: Message) -> None:
        """Send a message. When the server stops, nothing is complete: clients would not ask again."""
        if message["type"] == "complete" and self.endpoint.door.hub.closed:
            await self.websocket.close(GOING_AWAY, "The server stops")
        await super().send_message(message)


@dataclass(frozen=True, slots=True)
class _Operations:
    """The schema, with a context for each operation of a connection."""

    schema: Schema
    door: Door
    metrics: Metrics

    async def stream(self, query: str, *, context_value: Connection, **asked: Any) -> AsyncGenerator[ExecutionResult, None]:  # noqa: ANN401 - handed on
        return self._results(query, context_value, asked)

    async def _results(self, query: str, connection: Connection, asked: dict[str, Any]) -> AsyncGenerator[ExecutionResult, None]:
        """Give the results of an operation; a viewer whose access has ended loses the connection, whatever it is about."""
        with watching(uuid4().hex, self.metrics) as seen:
            context = seen.context = Context(self.door, connection.let_in, seen.request_id)
            try:
                await context.read(require_access)
                async with aclosing(await self.schema.stream(query, context_value=context, **asked)) as results:
                    async for result in results:
                        seen.answered(result.errors)  # type: ignore[union-attr] # nothing is answered incrementally
                        if context.shut_out:
                            raise Unauthenticated("This access has ended.")  # noqa: TRY301 - as when it has ended before
                        yield result  # type: ignore[misc] # the same
            except (Unauthenticated, Unavailable) as ended:
                await connection.end(seen, ended)
            finally:
                await context.close()
