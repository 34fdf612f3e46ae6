"""One database with an office's beginnings, made once; every example starts from a copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.property.beginnings import begin

from billhook.billing.workspace import open_workspace
from billhook.settings import Settings
from billhook.sources import Sources, load_sources

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources()


@pytest.fixture(scope="session")
def beginnings(tmp_path_factory: pytest.TempPathFactory, sources: Sources) -> Path:
    file = tmp_path_factory.mktemp("beginnings") / "beginnings.db"
    workspace = open_workspace(Settings(database_url=f"sqlite:///{file}"), sources)
    begin(workspace)
    workspace.engine.dispose()
    return file
