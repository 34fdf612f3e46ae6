"""Two databases with an office's beginnings, one of each kind, made once; every office opens copies of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.property.beginnings import begin
from tests.property.office import FIRST_DAY, Office, Urls

from billhook.billing.workspace import open_workspace
from billhook.http.app import served_schema
from billhook.settings import Settings
from billhook.sources import Sources, load_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.databases import Databases, PostgreSQL, SQLite

    Opening = Callable[[], AbstractContextManager[Office]]


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources(third_party=False)


def _begun(databases: Databases, sources: Sources) -> str:
    url = databases.new()
    workspace = open_workspace(Settings(database_url=url), sources, lambda: FIRST_DAY)
    begin(workspace)
    workspace.engine.dispose()
    return url


@pytest.fixture(scope="session")
def beginnings(sqlite: SQLite, postgresql: PostgreSQL, sources: Sources) -> Iterator[Urls]:
    urls = _begun(sqlite, sources), _begun(postgresql, sources)
    yield urls
    sqlite.drop(urls[0])
    postgresql.drop(urls[1])


@pytest.fixture(scope="session")
def opening(beginnings: Urls, sqlite: SQLite, postgresql: PostgreSQL, sources: Sources) -> Opening:
    """Opens an office on databases of its own, which are dropped when it closes."""

    schema = served_schema(sources, Settings())

    @contextmanager
    def opened() -> Iterator[Office]:
        urls = sqlite.copy(beginnings[0]), postgresql.copy(beginnings[1])
        office = Office(urls, sources, schema)
        yield office
        office.close()
        sqlite.drop(urls[0])
        postgresql.drop(urls[1])

    return opened


@pytest.fixture
def office(opening: Opening) -> Iterator[Office]:
    with opening() as office:
        yield office
