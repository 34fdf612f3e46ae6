"""Paging arguments, and the page that is cut from what was found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from billhook.billing.reading.paging import Order, OrderKey, PageRequest, WrongPage, cut, page_request
from billhook.settings import Settings

SETTINGS = Settings(page_size=50, max_page_size=100)
BY_ID = Order("numbers", (OrderKey(sa.column("id", sa.Integer), lambda found: found[0], int),))


def found(*numbers: int) -> list[tuple[int]]:
    return [(number,) for number in numbers]


@pytest.mark.parametrize(
    ("first", "last", "request_made"),
    [
        (None, None, PageRequest(size=50)),
        (0, None, PageRequest(size=0)),
        (100, None, PageRequest(size=100)),
        (None, 0, PageRequest(size=0, backward=True)),
        (None, 100, PageRequest(size=100, backward=True)),
    ],
)
def test_a_page_has_from_0_to_100_items_and_50_unless_asked(first: int | None, last: int | None, request_made: PageRequest) -> None:
    assert page_request(first, None, last, None, SETTINGS) == request_made


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (-1, None, "`first` is -1; it must be from 0 to 100."),
        (101, None, "`first` is 101; it must be from 0 to 100."),
        (None, 101, "`last` is 101; it must be from 0 to 100."),
        (1, 1, "Give `first` or `last`, not both."),
    ],
)
def test_other_sizes_are_refused_with_what_is_possible(first: int | None, last: int | None, message: str) -> None:
    with pytest.raises(WrongPage) as refused:
        page_request(first, None, last, None, SETTINGS)

    assert str(refused.value) == message


def test_one_more_than_fits_says_that_there_is_a_next_page() -> None:
    page = cut(found(1, 2, 3), BY_ID, PageRequest(size=2))

    assert (page.rows, page.has_next, page.has_previous) == ((1, 2), True, False)


def test_exactly_as_many_as_fit_are_the_last_page() -> None:
    page = cut(found(3, 4), BY_ID, PageRequest(size=2, after="somewhere"))

    assert (page.rows, page.has_next, page.has_previous) == ((3, 4), False, True)


def test_a_page_read_backward_is_in_the_lists_order() -> None:
    page = cut(found(9, 8, 7), BY_ID, PageRequest(size=2, backward=True))

    assert (page.rows, page.has_next, page.has_previous) == ((8, 9), False, True)


def test_a_page_of_nothing_still_says_whether_there_is_more() -> None:
    page = cut(found(1), BY_ID, PageRequest(size=0))

    assert (page.rows, page.cursors, page.has_next) == ((), (), True)


def test_what_was_read_along_comes_with_the_page() -> None:
    page = cut([(1, "one"), (2, "two")], BY_ID, PageRequest(size=1))

    assert (page.rows, page.extras) == ((1,), (("one",),))


@pytest.mark.parametrize(
    ("descending", "backward", "sql"),
    [
        (False, False, "a >= 'x' AND (a > 'x' OR b > 7)"),
        (True, False, "a <= 'x' AND (a < 'x' OR b > 7)"),
        (False, True, "a <= 'x' AND (a < 'x' OR b < 7)"),
        (True, True, "a >= 'x' AND (a > 'x' OR b < 7)"),
    ],
)
def test_rows_beyond_a_cursor_are_found_by_the_first_key_then_the_next(*, descending: bool, backward: bool, sql: str) -> None:
    first = OrderKey(sa.column("a", sa.Text), lambda row: row[0], str, descending)
    order = Order("letters", (first, OrderKey(sa.column("b", sa.Integer), lambda row: row[1], int)))

    beyond = order.beyond(order.cursor(("x", 7)), backward=backward)

    assert str(beyond.compile(compile_kwargs={"literal_binds": True})) == sql
