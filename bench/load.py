"""The client: a process of its own that sends requests over keep-alive connections, each as soon as the one before it is answered.

`python -m bench.load` does the job that `send` gives it.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
import uvloop

from bench.process import Answered, do_elsewhere, given_job, hand_back

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_ANSWER = 10_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """A GraphQL request to one of the servers."""

    address: str
    query: str
    variables: dict[str, Any]


def send(clients: Sequence[Sequence[Request]]) -> list[Answered]:
    """Send the requests of all clients at the same time, from another process; the answers are in the order they were sent in.

    Raises RuntimeError when the client fails: a server that hangs up, or a status other than 200.
    """
    answered = do_elsewhere("bench.load", [[asdict(request) for request in client] for client in clients])
    return sorted(answered, key=lambda each: each.sent_at)


async def _send_all(clients: list[list[Request]]) -> list[Answered]:
    answered = await asyncio.gather(*(_client(number, requests) for number, requests in enumerate(clients)))
    return [each for of_client in answered for each in of_client]


async def _client(number: int, requests: list[Request]) -> list[Answered]:
    """Send one request after the other, over one connection to each server."""
    streams = {address: await _connect(address) for address in dict.fromkeys(request.address for request in requests)}
    encoded = [(request.address, _encoded(request)) for request in requests]
    answered = []
    for address, message in encoded:
        reader, writer = streams[address]
        began = perf_counter()
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        answered.append((began, perf_counter() - began, body))
    for _, writer in streams.values():
        writer.close()
    return [Answered(number, began, seconds, orjson.loads(body)) for began, seconds, body in answered]


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    return await asyncio.open_connection(parts.hostname, parts.port, limit=LONGEST_ANSWER)


def _encoded(request: Request) -> bytes:
    parts = urlsplit(request.address)
    body = orjson.dumps({"query": request.query, "variables": request.variables})
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _length(head: bytes) -> int:
    status, *headers = head.decode("latin-1").split("\r\n")
    if " 200 " not in status:
        raise RuntimeError(status)
    return next(int(line.partition(":")[2]) for line in headers if line.lower().startswith("content-length:"))


def main() -> None:
    """Do the job on standard input."""
    clients = [[Request(**request) for request in client] for client in given_job()]
    hand_back(uvloop.run(_send_all(clients)))


if __name__ == "__main__":
    main()
