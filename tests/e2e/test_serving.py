"""The server as a process of its own: what it prints, that it answers, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2
import orjson
import psutil
import pytest
from tests.e2e import story
from tests.e2e.client import Client, without_cost
from tests.e2e.server import demonstrated, started

from billhook.cli.requests import MOST_HEAD
from billhook.http.asking import LONGEST_URL

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


HEAD = ("POST /graphql HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", "Content-Length: 99", "Expect: 100-continue")
HALF = "\r\n".join((*HEAD, "", "")).encode()
"""A request whose body does not come."""
HANGS = """
from pathlib import Path
from threading import Event, current_thread, main_thread

from billhook.cli import processes
from billhook_sources.manual import Manual

def hang(*given, propose=Manual.propose):
    if current_thread() is main_thread():
        return propose(*given)
    Path("hangs").touch()
    Event().wait()

processes.SECONDS_TO_CLOSE = 0
Manual.propose = hang
"""
"""What Python runs as it starts: then a source never answers, but where a demo is filled."""
LINES = 'input: { projectId: "ID", source: { manual: { lines: [{ description: "x", unitPrice: "1" }] } } }'
READS = f"{{ previewInvoice({LINES}) {{ userErrors {{ message }} }} }}"
WRITES = f"mutation {{ createInvoice({LINES}) {{ userErrors {{ message }} }} }}"


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


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "stop"])
@pytest.mark.parametrize(("workers", "there"), [(1, 0), (2, 0), (2, 2)])
def test_a_server_that_is_told_to_end_while_it_starts_ends_quietly(tmp_path: Path, told: signal.Signals, workers: int, there: int) -> None:
    with started(tmp_path, "serve", "--workers", str(workers)) as (server, _):
        while len(workers_of(server)) < there:
            assert server.poll() is None
        os.killpg(server.pid, told)
        assert server.communicate(timeout=60) == ("", "")
    assert server.returncode == 0


def test_a_request_that_is_cut_off_by_who_tells_the_server_to_end_twice_is_no_bug(tmp_path: Path) -> None:
    with started(tmp_path, "serve") as (server, address):
        at = httpx2.URL(address)
        with socket.create_connection((at.host, at.port), timeout=60) as client:
            client.sendall(HALF)
            assert client.recv(100).startswith(b"HTTP/1.1 100")  # so it waits for the body
            server.send_signal(signal.SIGINT)
            while listens(at):
                assert server.poll() is None
            server.send_signal(signal.SIGINT)
            assert server.communicate(timeout=60) == ("", "")
    assert server.returncode == 0


@pytest.mark.parametrize("asked", [READS, WRITES], ids=["reads", "writes"])
def test_a_thread_that_does_not_end_is_left_behind_by_who_tells_the_server_to_end_twice(tmp_path: Path, asked: str) -> None:
    with hanging(tmp_path, "serve", asked) as server:
        assert server.communicate(timeout=60) == ("", "")
    assert server.returncode == 0


@pytest.mark.parametrize(("asked", "code"), [(READS, 0), (WRITES, 1)], ids=["reads", "writes"])
def test_a_demo_ends_its_token_unless_a_thread_that_does_not_end_writes(tmp_path: Path, asked: str, code: int) -> None:
    with hanging(tmp_path, "demo", asked) as server:
        said = server.communicate(timeout=60)[1]
    assert (server.returncode, "The demo's token could not be ended" in said) == (code, bool(code))


@contextmanager
def hanging(folder: Path, command: str, asked: str) -> Iterator[subprocess.Popen[str]]:
    """Ask a server what it never answers, and tell it to end, twice."""
    (folder / "sitecustomize.py").write_text(HANGS)
    with started(folder, command, PYTHONPATH=str(folder), BILLHOOK_LOCK_TIMEOUT="1", BILLHOOK_POOL_SIZE="1") as (server, page):
        address, _, token = page.partition("#token=")
        at, headers = httpx2.URL(address), {"Authorization": f"Bearer {token}"} if token else {}
        with httpx2.Client(base_url=address.removesuffix("/graphql"), headers=headers) as http:
            body = orjson.dumps({"query": asked.replace("ID", story.project(Client(http), "Hangs"))})
        head = [HEAD[0], "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection((at.host, at.port), timeout=60) as client:
            client.sendall("\r\n".join((*head, "", "")).encode() + body)
            while not (folder / "hangs").exists():
                assert server.poll() is None
            server.send_signal(signal.SIGINT)
            while listens(at):
                assert server.poll() is None
            server.send_signal(signal.SIGINT)
            yield server


def listens(at: httpx2.URL) -> bool:
    try:
        socket.create_connection((at.host, at.port or 0), timeout=60).close()
    except (ConnectionRefusedError, ConnectionResetError):  # the latter where it stops while it is asked
        return False
    return True


def test_workers_end_with_the_process_that_watches_them(tmp_path: Path) -> None:
    with started(tmp_path, "serve", "--workers", "2", TMPDIR=str(tmp_path)) as (server, address):
        answer = httpx2.post(address, json={"query": "{ users { totalCount } }"}, timeout=30).json()
        assert without_cost(answer) == {"data": {"users": {"totalCount": 0}}}
        workers = workers_of(server)
        assert len(workers) == 2
        assert len(list(tmp_path.glob("billhook-metrics-*"))) == 1
        server.kill()
        assert psutil.wait_procs(workers, timeout=30)[1] == []
    assert list(tmp_path.glob("billhook-metrics-*")) == []


def test_serve_says_which_names_are_no_settings(tmp_path: Path) -> None:
    with started(tmp_path, "serve", BILLHOOK_PERSISTED_DOCUMENT="listed.json") as (server, address):
        assert httpx2.get(address.replace("graphql", "healthz"), timeout=30).status_code == 200
        server.terminate()
        said = "BILLHOOK_PERSISTED_DOCUMENT is no setting of billhook; BILLHOOK_PERSISTED_DOCUMENTS is one.\n"
        assert server.communicate(timeout=30) == ("", said)


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


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server."""
    with started(tmp_path_factory.mktemp("long"), "serve") as (_, address):
        yield int(address.removesuffix("/graphql").rpartition(":")[2])


def answer_to(port: int, head: bytes) -> tuple[bytes, bytes]:
    """Send the head of a request in small pieces, as it may arrive from far away; return the first line of the answer, and its body."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(head), 1000):
            connection.sendall(head[start : start + 1000])
        with connection.makefile("rb") as answered:
            first, *rest = answered.read().split(b"\r\n")
    return first, rest[-1]


def asking(length: int) -> bytes:
    """A request whose URL has as many bytes behind its question mark."""
    query = b"query=%7B__typename%7D&padding=".ljust(length, b"x")
    return b"GET /graphql?" + query + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def test_the_longest_url_is_answered_and_a_longer_one_refused_as_json_however_they_arrive(port: int) -> None:
    first, body = answer_to(port, asking(LONGEST_URL))
    assert (first, b'"__typename":"Query"' in body) == (b"HTTP/1.1 200 OK", True)
    for length in (LONGEST_URL + 1, MOST_HEAD - 1000):
        first, body = answer_to(port, asking(length))
        assert first.startswith(b"HTTP/1.1 414 ")
        assert b"The URL has more than 32000 bytes behind its '?': send the operation with POST." in body
        assert b'"code":"LIMIT_EXCEEDED"' in body


def test_a_head_without_an_end_is_cut_off(port: int) -> None:
    first, body = answer_to(port, asking(MOST_HEAD)[: MOST_HEAD + 1])
    assert (first, body) == (b"HTTP/1.1 400 Bad Request", b"Invalid HTTP request received.")
