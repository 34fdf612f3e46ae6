"""Local times become moments, and the time between two of them is the real one, also when the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from billhook.billing.importing.clock import instants, read_time, span

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR = 3600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10:23:52", time(10, 23, 52)),
        ("22:23", time(22, 23)),
        ("9:05", time(9, 5)),
        ("10:23:52 AM", time(10, 23, 52)),
        ("10:23 PM", time(22, 23)),
        ("10:23:52\u202fpm", time(22, 23, 52)),
        ("12:00 AM", time(0, 0)),
        ("12:59:59 AM", time(0, 59, 59)),
        ("12:00 PM", time(12, 0)),
        ("1:00 a.m.", time(1, 0)),
        ("23:59:59", time(23, 59, 59)),
    ],
)
def test_a_time_has_24_hours_or_two_halves(text: str, expected: time) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize("text", ["", "24:00", "13:00 PM", "0:30 AM", "10:60", "10:00:60", "10", "noon", "10:23 XM"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        read_time(text)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_most_local_times_are_one_moment() -> None:
    assert instants(_local("2024-07-01T12:00"), AMSTERDAM) == [_utc("2024-07-01T10:00")]


def test_a_local_time_that_comes_twice_is_two_moments() -> None:
    assert instants(_local("2024-10-27T02:30"), AMSTERDAM) == [_utc("2024-10-27T00:30"), _utc("2024-10-27T01:30")]


def test_a_local_time_that_is_skipped_is_read_an_hour_later() -> None:
    assert instants(_local("2024-03-31T02:30"), AMSTERDAM) == [_utc("2024-03-31T01:30")]
    assert instants(_local("2024-03-31T03:30"), AMSTERDAM) == [_utc("2024-03-31T01:30")]


def test_a_night_in_which_the_clock_is_set_forward_is_an_hour_shorter() -> None:
    assert span(_local("2024-03-30T23:00"), _local("2024-03-31T07:00"), 7 * HOUR, AMSTERDAM) == (_utc("2024-03-30T22:00"), 7 * HOUR)


def test_a_night_in_which_the_clock_is_set_back_is_an_hour_longer() -> None:
    assert span(_local("2024-10-26T23:00"), _local("2024-10-27T07:00"), 9 * HOUR, AMSTERDAM) == (_utc("2024-10-26T21:00"), 9 * HOUR)


@pytest.mark.parametrize(
    ("start", "end", "seconds", "began"),
    [
        ("02:10", "02:40", 1800, "00:10"),
        ("02:10", "02:40", 5400, "00:10"),
        ("02:40", "02:10", 1800, "00:40"),
        ("01:30", "02:30", HOUR, "2024-10-26T23:30"),
        ("01:30", "02:30", 2 * HOUR, "2024-10-26T23:30"),
        ("02:30", "03:30", HOUR, "01:30"),
        ("02:30", "03:30", 2 * HOUR, "00:30"),
    ],
)
def test_in_the_hour_that_comes_twice_the_duration_column_says_which_is_meant(start: str, end: str, seconds: int, began: str) -> None:
    began = began if "T" in began else f"2024-10-27T{began}"
    assert span(_local(f"2024-10-27T{start}"), _local(f"2024-10-27T{end}"), seconds, AMSTERDAM) == (_utc(began), seconds)


def test_without_a_duration_column_the_first_of_the_two_hours_is_meant_unless_nothing_would_be_left() -> None:
    assert span(_local("2024-10-27T02:10"), _local("2024-10-27T02:40"), None, AMSTERDAM) == (_utc("2024-10-27T00:10"), 1800)
    assert span(_local("2024-10-27T02:40"), _local("2024-10-27T02:10"), None, AMSTERDAM) == (_utc("2024-10-27T00:40"), 1800)


def test_an_end_before_the_start_is_a_negative_length() -> None:
    assert span(_local("2024-07-01T12:00"), _local("2024-07-01T11:59:59"), 1, AMSTERDAM) == (_utc("2024-07-01T10:00"), -1)
    assert span(_local("2024-07-01T12:00"), _local("2024-07-01T11:59:59"), None, AMSTERDAM) == (_utc("2024-07-01T10:00"), -1)
