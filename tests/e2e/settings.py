"""Settings that depend on nothing but the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook.settings import GivenSettings

if TYPE_CHECKING:
    from pathlib import Path

    from billhook.settings import Settings


def settings_for(database: str | Path) -> Settings:
    """The default settings, with the database of this URL, or this SQLite file."""
    return GivenSettings(database_url=database if isinstance(database, str) else f"sqlite:///{database}")
