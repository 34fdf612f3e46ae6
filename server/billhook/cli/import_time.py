"""`billhook import time FILE`: brings in the time that another tool recorded, and reports on every row."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from billhook.billing.importing.choices import ImportChoices
from billhook.billing.importing.dates import DateOrder
from billhook.billing.importing.importing import import_time as import_file
from billhook.billing.importing.report import ImportReport
from billhook.billing.transaction import Transaction
from billhook.billing.workspace import Workspace
from billhook.cli.opening import opened_filled
from billhook.cli.output import show_table
from billhook.domain.errors import Refusal


def _time_zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise typer.BadParameter(f"{name!r} is not an IANA time zone, such as Europe/Amsterdam")
    return ZoneInfo(name)


def import_time(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The CSV that Toggl Track, Clockify or Harvest exported.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the report and write nothing.")] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Import the good rows, even when others are refused; else it is all or nothing.")
    ] = False,
    date_order: Annotated[
        DateOrder | None, typer.Option(help="How to read 03/04/2024: month first or day first. Found out from the file where it can be.")
    ] = None,
    timezone: Annotated[
        ZoneInfo | None,
        typer.Option(
            parser=_time_zone,
            metavar="ZONE",
            help="Where the file's times are local, such as Europe/Amsterdam. BILLHOOK_TIME_ZONE if absent.",
        ),
    ] = None,
    include_invoiced: Annotated[
        bool, typer.Option("--include-invoiced", help="Import also the time that was invoiced in the other tool.")
    ] = False,
    default_project: Annotated[
        str | None, typer.Option(metavar="TITLE", help="Project of the rows that name none; else those are refused.")
    ] = None,
    keep_rates: Annotated[
        bool, typer.Option("--keep-rates", help="Keep the hourly rates of the file; else billhook's own rates count.")
    ] = False,
) -> None:
    """Import the detailed time export of Toggl Track, Clockify or Harvest.

    A second import of the same rows adds nothing. Exits with 1 when refused rows, or the file as a whole, prevented the import.
    """
    choices = ImportChoices(
        skip_bad_rows=skip_bad_rows,
        dry_run=dry_run,
        include_invoiced=include_invoiced,
        keep_rates=keep_rates,
        default_project=default_project,
        date_order=date_order,
        timezone=timezone,
    )
    try:
        with opened_filled() as workspace:
            report = _import(workspace, file, choices)
    except Refusal as refusal:
        typer.echo(f"billhook: {refusal.message}", err=True)
        raise typer.Exit(1) from None
    _show(report, file)
    if report.refused and not skip_bad_rows:
        typer.echo("billhook: nothing was imported; mend the refused rows, or leave them out with --skip-bad-rows", err=True)
        raise typer.Exit(1)


def _import(workspace: Workspace, file: Path, choices: ImportChoices) -> ImportReport:
    console = Console(stderr=True)
    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TextColumn("lines"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=_count_lines(file))

        def read(tx: Transaction) -> ImportReport:
            return import_file(tx, file, choices, lambda rows: bar.update(task, completed=rows))

        if not choices.dry_run:
            return workspace.write(read)
        with workspace.reading() as tx:
            return read(tx)


def _count_lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _show(report: ImportReport, file: Path) -> None:
    counts = (
        ("Rows read", report.read),
        ("Would be imported" if report.dry_run else "Imported", report.imported),
        ("Imported before", report.already_there),
        (f"Skipped, as invoiced in {report.tool}", report.skipped_invoiced),
        ("Refused", report.refused),
    )
    show_table((f"{report.tool}: {file.name}", "Rows"), [(what, str(count)) for what, count in counts])
    if report.unrated:
        typer.echo(f"{report.unrated} of them have no hourly rate yet: give their projects, users or work types one before billing them.")
    if report.refusals:
        rows = [(str(row.line), row.column or "", row.value, row.reason) for row in report.refusals]
        show_table(("Line", "Column", "Value", "Refused because it"), rows)
    if (more := report.refused - len(report.refusals)) > 0:
        typer.echo(f"... and {more} more refused rows.")
