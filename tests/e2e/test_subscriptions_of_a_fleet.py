"""Subscriptions at real processes: what one does is told by another, and by the command line; and SIGTERM ends them at once."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e import story
from tests.e2e.following import INVOICES, PROJECTS
from tests.fleet import PATIENCE, fleet_on
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import PostgreSQL
    from tests.fleet import Server
    from websockets.sync.client import ClientConnection

TOLD_TO_STOP = (1001, 1012)
"""Going away, or service restart: whichever of billhook and uvicorn says it first. Clients connect again after both."""


@pytest.fixture
def url(postgresql: PostgreSQL) -> Iterator[str]:
    made = postgresql.new()
    yield made
    postgresql.drop(made)


@contextmanager
def connected(server: Server) -> Iterator[ClientConnection]:
    address = str(server.client.http.base_url).rstrip("/").replace("http", "ws")
    protocols = [Subprotocol("graphql-transport-ws")]
    with connect(f"{address}/graphql", subprotocols=protocols, open_timeout=PATIENCE) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert heard(socket) == {"type": "connection_ack"}
        yield socket


def heard(socket: ClientConnection) -> Any:  # noqa: ANN401 - JSON
    return json.loads(socket.recv(PATIENCE))


def followed(socket: ClientConnection, query: str, **variables: str) -> None:
    """Begin a subscription, and take its first event."""
    socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query, "variables": variables}}))
    [data] = heard(socket)["payload"]["data"].values()
    assert data["refetch"] is True


def test_what_one_process_does_is_told_by_another_until_it_is_told_to_stop(url: str, tmp_path: Path) -> None:
    with fleet_on(url, tmp_path) as fleet:
        here, there = fleet.servers
        shop = story.project(here.client)
        story.subscription(here.client, shop, "2026-01-01", endsOn="2026-01-31", book=True)
        with connected(here) as one, connected(there) as other:
            followed(one, INVOICES, id=shop)
            followed(other, INVOICES, id=shop)
            story.advance(here.client, shop, "5")
            for socket in (one, other):
                assert heard(socket)["payload"]["data"]["invoiceChanged"]["invoice"]["number"] == "INV-00001"
            assert fleet.command("run-subscriptions").returncode == 0
            for socket in (one, other):
                assert heard(socket)["payload"]["data"]["invoiceChanged"]["invoice"]["number"] == "INV-00002"
            stream = there.client.http.stream("GET", "/graphql", params={"query": PROJECTS}, headers={"Accept": "text/event-stream"})
            with stream as response:
                lines = response.iter_lines()
                assert next(lines) == "event: next"
                there.process.terminate()
                assert not [line for line in lines if line == "event: complete"]
            with pytest.raises(ConnectionClosed) as closed:
                heard(other)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in TOLD_TO_STOP
            assert there.process.wait(PATIENCE) == 0
            assert "graceful shutdown exceeded" not in there.log.read_text()
            story.advance(here.client, shop, "6")
            assert heard(one)["payload"]["data"]["invoiceChanged"]["invoice"]["number"] == "INV-00003"


def test_workers_end_their_subscriptions_too(url: str, tmp_path: Path) -> None:
    with fleet_on(url, tmp_path, 1, BILLHOOK_WORKERS="2") as fleet:
        [server] = fleet.servers
        with connected(server) as socket:
            followed(socket, PROJECTS)
            server.process.terminate()
            with pytest.raises(ConnectionClosed) as closed:
                heard(socket)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in TOLD_TO_STOP
        assert server.process.wait(PATIENCE) == 0
        assert "graceful shutdown exceeded" not in server.log.read_text()
