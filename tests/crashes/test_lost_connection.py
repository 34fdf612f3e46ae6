"""A connection to PostgreSQL that is lost costs an answer at most, and no data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from psycopg import sql
from sqlalchemy import make_url
from tests.crashes.locks import end_connections, nobody_writes, wait_for_waiting
from tests.e2e import story
from tests.fleet import Server, breaches, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import PostgreSQL

TRACK = "mutation($input: TrackTimeInput!) { trackTime(input: $input) { timeEntry { id } userErrors { code } } }"


@pytest.fixture
def url(postgresql: PostgreSQL) -> Iterator[str]:
    made = postgresql.new()
    yield made
    postgresql.drop(made)


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    begun = start(url, tmp_path)
    yield begun
    begun.kill()


def test_while_the_database_is_away_reads_and_writes_are_unavailable_in_one_line_each(
    server: Server, url: str, postgresql: PostgreSQL
) -> None:
    user = story.someone(server.client)
    name = make_url(url).database
    with allowing_no_connections(postgresql, str(name)):
        postgresql.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for asked, given in (("{ projects { totalCount } }", {}), (TRACK, {"input": {"projectId": user, "userId": user, "seconds": 1}})):
            [error] = server.client.errors(asked, given)
            assert error["extensions"]["code"] == "UNAVAILABLE"
        assert len(server.log.read_text().splitlines()) == 2
        refused = server.client.http.post("/graphql", json={"query": "{ projects { totalCount } users { nodes { id } } }"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["UNAVAILABLE"], "who asks cannot be found out"
    assert server.client.graphql("{ projects { totalCount } }") == {"projects": {"totalCount": 0}}


@contextmanager
def allowing_no_connections(postgresql: PostgreSQL, name: str) -> Iterator[None]:
    change = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    postgresql.admin.execute(change.format(sql.Identifier(name), sql.SQL("false")))
    yield
    postgresql.admin.execute(change.format(sql.Identifier(name), sql.SQL("true")))


def test_connections_lost_while_idle_are_made_anew_unseen(server: Server, url: str) -> None:
    project = story.project(server.client)
    assert end_connections(url) >= 1
    story.work(server.client, project, "10")
    assert end_connections(url) >= 1
    assert story.balance(server.client, project) == ("10.00", "0.00")
    assert server.log.read_text() == ""


def test_a_mutation_whose_connection_is_lost_is_unavailable_and_happens_once_when_sent_again(server: Server, url: str) -> None:
    project, user = story.project(server.client), story.someone(server.client)
    given = {"input": {"projectId": project, "userId": user, "seconds": 3600, "idempotencyKey": "the entry"}}
    with ThreadPoolExecutor(1) as threads, nobody_writes(url):
        answer = threads.submit(server.client.errors, TRACK, given)
        wait_for_waiting(url)
        assert end_connections(url) >= 1
        [error] = answer.result()
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert error["message"].startswith("The database cannot be reached.")
    assert story.balance(server.client, project) == ("0.00", "0.00")
    tracked = server.client.graphql(TRACK, given)
    assert server.client.graphql(TRACK, given) == tracked
    assert story.balance(server.client, project) == ("100.00", "0.00")
    assert breaches(url) == []
    assert "failed at" not in server.log.read_text()
