"""The billing periods of a subscription, always counted from its start, so that a short month never moves the next one (R11)."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from billhook.domain.words import CycleUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS_PER_YEAR = 12
SHORTEST = {CycleUnit.WEEK: 7, CycleUnit.MONTH: 28, CycleUnit.YEAR: 365}
"""Days."""


def start_of(anchor: date, every: int, unit: CycleUnit, index: int) -> date:
    """Return the first day of period `index` (0 is the first).

    Months clamp to the last day, from the anchor: 31 Jan, 28 Feb, 31 Mar (R11). Raises OverflowError past the year 9999.
    """
    if unit is CycleUnit.WEEK:
        return anchor + timedelta(weeks=every * index)
    months = every * index * (MONTHS_PER_YEAR if unit is CycleUnit.YEAR else 1)
    year, month0 = divmod(anchor.year * MONTHS_PER_YEAR + anchor.month - 1 + months, MONTHS_PER_YEAR)
    if year > date.max.year:
        raise OverflowError("past the last year of the calendar")
    return date(year, month0 + 1, min(anchor.day, monthrange(year, month0 + 1)[1]))


def period_at(anchor: date, every: int, unit: CycleUnit, index: int) -> tuple[date, date]:
    """Return the first and the last day of period `index`, both inclusive; the calendar's last day where it has no next one."""
    start = start_of(anchor, every, unit, index)
    try:
        return start, start_of(anchor, every, unit, index + 1) - timedelta(days=1)
    except OverflowError:
        return start, date.max


def periods_begun(anchor: date, every: int, unit: CycleUnit, up_to: date, ends_on: date | None) -> Iterator[tuple[date, date]]:
    """Yield the periods that start on or before `up_to`, and on or before `ends_on` if there is one, oldest first."""
    last = up_to if ends_on is None else min(up_to, ends_on)
    index = 0
    while True:
        try:
            period = period_at(anchor, every, unit, index)
        except OverflowError:
            return
        if period[0] > last:
            return
        yield period
        index += 1


def number_begun(anchor: date, every: int, unit: CycleUnit, up_to: date, ends_on: date | None) -> int:
    """Return how many `periods_begun` yields, without going through them."""
    last = up_to if ends_on is None else min(up_to, ends_on)
    most = (last - anchor).days // (SHORTEST[unit] * every) + 1

    def is_later(index: int) -> bool:
        try:
            return start_of(anchor, every, unit, index) > last
        except OverflowError:
            return True

    return bisect_left(range(most), x=True, key=is_later)
