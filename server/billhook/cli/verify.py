"""`billhook verify`: proves every balance and guarantee from the facts, and writes nothing."""

from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from billhook.billing.verifying.verifying import CHECKS, Finding
from billhook.billing.verifying.verifying import verify as verify_all
from billhook.billing.workspace import Workspace
from billhook.cli.opening import opened_filled
from billhook.cli.output import show_table


def verify(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, for another program.")] = False,
) -> None:
    """Recompute every balance and guarantee from the facts, and report what does not hold. Repairs nothing.

    Exits with 1 when anything does not hold, with 2 when the database is not there, is older or newer than this billhook, or cannot answer.
    """
    with opened_filled(read_only=True) as workspace:
        findings = _verify(workspace)
    if as_json:
        typer.echo(orjson.dumps(_as_json(findings), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(findings)
    if any(finding.count for finding in findings):
        raise typer.Exit(1)


def _verify(workspace: Workspace) -> list[Finding]:
    console = Console(stderr=True)
    columns = (TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TextColumn("checks"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(CHECKS))
        with workspace.reading() as tx:
            return verify_all(tx, lambda done: bar.update(task, completed=done))


def _show(findings: list[Finding]) -> None:
    rows = [(found.check.name, found.check.rule, str(found.rows), str(found.count)) for found in findings]
    show_table(("Check", "Rule", "Rows", "Breaches"), rows)
    breached = [found for found in findings if found.count]
    for found in breached:
        show_table(
            ("Id", "Breach"), [(breach.id, breach.says) for breach in found.breaches], title=f"{found.check.name}: {found.check.proves}"
        )
        if (more := found.count - len(found.breaches)) > 0:
            typer.echo(f"... and {more} more.")
    if breached:
        typer.echo(f"{len(breached)} of {len(findings)} checks found breaches. Nothing was changed.")
    else:
        typer.echo(f"All {len(findings)} checks hold.")


def _as_json(findings: list[Finding]) -> dict[str, Any]:
    return {
        "holds": not any(found.count for found in findings),
        "checks": [
            {
                "name": found.check.name,
                "rule": found.check.rule,
                "proves": found.check.proves,
                "rows": found.rows,
                "breaches": found.count,
                "first": [{"id": breach.id, "says": breach.says} for breach in found.breaches],
            }
            for found in findings
        ],
    }
