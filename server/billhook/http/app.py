"""The ASGI application: /graphql, the files of GraphiQL, /healthz, and errors that say what is wrong without showing the inside."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from billhook.http.access import Access
from billhook.http.endpoint import JSON, GraphQLEndpoint
from billhook.http.graphiql import built_graphiql
from billhook.http.limits import document_limits
from billhook.http.request_id import HEADER, RequestIds, request_id_of
from billhook_schema.compose import build_schema
from billhook_schema.context import Context, open_door
from billhook_schema.masking import FORBIDDEN, INTERNAL, UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import Lifespan
    from strawberry import Schema

    from billhook.billing.workspace import Workspace
    from billhook.http.graphiql import GraphiQL
    from billhook.settings import Settings
    from billhook.sources import Sources

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: FORBIDDEN,
    413: "LIMIT_EXCEEDED",
    414: "LIMIT_EXCEEDED",
    429: "LIMIT_EXCEEDED",
    500: INTERNAL,
    503: UNAVAILABLE,
}
"""The `extensions.code` of a status; of any other it is BAD_REQUEST."""


def create_app(
    workspace: Workspace, schema: Schema | None = None, lifespan: Lifespan[Starlette] | None = None, graphiql: GraphiQL | None = None
) -> Starlette:
    """Assemble the application over an open workspace, which whoever opened it closes, by a lifespan for instance.

    `schema` is one that `served_schema` made before for the same sources and settings: building it takes a moment.
    `graphiql` is the page for browsers; the one that was built into this package if absent.
    """
    served = schema or served_schema(workspace.sources, workspace.settings)
    door = open_door(workspace)
    page = graphiql or built_graphiql()

    access = Access(door)

    async def context_of(request: Request) -> Context:
        return Context(door, await access.viewer_of(request), request_id_of(request))

    return Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(served, context_of, workspace.settings.max_body_bytes, page)),
            Route("/graphiql/assets/{name}", page.file),
            Route("/healthz", _healthy),
            Route("/", _to_graphql),
        ],
        middleware=[Middleware(RequestIds)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )


def served_schema(sources: Sources, settings: Settings) -> Schema:
    """Build the schema of the installed sources, with the limits on what a document may ask."""
    return build_schema(sources, extensions=document_limits(settings))


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _to_graphql(_request: Request) -> Response:
    return RedirectResponse("/graphql")


async def _refused(_request: Request, error: Exception) -> Response:
    """Answer a request that is refused before GraphQL, in the form of a GraphQL answer."""
    if not isinstance(error, HTTPException):
        raise TypeError("only HTTPException is answered here") from error
    message = "There is nothing here. GraphQL is at /graphql." if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    return _errors(message, error.status_code, error.headers)


async def _failed(request: Request, _error: Exception) -> Response:
    """Answer after a bug: the server logs it with its traceback, and the client gets the id to ask about."""
    request_id = request_id_of(request)
    return _errors(f"Something went wrong in billhook. Look for request {request_id} in its log.", 500, {HEADER: request_id})


def _errors(message: str, status: int, headers: Mapping[str, str] | None) -> Response:
    answer = {"errors": [{"message": message, "extensions": {"code": CODES.get(status, "BAD_REQUEST")}}]}
    return Response(orjson.dumps(answer), status, headers, media_type=JSON)
