"""Clients that are slow to say what they want: they do not hold a connection for ever, and who waits for the server is not cut off."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests.e2e.server import serving, started
from websockets.sync.client import connect

from billhook.cli import requests
from billhook.cli.frames import PacedWebSocket
from billhook.cli.requests import PromptHTTP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

PATIENCE = 60
SHORT, LONGER = 1, 1.5
"""Seconds: how long a hasty server waits for its clients, and how long these wait for it."""
PAUSE, PAUSES = 0.1, 20
"""Seconds between two bytes, and how often: longer than the server waits for one, all together."""
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
BODY = b"x" * 500_000
MUCH = b"x" * 20_000_000


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    parts = urlsplit(address)
    assert parts.port is not None
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as connection:
        yield connection


def said_to(connection: socket.socket) -> bytes:
    """Return all that the server says until it ends the connection."""
    said = b""
    try:
        while part := connection.recv(4096):
            said += part
    except ConnectionResetError:
        pass
    return said


def test_a_connection_that_says_nothing_or_stops_half_way_is_ended(tmp_path: Path) -> None:
    with started(tmp_path, "serve") as (server, address), ExitStack() as stack:
        said = [b"", b"GET /hea", HEAD, HEAD + b"100\r\n\r\n", HEAD + b'100\r\n\r\n{"query":']
        waiting = [stack.enter_context(connected(address)) for _ in said]
        for connection, part in zip(waiting, said, strict=True):
            connection.sendall(part)
        assert [said_to(connection) for connection in waiting] == [b""] * len(said)
        server.terminate()
        assert server.communicate(timeout=30) == ("", "")


async def takes_its_time(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is slower than its clients may be, and answers how many bytes it got."""
    await asyncio.sleep(LONGER)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "there"})
        await send({"type": "websocket.close"})
        return
    got, more = 0, True
    while more:
        message = await receive()
        got, more = got + len(message["body"]), message["more_body"]
    answer = f"got {got}".encode()
    length = str(len(answer)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close"), (b"content-length", length)]})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that waits for its clients for a moment only."""
    monkeypatch.setattr(requests, "SECONDS_TO_ASK", SHORT)
    with serving(takes_its_time, http=PromptHTTP, ws=PacedWebSocket, lifespan="off") as address:
        yield address


def test_who_waits_for_the_server_is_not_cut_off(hasty: str) -> None:
    with connected(hasty) as connection:
        connection.sendall(HEAD + str(len(BODY)).encode() + b"\r\n\r\n" + BODY)
        assert said_to(connection).endswith(b"got 500000")
    with connect(hasty.replace("http", "ws"), open_timeout=PATIENCE) as websocket:
        assert websocket.recv(PATIENCE) == "there"


def drip(connection: socket.socket, said: bytes) -> None:
    """Send byte by byte."""
    for byte in said:
        time.sleep(PAUSE)
        connection.sendall(bytes([byte]))


def test_a_body_may_come_slowly_as_long_as_it_comes_and_a_head_may_not(hasty: str) -> None:
    with connected(hasty) as connection:
        connection.sendall(HEAD + str(PAUSES).encode() + b"\r\n\r\n")
        drip(connection, b"x" * PAUSES)
        assert said_to(connection).endswith(b"got 20")
    with connected(hasty) as connection, pytest.raises(ConnectionError):
        drip(connection, HEAD)


async def says_much(scope: Scope, _receive: Receive, send: Send) -> None:
    """An application whose answer is more than fits between it and its client."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(MUCH)).encode())]})
    await send({"type": "http.response.body", "body": MUCH})


def test_a_client_that_takes_nothing_is_ended_and_one_that_takes_it_slowly_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "SECONDS_TO_TAKE", SHORT)
    with serving(says_much, http=PromptHTTP, lifespan="off") as address:
        with connected(address) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            time.sleep(4 * SHORT)
            assert len(said_to(connection)) < len(MUCH)
        monkeypatch.setattr(requests, "SECONDS_TO_ASK", SHORT)
        with connected(address) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            taken = 0
            while taken < len(MUCH):
                part = connection.recv(len(MUCH) // 20)
                assert part
                taken += len(part)
                time.sleep(PAUSE)
