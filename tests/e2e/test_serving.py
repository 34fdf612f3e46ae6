"""The server as a process of its own: what it prints, that it answers, and how it ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import httpx2
from tests.e2e.server import started

if TYPE_CHECKING:
    from pathlib import Path


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
