"""Billhooks that the tests of the pages open: one database, with these sources and settings or with others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.testclient import TestClient
from tests.e2e.client import Billhook, FixedClock
from tests.e2e.conftest import ADDRESS

from billhook.billing.workspace import Workspace, engine_of
from billhook.http.app import create_app
from billhook.settings import GivenSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strawberry import Schema

    from billhook.sources import Sources


@contextmanager
def opened(url: str, sources: Sources, schema: Schema | None = None, **given: int) -> Iterator[Billhook]:
    """Open a billhook on a database, as it is after a start with these sources and settings, at 9 o'clock UTC on 10 March 2026."""
    settings, clock = GivenSettings.model_validate({"database_url": url} | given), FixedClock()
    workspace = Workspace(engine_of(settings), settings, sources, clock)
    with TestClient(create_app(workspace, schema), base_url=ADDRESS, client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, workspace, clock)
    workspace.engine.dispose()
