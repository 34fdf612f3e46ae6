"""Periods are counted from the anchor, so a short month never moves the next one (R11)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.domain.periods import number_begun, period_at, periods_begun, start_of
from billhook.domain.words import CycleUnit

JAN_31 = date(2026, 1, 31)


def starts(anchor: date, every: int, unit: CycleUnit, up_to: date, ends_on: date | None = None) -> list[date]:
    return [start for start, _ in periods_begun(anchor, every, unit, up_to, ends_on)]


def test_r11_months_clamp_to_the_last_day_from_the_anchor_never_from_the_previous_period() -> None:
    assert starts(JAN_31, 1, CycleUnit.MONTH, date(2026, 4, 30)) == [JAN_31, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_s20_four_periods_of_a_subscription_from_31_january_have_begun_on_30_april() -> None:
    assert list(periods_begun(JAN_31, 1, CycleUnit.MONTH, date(2026, 4, 30), None)) == [
        (JAN_31, date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
        (date(2026, 4, 30), date(2026, 5, 30)),
    ]


@pytest.mark.parametrize(("as_of", "begun"), [(date(2026, 1, 30), 0), (JAN_31, 1), (date(2026, 2, 27), 1), (date(2026, 2, 28), 2)])
def test_r11_a_period_is_due_when_its_start_is_not_after_as_of(as_of: date, begun: int) -> None:
    assert len(starts(JAN_31, 1, CycleUnit.MONTH, as_of)) == begun


@pytest.mark.parametrize(("ends_on", "begun"), [(date(2026, 1, 30), 0), (JAN_31, 1), (date(2026, 2, 27), 1), (date(2026, 2, 28), 2)])
def test_r11_no_period_starts_after_the_end(ends_on: date, begun: int) -> None:
    assert len(starts(JAN_31, 1, CycleUnit.MONTH, date(2030, 1, 1), ends_on)) == begun


def test_r11_a_leap_day_comes_back_in_leap_years() -> None:
    leap = date(2024, 2, 29)
    assert starts(leap, 1, CycleUnit.YEAR, date(2028, 12, 31)) == [
        leap,
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]
    assert start_of(JAN_31, 1, CycleUnit.MONTH, 25) == date(2028, 2, 29)


def test_r11_a_cycle_is_n_weeks_months_or_years() -> None:
    assert starts(date(2026, 1, 1), 2, CycleUnit.WEEK, date(2026, 1, 29)) == [date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 29)]
    assert starts(date(2025, 11, 30), 3, CycleUnit.MONTH, date(2026, 5, 30)) == [date(2025, 11, 30), date(2026, 2, 28), date(2026, 5, 30)]
    assert starts(date(2020, 5, 1), 5, CycleUnit.YEAR, date(2030, 5, 1)) == [date(2020, 5, 1), date(2025, 5, 1), date(2030, 5, 1)]


@pytest.mark.parametrize("unit", CycleUnit)
def test_a_calendar_that_ends_gives_no_more_periods(unit: CycleUnit) -> None:
    last = list(periods_begun(date(9999, 12, 31), 1, unit, date.max, None))
    assert last == [(date(9999, 12, 31), date.max)]
    assert number_begun(date(9999, 12, 31), 1, unit, date.max, None) == 1
    assert number_begun(date(9998, 12, 31), 1, unit, date.max, None) == len(starts(date(9998, 12, 31), 1, unit, date.max))
    with pytest.raises(OverflowError):
        period_at(date(9999, 12, 31), 1, unit, 1)


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(1, 40), st.sampled_from(CycleUnit))
@settings(max_examples=60)
def test_r11_periods_follow_each_other_without_a_gap_or_an_overlap(anchor: date, every: int, unit: CycleUnit) -> None:
    periods = [period_at(anchor, every, unit, index) for index in range(30)]
    assert periods[0][0] == anchor
    assert all(start <= end for start, end in periods)
    assert all(following[0] - previous[1] == timedelta(days=1) for previous, following in pairwise(periods))


@given(
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.integers(1, 40),
    st.sampled_from(CycleUnit),
    st.dates(date(1989, 1, 1), date(2040, 1, 1)),
    st.none() | st.dates(date(1989, 1, 1), date(2040, 1, 1)),
)
@settings(max_examples=200)
def test_periods_are_counted_as_they_are_gone_through(anchor: date, every: int, unit: CycleUnit, up_to: date, ends_on: date | None) -> None:
    assert number_begun(anchor, every, unit, up_to, ends_on) == len(starts(anchor, every, unit, up_to, ends_on))


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(1, 24), st.integers(0, 60))
@settings(max_examples=60)
def test_r11_a_month_starts_on_the_day_of_the_anchor_or_on_its_last(anchor: date, every: int, index: int) -> None:
    start = start_of(anchor, every, CycleUnit.MONTH, index)
    assert start.day == anchor.day or (start.day < anchor.day and (start + timedelta(days=1)).day == 1)
    assert (start.year - anchor.year) * 12 + start.month - anchor.month == every * index
