"""`billhook run-subscriptions`: invoices the periods of subscriptions that are due, to be run by cron every day."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

import typer

from billhook.billing.operation import Keys
from billhook.billing.operations import OPERATIONS
from billhook.billing.transaction import Transaction
from billhook.cli.opening import opened_filled
from billhook.cli.output import show_table
from billhook.domain.errors import Refusal, Refusals
from billhook.domain.money import show
from billhook.store.tables import Invoice, Subscription

COLUMNS = ("Subscription", "Period", "Invoice", "Total", "Refused because")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date such as 2026-03-31") from None


def run_subscriptions(
    *,
    as_of: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="DATE", help="Invoice the periods that start up to this day (yyyy-mm-dd). Today if absent."),
    ] = None,
) -> None:
    """Invoice every period of a subscription that is due, the missed ones too; a period that was ever invoiced is left out.

    Run it daily. Exits with 1 when a period was refused; the others are invoiced all the same.
    """
    try:
        with opened_filled() as workspace:
            done, rows = workspace.write(lambda tx: _run(tx, as_of))
    except (Refusal, Refusals) as refused:
        typer.echo(f"billhook: {refused}", err=True)
        raise typer.Exit(1) from None
    if not rows:
        typer.echo("No period is due.")
        return
    show_table(COLUMNS, rows)
    if any(run["errors"] for run in done["results"]):
        raise typer.Exit(1)


def _run(tx: Transaction, as_of: date | None) -> tuple[Keys, list[tuple[str, ...]]]:
    done = OPERATIONS["runSubscriptions"].perform(tx, {"asOf": as_of or tx.today})
    return done, list(_rows(tx, done))


def _rows(tx: Transaction, done: Keys) -> Iterator[tuple[str, ...]]:
    for run in done["results"]:
        title = tx.session.get_one(Subscription, run["subscription"]).title
        period = " - ".join(run["period"])
        if run["invoice"] is None:
            yield title, period, "", "", " ".join(error["message"] for error in run["errors"])
        else:
            invoice = tx.session.get_one(Invoice, run["invoice"])
            yield title, period, invoice.number or "draft", show(invoice.total_minor, invoice.currency), ""
