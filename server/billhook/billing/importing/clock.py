"""Local times of day, and the real time between two of them across changes of the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?(?:\s*([ap])\.?m\.?)?", re.IGNORECASE)
_HALF_DAY = 12
_DAY = 24


def read_time(text: str) -> time:
    """Read 22:23:52, 22:23 or 10:23:52 PM. Raises ValueError with a reason to show."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("is not a time such as 10:23:52 or 10:23:52 AM")
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    half = found.group(4)
    if half is not None:
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError("is not a time: with AM or PM the hour is 1 to 12")
        hour = hour % _HALF_DAY + (_HALF_DAY if half in "pP" else 0)
    if hour >= _DAY:
        raise ValueError("is not a time: the hour is 0 to 23")
    return time(hour, minute, second)


def instants(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments, in UTC, that a clock on the wall of `zone` shows this: the first one first.

    There are two in the hour that comes twice when the clock is set back. An hour that the clock skips is read with the offset
    before the change, so that 02:30 becomes 03:30.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [first, second] if first < second else [first]


def span(start: datetime, end: datetime, seconds: int | None, zone: ZoneInfo) -> tuple[datetime, int]:
    """Return the moment of a local start, and the real seconds from there to a local end.

    The tools write local times but elapsed durations: where an hour comes twice, the pair that agrees best with `seconds` is
    meant; without it, the first that is longer than nothing. The caller judges a length that is negative or disagrees.
    """
    pairs = product(instants(start, zone), instants(end, zone))
    spans = [(began, int((ended - began).total_seconds())) for began, ended in pairs]
    if seconds is None:
        return next((candidate for candidate in spans if candidate[1] > 0), spans[0])
    return min(spans, key=lambda candidate: abs(candidate[1] - seconds))
