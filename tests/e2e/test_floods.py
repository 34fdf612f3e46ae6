"""What one client that nobody knows sends over a WebSocket: the server takes little of it, whatever it is."""

from __future__ import annotations

import select
import socket
import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests.e2e.server import launched, serving

from billhook.cli.frames import MOST_FRAMES, MOST_UNKNOWN_BYTES, PacedWebSocket

if TYPE_CHECKING:
    from asyncio import BaseTransport
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n{more}\r\n"
)
MASK = b"\0\0\0\0"
FIRST_OF_MANY, EMPTY_AND_MORE = b"\x01\x81" + MASK + b"x", b"\x00\x80" + MASK
PING = b"\x89\xfd" + MASK + b"x" * 125
WHOLE = b"\x81\x8f" + MASK + b'{"type":"ping"}'
MUCH = 64 * 1024 * 1024
LITTLE = 24 * 1024 * 1024
"""Bytes: a few hundred kilobytes that the server takes, and what the buffers of the system hold on the way."""
LONG = 40_000_000
"""Bytes: more than the buffers of the system hold."""
PATIENCE = 60
SILENCE = 3
"""Seconds in which nothing is taken: then the client is held back."""


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flooded") / "log"


@pytest.fixture(scope="module")
def address(log_file: Path) -> Iterator[str]:
    folder = log_file.parent
    with log_file.open("w") as log:
        server, page = launched(folder, ["serve"], {"BILLHOOK_DATABASE_URL": "sqlite:///flooded.db", "BILLHOOK_LOG_LEVEL": "info"}, log)
        try:
            yield page
        finally:
            server.terminate()
            server.communicate(timeout=30)
    assert [line for line in log_file.read_text().splitlines() if "[error" in line or "Traceback" in line] == []


@contextmanager
def shaken(address: str, more: str = "") -> Iterator[tuple[socket.socket, bytes]]:
    """A connection whose handshake is done, and the answer to it."""
    host = urlsplit(address).netloc
    name, _, port = host.partition(":")
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # answers that nobody reads wait at the server
        made.settimeout(PATIENCE)
        made.connect((name, int(port)))
        made.sendall(HANDSHAKE.format(host=host, more=more).encode())
        yield made, made.recv(4096)


def taken(client: socket.socket, blob: bytes) -> int:
    """Send again and again, and never read: return how many bytes went out until the server ended it, or took no more."""
    client.setblocking(False)  # noqa: FBT003 - of the standard library
    sent, rest = 0, blob
    while sent < MUCH and select.select([], [client], [], SILENCE)[1]:
        try:
            went = client.send(rest)
        except ConnectionError:
            break
        sent += went
        rest = rest[went:] or blob
    return sent


def test_a_message_of_endless_frames_ends_its_connection(address: str) -> None:
    with shaken(address) as (client, _):
        client.sendall(FIRST_OF_MANY)
        assert taken(client, EMPTY_AND_MORE * 10_000) < LITTLE
    with shaken(address) as (client, _):
        client.sendall(FIRST_OF_MANY + EMPTY_AND_MORE * MOST_FRAMES)
        assert client.recv(4096) == b"\x88\x12" + (1009).to_bytes(2, "big") + b"over 1000 frames"


@pytest.mark.parametrize("frame", [PING, WHOLE])
def test_a_client_that_does_not_read_is_not_read_from(address: str, frame: bytes) -> None:
    with shaken(address) as (client, _):
        assert taken(client, frame * 2000) < LITTLE


