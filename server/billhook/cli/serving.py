"""`billhook serve` and `billhook demo`: the server."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from billhook.billing.access import create_access_token, end_access_token, is_closed
from billhook.billing.demo import fill_demo
from billhook.billing.inputs.access import CreateAccessToken
from billhook.billing.operation import validated
from billhook.billing.workspace import Workspace, engine_of
from billhook.cli.opening import opened
from billhook.cli.processes import ending_subscriptions, leaving_threads, run_here, run_workers, told_to_stop
from billhook.domain.errors import Misconfiguration, Refusal, Unavailable
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.http.access import is_loopback
from billhook.http.app import create_app
from billhook.http.documents import documents_of
from billhook.http.graphiql import built_graphiql
from billhook.http.tracing import traces_wanted
from billhook.settings import MAX_WORKERS, read_settings, unknown_variables

DEMO_DATABASE = "sqlite:///billhook-demo.db"
DEMO_IS_CLOSED = "Requests need a token from now on; the one below ends with the server."

Host = Annotated[
    str | None,
    typer.Option(help="Address to listen on; BILLHOOK_HOST or 127.0.0.1 if absent. Any other needs an access token.", show_default=False),
]
Port = Annotated[
    int | None,
    typer.Option(help="Port to listen on, 0 for a free one; BILLHOOK_PORT or 8000 if absent.", min=0, max=65535, show_default=False),
]
Workers = Annotated[
    int | None,
    typer.Option(help="Processes that answer; BILLHOOK_WORKERS or 1 if absent.", min=1, max=MAX_WORKERS, show_default=False),
]


def serve(*, host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve the GraphQL API. An empty or older database is brought up to date first. Ctrl-C stops it."""
    settings = read_settings()
    number = settings.workers if workers is None else workers
    documents_of(settings)  # what cannot be used is said here, once, and not by each worker
    traces_wanted()
    with opened(settings) as workspace:
        host = settings.host if host is None else host
        _require_token(workspace, host)
        listener = _bind(host, settings.port if port is None else port)
        told = told_to_stop()  # whoever reads the address may do it
        _announce(workspace, host, listener)
        if number == 1:
            with leaving_threads(), listener:
                run_here(create_app(workspace, lifespan=ending_subscriptions), listener, settings, told)
            return
    with listener:  # the workers open the database themselves
        run_workers(number, listener, settings, told)


def demo(*, host: Host = None, port: Port = None) -> None:
    """Fill a database with an example, billhook-demo.db unless BILLHOOK_DATABASE_URL names one, and serve it."""
    settings = read_settings()
    if "database_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"database_url": DEMO_DATABASE})
    traces_wanted()
    with opened(settings) as workspace:
        host = settings.host if host is None else host
        with _bind(host, settings.port if port is None else port) as listener:  # before anything is written or said: it may be taken
            filled = fill_demo(workspace)
            what = "filled with the example" if filled else "its data stays as it is"
            told = told_to_stop()  # from here on there is a token to revoke
            with leaving_threads(), _demo_token(workspace) as secret:
                typer.echo(f"{workspace.engine.url.database}: {what}. {DEMO_IS_CLOSED}", err=True)
                _announce(workspace, host, listener, secret)
                run_here(create_app(workspace, lifespan=ending_subscriptions), listener, settings, told)


@contextmanager
def _demo_token(workspace: Workspace) -> Iterator[str]:
    """Make a token for one run of the demo, and revoke it at its end; a demo that is killed leaves it for a day."""
    raw = {"name": "demo", "role": Role.ADMIN, "expiresAt": workspace.clock() + timedelta(days=1)}
    # By a connection of its own: those of the server may be with threads that do not end.
    own = replace(workspace, engine=engine_of(workspace.settings.model_copy(update={"pool_size": 1})))
    token, secret = own.write(lambda tx: create_access_token(tx, validated(CreateAccessToken, raw)))
    try:
        yield secret
    finally:
        try:
            own.write(lambda tx: end_access_token(tx, token.id))
        except (Refusal, Unavailable):
            url = workspace.settings.database_url
            where = f"BILLHOOK_DATABASE_URL={url} " if url == DEMO_DATABASE else ""  # any other is that of the next command, too
            revoke = f"{where}billhook token revoke {encode('AccessToken', token.id)}"
            typer.echo(f"The demo's token could not be ended, and lives for a day. End it: {revoke}", err=True)
            raise
        finally:
            own.engine.dispose()


def _require_token(workspace: Workspace, host: str) -> None:
    """Raise Misconfiguration for a server that other machines reach, and that nobody could use."""
    with workspace.reading() as tx:
        if not is_loopback(host) and not is_closed(tx):
            raise Misconfiguration(
                f"other machines reach {host}, and there is no access token; make one with `billhook token create` first"
            )


def _bind(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (while attempting")[0]  # create_server adds the address, which is said already
        raise Misconfiguration(f"cannot listen on {host} port {port}: {reason}; choose another with --port or BILLHOOK_PORT") from None


def _announce(workspace: Workspace, host: str, listener: socket.socket, secret: str | None = None) -> None:
    """Print the addresses. The part of one behind # stays in the browser: no request, and so no log, holds the token in it."""
    for plugin in workspace.sources.broken:
        typer.echo(f"Left out: the plugin {plugin.name} of {plugin.package}: {plugin.reason}", err=True)
    for name, alike in unknown_variables().items():
        typer.echo(f"{name} is no setting of billhook{f'; {alike} is one' if alike else ''}.", err=True)
    address = f"http://{_in_url(host)}:{listener.getsockname()[1]}/graphql"
    typer.echo(f"GraphQL:  {address}")
    page = address if secret is None else f"{address}#token={secret}"
    typer.echo(page_line(page, built=built_graphiql().page is not None))


def page_line(address: str, *, built: bool) -> str:
    """Return what is printed of the page with GraphiQL."""
    return f"GraphiQL: {address} {'in a browser' if built else 'once it is built: run `make graphiql`, and start billhook again'}"


def _in_url(host: str) -> str:
    """Return the name to ask for: an address that stands for all of them is asked as this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is read here, not bound
    return f"[{host}]" if ":" in host else host
