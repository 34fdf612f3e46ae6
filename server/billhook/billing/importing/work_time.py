"""When a row's work was done and how long it took: from start and end, or from a day and hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from billhook.billing.importing.clock import instants, read_time, span
from billhook.billing.importing.dates import read_date
from billhook.billing.importing.figures import read_duration, read_hours, show_duration
from billhook.billing.importing.formats import Hours
from billhook.billing.importing.report import BadValue
from billhook.domain.money import MAX_SECONDS, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from billhook.billing.importing.dates import DateOrder
    from billhook.billing.importing.export import Record
    from billhook.billing.importing.formats import Clock

ROUNDING_SECONDS = 1
"""How far start and end may be from the duration column."""
MINUTE_SECONDS = 59
"""The same where both times are written without seconds: each is cut to its minute, and the duration column is exact."""


@dataclass(frozen=True, slots=True)
class WorkTime:
    """The day as the export has it, the start in UTC where the export knows it, and the length."""

    on: date
    started_at: datetime | None
    seconds: int


def read_work_time(record: Record, columns: Clock | Hours, order: DateOrder, zone: ZoneInfo) -> WorkTime:
    """Return when a row's work was done. Raises BadValue for what is no time or date, contradicts itself, or is no length of an entry."""
    if isinstance(columns, Hours):
        on = record.read(columns.date, lambda text: read_date(text, order))
        worked, decisive = WorkTime(on, None, record.read(columns.hours, read_hours)), columns.hours
    else:
        ended = bool(record.text(columns.end_date) and record.text(columns.end_time))
        worked = _from_start_to_end(record, columns, order, zone) if ended else _from_start(record, columns, order, zone)
        decisive = columns.end_time if ended else columns.duration
    if worked.seconds < 1:
        raise BadValue(decisive, record.text(decisive), "gives no length: an entry has at least 1 second")
    if worked.seconds > MAX_SECONDS:
        raise BadValue(decisive, record.text(decisive), f"gives more than {MAX_SECONDS // SECONDS_PER_HOUR} hours")
    return worked


def _from_start(record: Record, columns: Clock, order: DateOrder, zone: ZoneInfo) -> WorkTime:
    start = _local(record, columns.start_date, columns.start_time, order)
    seconds = record.read(columns.duration, read_duration)
    return WorkTime(start.date(), instants(start, zone)[0], seconds)


def _from_start_to_end(record: Record, columns: Clock, order: DateOrder, zone: ZoneInfo) -> WorkTime:
    """Start and end decide the length, but the duration column where they are cut to the minute (docs/decisions/0009).

    Raises BadValue for an end before the start, and a duration column that says something else.
    """
    start = _local(record, columns.start_date, columns.start_time, order)
    end = _local(record, columns.end_date, columns.end_time, order)
    stated = record.read(columns.duration, read_duration) if record.text(columns.duration) else None
    started_at, seconds = span(start, end, stated, zone)
    if seconds < 0:
        raise BadValue(columns.end_time, record.text(columns.end_time), f"ends at {end}, before the start at {start}")
    cut = all(record.text(column).count(":") == 1 for column in (columns.start_time, columns.end_time))
    if stated is not None and abs(seconds - stated) > (MINUTE_SECONDS if cut else ROUNDING_SECONDS):
        reason = f"disagrees with start and end: the column says {show_duration(stated)}, from start to end it is {show_duration(seconds)}"
        raise BadValue(columns.duration, record.text(columns.duration), reason)
    return WorkTime(start.date(), started_at, stated if cut and stated is not None else seconds)


def _local(record: Record, date_column: str, time_column: str, order: DateOrder) -> datetime:
    return datetime.combine(record.read(date_column, lambda text: read_date(text, order)), record.read(time_column, read_time))
