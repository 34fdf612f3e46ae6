"""Durations, numbers and answers are read as the tools write them, and refused with a reason otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billhook.billing.importing.figures import read_decimal, read_duration, read_hours, read_yes, show_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("01:00:01", 3601), ("0:13", 780), ("00:00:00", 0), ("23:59:59", 86399), ("24:00:00", 86400), ("127:15:30", 458130)],
)
def test_a_duration_is_hours_that_may_pass_24_minutes_and_perhaps_seconds(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "1.5", "1", "00:60:00", "00:00:60", "-01:00:00", "1:2:3", "01:00:00 ", "\u0660\u0661:\u0660\u0660"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not a duration such as 01:30:00$"):
        read_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00:00"), (3601, "01:00:01"), (86400, "24:00:00"), (458130, "127:15:30")])
def test_a_duration_is_shown_as_the_tools_write_it(seconds: int, text: str) -> None:
    assert show_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("100.0", "100.0"),
        ("100,0", "100.0"),
        ("0,01", "0.01"),
        (".5", "0.5"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("1234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234.567", "1234.567"),
        ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1 234", "1234"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.2345", "1.2345"),
    ],
)
def test_a_number_is_read_in_any_locale(text: str, number: str) -> None:
    assert read_decimal(text) == Decimal(number)


@pytest.mark.parametrize("text", ["1,234", "1.234", "999.999", "12,345"])
def test_a_number_that_is_a_thousand_in_one_locale_and_one_in_another_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="with a decimal or with a thousands separator"):
        read_decimal(text)


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1e3", "NaN", "1.2.3", "1,23,4", "1.234.56", "1,234,5", "12 34", "$5", ".", "1.", "1" * 13]
)
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number of 0 or more"):
        read_decimal(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0,01", 36), ("1.25", 4500), ("0.0001", 0), ("0.00014", 1), ("0.3333", 1200), ("1.234,5", 4444200)]
)
def test_decimal_hours_are_read_to_the_nearest_second(text: str, seconds: int) -> None:
    assert read_hours(text) == seconds


def test_yes_and_no_are_read_in_any_case_and_nothing_is_what_the_caller_says() -> None:
    assert read_yes("Yes", otherwise=False)
    assert not read_yes("NO", otherwise=True)
    assert read_yes("", otherwise=True)
    assert not read_yes("", otherwise=False)
    with pytest.raises(ValueError, match="is neither Yes nor No"):
        read_yes("maybe", otherwise=True)
