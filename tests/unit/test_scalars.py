"""The scalars take exactly their own form, and name what is wrong with any other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from graphql import GraphQLError, parse_value

from billhook_schema.scalars import (
    SCALARS,
    parse_currency,
    parse_date,
    parse_date_time,
    parse_decimal,
    parse_decimal_literal,
    write_date_time,
    write_decimal,
)


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ("200.00", "200.00"),
        ("0", "0"),
        ("-0.000001", "-0.000001"),
        ("999999999999999.999999", "999999999999999.999999"),
        (12, "12"),
        (-999999999999999, "-999999999999999"),
    ],
)
def test_a_decimal_keeps_every_digit_it_was_sent_with(given: str | int, exact: str) -> None:
    assert str(parse_decimal(given)) == exact


@pytest.mark.parametrize(
    "given",
    [
        *("1000000000000000", "0.0000001", "NaN", "Infinity", "-Infinity", "1E+9", "1e2", "", " 1", "1 ", "01", "1.", ".5"),
        *("+1", "1,5", "٣", 0.3, 1.0, True, False, None, [], 10**15, -(10**15)),
    ],
    ids=repr,
)
def test_a_decimal_that_is_not_an_exact_number_in_range_is_refused(given: object) -> None:
    with pytest.raises(GraphQLError, match=r"^Not a Decimal: ") as refused:
        parse_decimal(given)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


def test_a_long_wrong_value_is_not_sent_back_whole() -> None:
    with pytest.raises(GraphQLError) as refused:
        parse_decimal("9" * 5000)
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(("text", "exact"), [("12.50", "12.50"), ('"12.50"', "12.50"), ("7", "7"), ("0.1", "0.1")])
def test_a_decimal_in_a_document_is_read_from_its_text(text: str, exact: str) -> None:
    assert str(parse_decimal_literal(parse_value(text))) == exact


@pytest.mark.parametrize("text", ["true", "null", "[1]", "{a: 1}", "WORD", "1e400", "1000000000000000"])
def test_a_literal_that_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match=r"^Not a Decimal: ") as refused:
        parse_decimal_literal(parse_value(text))
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(("value", "text"), [("1E+2", "100"), ("0.00", "0.00"), ("1E-7", "0.0000001"), ("-12.50", "-12.50")])
def test_a_decimal_is_written_without_an_exponent(value: str, text: str) -> None:
    assert write_decimal(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_is_never_written(value: str) -> None:
    with pytest.raises(ValueError, match="has no Decimal form"):
        write_decimal(Decimal(value))


@pytest.mark.parametrize(("text", "day"), [("2026-01-31", date(2026, 1, 31)), ("2028-02-29", date(2028, 2, 29))])
def test_a_date_is_a_day_of_the_calendar(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "given",
    [
        *("2026-02-29", "2026-13-01", "0000-01-01", "20260131", "2026-W05-6", "2026-1-31", "2026-01-31T00:00:00", " 2026-01-31", ""),
        *(20260131, None),
    ],
    ids=repr,
)
def test_a_date_of_another_form_or_that_does_not_exist_is_refused(given: object) -> None:
    with pytest.raises(GraphQLError, match=r"^Not a Date: ") as refused:
        parse_date(given)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T09:00:00+01:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T09:00:00Z", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31t09:00:00.5z", datetime(2026, 1, 31, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T09:00:00.123456789-00:30", datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_a_date_time_is_read_into_utc(text: str, moment: datetime) -> None:
    assert parse_date_time(text) == moment
    assert parse_date_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    [
        *("2026-01-31T09:00:00", "2026-01-31", "2026-01-31 09:00:00Z", "2026-01-31T09:00Z", "2026-01-31T25:00:00Z", "2026-02-30T09:00:00Z"),
        *("2026-01-31T09:00:00+0100", "2026-01-31T09:00:00+25:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", 0, None),
    ],
)
def test_a_date_time_without_offset_or_that_does_not_exist_is_refused(given: object) -> None:
    with pytest.raises(GraphQLError, match=r"^Not a DateTime: ") as refused:
        parse_date_time(given)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


def test_a_date_time_is_written_with_its_offset() -> None:
    assert write_date_time(datetime(2026, 1, 31, 8, tzinfo=UTC)) == "2026-01-31T08:00:00+00:00"
    with pytest.raises(ValueError, match="has no offset"):
        write_date_time(datetime(2026, 1, 31, 8))  # noqa: DTZ001 - the missing zone is the point


@pytest.mark.parametrize("given", ["EUR", "eur", "XXX", "0123456789"])
def test_any_short_text_is_let_through_as_a_currency_for_the_use_case_to_judge(given: str) -> None:
    assert parse_currency(given) == given


@pytest.mark.parametrize("given", ["01234567890", 978, None])
def test_what_cannot_be_a_currency_code_is_refused(given: object) -> None:
    with pytest.raises(GraphQLError, match=r"^Not a CurrencyCode: ") as refused:
        parse_currency(given)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


def test_every_scalar_is_described() -> None:
    assert {scalar.name for scalar in SCALARS.values() if scalar.description} == {"Decimal", "Date", "DateTime", "CurrencyCode"}
