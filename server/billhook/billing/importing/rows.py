"""One row of an export, checked: everything about it but what only the database knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billhook.billing.importing.figures import read_yes
from billhook.billing.importing.formats import CLIENT, PROJECT
from billhook.billing.importing.money import read_money
from billhook.billing.importing.report import BadValue
from billhook.billing.importing.work_time import read_work_time

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from billhook.billing.importing.dates import DateOrder
    from billhook.billing.importing.export import Export, Record
    from billhook.billing.importing.formats import Format
    from billhook.billing.importing.money import Money

TITLE_LENGTH, EMAIL_LENGTH, DESCRIPTION_LENGTH = 200, 100, 5000
"""The bounds of the inputs, in characters: what the API would refuse is not imported either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read the rows of one file."""

    export: Export
    date_order: DateOrder
    zone: ZoneInfo
    """Where the local times of the file are."""
    workspace_zone: ZoneInfo
    """Where an entry's day is decided (M6)."""
    default_project: str
    """Of rows that name none; empty: they are refused."""
    include_invoiced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that can be imported. Optional texts are empty where the export says nothing."""

    line: int
    client: str
    project: str
    user_name: str
    email: str
    work_type: str
    description: str
    billable: bool
    worked_on: date
    started_at: datetime | None
    seconds: int
    money: Money


def read_row(record: Record, reading: Reading) -> Row | None:
    """Check one row; None when the other tool has invoiced it. Raises BadValue with the first column that is wrong."""
    columns = len(reading.export.header)
    if len(record.values) != columns:
        raise BadValue(None, ",".join(record.values), f"has {len(record.values)} values, the header has {columns}")
    if not reading.include_invoiced and _is_invoiced(record, reading.export.format):
        return None
    export = reading.export.format
    worked = read_work_time(record, export.when, reading.date_order, reading.zone)
    email = _bounded(record, export.email, EMAIL_LENGTH)
    work_type = next((column for column in export.work_type if record.text(column)), None)
    return Row(
        line=record.line,
        client=_bounded(record, CLIENT, TITLE_LENGTH),
        project=_project(record, reading),
        user_name=_person(record, export.person, email),
        email=email,
        work_type=_bounded(record, work_type, TITLE_LENGTH),
        description=_bounded(record, export.description, DESCRIPTION_LENGTH),
        billable=record.read(export.billable, lambda text: read_yes(text, otherwise=True)),
        worked_on=worked.started_at.astimezone(reading.workspace_zone).date() if worked.started_at else worked.on,
        started_at=worked.started_at,
        seconds=worked.seconds,
        money=read_money(record, reading.export.money),
    )


def _is_invoiced(record: Record, export: Format) -> bool:
    has_invoice = bool(record.text(export.invoice_id))
    return record.read(export.invoiced, lambda text: read_yes(text, otherwise=has_invoice))


def _project(record: Record, reading: Reading) -> str:
    title = _bounded(record, PROJECT, TITLE_LENGTH) or reading.default_project
    if not title:
        raise BadValue(PROJECT, "", "is empty; --default-project gives such rows a project")
    return title


def _person(record: Record, columns: tuple[str, ...], email: str) -> str:
    """Return who worked: the name, or the email address where there is no name."""
    name = " ".join(part for part in map(record.text, columns) if part) or email
    if not name:
        raise BadValue(columns[0], "", "is empty, and nothing else says who worked")
    return _checked_text(columns[0], name, TITLE_LENGTH)


def _bounded(record: Record, column: str | None, length: int) -> str:
    return _checked_text(column, record.text(column), length)


def _checked_text(column: str | None, text: str, length: int) -> str:
    if len(text) > length:
        raise BadValue(column, text, f"has {len(text)} characters, at most {length} are possible")
    if "\0" in text:
        raise BadValue(column, text, "has a NUL character")
    return text
