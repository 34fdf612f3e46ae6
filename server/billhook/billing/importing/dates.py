"""Dates as the tools write them, and the decision whether 03/04/2024 is in March or in April."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from billhook.domain.errors import ErrorCode, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Anything outside is a typing error, and would overflow in some time zones."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_SLASHED = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")


class DateOrder(Enum):
    """Which part of a date such as 03/04/2024 comes first."""

    MDY = "mdy"
    DMY = "dmy"


@lru_cache(maxsize=4096)
def read_date(text: str, order: DateOrder) -> date:
    """Read 2024-03-04, or 03/04/2024 in the given order. Raises ValueError with a reason to show."""
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _SLASHED.fullmatch(text):
        first, _, second, year = found.groups()
        month, day = (first, second) if order is DateOrder.MDY else (second, first)
    else:
        raise ValueError("is not a date such as 2024-03-04")
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"is no day of the calendar: day {day} of month {month}") from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return read


def decide_order(dates: Iterable[tuple[int, str]]) -> DateOrder:
    """Decide the order for a whole file, from its dates with their lines: from those that can be read in one way only.

    Raises INVALID_INPUT when two of them contradict each other, or when there is none and the order makes a difference.
    """
    only: dict[DateOrder, tuple[int, str]] = {}
    open_question: tuple[int, str] | None = None
    for line, text in dates:
        readings = _readings(text)
        if len(readings) == 1:
            only.setdefault(readings[0], (line, text))
        elif readings and open_question is None:
            open_question = (line, text)
    if len(only) == len(DateOrder):
        (month_line, month_first), (day_line, day_first) = only[DateOrder.MDY], only[DateOrder.DMY]
        month_says, day_says = f"'{month_first}' on line {month_line}", f"'{day_first}' on line {day_line}"
        raise _undecided(f"The dates contradict each other: {month_says} has the month first, {day_says} the day")
    if not only and open_question is not None:
        line, text = open_question
        raise _undecided(f"Every date can be read with the month or the day first, such as '{text}' on line {line}")
    return next(iter(only), DateOrder.MDY)


@lru_cache(maxsize=4096)
def _readings(text: str) -> tuple[DateOrder, ...]:
    """Return the orders that a date can be read in; none where it is the same day in both, or no date at all."""
    days: dict[DateOrder, date] = {}
    for order in DateOrder:
        try:
            days[order] = read_date(text, order)
        except ValueError:
            continue
    return tuple(days) if len(set(days.values())) == len(days) else ()


def _undecided(problem: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_INPUT, f"{problem}. Say which it is with --date-order mdy or --date-order dmy.")
