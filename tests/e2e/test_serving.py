"""The server as a process of its own: what it prints, that it answers, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def environment(settings: dict[str, str]) -> dict[str, str]:
    """This process's environment with these settings only."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BILLHOOK_")} | settings


@contextmanager
def started(folder: Path, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and the address that it printed; ended by SIGTERM."""
    server = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "billhook", *arguments, "--port", "0"],
        cwd=folder,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        printed = server.stdout.readline()
        assert printed.startswith("GraphQL:  http://127.0.0.1:"), printed or server.communicate()[1]
        assert server.stdout.readline().startswith("GraphiQL: http://127.0.0.1:")
        yield server, printed.split()[1]
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_serve_makes_the_database_answers_and_ends_quietly_when_told_to(tmp_path: Path) -> None:
    with started(tmp_path, "serve") as (server, address):
        answer = httpx2.post(address, json={"query": "{ projects { totalCount } }"}).json()
        assert answer == {"data": {"projects": {"totalCount": 0}}}
        assert "<title>billhook</title>" in httpx2.get(address, headers={"Accept": "text/html"}).text
        server.send_signal(signal.SIGTERM)
        assert server.communicate(timeout=30) == ("", "")
    assert server.returncode == 0
    assert [file.name for file in tmp_path.iterdir()] == ["billhook.db"]


def test_demo_fills_its_own_database_once_and_serves_it(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        with started(tmp_path, "demo") as (_, address):
            counts.append(httpx2.post(address, json={"query": "{ projects { totalCount } }"}).json()["data"]["projects"]["totalCount"])
    assert counts[0] == counts[1] > 0
    assert [file.name for file in tmp_path.iterdir()] == ["billhook-demo.db"]


def test_demo_fills_the_database_that_the_settings_name(tmp_path: Path) -> None:
    with started(tmp_path, "demo", BILLHOOK_DATABASE_URL="sqlite:///mine.db"):
        assert {file.name.partition("-")[0] for file in tmp_path.iterdir()} == {"mine.db"}
