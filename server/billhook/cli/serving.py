"""`billhook serve` and `billhook demo`: the server."""

import logging
import signal
import socket
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette

from billhook.billing.demo import fill_demo
from billhook.billing.workspace import Workspace
from billhook.cli.opening import opened
from billhook.domain.errors import Misconfiguration
from billhook.http.app import create_app
from billhook.settings import read_settings

DEMO_DATABASE = "sqlite:///billhook-demo.db"
SECONDS_TO_FINISH = 10
"""How long requests that are under way may take when the server is told to stop."""

Host = Annotated[
    str | None,
    typer.Option(help="Address to listen on; BILLHOOK_HOST or 127.0.0.1 if absent. Only this machine is let in.", show_default=False),
]
Port = Annotated[
    int | None,
    typer.Option(help="Port to listen on, 0 for a free one; BILLHOOK_PORT or 8000 if absent.", min=0, max=65535, show_default=False),
]


def serve(*, host: Host = None, port: Port = None) -> None:
    """Serve the GraphQL API. An empty or older database is brought up to date first. Ctrl-C stops it."""
    with opened() as workspace:
        _listen(workspace, host, port)


def demo(*, host: Host = None, port: Port = None) -> None:
    """Fill a database with an example, billhook-demo.db unless BILLHOOK_DATABASE_URL names one, and serve it."""
    settings = read_settings()
    if "database_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"database_url": DEMO_DATABASE})
    with opened(settings) as workspace:
        filled = fill_demo(workspace)
        what = "filled with the example" if filled else "left as it was: it has data already"
        typer.echo(f"{workspace.engine.url.database}: {what}. Ctrl-C stops the server.", err=True)
        _listen(workspace, host, port)


def _listen(workspace: Workspace, host: str | None, port: int | None) -> None:
    """Serve a workspace until the process is told to stop; requests under way are finished."""
    app = create_app(workspace)
    host = workspace.settings.host if host is None else host
    with _bind(host, workspace.settings.port if port is None else port) as listener:
        _announce(workspace, f"http://{_in_url(host)}:{listener.getsockname()[1]}/graphql")
        _run(app, listener)


def _announce(workspace: Workspace, address: str) -> None:
    for plugin in workspace.sources.broken:
        typer.echo(f"Left out: the plugin {plugin.name} of {plugin.package}: {plugin.reason}", err=True)
    typer.echo(f"GraphQL:  {address}")
    typer.echo(f"GraphiQL: {address} in a browser")


def _run(app: Starlette, listener: socket.socket) -> None:
    """Answer requests; SIGTERM ends it as Ctrl-C does."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # a header must not say where a request came from
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _bind(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (while attempting")[0]  # create_server adds the address, which is said already
        raise Misconfiguration(f"cannot listen on {host} port {port}: {reason}; choose another with --port or BILLHOOK_PORT") from None


def _in_url(host: str) -> str:
    """Return the name to ask for: an address that stands for all of them is asked as this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is read here, not bound
    return f"[{host}]" if ":" in host else host
