"""Cursors: what is put in comes out, and nothing else is taken."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta, timezone

import orjson
import pytest

from billhook.billing.reading.cursor import LARGEST_INTEGER, LONGEST_CURSOR, decode_cursor, encode_cursor


def forged(*values: object) -> str:
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, 0),
        (int, -40167),
        (int, LARGEST_INTEGER),
        (str, ""),
        (str, "strasse & ünïcode 'quoted'"),
        (date, date(2026, 2, 28)),
        (date, date.max),
        (datetime, datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_cursor_gives_back_the_values_it_was_made_of(kind: type, value: int | str | date) -> None:
    cursor = encode_cursor("projects/TITLE/ASC", [value, 7])

    assert decode_cursor(cursor, "projects/TITLE/ASC", [kind, int]) == (value, 7)


def test_a_cursor_is_safe_in_a_url() -> None:
    assert set(encode_cursor("a", ["???>>>~~~", 1])) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("order", ["projects/TITLE/DESC", "projects/CREATED_AT/ASC", "customers/NAME"])
def test_a_cursor_of_another_list_or_order_is_refused(order: str) -> None:
    cursor = encode_cursor("projects/TITLE/ASC", ["website", 7])

    with pytest.raises(ValueError, match="not a cursor of this list in this order"):
        decode_cursor(cursor, order, [str, int])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zz",
        "?",
        "é",
        "\ud800",
        forged(),
        forged("a"),
        forged("a", 1, 2),
        forged("a", "1"),
        forged("a", 1.0),
        forged("a", *[True]),
        forged("a", None),
        forged("a", [1]),
        forged("a", LARGEST_INTEGER + 1),
        urlsafe_b64encode(b'{"a": 1}').decode(),
        urlsafe_b64encode(b"7").decode(),
        forged("a", 1) + "=",
        forged("a", 1) + "A",
    ],
)
def test_what_no_list_ever_made_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        decode_cursor(text, "a", [int])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "with a \0 in it"),
        (date, "2026-02-30"),
        (date, "2026-02-28T00:00:00+00:00"),
        (datetime, "2026-02-28"),
        (datetime, "2026-02-28T09:00:00"),
        (datetime, "0001-01-01T00:00:00+00:01"),
        (datetime, "9999-12-31T23:59:59-00:01"),
    ],
)
def test_a_forged_value_of_the_right_shape_is_refused(kind: type, value: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        decode_cursor(forged("a", value), "a", [kind])


def test_a_moment_keeps_its_offset() -> None:
    moment = datetime(2026, 1, 31, 9, 0, tzinfo=timezone(timedelta(hours=1)))

    assert decode_cursor(encode_cursor("a", [moment]), "a", [datetime]) == (moment,)


@pytest.mark.parametrize(("length", "message"), [(LONGEST_CURSOR, "not a cursor"), (LONGEST_CURSOR + 1, "too long")])
def test_a_cursor_has_a_longest_length(length: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_cursor("A" * length, "a", [int])
