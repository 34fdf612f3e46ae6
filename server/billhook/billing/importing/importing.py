"""Imports one file of time: the whole file is read and checked before the first write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from billhook.billing.importing.catalogue import agree_on_currency, load_catalogue
from billhook.billing.importing.dates import decide_order
from billhook.billing.importing.entries import add_entries, import_keys, keys_there
from billhook.billing.importing.export import open_export
from billhook.billing.importing.formats import Clock
from billhook.billing.importing.money import kept_rate, only_currency
from billhook.billing.importing.report import MAX_REFUSALS_SHOWN, BadValue, ImportReport, RefusedRow, refusal_of
from billhook.billing.importing.rows import TITLE_LENGTH, Reading, read_row
from billhook.domain.errors import ErrorCode, Refusal
from billhook.store.locks import lock_imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from billhook.billing.importing.catalogue import Catalogue
    from billhook.billing.importing.choices import ImportChoices
    from billhook.billing.importing.export import Export, Record
    from billhook.billing.importing.rows import Row
    from billhook.billing.transaction import Transaction

ROWS_A_REPORT = 1000


@dataclass(slots=True)
class Checked:
    """What reading a whole file came to."""

    read: int = 0
    skipped_invoiced: int = 0
    refused: int = 0
    refusals: list[RefusedRow] = field(default_factory=list)
    """The first ones."""
    rows: list[Row] = field(default_factory=list)
    own_rates: list[int | None] = field(default_factory=list)
    """Of each row, in minor units; None: billhook's policy decides."""


def import_time(tx: Transaction, path: Path, choices: ImportChoices, progress: Callable[[int], None]) -> ImportReport:
    """Import the detailed time export of Toggl Track, Clockify or Harvest in one transaction; what was imported before stays as it is.

    `progress` hears the number of rows read so far. Nothing is written in a dry run, nor when a row is refused, unless the choice is to
    skip such rows: then `imported` is 0. Raises INVALID_INPUT for a file that cannot be read as a whole or whose dates are ambiguous,
    NOT_FOUND when there is no seller.
    """
    export = open_export(path)
    if not choices.dry_run:
        lock_imports(tx.session)
    catalogue = load_catalogue(tx, only_currency(export.money))
    checked = _check(export, _reading(tx, export, choices), choices, catalogue, progress)
    keys = import_keys(export.format.name, checked.rows)
    there = keys_there(tx, keys)
    new = [entry for entry in zip(keys, checked.rows, checked.own_rates, strict=True) if entry[0] not in there]
    stopped = checked.refused > 0 and not choices.skip_bad_rows
    writes = not stopped and not choices.dry_run
    unrated = add_entries(tx, catalogue, new) if writes else None
    return ImportReport(
        tool=export.format.tool,
        dry_run=choices.dry_run,
        read=checked.read,
        imported=0 if stopped else len(new),
        already_there=len(there),
        skipped_invoiced=checked.skipped_invoiced,
        unrated=unrated,
        refused=checked.refused,
        refusals=tuple(checked.refusals),
    )


def _reading(tx: Transaction, export: Export, choices: ImportChoices) -> Reading:
    default_project = (choices.default_project or "").strip()
    if len(default_project) > TITLE_LENGTH:
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"The default project has {len(default_project)} characters; at most {TITLE_LENGTH} are possible."
        )
    return Reading(
        export=export,
        date_order=choices.date_order or decide_order(_dates(export)),
        zone=choices.timezone or tx.settings.zone,
        workspace_zone=tx.settings.zone,
        default_project=default_project,
        include_invoiced=choices.include_invoiced,
    )


def _dates(export: Export) -> Iterator[tuple[int, str]]:
    when = export.format.when
    columns = (when.start_date, when.end_date) if isinstance(when, Clock) else (when.date,)
    for record in export.records():
        if len(record.values) == len(export.header):
            yield from ((record.line, record.text(column)) for column in columns)


def _check(export: Export, reading: Reading, choices: ImportChoices, catalogue: Catalogue, progress: Callable[[int], None]) -> Checked:
    checked = Checked()
    for record in export.records():
        checked.read += 1
        try:
            _check_record(checked, record, reading, choices, catalogue)
        except BadValue as bad:
            checked.refused += 1
            if len(checked.refusals) < MAX_REFUSALS_SHOWN:
                checked.refusals.append(refusal_of(record.line, bad))
        if checked.read % ROWS_A_REPORT == 0:
            progress(checked.read)
    progress(checked.read)
    return checked


def _check_record(checked: Checked, record: Record, reading: Reading, choices: ImportChoices, catalogue: Catalogue) -> None:
    row = read_row(record, reading)
    if row is None:
        checked.skipped_invoiced += 1
        return
    currency = agree_on_currency(catalogue, row)
    # The tools write 0.00 for the rate of work that is not billable; it must not stay when the work is made billable here.
    own_rate = kept_rate(row.money, row.seconds, currency) if choices.keep_rates and row.billable else None
    checked.rows.append(row)
    checked.own_rates.append(own_rate)
