"""Several `billhook serve` processes on one database, and calls to them that start at the same moment."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

import httpx2
from tests.e2e.client import Client
from tests.e2e.server import environment, launched
from tests.e2e.settings import settings_for

from billhook.billing.verifying.verifying import verify
from billhook.billing.workspace import Workspace, engine_of
from billhook.sources import load_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

Result = TypeVar("Result")
PATIENCE = 120
"""Seconds that a client waits for an answer: long enough for a slow machine, and no test depends on it."""


@dataclass(frozen=True, slots=True)
class Server:
    """One process, what it logs, and a client of it."""

    process: subprocess.Popen[str]
    log: Path
    client: Client

    def kill(self) -> None:
        """End it as a crash does: at once, whatever it is doing."""
        self.process.kill()
        self._end()

    def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        self.process.terminate()
        self._end()

    def _end(self) -> None:
        self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.client.http.close()


@dataclass(frozen=True, slots=True)
class Fleet:
    """Servers on one database, which behave as one."""

    url: str
    folder: Path
    servers: tuple[Server, ...]

    def clients(self, number: int) -> list[Client]:
        """So many clients, one after the other at each server."""
        return list(islice(cycle(server.client for server in self.servers), number))

    def logged(self) -> str:
        """What the servers logged; nothing, unless something went wrong."""
        return "".join(server.log.read_text() for server in self.servers)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another billhook on the same database."""
        command = [sys.executable, "-m", "billhook", *arguments]
        settings = environment({"BILLHOOK_DATABASE_URL": self.url})
        return subprocess.run(command, cwd=self.folder, env=settings, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603 - our own program

    def prove(self) -> None:
        """Run `billhook verify`: the books are clean."""
        verified = self.command("verify")
        assert (verified.returncode, verified.stderr) == (0, ""), verified.stdout + verified.stderr


def breaches(url: str) -> list[str]:
    """What `billhook verify` would find in a database, without a process of its own."""
    settings = settings_for(url)
    workspace = Workspace(engine_of(settings), settings, load_sources())
    try:
        with workspace.reading() as tx:
            return [f"{found.check.name}: {breach.says}" for found in verify(tx, lambda _done: None) for breach in found.breaches]
    finally:
        workspace.engine.dispose()


@contextmanager
def fleet_on(url: str, folder: Path, processes: int = 2, **settings: str) -> Iterator[Fleet]:
    """Start servers on one database; they are told to stop at the end."""
    servers: list[Server] = []
    try:
        servers.extend(start(url, folder, **settings) for _ in range(processes))
        yield Fleet(url, folder, tuple(servers))
    finally:
        for server in servers:
            server.stop()


def start(url: str, folder: Path, **settings: str) -> Server:
    """Start one server, which logs to a file of its own."""
    log = folder / f"server-{len(list(folder.glob('server-*')))}.log"
    with log.open("w") as stderr:
        process, address = launched(folder, ["serve"], {"BILLHOOK_DATABASE_URL": url, **settings}, stderr)
    # Shorter than the server keeps a connection, so that no request meets one that is just being closed.
    limits = httpx2.Limits(max_connections=None, keepalive_expiry=2)
    http = httpx2.Client(base_url=address.removesuffix("/graphql"), timeout=PATIENCE, limits=limits, trust_env=False)
    return Server(process, log, Client(http))


def together(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Call all of these at the same moment, each in a thread of its own; return what they returned, in order."""
    gate = Barrier(len(calls))

    def called(call: Callable[[], Result]) -> Result:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(called, calls))
