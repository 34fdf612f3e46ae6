"""The ASGI application: GraphQL, GraphiQL, the schema, health and metrics, and errors that say what is wrong and nothing of the inside."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from billhook.http.access import Access
from billhook.http.asking import JSON
from billhook.http.documents import documents_of
from billhook.http.endpoint import PRIVATE, GraphQLEndpoint, accepted, formats
from billhook.http.graphiql import built_graphiql
from billhook.http.health import Readiness, healthy
from billhook.http.limits import document_limits
from billhook.http.metrics import Metrics, metrics_page
from billhook.http.negotiation import preferred
from billhook.http.observing import NameOperations, Watching, seen_now
from billhook.http.request_id import HEADER, RequestIds, request_id_of
from billhook.http.schema_file import SchemaFile
from billhook.http.tracing import Tracing, exporting, traces_wanted
from billhook.http.websocket import WebSocketEndpoint
from billhook_schema.compose import build_schema
from billhook_schema.context import Context, open_door
from billhook_schema.hub import LIMIT_EXCEEDED
from billhook_schema.masking import BAD_REQUEST, FORBIDDEN, INTERNAL, UNAUTHENTICATED, UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from opentelemetry.sdk.trace import TracerProvider
    from starlette.requests import HTTPConnection, Request
    from starlette.types import Lifespan
    from strawberry import Schema

    from billhook.billing.workspace import Workspace
    from billhook.http.graphiql import GraphiQL
    from billhook.settings import Settings
    from billhook.sources import Sources

CODES = {
    400: BAD_REQUEST,
    401: UNAUTHENTICATED,
    403: FORBIDDEN,
    413: LIMIT_EXCEEDED,
    414: LIMIT_EXCEEDED,
    429: LIMIT_EXCEEDED,
    500: INTERNAL,
    503: UNAVAILABLE,
}
"""The `extensions.code` of a status; of any other it is BAD_REQUEST."""
OF_CLIENTS = (
    "traceparent",
    "tracestate",
    "baggage",
    "apollographql-client-name",
    "apollographql-client-version",
    "apollo-require-preflight",
    "graphql-client-name",
    "graphql-client-version",
)
"""Headers that tracing and GraphQL clients send by themselves."""
EXPOSED = (HEADER, "ETag", "Retry-After")
LARGE_BYTES = 1400
"""An answer of so many bytes is worth compressing: a smaller one fits a packet of the network as it is."""
COMPRESSION = 5
"""Of 1 to 9: JSON gets hardly smaller beyond it, and takes much longer."""


def create_app(
    workspace: Workspace,
    schema: Schema | None = None,
    lifespan: Lifespan[Starlette] | None = None,
    graphiql: GraphiQL | None = None,
    traces: TracerProvider | None = None,
) -> Starlette:
    """Assemble the application over an open workspace, which whoever opened it closes, by a lifespan for instance.

    `schema` is one that `served_schema` made before for the same sources and settings: building it takes a moment.
    `graphiql` is the page for browsers; the one that was built into this package if absent. `traces` makes the spans; if absent, what the
    environment asks for. Raises Misconfiguration for a list of documents that cannot be used, and for traces that cannot be sent.
    """
    settings = workspace.settings
    served = schema or served_schema(workspace.sources, settings)
    documents = documents_of(settings)
    door = open_door(workspace)
    page = graphiql or built_graphiql()
    metrics = Metrics(workspace)
    traces = traces or (exporting() if traces_wanted() else None)
    access = Access(door, metrics)

    async def context_of(request: Request) -> Context:
        context = Context(door, await access.viewer_of(request), request_id_of(request))
        if (seen := seen_now()) is not None:
            seen.context = context
        return context

    app = Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(served, context_of, documents, door, page)),
            WebSocketRoute("/graphql", WebSocketEndpoint(served, door, access, documents, metrics, _refusal)),
            Route("/schema.graphql", SchemaFile(served, access.viewer_of).answer),
            Route("/graphiql/assets/{name}", page.file),
            Route("/healthz", healthy),
            Route("/readyz", Readiness(door).answer),
            Route("/metrics", metrics_page(metrics, access.viewer_of)),
            Route("/", _to_graphql),
        ],
        middleware=[
            Middleware(RequestIds),
            Middleware(Watching, metrics),
            *([Middleware(Tracing, traces, workspace)] if traces else []),
            *_other_pages(settings),
            Middleware(GZipMiddleware, LARGE_BYTES, COMPRESSION),
        ],
        exception_handlers={HTTPException: _refused, Exception: partial(_failed, settings.allowed_origins)},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # the address that it would name is not the one behind a proxy that speaks TLS
    door.hub.counted = metrics.subscriptions_open.set
    app.state.hub = door.hub  # whoever stops the server ends the subscriptions first
    return app


def served_schema(sources: Sources, settings: Settings) -> Schema:
    """Build the schema of the installed sources, with the limits on what a document may ask."""
    return build_schema(sources, extensions=(*document_limits(settings), NameOperations))


def _other_pages(settings: Settings) -> list[Middleware]:
    """Let the pages of other servers ask, as far as the settings name them: no cookies, since nobody is known by them."""
    if not settings.allowed_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", HEADER, "If-None-Match", *OF_CLIENTS),
            expose_headers=EXPOSED,
        )
    ]


async def _to_graphql(_request: Request) -> Response:
    return RedirectResponse("/graphql")


async def _refused(request: Request, error: Exception) -> Response:
    """Answer a request that is refused before GraphQL, in the form of a GraphQL answer."""
    if not isinstance(error, HTTPException):
        raise TypeError("only HTTPException is answered here") from error
    return _refusal(request, error)


def _refusal(connection: HTTPConnection, refused: HTTPException) -> Response:
    message = "There is nothing here. GraphQL is at /graphql." if refused.status_code == HTTPStatus.NOT_FOUND else refused.detail
    return _errors(connection, message, refused.status_code, refused.headers)


async def _failed(allowed: Collection[str], request: Request, _error: Exception) -> Response:
    """Answer after a bug: the server logs it with its traceback, and the client gets the id to ask about."""
    request_id = request_id_of(request)
    headers = {HEADER: request_id}
    if (origin := request.headers.get("origin", "")) in allowed:  # this answer is made outside of all middleware
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": ", ".join(EXPOSED), "Vary": "Accept, Origin"}
    return _errors(request, f"Something went wrong in billhook. Look for request {request_id} in its log.", 500, headers)


def _errors(request: HTTPConnection, message: str, status: int, headers: Mapping[str, str] | None) -> Response:
    code = CODES.get(status, BAD_REQUEST)
    if (seen := seen_now()) is not None:
        seen.codes = (code,)
    answer = {"errors": [{"message": message, "extensions": {"code": code, "requestId": request_id_of(request)}}]}
    accept = accepted(request)
    media_type = preferred(accept, formats(accept)) or JSON
    return Response(orjson.dumps(answer), status, PRIVATE | dict(headers or {}), media_type=media_type)
