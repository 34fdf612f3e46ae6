"""`billhook plugins`: what is installed, and what was left out and why."""

from __future__ import annotations

from billhook.cli.opening import installed_sources
from billhook.cli.output import show_table
from billhook.settings import read_settings

COLUMNS = ("Name", "Label", "Effect", "Settles advances", "Package", "Version", "State", "Reason")


def plugins() -> None:
    """List the invoice sources: those that work, and those that were left out, with the reason."""
    sources = installed_sources(read_settings().model_copy(update={"plugins_strict": False}))
    working = [
        (
            found.name,
            found.label,
            found.effect.name,
            "yes" if found.settles_advances else "no",
            found.package,
            found.version,
            "works",
            "",
        )
        for found in sources
    ]
    left_out = [(plugin.name, "", "", "", plugin.package, plugin.version, "left out", plugin.reason) for plugin in sources.broken]
    show_table(COLUMNS, working + left_out)
