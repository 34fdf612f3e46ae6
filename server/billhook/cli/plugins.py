"""`billhook plugins`: what is installed, and what was left out and why."""

from typing import Annotated

import orjson
import typer

from billhook.cli.opening import installed_sources
from billhook.cli.output import show_table
from billhook.settings import read_settings
from billhook.sources import Plugin

COLUMNS = ("Name", "Label", "Effect", "Settles advances", "Package", "Version", "State", "Reason")


def plugins(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON, with the fields of the GraphQL query `plugins`.")] = False
) -> None:
    """List the invoice sources: those that work, and those that were left out, with the reason."""
    found = installed_sources(read_settings().model_copy(update={"plugins_strict": False})).plugins()
    if as_json:
        typer.echo(orjson.dumps([_as_json(plugin) for plugin in found], option=orjson.OPT_INDENT_2))
    else:
        show_table(COLUMNS, [_row(plugin) for plugin in found])


def _as_json(plugin: Plugin) -> dict[str, str | bool | None]:
    return {
        "name": plugin.name,
        "label": plugin.label,
        "effect": None if plugin.effect is None else plugin.effect.name,
        "settlesAdvances": plugin.settles_advances,
        "package": plugin.package,
        "version": plugin.version,
        "state": plugin.state.name,
        "reason": plugin.reason,
    }


def _row(plugin: Plugin) -> tuple[str, ...]:
    settles = "" if plugin.settles_advances is None else "yes" if plugin.settles_advances else "no"
    effect = "" if plugin.effect is None else plugin.effect.name
    state = plugin.state.name.lower()
    return (plugin.name, plugin.label or "", effect, settles, plugin.package, plugin.version, state, plugin.reason or "")
