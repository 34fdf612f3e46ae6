"""Whether the day or the month comes first is decided once, for the whole file."""

from __future__ import annotations

from datetime import date

import pytest

from billhook.billing.importing.dates import DateOrder, decide_order, read_date
from billhook.domain.errors import ErrorCode, Refusal


@pytest.mark.parametrize("order", DateOrder)
def test_an_iso_date_is_the_same_in_both_orders(order: DateOrder) -> None:
    assert read_date("2024-03-04", order) == date(2024, 3, 4)


@pytest.mark.parametrize("text", ["03/04/2024", "3/4/2024", "03.04.2024", "03-04-2024"])
def test_a_slashed_date_is_read_in_the_order_of_the_file(text: str) -> None:
    assert read_date(text, DateOrder.MDY) == date(2024, 3, 4)
    assert read_date(text, DateOrder.DMY) == date(2024, 4, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a date"),
        ("03/04/24", "is not a date"),
        ("03/04.2024", "is not a date"),
        ("4 March 2024", "is not a date"),
        ("2024-02-30", "is no day of the calendar: day 30 of month 02"),
        ("13/13/2024", "is no day of the calendar: day 13 of month 13"),
        ("1969-12-31", "is not between 1970 and 2199"),
        ("2200-01-01", "is not between 1970 and 2199"),
    ],
)
def test_what_is_no_plausible_date_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_date(text, DateOrder.MDY)


@pytest.mark.parametrize("text", ["1970-01-01", "2199-12-31"])
def test_the_first_and_the_last_plausible_day_are_read(text: str) -> None:
    assert read_date(text, DateOrder.MDY) == date.fromisoformat(text)


@pytest.mark.parametrize(("deciding", "order"), [("03/13/2024", DateOrder.MDY), ("13/03/2024", DateOrder.DMY)])
def test_one_date_with_a_part_above_12_decides_for_all(deciding: str, order: DateOrder) -> None:
    assert decide_order([(2, "03/04/2024"), (3, "2024-03-04"), (4, deciding), (5, "05/06/2024")]) is order


def test_parts_of_12_and_below_decide_nothing() -> None:
    with pytest.raises(Refusal, match=r"such as '11/12/2024' on line 3\. .*--date-order mdy or --date-order dmy") as refused:
        decide_order([(2, "03/03/2024"), (3, "11/12/2024"), (4, "12/11/2024")])
    assert refused.value.code is ErrorCode.INVALID_INPUT


def test_two_dates_that_contradict_each_other_are_refused_with_their_lines() -> None:
    with pytest.raises(Refusal, match=r"'03/25/2024' on line 9 has the month first, '25/03/2024' on line 5 the day.*--date-order"):
        decide_order([(5, "25/03/2024"), (9, "03/25/2024")])


@pytest.mark.parametrize("text", ["2024-03-04", "05/05/2024", "", "nonsense", "31/02/2024", "45/46/2024"])
def test_dates_that_are_no_question_need_no_decision(text: str) -> None:
    assert decide_order([(2, text)]) is DateOrder.MDY


def test_what_is_no_date_does_not_decide() -> None:
    assert decide_order([(2, "31/02/2024"), (3, "03/31/2024")]) is DateOrder.MDY
