"""The server as a process of its own: what it prints, that it answers, and how it ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import httpx2
import psutil
from tests.e2e.client import without_cost
from tests.e2e.server import demonstrated, started

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def test_serve_makes_the_database_answers_and_ends_quietly_when_told_to(tmp_path: Path) -> None:
    with started(tmp_path, "serve") as (server, address):
        answer = without_cost(httpx2.post(address, json={"query": "{ projects { totalCount } }"}).json())
        assert answer == {"data": {"projects": {"totalCount": 0}}}
        assert "<title>billhook</title>" in httpx2.get(address, headers={"Accept": "text/html"}).text
        server.send_signal(signal.SIGTERM)
        assert server.communicate(timeout=30) == ("", "")
    assert server.returncode == 0
    assert [file.name for file in tmp_path.iterdir()] == ["billhook.db"]


def test_several_workers_answer_as_one_and_one_that_dies_is_replaced(tmp_path: Path, database_url: str) -> None:
    with started(tmp_path, "serve", "--workers", "2", BILLHOOK_DATABASE_URL=database_url) as (server, address):
        create = 'mutation { createUser(input: {name: "Ann"}) { user { name } } }'
        assert without_cost(httpx2.post(address, json={"query": create}, timeout=30).json()) == {
            "data": {"createUser": {"user": {"name": "Ann"}}}
        }
        before = workers_of(server)
        assert len(before) == 2
        before[0].kill()
        while len(now := workers_of(server)) < 2 or before[0] in now:
            psutil.wait_procs(now, timeout=0.1)
        for _ in range(8):
            answer = without_cost(httpx2.post(address, json={"query": "{ users { totalCount } }"}, timeout=30).json())
            assert answer == {"data": {"users": {"totalCount": 1}}}
        server.send_signal(signal.SIGTERM)
        assert server.communicate(timeout=30) == ("", "")
    assert server.returncode == 0
    assert workers_of(server) == []


def test_workers_end_with_the_process_that_watches_them(tmp_path: Path) -> None:
    with started(tmp_path, "serve", "--workers", "2") as (server, address):
        answer = httpx2.post(address, json={"query": "{ users { totalCount } }"}, timeout=30).json()
        assert without_cost(answer) == {"data": {"users": {"totalCount": 0}}}
        workers = workers_of(server)
        assert len(workers) == 2
        server.kill()
        assert psutil.wait_procs(workers, timeout=30)[1] == []


def workers_of(server: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that a server started to answer, without Python's own that looks after them."""
    running = psutil.process_iter(["ppid", "cmdline"])
    return [each for each in running if each.info["ppid"] == server.pid and "spawn_main" in " ".join(each.info["cmdline"] or ())]


def test_demo_fills_its_own_database_once_and_serves_it(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        with demonstrated(tmp_path) as http:
            counts.append(http.post("/graphql", json={"query": "{ projects { totalCount } }"}).json()["data"]["projects"]["totalCount"])
    assert counts[0] == counts[1] > 0
    assert [file.name for file in tmp_path.iterdir()] == ["billhook-demo.db"]


def test_demo_fills_the_database_that_the_settings_name(tmp_path: Path) -> None:
    with demonstrated(tmp_path, BILLHOOK_DATABASE_URL="sqlite:///mine.db"):
        assert {file.name.partition("-")[0] for file in tmp_path.iterdir()} == {"mine.db"}
