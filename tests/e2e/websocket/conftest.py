"""Fixtures of the tests of WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.settings import settings_for

from billhook.billing.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import SQLite
    from tests.e2e.client import FixedClock

    from billhook.sources import Sources


@pytest.fixture
def workspace(sqlite: SQLite, sources: Sources, clock: FixedClock) -> Iterator[Workspace]:
    """Which database it is does not matter to a connection."""
    url = sqlite.new()
    opened = open_workspace(settings_for(url), sources, clock)
    yield opened
    opened.engine.dispose()
    sqlite.drop(url)
