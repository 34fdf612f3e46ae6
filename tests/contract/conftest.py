"""The workshop of the conformance kit on each database, made once; what a test writes in it is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billhook.billing.workspace import open_workspace
from billhook.settings import GivenSettings
from billhook.sources import Sources, load_sources
from billhook.testing.workshop import Workshop, filled, noon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources(third_party=False, strict=True)


@pytest.fixture(scope="session")
def workshop(databases: Databases, sources: Sources) -> Iterator[Workshop]:
    url = databases.new()
    workspace = open_workspace(GivenSettings(database_url=url), sources, noon)
    yield filled(workspace)
    workspace.engine.dispose()
    databases.drop(url)
