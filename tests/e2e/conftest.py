"""Fixtures of the end-to-end tests: a billhook with an empty database for each test, at 9 o'clock UTC on 10 March 2026.

`billhook` is in this process, and cheap. `served_billhook` is the same behind a real server and socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook, FixedClock
from tests.e2e.server import serving
from tests.e2e.settings import settings_for

from billhook.billing.workspace import Workspace, engine_of, open_workspace
from billhook.http.app import create_app, served_schema
from billhook.settings import GivenSettings
from billhook.sources import Sources, load_sources
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette
    from strawberry import Schema
    from tests.databases import Databases

ADDRESS = "http://127.0.0.1"


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources(check_options=check_options, third_party=False)


@pytest.fixture(scope="session")
def schema(sources: Sources) -> Schema:
    """Built once: it takes longer than most tests."""
    return served_schema(sources, GivenSettings())


@pytest.fixture(scope="session")
def empty_database(databases: Databases, sources: Sources) -> Iterator[str]:
    """Migrated once, and copied for each test."""
    url = databases.new()
    open_workspace(settings_for(url), sources).engine.dispose()
    yield url
    databases.drop(url)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def database_url(databases: Databases, empty_database: str) -> Iterator[str]:
    """An empty database of the test's own."""
    url = databases.copy(empty_database)
    yield url
    databases.drop(url)


@pytest.fixture
def workspace(database_url: str, sources: Sources, clock: FixedClock) -> Iterator[Workspace]:
    opened = Workspace(engine_of(settings_for(database_url)), settings_for(database_url), sources, clock)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(workspace: Workspace, schema: Schema) -> Starlette:
    return create_app(workspace, schema)


@pytest.fixture
def billhook(app: Starlette, workspace: Workspace, clock: FixedClock) -> Iterator[Billhook]:
    with TestClient(app, base_url=ADDRESS, client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, workspace, clock)


@pytest.fixture
def served_billhook(app: Starlette, workspace: Workspace, clock: FixedClock) -> Iterator[Billhook]:
    with serving(app) as address, httpx2.Client(base_url=address) as http:
        yield Billhook(http, workspace, clock)
