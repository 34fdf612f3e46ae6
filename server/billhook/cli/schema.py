"""`billhook schema`: the GraphQL schema of the installed sources, as text."""

from __future__ import annotations

import typer

from billhook.cli.opening import installed_sources
from billhook.settings import read_settings
from billhook_schema.compose import build_schema


def schema() -> None:
    """Print the GraphQL schema (SDL) of the installed sources."""
    settings = read_settings()
    typer.echo(build_schema(installed_sources(settings)).as_str())
