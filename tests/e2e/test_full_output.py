"""An output that takes nothing ends a command with one line, and leaves no token behind that nobody has."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest
from tests.e2e.server import environment
from tests.e2e.test_cli import run, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.test_cli import Run

__all__ = ["run"]

FULL = "/dev/full"
"""Takes nothing, as a file on a full disk."""
REASON = "billhook: No space left on device\n"
DATABASE = "sqlite:///billhook.db"
SHOWN = "A token for x, viewer, without an end. Send it as 'Authorization: Bearer ...':\n"
DEMO = "billhook.db: filled with the example. Requests need a token from now on; the one below ends with the server.\n"
CREATE = ("token", "create", "x", "--role", "viewer")


def into(output: int | IO[str], folder: Path, *arguments: str, errors: int | IO[str] = subprocess.PIPE) -> tuple[int, str]:
    """Run a command in a process whose output goes somewhere; return how it ended and what it complained of."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "billhook", *arguments],
        cwd=folder,
        env=environment({"BILLHOOK_DATABASE_URL": DATABASE}),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr or ""


@pytest.mark.parametrize(
    ("command", "before"),
    [("schema", ""), ("plugins", ""), ("--version", ""), ("demo --port 0", DEMO), (" ".join(CREATE), SHOWN)],
)
def test_a_full_disk_below_the_output_is_one_line_and_exit_1(tmp_path: Path, command: str, before: str) -> None:
    with open(FULL, "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        assert into(full, tmp_path, *command.split()) == (1, before + REASON)


def test_where_nothing_can_be_said_at_all_the_exit_tells(tmp_path: Path) -> None:
    with open(FULL, "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        assert into(full, tmp_path, "plugins", errors=full) == (1, "")


def test_no_token_is_made_where_its_secret_can_be_told_to_nobody(run: Run, tmp_path: Path) -> None:
    command = f"{sys.executable} -m billhook {' '.join(CREATE)} >&-"
    done = subprocess.run(  # noqa: S602 - our own program; a shell can close an output
        command, shell=True, cwd=tmp_path, env=environment({"BILLHOOK_DATABASE_URL": DATABASE}), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "billhook: there is no output to print the secret to\n")
    assert "viewer" not in run("token", "list", BILLHOOK_DATABASE_URL=DATABASE).stdout


@pytest.mark.parametrize("broken", [False, True], ids=["full", "broken pipe"])
def test_a_token_whose_secret_cannot_be_printed_has_ended(run: Run, tmp_path: Path, *, broken: bool) -> None:
    if broken:
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(FULL, os.O_WRONLY)
    try:
        assert into(writer, tmp_path, *CREATE) == (1, SHOWN if broken else SHOWN + REASON)
    finally:
        os.close(writer)
    listed = run("token", "list", BILLHOOK_DATABASE_URL=DATABASE).stdout
    rows = [words(row) for row in listed.splitlines() if "viewer" in row]
    assert [(row[1], row[-1]) for row in rows] == [("x", "revoked")]
