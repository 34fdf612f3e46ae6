"""What the rules draw: odd amounts, quantities, durations and VAT, and the inputs made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from tests.property.beginnings import S6, S21, Z

from billhook.domain.ids import encode
from billhook.domain.money import to_decimal

if TYPE_CHECKING:
    from datetime import date

    from hypothesis.strategies import DataObject, SearchStrategy

Raw = dict[str, Any]
"""An input, or a part of one, as a client sends it."""

ODD_PRICES = ("0", "0.01", "0.03", "1", "33.333333", "99.99", "100.005", "400", "0.000001", "1234.567891")
ODD_PERCENTAGES = ("10", "25", "33.3333", "33.3334", "50", "66.666667", "100", "0.01")
ODD_SECONDS = (1, 36, 60, 900, 1200, 3600, 5400, 36000)

vats = st.sampled_from((None, S21, S6, Z))
unit_prices = st.one_of(st.sampled_from(ODD_PRICES), st.integers(0, 50_000).map(lambda cents: str(Decimal(cents).scaleb(-2))))
quantities = st.sampled_from(("1", "1", "2", "0.333333", "2.5", "7"))
seconds = st.one_of(st.sampled_from(ODD_SECONDS), st.integers(1, 100_000))


def amounts(currency: str, largest_minor: int = 100_000) -> SearchStrategy[str]:
    """An amount with the decimals of its currency."""
    return st.integers(0, largest_minor).map(lambda minor: str(to_decimal(minor, currency)))


def positive_amounts(currency: str, largest_minor: int) -> SearchStrategy[str]:
    return st.integers(1, max(largest_minor, 1)).map(lambda minor: str(to_decimal(minor, currency)))


@st.composite
def free_lines(draw: st.DrawFn) -> list[Raw]:
    return draw(
        st.lists(
            st.fixed_dictionaries({"description": st.just("x"), "quantity": quantities, "unitPrice": unit_prices, "vat": vats}),
            min_size=1,
            max_size=3,
        )
    )


def advances(currency: str) -> SearchStrategy[Raw | None]:
    return st.one_of(
        st.none(),
        st.sampled_from(({"mode": "AUTO"}, {"mode": "NONE"})),
        amounts(currency, 20_000).map(lambda ceiling: {"mode": "UP_TO", "upTo": ceiling}),
    )


def portions(currency: str) -> SearchStrategy[Raw | None]:
    return st.one_of(
        st.none(),
        st.sampled_from(ODD_PERCENTAGES).map(lambda percentage: {"percentage": percentage}),
        positive_amounts(currency, 20_000).map(lambda amount: {"amount": amount}),
    )


def some(draw: DataObject, kind: str, keys: list[int], label: str) -> str:
    """One of these rows, by its id."""
    return encode(kind, draw.draw(st.sampled_from(keys), label))


def perhaps(draw: DataObject, kind: str, keys: list[int], label: str) -> str | None:
    """One of these rows, or none."""
    key = draw.draw(st.sampled_from([None, *keys]), label)
    return None if key is None else encode(kind, key)


def subset(draw: DataObject, keys: list[int], label: str, *, least: int = 0) -> list[int]:
    """Some of these keys, each once, in any order."""
    if not keys:
        return []
    return draw.draw(st.lists(st.sampled_from(keys), unique=True, min_size=least, max_size=len(keys)), label)


def given(**fields: Any) -> Raw:  # noqa: ANN401 - inputs are of any type
    """Only what is not None."""
    return {name: value for name, value in fields.items() if value is not None}


def day(draw: DataObject, today: date, before: int, after: int, label: str) -> str:
    """A day around today."""
    return str(today.fromordinal(today.toordinal() + draw.draw(st.integers(-before, after), label)))
