"""Who waits for others is answered in the end, and told what happened; a server that is told to stop finishes what it began."""

from __future__ import annotations

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.crashes.locks import nobody_writes, wait_for_waiting
from tests.e2e import story
from tests.fleet import PATIENCE, breaches

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Databases
    from tests.fleet import Server

TRACK = "mutation($input: TrackTimeInput!) { trackTime(input: $input) { timeEntry { id } userErrors { code } } }"


def test_a_lock_that_is_held_for_longer_than_the_setting_is_a_conflict(begin: Callable[..., Server], database_url: str) -> None:
    server = begin(BILLHOOK_LOCK_TIMEOUT="1")
    project, user = story.project(server.client), story.someone(server.client)
    given = {"projectId": project, "userId": user, "seconds": 3600, "idempotencyKey": "the entry"}
    with nobody_writes(database_url):
        [error] = server.client.refused("trackTime", given)
        assert error["code"] == "CONFLICT"
        assert story.balance(server.client, project) == ("0.00", "0.00")  # who reads waits for nobody
    story.made(server.client, "trackTime", "timeEntry", given)
    assert story.balance(server.client, project) == ("100.00", "0.00")
    assert server.log.read_text() == ""


def test_a_statement_that_takes_longer_than_the_setting_is_unavailable(
    begin: Callable[..., Server], databases: Databases, database_url: str
) -> None:
    server = begin(BILLHOOK_STATEMENT_TIMEOUT="1", BILLHOOK_LOCK_TIMEOUT="1" if databases.name == "sqlite" else "60")
    given = {"projectId": story.project(server.client), "userId": story.someone(server.client), "seconds": 3600}
    with nobody_writes(database_url):
        answer = server.client.execute(TRACK, {"input": given})
    if databases.name == "sqlite":
        assert answer["data"]["trackTime"]["userErrors"] == [{"code": "CONFLICT"}]  # SQLite limits the wait alone
    else:
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
    assert breaches(database_url) == []


def test_sigterm_lets_what_is_under_way_finish_and_refuses_what_is_new(
    begin: Callable[..., Server], databases: Databases, database_url: str
) -> None:
    server = begin()
    project, user = story.project(server.client), story.someone(server.client)
    given = {"projectId": project, "userId": user, "seconds": 3600}
    sent = threading.Event()

    def told(step: str, _details: object) -> None:
        if step == "http11.receive_response_headers.started":
            sent.set()

    with ThreadPoolExecutor(1) as threads:
        with nobody_writes(database_url):
            asked = {"query": TRACK, "variables": {"input": given}}
            answer = threads.submit(server.client.http.post, "/graphql", json=asked, extensions={"trace": told})
            assert sent.wait(PATIENCE)
            if databases.name == "postgresql":
                wait_for_waiting(database_url)
            story.balance(server.client, project)  # answered after it, so the one before it was read
            server.process.send_signal(signal.SIGTERM)
            refuses(server)
            assert not answer.done()
        tracked = answer.result().json()["data"]["trackTime"]
    assert tracked["userErrors"] == []
    assert server.process.wait(PATIENCE) == 0
    assert server.log.read_text() == ""
    again = begin()
    assert story.entry(again.client, tracked["timeEntry"]["id"])["seconds"] == 3600


def refuses(server: Server) -> None:
    """Wait until a new connection is refused."""
    at = server.client.http.base_url
    while reached(at.host, at.port or 0):
        time.sleep(0.01)


def reached(host: str, port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((host, port)) == 0
