"""A disk that is full stops what writes, with an error that says so, and nothing else; what was sent again with its key happens once.

The quota is the largest file that the operating system lets the server write: every system has it, for every user.
"""

from __future__ import annotations

import resource
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.databases import file_of
from tests.e2e import story
from tests.fleet import Server, breaches, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import SQLite

ENTRIES = 100
SHEET = "mutation($input: SaveTimeEntriesInput!) { saveTimeEntries(input: $input) { tracked { id } userErrors { code } } }"


@pytest.fixture
def url(sqlite: SQLite) -> Iterator[str]:
    made = sqlite.new()
    yield made
    sqlite.drop(made)


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    begun = start(url, tmp_path)
    yield begun
    begun.kill()


def limit(server: Server, largest: int) -> None:
    """Let the server write no file beyond so many bytes."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


@pytest.mark.parametrize("room", [0, 60_000], ids=["at once", "in the middle of a transaction"])
def test_a_full_disk_is_unavailable_and_what_is_sent_again_happens_once(server: Server, url: str, room: int) -> None:
    client = server.client
    project, user = story.project(client), story.someone(client)
    story.work(client, project, "10")
    track = [{"projectId": project, "userId": user, "seconds": 3600} for _ in range(ENTRIES)]
    sheet = {"input": {"track": track, "idempotencyKey": "the sheet"}}

    limit(server, Path(file_of(url) + "-wal").stat().st_size + room)
    [error] = client.errors(SHEET, sheet)
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert error["message"].startswith("The disk of the database is full")
    assert story.balance(client, project) == ("10.00", "0.00")  # it goes on answering
    assert breaches(url) == []

    limit(server, resource.RLIM_INFINITY)
    saved = client.graphql(SHEET, sheet)
    assert len(saved["saveTimeEntries"]["tracked"]) == ENTRIES
    assert client.graphql(SHEET, sheet) == saved
    assert story.balance(client, project) == (f"{10 + 100 * ENTRIES}.00", "0.00")
    assert breaches(url) == []
    assert "failed at" not in server.log.read_text()
