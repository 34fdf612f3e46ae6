"""The same schema behind strawberry's own server: `python -m bench.stock` serves the database of the settings without any limit.

It is what `strawberry.asgi.GraphQL` is with what billhook's schema needs: a context, and the snapshot that ends with each operation.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

from billhook.billing.transaction import LOCAL_ADMIN
from billhook.cli.opening import opened
from billhook.cli.processes import run_here
from billhook.settings import read_settings
from billhook_schema.compose import build_schema
from billhook_schema.context import Context, Door, open_door

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket
    from strawberry import Schema


class Stock(GraphQL[Context, None]):
    """Strawberry's server, with a context for each operation."""

    def __init__(self, schema: Schema, door: Door) -> None:
        super().__init__(schema)
        self.door = door

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002 - as strawberry calls it
        """Return the context of whoever is on this machine."""
        return Context(self.door, LOCAL_ADMIN)


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    with opened(settings) as workspace:
        listener = socket.create_server(("127.0.0.1", 0))
        print(f"GraphQL:  http://127.0.0.1:{listener.getsockname()[1]}/graphql", flush=True)
        run_here(Starlette(routes=[Route("/graphql", Stock(build_schema(workspace.sources), open_door(workspace)))]), listener, settings)


if __name__ == "__main__":
    main()
