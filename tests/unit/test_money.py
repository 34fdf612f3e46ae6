"""Money is exact: integers inside, decimals at the door, each figure rounded once, half away from zero (M1, M2, M5)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.domain.money import (
    MAX_MINOR,
    as_kept,
    check_precise,
    decimals_of,
    divide_half_up,
    hours_shown,
    largest_minor,
    line_net,
    percent_of,
    round_half_up,
    show,
    to_decimal,
    to_minor,
    worth,
)


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("CLF", 4)])
def test_m1_an_amount_has_the_decimals_of_its_currency(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("400", "EUR", 40000),
        ("0.01", "EUR", 1),
        ("-0.01", "EUR", -1),
        ("1.500000", "EUR", 150),
        ("1E+2", "EUR", 10000),
        ("0E+99", "EUR", 0),
        ("7", "JPY", 7),
        ("1.001", "KWD", 1001),
        ("999999999999.99", "EUR", 99_999_999_999_999),
        ("1000000000000", "EUR", MAX_MINOR),
    ],
)
def test_m1_an_amount_is_an_integer_of_the_minor_unit(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "EUR"), ("0.1", "JPY"), ("1.0001", "KWD"), ("1." + "0" * 70 + "1", "EUR"), ("1E-99", "EUR"), ("1E-9999999", "EUR")],
)
def test_m1_more_decimals_than_the_currency_has_are_refused_never_rounded(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=rf"^{currency} amounts have at most {decimals_of(currency)} decimals$"):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("currency", "largest"),
    [("JPY", 10**12), ("EUR", 10**14), ("KWD", 10**14), ("CLF", 10**14)],
)
def test_m1_the_largest_amount_fits_a_column_as_an_amount_and_as_a_unit_price(currency: str, largest: int) -> None:
    assert largest_minor(currency) == largest
    assert to_minor(to_decimal(largest, currency), currency) == largest
    with pytest.raises(ValueError, match=r"^the amount is too large$"):
        to_minor(to_decimal(largest + 1, currency), currency)


@pytest.mark.parametrize("amount", ["1000000000000.01", "-1000000000000.01", "1E+999999", "1E+9999999"])
def test_m1_an_amount_out_of_range_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"^the amount is too large$"):
        to_minor(Decimal(amount), "EUR")


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_m1_what_is_no_number_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match=r" is not an amount$"):
        to_minor(Decimal(amount), "EUR")


def test_an_amount_is_shown_with_all_its_decimals() -> None:
    assert str(to_decimal(40000, "EUR")) == "400.00"
    assert str(to_decimal(-5, "EUR")) == "-0.05"
    assert str(to_decimal(7, "JPY")) == "7"
    assert show(40000, "EUR") == "400.00 EUR"
    assert show(1, "KWD") == "0.001 KWD"
    assert show(0, "CLF") == "0.0000 CLF"


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
@settings(max_examples=50)
def test_an_amount_comes_back_as_it_was(minor: int, currency: str) -> None:
    assert to_minor(to_decimal(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.5", 1), ("0.4999", 0), ("-0.5", -1), ("-0.4999", 0), ("2.5", 3), ("-2.5", -3), ("1E+20", 10**20)]
)
def test_halves_are_rounded_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_up(Decimal(value)) == rounded


@given(st.integers(-(10**12), 10**12), st.integers(-(10**6), 10**6).filter(bool))
@settings(max_examples=60)
def test_integers_are_divided_as_decimals_are_rounded(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    half_away = int(abs(exact) + Fraction(1, 2))
    assert divide_half_up(numerator, denominator) == (half_away if exact >= 0 else -half_away)


@pytest.mark.parametrize(
    ("seconds", "rate_minor", "minor"),
    [
        (20 * 60, 10000, 3333),
        (60 * 60, 10000, 10000),
        (30 * 60, 2750, 1375),
        (15 * 60, 2750, 688),
        (50 * 60, 10000, 8333),
        (60, 10000, 167),
        (1, 1799, 0),
        (1, 1800, 1),
        (3600, 0, 0),
    ],
)
def test_m2_an_entry_is_worth_its_seconds_times_its_rate_rounded_once(seconds: int, rate_minor: int, minor: int) -> None:
    assert worth(seconds, rate_minor) == minor


def test_m2_round_each_then_add() -> None:
    assert 3 * worth(20 * 60, 10000) == 9999
    assert worth(3 * 20 * 60, 10000) == 10000
    assert 2 * worth(15 * 60, 2750) == 1376


@given(st.integers(1, 36_000_000), st.integers(0, 10**10))
@settings(max_examples=100)
def test_m2_worth_is_round_half_up_of_seconds_times_rate_over_3600(seconds: int, rate_minor: int) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(seconds) * Decimal(rate_minor) / Decimal(3600)
        assert worth(seconds, rate_minor) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("quantity", "unit_price", "currency", "net"),
    [
        ("1", "100.00", "EUR", 10000),
        ("3", "0.333333", "EUR", 100),
        ("0.5", "0.01", "EUR", 1),
        ("0.499999", "0.01", "EUR", 0),
        ("-1", "0.005", "EUR", -1),
        ("1.5", "1", "JPY", 2),
        ("0.000001", "999999999999.999999", "EUR", 100_000_000),
        ("1", "0", "EUR", 0),
    ],
)
def test_m1_the_net_of_a_line_is_round_half_up_of_quantity_times_unit_price(
    quantity: str, unit_price: str, currency: str, net: int
) -> None:
    assert line_net(Decimal(quantity), Decimal(unit_price), currency) == net


def test_m1_the_net_of_a_line_has_a_limit() -> None:
    assert line_net(Decimal(10), Decimal(10**11), "EUR") == MAX_MINOR
    with pytest.raises(ValueError, match=r"^quantity x unit price is too large$"):
        line_net(Decimal(10), Decimal("100000000000.001"), "EUR")


@pytest.mark.parametrize("figure", ["0.000001", "1.5000000", "999999999999.999999", "-999999999999.999999", "0E+9999999"])
def test_m1_quantities_and_unit_prices_have_up_to_6_decimals(figure: str) -> None:
    check_precise(Decimal(figure))
    assert line_net(Decimal(0), Decimal(figure), "EUR") == 0


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        ("0.0000001", "at most 6 decimals are possible"),
        ("1E-9999999", "at most 6 decimals are possible"),
        ("1." + "0" * 70 + "1", "at most 6 decimals are possible"),
        ("1000000000000", "the number is too large"),
        ("-1000000000000", "the number is too large"),
        ("1E+9999999", "the number is too large"),
        ("NaN", "NaN is not a number"),
        ("-Infinity", "-Infinity is not a number"),
    ],
)
def test_m1_any_other_figure_is_refused(figure: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        check_precise(Decimal(figure))
    with pytest.raises(ValueError, match=f"^{reason}$"):
        line_net(Decimal(1), Decimal(figure), "EUR")


@pytest.mark.parametrize(("seconds", "hours"), [(36000, "10.0000"), (3000, "0.8333"), (1, "0.0003"), (3600 * 30 + 1, "30.0003")])
def test_m2_hours_are_shown_with_4_decimals(seconds: int, hours: str) -> None:
    assert str(hours_shown(seconds)) == hours


@pytest.mark.parametrize(
    ("rate", "amount", "tax"),
    [("19", 48838, 9279), ("21", 167, 35), ("21", 40000, 8400), ("0", 10**14, 0), ("50", 1, 1), ("50", -1, -1), ("49.999999", 1, 0)],
)
def test_m5_a_percentage_of_an_amount_is_rounded_half_up(rate: str, amount: int, tax: int) -> None:
    assert percent_of(Decimal(rate), amount) == tax


@pytest.mark.parametrize("figure", ["0E-99999999999999", "0E-31", "1E-31"])
def test_a_zero_that_would_be_written_with_a_billion_zeros_is_refused(figure: str) -> None:
    with pytest.raises(ValueError, match="at most 6 decimals are possible"):
        check_precise(Decimal(figure))


@pytest.mark.parametrize(("figure", "kept"), [("-0", "0"), ("0E+5", "0"), ("21.000000000", "21"), ("1E+3", "1000"), ("0.10", "0.1")])
def test_a_figure_is_shown_as_the_store_will_give_it_back(figure: str, kept: str) -> None:
    assert str(as_kept(Decimal(figure))) == kept
