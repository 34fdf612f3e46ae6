"""What a real server logs: each operation in one line, and nothing of what clients send, whatever fails."""

from __future__ import annotations

import json
import re
import signal
import socket
from typing import TYPE_CHECKING, Any

import httpx2
import orjson
import pytest
from sqlalchemy import text
from tests.e2e.server import started
from tests.e2e.settings import settings_for
from tests.e2e.test_access import secret_of
from tests.e2e.test_floods import HANDSHAKE
from tests.e2e.websocket.connecting import PROTOCOL
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from billhook.billing.workspace import open_workspace
from billhook.domain.words import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from billhook.billing.workspace import Workspace
    from billhook.sources import Sources

SECRET = "correct-horse-battery"  # noqa: S105 - it stands for whatever a client sends
WRONG = f"bh_{SECRET}"
CREATE = "mutation Create($name: String!) { createCustomer(input: { name: $name }) { customer { id } } }"
LITERAL = f'mutation Literal {{ createCustomer(input: {{ name: "{SECRET}" }}) {{ customer {{ id }} }} }}'
NEWER = {"Accept": "application/graphql-response+json"}
FORGED = "a\n2026-01-01T00:00:00Z [info] forged\x1b[2J"


@pytest.fixture
def filled(tmp_path: Path, sources: Sources) -> Iterator[Workspace]:
    """A database in a file of its own."""
    workspace = open_workspace(settings_for(tmp_path / "billhook.db"), sources)
    yield workspace
    workspace.engine.dispose()


def execute(workspace: Workspace, statement: str) -> None:
    with workspace.writing() as tx:
        tx.session.execute(text(statement))


def send_whatever_could_leak(http: httpx2.Client, token: str, workspace: Workspace) -> list[tuple[int, list[str]]]:
    """Send secrets in every place of requests that succeed, are refused, and fail; return the statuses and codes."""
    ours, wrong = {"Authorization": f"Bearer {token}"}, {"Authorization": f"Bearer {WRONG}"}
    named = {"query": CREATE, "variables": {"name": SECRET}, "operationName": "Create"}
    answers = [
        http.post("/graphql", json=named, headers=ours),
        http.post("/graphql", json={"query": LITERAL, "operationName": "Literal"}, headers=ours),
        http.post("/graphql", json={"query": CREATE, "variables": {"name": {"x": SECRET}}}, headers=ours),
        http.post("/graphql", json={"query": f'{{ {SECRET.replace("-", "_")}(a: "{SECRET}") }}'}, headers=ours),
        http.post("/graphql", json={"query": f'{{ "{SECRET}'}, headers=ours | {"X-Request-Id": f"<{SECRET}>"}),
        http.get("/graphql", params={"query": f'{{ "{SECRET}', "operationName": FORGED, "token": token}, headers=ours),
        http.get("/graphql", params={"token": token, "variables": SECRET, "query": "{ a }"}, headers=ours),
        http.post("/graphql", json=named, headers=wrong),
        http.post("/graphql", json=named, params={"token": token}),
        http.post("/graphql", content=f'{{"query": "{SECRET}', headers=ours | {"Content-Type": "application/json"}),
        http.get(f"/{SECRET}/%0aforged%1b%5b2J", params={"token": token}),
    ]
    execute(workspace, "CREATE TRIGGER refuse BEFORE INSERT ON customer BEGIN SELECT RAISE(ABORT, 'no'); END")
    answers.append(http.post("/graphql", json=named, headers=ours))
    execute(workspace, "ALTER TABLE access_token RENAME TO gone")
    answers.append(http.post("/graphql", json=named, params={"token": token}, headers=ours))
    return [(answer.status_code, [error["extensions"]["code"] for error in answer.json().get("errors", ())]) for answer in answers]


EXPECTED: list[tuple[int, list[str]]] = [
    (200, []),
    (200, []),
    (400, ["BAD_USER_INPUT"]),
    (400, ["GRAPHQL_VALIDATION_FAILED"]),
    (400, ["GRAPHQL_PARSE_FAILED"]),
    (400, ["GRAPHQL_PARSE_FAILED"]),
    (400, ["BAD_REQUEST"]),
    (401, ["UNAUTHENTICATED"]),
    (401, ["UNAUTHENTICATED"]),
    (400, ["BAD_REQUEST"]),
    (404, ["BAD_REQUEST"]),
    (200, ["INTERNAL"]),
    (500, ["INTERNAL"]),
]


def logged_by(folder: Path, workspace: Workspace, form: str) -> list[str]:
    """Run a server that logs all it can, send it secrets, and return its lines."""
    token = secret_of(workspace, Role.ADMIN)
    settings = {"BILLHOOK_LOG_FORMAT": form, "BILLHOOK_LOG_LEVEL": "debug"}
    with started(folder, "serve", **settings) as (server, address):
        with httpx2.Client(base_url=address.removesuffix("/graphql"), headers=NEWER, timeout=60) as http:
            assert send_whatever_could_leak(http, token, workspace) == EXPECTED
        server.send_signal(signal.SIGTERM)
        return without_secrets(server.communicate(timeout=30)[1], token)


def without_secrets(logged: str, token: str) -> list[str]:
    """Return the lines of a log, in which there is nothing of what was sent."""
    for secret in (token, token.removeprefix("bh_"), SECRET, SECRET.replace("-", "_"), "Bearer", "createCustomer(", "token="):
        assert secret not in logged, secret
    lines = logged.split("\n")
    assert lines.pop() == ""
    return lines


