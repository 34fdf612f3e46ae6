"""A real server on a free port of this machine, in a thread or a process of its own, for what an in-process client cannot show."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from threading import Thread
from typing import IO, TYPE_CHECKING, Any

import httpx2
import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from starlette.types import ASGIApp


@contextmanager
def serving(app: ASGIApp, **options: Any) -> Iterator[str]:  # noqa: ANN401 - of uvicorn
    """Serve an application, and give its address, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False, **options))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def environment(settings: dict[str, str]) -> dict[str, str]:
    """This process's environment with these settings only."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BILLHOOK_")} | settings


def launched(
    folder: Path, arguments: Sequence[str], settings: dict[str, str], stderr: int | IO[str] = subprocess.PIPE
) -> tuple[subprocess.Popen[str], str]:
    """Start a server in a process and a process group of its own; return it and the address of the page that it printed."""
    server = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "billhook", *arguments, "--port", "0"],
        cwd=folder,
        env=environment({"BILLHOOK_LOG_LEVEL": "warning"} | settings),  # nobody reads the lines of most tests
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    printed = server.stdout.readline()
    assert printed.startswith("GraphQL:  http://127.0.0.1:"), printed or server.communicate()[1]
    page = server.stdout.readline()
    assert page.startswith(f"GraphiQL: {printed.split()[1]}")
    return server, page.split()[1]


@contextmanager
def demonstrated(folder: Path, **settings: str) -> Iterator[httpx2.Client]:
    """Run `billhook demo`, and give a client with the token that the address of its page carries; ended by SIGTERM."""
    with started(folder, "demo", **settings) as (_, page):
        address, _, token = page.partition("#token=")
        with httpx2.Client(base_url=address.removesuffix("/graphql"), headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
            yield client


@contextmanager
def started(folder: Path, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and the address that it printed; ended by SIGTERM."""
    server, address = launched(folder, arguments, settings)
    try:
        yield server, address
    finally:
        server.terminate()
        server.communicate(timeout=30)
