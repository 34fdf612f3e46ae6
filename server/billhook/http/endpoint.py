"""GraphQL over HTTP: reads a request, has the schema execute it, and answers with the right status and media type.

Follows the GraphQL-over-HTTP specification: POST with a JSON body, GET for queries, no batches. A request that cannot run at all is
answered with 400, in `application/json` with 200 once it is a GraphQL request, as older clients expect; that is the media type for
clients that do not name the newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from billhook.http.asking import JSON, from_body, from_url
from billhook.http.negotiation import names, preferred
from billhook.http.observing import seen_now
from billhook.http.origins import refuse_other_pages
from billhook.http.request_id import request_id_of
from billhook.http.sse import EVENT_STREAM, could_not_run, event_stream, formatted
from billhook_schema.masking import BAD_REQUEST, INTERNAL, with_request_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from starlette.requests import HTTPConnection
    from starlette.types import Receive, Scope, Send
    from strawberry import Schema

    from billhook.http.asking import GraphQLRequest
    from billhook.http.documents import Documents
    from billhook.http.graphiql import GraphiQL
    from billhook_schema.context import Context, Door

GRAPHQL_RESPONSE = "application/graphql-response+json"
HTML = "text/html"
PRIVATE = {"Cache-Control": "no-store", "Vary": "Accept"}
"""What every answer says to caches: it is one client's, and only in the form that this one accepts."""
BY_GET = ("By GET only queries are executed: send this operation with POST.", {"Allow": "POST"})
FOLLOWED = "A subscription is followed over WebSocket, or over server-sent events: accept text/event-stream."
LONGEST_ACCEPT = 1000
"""Characters of it that are read: before it is known who asks."""
EXECUTES = {"POST": (OperationType.QUERY, OperationType.MUTATION), "GET": (OperationType.QUERY,)}
"""Each method that is served, and what it may execute; a subscription as well where the answer is a stream."""


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """The ASGI application at /graphql."""

    schema: Schema
    context_of: Callable[[Request], Awaitable[Context]]
    documents: Documents
    door: Door
    graphiql: GraphiQL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises HTTPException for one that is no GraphQL request."""
        response = await self.answer(Request(scope, receive))
        for name, value in PRIVATE.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Check the method and the media types, and execute."""
        if request.method not in EXECUTES:
            raise HTTPException(405, "Send GraphQL with POST, or a query with GET.", {"Allow": "GET, POST"})
        accept = accepted(request)
        media_type = preferred(accept, offers(request.method, accept))
        if media_type is None:
            raise HTTPException(406, f"The answer can be {GRAPHQL_RESPONSE} or {JSON}: name one of them in the Accept header.")
        if media_type == HTML:
            return self.graphiql.answer()  # the page says nothing of the data, and asks with a token of its own
        if media_type == EVENT_STREAM:
            refuse_other_pages(request, self.door.workspace.settings.allowed_origins)
        context = await self.context_of(request)
        try:
            return await self.execute(await self.read(request), context, request, media_type)
        except GraphQLError as refused:
            result = ExecutionResult(None, [with_request_id(refused, request_id_of(request))])
            return self.events(_alone(result)) if media_type == EVENT_STREAM else _response(result, media_type)

    async def read(self, request: Request) -> GraphQLRequest:
        """Return what a request asks for. Raises HTTPException for what is no GraphQL request, GraphQLError for an unknown document."""
        if request.method == "GET":
            return from_url(request, self.documents)
        return await from_body(request, self.documents, self.door.workspace.settings.max_body_bytes)

    async def execute(self, asked: GraphQLRequest, context: Context, request: Request, media_type: str) -> Response:
        """Execute a request, by GET only a query, so that a link changes nothing. Raises HTTPException 405, and GraphQLError."""
        if media_type == EVENT_STREAM:
            return await self.follow(asked, context, request)
        try:
            result = await self.schema.execute(**_given(asked, context), allowed_operation_types=EXECUTES[request.method])
        except InvalidOperationTypeError as error:
            if error.operation_type is not OperationType.SUBSCRIPTION:
                raise HTTPException(405, *BY_GET) from None
            if names(accepted(request), EVENT_STREAM):
                return await self.follow(asked, context, request)
            raise GraphQLError(FOLLOWED, extensions={"code": BAD_REQUEST}) from None
        return _response(result, media_type)

    async def follow(self, asked: GraphQLRequest, context: Context, request: Request) -> Response:
        """Execute a request of any kind, and answer with each of its results as it comes. Raises HTTPException 403, 405."""
        settings = self.door.workspace.settings
        refuse_other_pages(request, settings.allowed_origins)
        if request.method == "GET" and await self.is_mutation(asked, context):
            raise HTTPException(405, *BY_GET)
        await context.renew()  # it was ended by the question of what this is
        allowed = (*EXECUTES[request.method], OperationType.SUBSCRIPTION)
        return self.events(await self.schema.stream(**_given(asked, context), allowed_operation_types=allowed))

    async def is_mutation(self, asked: GraphQLRequest, context: Context) -> bool:
        """Whether a request would execute a mutation; what cannot be read is none, and its answer says why."""
        try:
            await self.schema.execute(**_given(asked, context), allowed_operation_types=())
        except InvalidOperationTypeError as found:
            return found.operation_type is OperationType.MUTATION
        return False

    def events(self, results: AsyncGenerator[Any, None]) -> Response:
        """Answer with results as events."""
        return event_stream(results, self.door.hub, self.door.workspace.settings.heartbeat)


def _given(asked: GraphQLRequest, context: Context) -> dict[str, Any]:
    """Return a request as the schema takes it."""
    return {
        "query": asked.query,
        "variable_values": asked.variables,
        "context_value": context,
        "operation_name": asked.operation_name,
    }


async def _alone(result: ExecutionResult) -> AsyncGenerator[ExecutionResult, None]:
    yield result


def accepted(request: HTTPConnection) -> str:
    """Return the media types that a client takes, as far as they are read."""
    return ",".join(request.headers.getlist("accept"))[:LONGEST_ACCEPT].lower()


def offers(method: str, accept: str) -> tuple[str, ...]:
    """Return the media types on offer, the best first; a stream only for who names it: `*/*` wants one answer."""
    pages = (HTML,) if method == "GET" else ()
    streams = (EVENT_STREAM,) if names(accept, EVENT_STREAM) else ()
    return (*formats(accept), *pages, *streams)


def formats(accept: str) -> tuple[str, ...]:
    """Return the media types of one answer, the best first. The newer one is for those who name it: others may be older than it."""
    return (GRAPHQL_RESPONSE, JSON) if names(accept, GRAPHQL_RESPONSE) else (JSON, GRAPHQL_RESPONSE)


def _response(result: ExecutionResult, media_type: str) -> Response:
    if (seen := seen_now()) is not None:
        seen.answered(result.errors)
    status = _status(result.errors or (), media_type) if could_not_run(result) else 200
    return Response(orjson.dumps(formatted(result)), status, media_type=media_type)


def _status(errors: Sequence[GraphQLError], media_type: str) -> int:
    """Return the status of a request that could not run: the client's fault, unless it was a bug."""
    if any((error.extensions or {}).get("code") == INTERNAL for error in errors):
        return 500
    return 400 if media_type == GRAPHQL_RESPONSE else 200
