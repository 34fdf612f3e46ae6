"""`billhook check NAME`: the conformance kit on an installed source."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from billhook.cli.opening import installed_sources
from billhook.cli.output import show_table
from billhook.domain.errors import ErrorCode, Refusal
from billhook.settings import read_settings
from billhook.sources import InstalledSource
from billhook.testing.checking import Case, cases, tried

NAMED = 3
"""Projects that are named where a promise is broken on more."""


def check(name: Annotated[str, typer.Argument(help="Name of the source, as `billhook plugins` lists it.")]) -> None:
    """Try every promise of the contract on an installed source, on generated projects.

    It works in a temporary database, and touches no other. Exits with 1 when a promise is not kept, or the plugin was left out.
    """
    installed = _find(name)
    console = Console(stderr=True)
    planned = cases(installed.source)
    results = list(track(tried(planned), "Trying", total=len(planned), console=console, transient=True, disable=not console.is_terminal))
    promises = list(dict.fromkeys(case.promise for case in planned))
    show_table(("Promise", "Tried", "Broken"), [_row(promise, results) for promise in promises])
    broken = _reasons(results)
    for (promise, why), projects in broken.items():
        typer.echo(f"{promise}, on {_list(projects)}:\n  {why}\n")
    about = f"{installed.name} of {installed.package} {installed.version}"
    if broken:
        typer.echo(f"{about} does not keep the contract. What would follow from a broken promise was not tried.")
        raise typer.Exit(1)
    typer.echo(f"{about} keeps the contract: {len(results)} trials.")


def _find(name: str) -> InstalledSource:
    sources = installed_sources(read_settings().model_copy(update={"plugins_strict": False}))
    if (installed := sources.get(name)) is not None:
        return installed
    reasons = [
        f"the plugin {plugin.name} of {plugin.package} was left out: {plugin.reason}" for plugin in sources.broken if plugin.name == name
    ]
    known = f"there is no source {name!r}; there are {', '.join(sources.installed)}"
    raise Refusal(ErrorCode.NOT_FOUND, "; ".join(reasons) or known)


def _row(promise: str, results: list[tuple[Case, str | None]]) -> tuple[str, str, str]:
    mine = [why for case, why in results if case.promise == promise]
    broken = sum(why is not None for why in mine)
    return promise, str(len(mine)), str(broken or "")


def _reasons(results: list[tuple[Case, str | None]]) -> dict[tuple[str, str], list[str]]:
    """Return the projects on which each promise is broken for the same reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for case, why in results:
        if why is not None:
            found.setdefault((case.promise, why), []).append(case.on or "the source as a whole")
    return found


def _list(projects: list[str]) -> str:
    named = ", ".join(projects[:NAMED])
    return named if len(projects) <= NAMED else f"{named} and {len(projects) - NAMED} more"