async def says_much(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says one thing, which is long."""
    assert (scope["type"], (await receive())["type"]) == ("websocket", "websocket.connect")
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": b"x" * LONG})
    await receive()


def test_a_client_that_reads_slowly_gets_all_though_it_answers_no_ping_in_time() -> None:
    impatient = {"ws_ping_interval": 0.2, "ws_ping_timeout": 1, "ws_per_message_deflate": False}
    with serving(says_much, ws=PacedWebSocket, lifespan="off", **impatient) as address, shaken(address) as (client, answer):
        got = bytearray(answer.partition(b"\r\n\r\n")[2])
        while part := client.recv(4096):
            got += part
            time.sleep(0.0002)
    assert got.count(b"x") == LONG


def text_of(length: int, message: str) -> bytes:
    """A frame with a message that is filled up with spaces."""
    return b"\x81\xff" + length.to_bytes(8) + MASK + message.encode().ljust(length)


INIT, ACK, PONG = '{"type":"connection_init"}', '{"type":"connection_ack"}', '{"type":"pong"}'
TOO_BIG = (1009).to_bytes(2) + f"over {MOST_UNKNOWN_BYTES} bytes before connection_ack".encode()


def test_who_is_not_known_sends_16_kb_and_who_is_let_in_much_more(address: str) -> None:
    with shaken(address) as (client, _), client.makefile("rb") as answers:
        client.sendall(text_of(MOST_UNKNOWN_BYTES, INIT))
        assert answers.read(2 + len(ACK))[2:] == ACK.encode()
        client.sendall(text_of(900_000, '{"type":"ping"}'))
        assert answers.read(2 + len(PONG))[2:] == PONG.encode()
    with shaken(address) as (client, _):
        client.sendall(text_of(MOST_UNKNOWN_BYTES + 1, INIT))
        assert client.recv(4096)[2:] == TOO_BIG


@pytest.mark.parametrize("begun", [b"\x81", FIRST_OF_MANY + b"\x00"])
def test_a_long_message_of_somebody_unknown_is_not_waited_for(address: str, begun: bytes) -> None:
    with shaken(address) as (client, _):
        client.sendall(begun + b"\xff" + (900_000).to_bytes(8) + MASK + b" " * 2 * MOST_UNKNOWN_BYTES)
        assert client.recv(4096)[2:] == TOO_BIG


def test_what_is_sent_after_a_connection_was_closed_is_not_kept(address: str) -> None:
    with shaken(address) as (client, _):
        client.sendall(text_of(2, "{}"))
        assert client.recv(4096)[2:4] == (4400).to_bytes(2)
        assert taken(client, text_of(900_000, "{}")) < LITTLE


def test_a_client_that_does_not_take_what_was_said_is_gone_soon_after_its_connection_was_closed() -> None:
    made: list[PacedWebSocket] = []
    gone = Event()

    class Seen(PacedWebSocket):
        def connection_made(self, transport: BaseTransport) -> None:
            super().connection_made(transport)
            made.append(self)

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    async def says_a_little_more_than_the_system_holds(scope: Scope, receive: Receive, send: Send) -> None:
        assert (scope["type"], (await receive())["type"]) == ("websocket", "websocket.connect")
        await send({"type": "websocket.accept"})
        while not made[0].transport.get_write_buffer_size():
            await send({"type": "websocket.send", "bytes": b"x" * 4096})
        await send({"type": "websocket.close"})

    app = says_a_little_more_than_the_system_holds
    with serving(app, ws=Seen, ws_per_message_deflate=False, lifespan="off") as address, shaken(address):
        assert gone.wait(PATIENCE)


def test_a_text_that_is_none_ends_its_connection(address: str) -> None:
    with shaken(address) as (client, _):
        client.sendall(b"\x81\x82" + MASK + b"\xff\xfe")
        assert client.recv(4096) == b"\x88\x02" + (1007).to_bytes(2, "big")


def test_nothing_is_compressed_so_nothing_small_becomes_large(address: str) -> None:
    with shaken(address) as (_, answer):
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert b"permessage-deflate" not in answer


def test_a_handshake_that_is_refused_is_answered_and_logged_as_a_request_is(address: str, log_file: Path) -> None:
    with shaken(address, "Origin: http://evil.example\r\n") as (_, answer):
        assert answer.startswith(b"HTTP/1.1 403 ")
    lines: list[str] = []
    for _ in range(PATIENCE * 10):
        if lines := [line for line in log_file.read_text().splitlines() if "refused" in line and "status=403" in line]:
            break
        time.sleep(0.1)
    assert len(lines) == 1


@pytest.mark.parametrize("more", ["Cookie: session=" + "x" * 40_000 + "\r\n", "X-Header: x\r\n" * 1000])
def test_a_handshake_may_have_headers_as_long_as_any_request(address: str, more: str) -> None:
    with shaken(address, more) as (_, answer):
        assert answer.startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("more", ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"])
def test_a_handshake_with_a_body_is_refused(address: str, more: str) -> None:
    with shaken(address, more) as (client, answer):
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(b"\r\n\r\nInvalid HTTP request received.")
        assert client.recv(4096) == b""
