"""Exact money: integers of a currency's minor unit inside, `Decimal`s at the door; never a float (M1, M2)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

SECONDS_PER_HOUR = 3600
MAX_SECONDS = 10_000 * SECONDS_PER_HOUR
"""The longest time entry."""
MAX_TOTAL_SECONDS = 2**31 - 1
"""The most unbilled time of one project, and so of any line: an Int of GraphQL."""
MAX_MINOR = 10**14
"""No amount, price or document exceeds this, so that sums of 90,000 of them fit a 64-bit column."""
LEAST_EXPONENT = -30
MAX_MAJOR = 10**12
"""Nor this many of the currency's units, so that a unit price in millionths fits one, too."""

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS_OF = {code: decimals for decimals, codes in _DECIMALS.items() for code in codes.split()}


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of this ISO 4217 currency have: 2 unless the list says otherwise."""
    return _DECIMALS_OF.get(currency, 2)


def largest_minor(currency: str) -> int:
    """Return the largest amount that is possible in a currency."""
    return min(MAX_MINOR, MAX_MAJOR * int(10 ** decimals_of(currency)))


def largest_rate_minor(currency: str) -> int:
    """Return the largest hourly rate: with it the longest time entry is worth the largest amount that is possible."""
    return largest_minor(currency) * SECONDS_PER_HOUR // MAX_SECONDS


def to_minor(amount: Decimal, currency: str) -> int:
    """Turn an amount into minor units.

    Raises ValueError when it is not a number, has more decimals than the currency, or is out of range (M1).
    """
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount")
    if amount.copy_abs() > to_decimal(largest_minor(currency), currency):
        raise ValueError("the amount is too large")
    decimals = decimals_of(currency)
    with localcontext() as context:
        context.prec = 60
        exact = amount.quantize(Decimal(1).scaleb(-decimals))
        if exact != amount:
            raise ValueError(f"{currency} amounts have at most {decimals} decimals")
        return int(exact.scaleb(decimals))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Turn minor units into the currency's `Decimal`, always with all its decimals: 40000 EUR is 400.00."""
    return Decimal(minor).scaleb(-decimals_of(currency))


def show(minor: int, currency: str) -> str:
    """Write an amount for a message: `400.00 EUR`."""
    return f"{to_decimal(minor, currency):f} {currency}"


def round_half_up(value: Decimal) -> int:
    """Round to a whole number, halves away from zero: 0.5 is 1, -0.5 is -1."""
    with localcontext() as context:
        context.prec = 60
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide two integers and round half away from zero, without leaving the integers."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def worth(seconds: int, hourly_rate_minor: int) -> int:
    """Return what one time entry is worth, in minor units: its seconds times the hourly rate, rounded once (M2).

    The store has the same rule in SQL; a property test holds the two together.
    """
    return divide_half_up(seconds * hourly_rate_minor, SECONDS_PER_HOUR)


def line_net(quantity: Decimal, unit_price: Decimal, currency: str) -> int:
    """Return a line's net in minor units: round_half_up(quantity x unit price) (M1).

    Raises ValueError when a figure is not finite, too precise or too large.
    """
    for figure in (quantity, unit_price):
        check_precise(figure)
    with localcontext() as context:
        context.prec = 60
        minor = round_half_up((quantity * unit_price).scaleb(decimals_of(currency)))
    if abs(minor) > largest_minor(currency):
        raise ValueError("quantity x unit price is too large")
    return minor


def check_precise(figure: Decimal) -> None:
    """Raise ValueError unless the figure is finite, below 10^12 and has at most 6 decimals (quantities, unit prices)."""
    if not figure.is_finite():
        raise ValueError(f"{figure} is not a number")
    exponent = figure.as_tuple().exponent
    if isinstance(exponent, int) and exponent < LEAST_EXPONENT:  # a zero, perhaps, that would be written with a billion of them
        raise ValueError("at most 6 decimals are possible")
    if figure.copy_abs() >= Decimal(10) ** 12:
        raise ValueError("the number is too large")
    with localcontext() as context:
        context.prec = 60
        if figure != figure.quantize(Decimal("0.000001")):
            raise ValueError("at most 6 decimals are possible")


def as_kept(figure: Decimal) -> Decimal:
    """Return a figure as the store gives it back: without a minus on zero, and without zeros at its end: 21.00 is 21."""
    return Decimal(f"{(figure + 0).normalize():f}")


def hours_shown(seconds: int) -> Decimal:
    """Return hours with 4 decimals, for display only: no amount comes from them (M2)."""
    return Decimal(divide_half_up(seconds * 10**4, SECONDS_PER_HOUR)).scaleb(-4)


def percent_of(rate: Decimal, amount_minor: int) -> int:
    """Return round_half_up(rate percent of an amount), in minor units (M5)."""
    with localcontext() as context:
        context.prec = 60
        return round_half_up(rate * amount_minor / 100)
