"""Two servers on one database of each kind; after every race the books are clean, and nothing went wrong unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fleet import Fleet, breaches, fleet_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases
    from tests.e2e.client import Client


@pytest.fixture(scope="session")
def running_fleet(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Started once: the races of one kind of database share it, each with a seller and projects of its own."""
    url = databases.new()
    with fleet_on(url, tmp_path_factory.mktemp(f"fleet-{databases.name}")) as fleet:
        yield fleet
        fleet.prove()
    databases.drop(url)


@pytest.fixture
def fleet(running_fleet: Fleet) -> Iterator[Fleet]:
    before = running_fleet.logged()
    yield running_fleet
    assert running_fleet.logged() == before
    assert breaches(running_fleet.url) == []


@pytest.fixture
def billhook(fleet: Fleet) -> Client:
    """A client of one of the servers, for what is done before and after a race."""
    return fleet.servers[0].client
