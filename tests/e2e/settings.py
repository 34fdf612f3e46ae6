"""Settings that depend on nothing but the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


class GivenSettings(Settings):
    """Only what is given counts: no environment, no file .env."""

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, *_others: Any, **_named: Any) -> tuple[Any, ...]:  # noqa: ANN401, ARG003
        return (init_settings,)


def settings_for(database: str | Path) -> Settings:
    """The default settings, with the database of this URL, or this SQLite file."""
    return GivenSettings(database_url=database if isinstance(database, str) else f"sqlite:///{database}")
