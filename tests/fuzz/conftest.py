"""The example's workspace on both databases, behind an app in this process; each test that writes has a copy of its own."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook, FixedClock
from tests.e2e.refusals import dump
from tests.e2e.settings import settings_for
from tests.e2e.test_access import secret_of
from tests.fleet import breaches

from billhook.billing.demo import fill_demo
from billhook.billing.workspace import Workspace, engine_of, open_workspace
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.http.app import create_app, served_schema
from billhook.http.graphiql import GraphiQL
from billhook.settings import GivenSettings
from billhook.sources import Sources, load_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strawberry import Schema
    from tests.databases import Databases, SQLite


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources(third_party=False)


@pytest.fixture(scope="session")
def schema(sources: Sources) -> Schema:
    return served_schema(sources, GivenSettings())


def filled(databases: Databases, sources: Sources) -> str:
    """Make a database with the example in it."""
    url = databases.new()
    workspace = open_workspace(settings_for(url), sources, FixedClock())
    fill_demo(workspace)
    workspace.engine.dispose()
    return url


@contextmanager
def opened(url: str, sources: Sources, schema: Schema) -> Iterator[Billhook]:
    """Open a workspace behind an app in this process."""
    clock = FixedClock()
    workspace = Workspace(engine_of(settings_for(url)), settings_for(url), sources, clock)
    page = GraphiQL("<!doctype html>", {"app.js": Path(__file__)})  # that of the tests is not always built
    app = create_app(workspace, schema, graphiql=page)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, workspace, clock)
    workspace.engine.dispose()


@pytest.fixture(scope="session")
def example(databases: Databases, sources: Sources) -> Iterator[str]:
    """Filled once for each kind of database, and copied for each test."""
    url = filled(databases, sources)
    yield url
    databases.drop(url)


@pytest.fixture
def billhook(request: pytest.FixtureRequest, databases: Databases, example: str, sources: Sources, schema: Schema) -> Iterator[Billhook]:
    """One for each root field; after those that write, the books are proved."""
    url = databases.copy(example)
    with opened(url, sources, schema) as billhook:
        yield billhook
    if "[Mutation." in request.node.name:
        assert breaches(url) == []
    databases.drop(url)


@pytest.fixture(scope="session")
def sqlite_example(sqlite: SQLite, sources: Sources) -> Iterator[str]:
    """The example on SQLite, for what does not depend on the database."""
    url = filled(sqlite, sources)
    yield url
    sqlite.drop(url)


@pytest.fixture(scope="module")
def office(sqlite: SQLite, sqlite_example: str, sources: Sources, schema: Schema) -> Iterator[Billhook]:
    """One for all calls of those who change little or nothing."""
    url = sqlite.copy(sqlite_example)
    with opened(url, sources, schema) as billhook:
        yield billhook
    assert breaches(url) == []
    sqlite.drop(url)


@pytest.fixture(scope="module")
def unchanged(office: Billhook) -> Iterator[None]:
    """All that a module asks leaves every row as it was, but for the use of tokens."""
    before = dump(office.workspace)
    yield
    assert dump(office.workspace) == before


@pytest.fixture(scope="module")
def tokens(office: Billhook) -> dict[Role, str]:
    """A token of each role, all of the same user, and each used before."""
    secrets = {role: secret_of(office.workspace, role, role.name, userId=encode("User", 1)) for role in Role}
    for secret in secrets.values():
        office.http.post("/graphql", json={"query": "{ __typename }"}, headers={"Authorization": f"Bearer {secret}"})
    return secrets
