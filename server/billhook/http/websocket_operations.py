"""The operations of one connection over WebSocket: strawberry speaks the protocol, with billhook's documents, limits and access."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from graphql import GraphQLError
from starlette.exceptions import HTTPException
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from billhook.billing.access import require_access
from billhook.domain.errors import Unauthenticated, Unavailable
from billhook.http.asking import asked_for
from billhook.http.observing import watching
from billhook.http.websocket_connection import GOING_AWAY, TOO_EARLY, Connection
from billhook_schema.context import Context
from billhook_schema.hub import LIMIT_EXCEEDED
from billhook_schema.masking import BAD_REQUEST, with_request_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from strawberry import Schema
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage
    from strawberry.types import ExecutionResult

    from billhook.http.documents import Documents
    from billhook.http.metrics import Metrics
    from billhook.http.observing import Seen
    from billhook.http.websocket_connection import Socket
    from billhook_schema.context import Door

MOST_OPERATIONS = 100
"""That one connection may have under way."""
LONGEST_ID = 128
"""Characters of an operation's id."""


@dataclass(frozen=True, slots=True)
class Operations:
    """The schema, with a context for each operation of a connection."""

    schema: Schema
    door: Door
    documents: Documents
    metrics: Metrics

    async def stream(self, query: str, *, context_value: Connection, **asked: Any) -> AsyncGenerator[ExecutionResult, None]:  # noqa: ANN401 - handed on
        """Begin an operation, as a schema does."""
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


class Handler(BaseGraphQLTransportWSHandler[Connection, None]):
    """Strawberry's handler of the protocol, with billhook's documents and limits."""

    served: Operations
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
            asked = asked_for(dict(payload), self.served.documents)
        except HTTPException as wrong:
            await self._refuse(key, GraphQLError(wrong.detail, extensions={"code": BAD_REQUEST}))
        except GraphQLError as refused:
            await self._refuse(key, refused)
        else:
            read = {"query": asked.query, "variables": asked.variables, "operationName": asked.operation_name}
            await super().handle_subscribe({"id": key, "type": "subscribe", "payload": read})  # type: ignore[typeddict-item] # none may be absent

    async def cleanup_operation(self, operation_id: str) -> None:
        """End an operation that the client ends. However long it goes on, it says nothing more: its id may be another's by then."""
        if (operation := self.operations.get(operation_id)) is not None:
            operation.completed = True
        await super().cleanup_operation(operation_id)

    async def _refuse(self, key: str, error: GraphQLError) -> None:
        """Answer an operation that cannot begin; the others of the connection go on."""
        with watching(uuid4().hex, self.served.metrics) as seen:
            if await self._may_ask(seen):
                told = with_request_id(error, seen.request_id)
                seen.answered([told])
                await self.send_message({"id": key, "type": "error", "payload": [told.formatted]})

    async def _may_ask(self, seen: Seen) -> bool:
        """Look up the access again; a connection whose access has ended, or cannot be looked up, is closed."""
        context = seen.context = Context(self.served.door, self.context.let_in, seen.request_id)
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
            await asyncio.sleep(self.served.door.workspace.settings.heartbeat)
            if self.connection_acknowledged and not self.operations:
                with watching(uuid4().hex, self.served.metrics) as seen:
                    await self._may_ask(seen)

    async def send_message(self, message: Message) -> None:
        """Send a message. When the server stops, nothing is complete: clients would not ask again."""
        if message["type"] == "complete" and self.served.door.hub.closed:
            await self.websocket.close(GOING_AWAY, "The server stops")
        await super().send_message(message)
