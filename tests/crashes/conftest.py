"""A database of the test's own, of each kind, and servers on it that a test starts and ends as it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fleet import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Databases
    from tests.fleet import Server


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def begin(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server with these settings; those that still run in the end are killed."""
    servers: list[Server] = []

    def started(**settings: str) -> Server:
        servers.append(start(database_url, tmp_path, **settings))
        return servers[-1]

    yield started
    for server in servers:
        server.kill()