def test_no_line_of_json_has_what_was_sent_and_each_is_an_object(tmp_path: Path, filled: Workspace) -> None:
    lines: list[dict[str, Any]] = [orjson.loads(line) for line in logged_by(tmp_path, filled, "json")]
    assert {tuple(line)[:3] for line in lines} == {("event", "level", "logger")}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["timestamp"]) for line in lines)
    assert {line["logger"] for line in lines} == {"uvicorn", "billhook.access", "billhook.errors", "billhook.operations"}
    ended = [line for line in lines if line["logger"] == "billhook.operations"]
    assert [(line["status"], line["codes"]) for line in ended] == EXPECTED
    assert [line["operation"] for line in ended if line["event"] == "operation"] == [
        "Create",
        "Literal",
        "Create",
        None,
        None,
        FORGED.replace("\n", r"\x0a").replace("\x1b", r"\x1b"),
        "Create",
    ]
    of_a_bug, of_the_server = [line for line in lines if "exception" in line]
    assert of_a_bug["event"] == f"request {ended[-2]['request_id']} failed at createCustomer"
    assert of_a_bug["exception"].endswith("sqlalchemy.exc.IntegrityError")
    assert of_the_server["event"] == "Exception in ASGI application"
    assert (of_the_server["logger"], of_the_server["request_id"]) == ("uvicorn", ended[-1]["request_id"])


def test_no_line_for_people_has_what_was_sent_and_none_is_forged(tmp_path: Path, filled: Workspace) -> None:
    lines = logged_by(tmp_path, filled, "human")
    assert all(line.isprintable() for line in lines)
    begun = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \[(info|warning|error|debug)\] \S")
    inside = [line for line in lines if not begun.match(line)]
    assert inside
    assert [line for line in inside if line and not line.startswith("  ") and not re.fullmatch(r"[\w.]+|and then:", line)] == []
    assert sum("[billhook.operations]" in line for line in lines) == len(EXPECTED)


def test_unless_it_is_asked_for_more_only_operations_are_told_and_not_that_the_server_runs(tmp_path: Path) -> None:
    with started(tmp_path, "serve", BILLHOOK_LOG_LEVEL="info") as (server, address):
        assert httpx2.post(address, json={"query": "query Who { viewer { name } }"}, timeout=60).status_code == 200
        server.send_signal(signal.SIGTERM)
        [line] = server.communicate(timeout=30)[1].splitlines()
    assert "[info] operation [billhook.operations]" in line
    assert "operation=Who" in line


def test_no_line_has_what_was_sent_over_a_websocket(tmp_path: Path, filled: Workspace) -> None:
    token = secret_of(filled, Role.ADMIN)
    with started(tmp_path, "serve", BILLHOOK_LOG_FORMAT="json", BILLHOOK_LOG_LEVEL="debug") as (server, address):
        url = f"{address.replace('http', 'ws')}?token={token}"
        shake_hands_in_vain(address, token)
        assert said_over(url, token) == ["connection_ack", "next", "complete", "next", "complete", "error", 4400]
        assert said_over(url, WRONG) == [4403]
        server.send_signal(signal.SIGTERM)
        lines = [orjson.loads(line) for line in without_secrets(server.communicate(timeout=30)[1], token)]
    assert {(line["logger"], line["level"]) for line in lines} == {
        ("uvicorn", "info"),
        ("billhook.access", "warning"),
        ("billhook.operations", "info"),
    }
    told = [(line["operation"], line["codes"]) for line in lines if line["logger"] == "billhook.operations"]
    assert told == [("Create", []), ("Literal", []), (None, ["GRAPHQL_VALIDATION_FAILED"])]


def shake_hands_in_vain(address: str, token: str) -> None:
    """Send the head of a WebSocket that is none, with a token in all of its parts."""
    host, _, port = address.removeprefix("http://").removesuffix("/graphql").partition(":")
    head = HANDSHAKE.format(host=host, more=f"Authorization: Bearer {token}\r\n")
    head = head.replace("/graphql", f"/graphql?token={token}").replace("AAAAAAAAAAAAAAAAAAAAAA==", token)
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


def said_over(url: str, token: str) -> list[str | int]:
    """Send secrets in every place of a connection; return the types of the answers, and the code that closed it."""
    ours = f"Bearer {token}"
    asked: list[tuple[int, dict[str, Any]]] = [
        (1, {"type": "connection_init", "payload": {"authorization": ours, "password": SECRET}}),
        (2, {"type": "subscribe", "id": SECRET, "payload": {"query": CREATE, "variables": {"name": SECRET}}}),
        (2, {"type": "subscribe", "id": SECRET, "payload": {"query": LITERAL, "operationName": "Literal"}}),
        (1, {"type": "subscribe", "id": SECRET, "payload": {"query": f'{{ a(b: "{SECRET}") }}', "extensions": {SECRET: token}}}),
        (1, {"type": SECRET, "payload": token}),
    ]
    said: list[str | int] = []
    with connect(url, subprotocols=[Subprotocol(PROTOCOL)], additional_headers={"Authorization": ours}, open_timeout=60) as connection:
        try:
            for answers, message in asked:
                connection.send(json.dumps(message))
                said += [json.loads(connection.recv(60))["type"] for _ in range(answers)]
        except ConnectionClosed:
            said.append(connection.close_code or 0)
    return said
