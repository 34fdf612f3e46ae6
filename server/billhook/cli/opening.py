"""Opens what the commands work on: the settings, the installed sources, the workspace."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from billhook.billing.workspace import open_existing, open_workspace
from billhook.domain.errors import Misconfiguration
from billhook.settings import read_settings
from billhook.sources import load_sources
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billhook.billing.workspace import Workspace
    from billhook.settings import Settings
    from billhook.sources import Sources


@contextmanager
def opened_filled(*, read_only: bool = False) -> Iterator[Workspace]:
    """Open this process's workspace as it is: make no database for it, and upgrade none.

    One that is `read_only` writes nothing, and may read as long as it takes. Raises Misconfiguration where there is no database of
    exactly this billhook.
    """
    settings = settings_of_database()
    workspace = open_existing(settings, installed_sources(settings), read_only=read_only)
    try:
        yield workspace
    finally:
        workspace.engine.dispose()


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Workspace]:
    """Open the workspace of these settings, or of this process's, and bring its database up to date. Raises Misconfiguration."""
    settings = settings or read_settings()
    workspace = open_workspace(settings, installed_sources(settings))
    try:
        yield workspace
    finally:
        workspace.engine.dispose()


def settings_of_database() -> Settings:
    """Read the settings of this process. Raises Misconfiguration where they name an SQLite file that is not there."""
    settings = read_settings()
    file = settings.database_url.removeprefix("sqlite:///")
    if file != settings.database_url and not Path(file).is_file():
        raise Misconfiguration(f"there is no database {file}; `billhook serve` makes it, or BILLHOOK_DATABASE_URL names another")
    return settings


def installed_sources(settings: Settings) -> Sources:
    """Load the sources that the settings allow. Raises Misconfiguration when one is broken and the settings are strict."""
    return load_sources(blocked=settings.blocked_plugins, strict=settings.plugins_strict, check_options=check_options)
