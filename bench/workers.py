"""The memory of a server of two processes, each of which has its own schema, engine and caches."""

from __future__ import annotations

from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING

from bench.load import Request, send
from bench.page import QUERY
from bench.serving import Server, served

if TYPE_CHECKING:
    from bench.databases import Databases

WORKERS = 2
CLIENTS, PAGES = 16, 40
SECONDS_TO_START = 60


@dataclass(frozen=True, slots=True)
class WorkersResult:
    """Resident MiB of each process, before and after the page of 50 was asked for from 16 clients."""

    before_mib: tuple[float, ...]
    after_mib: tuple[float, ...]


def measure(databases: Databases, name: str) -> WorkersResult:
    """Serve a database with `--workers 2`; connections are spread over the two by the kernel."""
    with served(databases.url(name), workers=WORKERS) as server:
        before = _settled(server)
        send([[Request(server.address, QUERY, {})] * PAGES for _ in range(CLIENTS)])
        return WorkersResult(before, tuple(server.memory()))


def _settled(server: Server) -> tuple[float, ...]:
    """Return the memory of all workers once it does not grow any more: they start after the server says where it listens."""
    last: tuple[float, ...] = ()
    for _ in range(SECONDS_TO_START):
        now = tuple(server.memory())
        if len(now) == len(last) == WORKERS and max(abs(b - a) for a, b in zip(last, now, strict=True)) < 1:
            return now
        last = now
        sleep(1)
    raise RuntimeError(f"the {WORKERS} workers did not start in {SECONDS_TO_START} s")
