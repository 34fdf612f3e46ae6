"""Starts `billhook serve` in processes of its own, as an operator does, and looks at their memory."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT, NAIVE = "billhook", "bench.naive"
"""The modules that can be served."""
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, of one process or several."""

    address: str
    process: psutil.Process

    def memory(self) -> list[float]:
        """Return the resident memory of each process that answers requests, in MiB."""
        workers = [child for child in self.process.children() if "spawn_main" in " ".join(child.cmdline())]
        return [process.memory_info().rss / MIB for process in workers or [self.process]]


def environment(database_url: str, **settings: str | int) -> dict[str, str]:
    """Return this process's environment, with the default settings of billhook but these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BILLHOOK_")}
    given = {f"BILLHOOK_{name.upper()}": str(value) for name, value in settings.items()}
    return inherited | {"BILLHOOK_DATABASE_URL": database_url} | given


@contextmanager
def served(database_url: str, module: str = PRODUCT, **settings: str | int) -> Iterator[Server]:
    """Serve a database until the block ends."""
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, "serve", "--port", "0"], env=environment(database_url, **settings), stdout=subprocess.PIPE, text=True
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the server's output is not read")
        printed = process.stdout.readline()
        if not printed.startswith("GraphQL:"):
            raise RuntimeError(f"the server did not start: {printed}")
        yield Server(printed.split()[1], psutil.Process(process.pid))
    finally:
        process.terminate()
        process.communicate()
