"""One workspace on each database with all the projects, made once; what a test writes in it is rolled back."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.contract.projects import PROJECTS, Filling

from billhook.billing.workspace import Workspace, open_workspace
from billhook.settings import Settings
from billhook.sources import Sources, load_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.databases import Databases

    from billhook.billing.transaction import Transaction

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Undone(Exception):
    """Raised at the end of what a test tries out."""


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources(strict=True)


@pytest.fixture(scope="session")
def workspace(databases: Databases, sources: Sources) -> Iterator[Workspace]:
    url = databases.new()
    opened = open_workspace(Settings(database_url=url), sources, lambda: NOON)
    yield opened
    opened.engine.dispose()
    databases.drop(url)


@pytest.fixture(scope="session")
def filling(workspace: Workspace) -> Filling:
    return Filling(workspace)


@pytest.fixture(scope="session")
def projects(filling: Filling) -> dict[str, str]:
    """The id of each project by its name."""
    return {make.__name__: make(filling) for make in PROJECTS}


@pytest.fixture
def trying(workspace: Workspace) -> Callable[[], AbstractContextManager[Transaction]]:
    """Opens a transaction whose writes are rolled back."""

    @contextmanager
    def tried() -> Iterator[Transaction]:
        with suppress(Undone), workspace.writing() as tx:
            yield tx
            raise Undone

    return tried
