"""Shares of a price: each the rounded share, never beyond what remains, and exactly all of it in the end (R10)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.facts import VAT_0, VAT_6, VAT_21, item, part

from billhook.domain.errors import ErrorCode, ExceedsAmount
from billhook.domain.options import Portion
from billhook.domain.shares import share_out
from billhook.domain.words import ClaimKind

if TYPE_CHECKING:
    from billhook.domain.facts import Item, Part


def percent(text: str) -> Portion:
    return Portion(percentage=Decimal(text))


def amount(text: str) -> Portion:
    return Portion(amount=Decimal(text))


def deal(*parts: Part) -> Item:
    return item(ClaimKind.DEAL, 1, *parts)


def billed(deal: Item, portion: Portion | None) -> tuple[list[int], Item]:
    """Bill a portion, and return it with the deal as it is afterwards."""
    shares = share_out(deal, portion, "EUR")
    parts = tuple(_after(part, share, portion) for part, share in zip(deal.parts, shares, strict=True))
    return shares, replace(deal, parts=parts)


def _after(part: Part, share: int, portion: Portion | None) -> Part:
    if portion is not None and portion.percentage is not None:
        more = Fraction(portion.percentage) / 100
    else:
        more = Fraction(share, part.value_minor or 1)
    return replace(part, billed_minor=part.billed_minor + share, billed_share=part.billed_share + more)


def all_billed(deal: Item, portions: list[Portion]) -> tuple[list[list[int]], Item]:
    shares = []
    for portion in portions:
        share, deal = billed(deal, portion)
        shares.append(share)
    return shares, deal


def test_s08_the_percentage_that_reaches_100_takes_what_remains() -> None:
    shares, _ = all_billed(deal(part(10001)), [percent("33.3333"), percent("33.3333"), percent("33.3334")])
    assert shares == [[3334], [3334], [3333]]


def test_s08_a_further_hundredth_of_a_percent_exceeds_with_nothing_available() -> None:
    _, done = all_billed(deal(part(10001)), [percent("33.3333"), percent("33.3333"), percent("33.3334")])
    with pytest.raises(ExceedsAmount) as refused:
        share_out(done, percent("0.01"), "EUR")
    assert refused.value.code is ErrorCode.EXCEEDS_REMAINING
    assert (refused.value.available_minor, refused.value.currency) == (0, "EUR")
    message = "Of 'deal 1' 100 % are billed, and 0.01 % more would be over 100 %. What remains of it: 0.00 EUR."
    assert refused.value.message == message


def test_s08_ten_times_10_percent_of_100_05_is_100_05() -> None:
    shares, _ = all_billed(deal(part(10005)), [percent("10")] * 10)
    assert shares == [[1001]] * 9 + [[996]]


def test_s08_thirds_of_a_deal_at_three_vat_rates_are_1_00_per_rate() -> None:
    thirds = [percent("33.3333"), percent("33.3333"), percent("33.3334")]
    shares, _ = all_billed(deal(part(100, VAT_0), part(100, VAT_6), part(100, VAT_21)), thirds)
    assert shares == [[33, 33, 33], [33, 33, 33], [34, 34, 34]]


def test_s09_half_of_a_deal_is_half_of_each_vat_group() -> None:
    assert share_out(deal(part(20000, VAT_21), part(40000, VAT_6), part(20000, VAT_0)), percent("50"), "EUR") == [10000, 20000, 10000]


def test_s22_30_percent_of_1000_is_300_and_then_all_that_is_left_is_700() -> None:
    shares, done = billed(deal(part(100_000)), percent("30"))
    assert shares == [30000]
    shares, done = billed(done, None)
    assert shares == [70000]
    assert share_out(done, None, "EUR") == [0]


@pytest.mark.parametrize(("asked", "fits"), [("69.999999", True), ("70", True), ("70.000001", False)])
def test_r10_live_percentages_total_at_most_100(asked: str, fits: bool) -> None:  # noqa: FBT001
    _, rest = billed(deal(part(100_000)), percent("30"))
    if fits:
        assert share_out(rest, percent(asked), "EUR") == [70000]
    else:
        with pytest.raises(ExceedsAmount) as refused:
            share_out(rest, percent(asked), "EUR")
        assert refused.value.available_minor == 70000


@pytest.mark.parametrize(("asked", "share"), [("699.99", 69999), ("700.00", 70000), ("700.01", None)])
def test_r10_an_amount_is_at_most_what_remains(asked: str, share: int | None) -> None:
    _, rest = billed(deal(part(100_000)), percent("30"))
    if share is None:
        with pytest.raises(ExceedsAmount, match=r"^700\.01 EUR of 'deal 1' is more than what remains of it: 700\.00 EUR\.") as refused:
            share_out(rest, amount(asked), "EUR")
        assert refused.value.available_minor == 70000
    else:
        assert share_out(rest, amount(asked), "EUR") == [share]


def test_r10_an_amount_counts_as_amount_divided_by_value() -> None:
    _, rest = billed(deal(part(100_000)), amount("250.00"))
    assert share_out(rest, percent("74.999999"), "EUR") == [75000]
    assert share_out(rest, percent("75"), "EUR") == [75000]
    with pytest.raises(ExceedsAmount):
        share_out(rest, percent("75.000001"), "EUR")


def test_r10_an_amount_counts_as_its_share_of_the_whole_value_whatever_cent_each_vat_group_got() -> None:
    shares, rest = all_billed(deal(part(100, VAT_6), part(100, VAT_21)), [amount("1.01")])
    assert shares == [[51, 50]]
    assert share_out(rest, percent("49.5"), "EUR") == [49, 50]
    with pytest.raises(ExceedsAmount) as refused:
        share_out(rest, percent("49.500001"), "EUR")
    assert refused.value.available_minor == 99


def test_r10_a_rounded_share_never_goes_beyond_what_remains() -> None:
    shares, _ = all_billed(deal(part(1)), [percent("50"), percent("50")])
    assert shares == [[1], [0]]
    shares, _ = all_billed(deal(part(2)), [percent("30"), percent("30"), percent("30"), percent("10")])
    assert shares == [[1], [1], [0], [0]]


@pytest.mark.parametrize(
    ("earlier", "asked", "billed_percent"),
    [(percent("100"), "0.0001", "100"), (percent("10"), "90.000001", "10"), (amount("0.01"), "99.999999", "16.666667")],
)
def test_r10_a_refusal_says_how_many_percent_are_billed_and_what_remains_all_the_same(
    earlier: Portion, asked: str, billed_percent: str
) -> None:
    _, done = billed(deal(part(3)), earlier)
    raised = replace(done, parts=tuple(replace(each, value_minor=6, billed_share=_share_of(each, earlier, 6)) for each in done.parts))
    with pytest.raises(ExceedsAmount) as refused:
        share_out(raised, percent(asked), "EUR")
    left = refused.value.available_minor
    assert left == 6 - done.parts[0].billed_minor
    assert refused.value.message == (
        f"Of 'deal 1' {billed_percent} % are billed, and {asked} % more would be over 100 %. What remains of it: 0.0{left} EUR. "
        "Ask for an amount of at most that, or leave the portion out for all of it."
    )


def _share_of(part: Part, portion: Portion, value: int) -> Fraction:
    """What a portion counts as after the price has become this."""
    return part.billed_share if portion.percentage is not None else Fraction(part.billed_minor, value)


def test_r10_an_amount_is_shared_out_over_the_vat_groups_to_the_cent() -> None:
    three = deal(part(100, VAT_0), part(100, VAT_6), part(100, VAT_21))
    assert share_out(three, amount("1.00"), "EUR") == [34, 33, 33]
    assert share_out(three, amount("2.99"), "EUR") == [100, 100, 99]
    assert share_out(three, amount("0.01"), "EUR") == [1, 0, 0]
    assert share_out(deal(part(100, VAT_0, 100), part(50, VAT_6)), amount("0.50"), "EUR") == [0, 50]


def test_r10_all_that_remains_is_the_default() -> None:
    assert share_out(deal(part(100, VAT_0, 40), part(200, VAT_6, 200)), None, "EUR") == [60, 0]
    assert share_out(deal(part(100, VAT_0, 140)), None, "EUR") == [0]


def test_m1_an_amount_has_the_decimals_of_the_currency() -> None:
    assert share_out(deal(part(100)), amount("7"), "JPY") == [7]
    with pytest.raises(ValueError, match=r"^EUR amounts have at most 2 decimals$"):
        share_out(deal(part(100)), amount("0.001"), "EUR")
    with pytest.raises(ValueError, match=r"^JPY amounts have at most 0 decimals$"):
        share_out(deal(part(100)), amount("0.1"), "JPY")


def test_nothing_is_left_to_share_of_a_deal_that_is_billed() -> None:
    with pytest.raises(ExceedsAmount) as refused:
        share_out(deal(part(100, VAT_0, 100, 1)), amount("0.01"), "EUR")
    assert refused.value.available_minor == 0


values = st.lists(st.integers(0, 10**7), min_size=1, max_size=3)


@st.composite
def exactly_100(draw: st.DrawFn) -> list[Portion]:
    """Percentages with up to 6 decimals that add up to exactly 100."""
    cuts = draw(st.sets(st.integers(1, 10**8 - 1), max_size=9))
    edges = [0, *sorted(cuts), 10**8]
    return [percent(str(Decimal(after - before).scaleb(-6))) for before, after in pairwise(edges)]


@given(values, exactly_100())
@settings(max_examples=60)
def test_r10_any_percentages_that_add_up_to_100_bill_exactly_the_value(value: list[int], portions: list[Portion]) -> None:
    shares, done = all_billed(deal(*(part(one) for one in value)), portions)
    assert [sum(of_part) for of_part in zip(*shares, strict=True)] == value
    assert all(share >= 0 for one in shares for share in one)
    with pytest.raises(ExceedsAmount):
        share_out(done, percent("0.000001"), "EUR")


@given(values, st.integers(1, 3 * 10**7), st.integers(0, 10**7))
@settings(max_examples=60)
def test_r10_an_amount_is_billed_to_the_cent_within_each_group(value: list[int], asked: int, already: int) -> None:
    one = deal(*(part(worth, VAT_0, min(already, worth)) for worth in value))
    remaining = [part.remaining_minor for part in one.parts]
    portion = amount(str(Decimal(asked).scaleb(-2)))
    if asked > sum(remaining):
        with pytest.raises(ExceedsAmount) as refused:
            share_out(one, portion, "EUR")
        assert refused.value.available_minor == sum(remaining)
        return
    shares = share_out(one, portion, "EUR")
    assert sum(shares) == asked
    assert all(0 <= share <= left for share, left in zip(shares, remaining, strict=True))
