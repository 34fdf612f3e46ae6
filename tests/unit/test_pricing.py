"""The host prices what a source claims: per item, per VAT group, in minor units (M1, M2, M4, R10, R11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from tests.unit.facts import VAT_0, VAT_6, VAT_21, entry, facts, item, part

from billhook.domain.document import PricedClaim
from billhook.domain.errors import ErrorCode, ExceedsAmount, RateMissing, Refusal
from billhook.domain.options import Portion
from billhook.domain.pricing import price
from billhook.domain.proposal import Claim, ClaimLine, FreeLine, Period
from billhook.domain.words import ClaimKind, LineKind

if TYPE_CHECKING:
    from billhook.domain.document import Line
    from billhook.domain.facts import Facts, Item

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
TEN_PERCENT = Portion(percentage=Decimal(10))


def time(*keys: int) -> ClaimLine:
    return ClaimLine(description="Work", claims=tuple(Claim("time_entry", str(key)) for key in keys), section="Build")


def deal_line(portion: Portion | None = None) -> ClaimLine:
    return ClaimLine(description="Deal", claims=(Claim("deal", "1", portion),))


def deal(*parts: object) -> Item:
    return item(ClaimKind.DEAL, 1, *parts)  # type: ignore[arg-type]


def priced(line: ClaimLine | FreeLine, known: Facts) -> list[tuple[LineKind, Decimal, str, Decimal, int]]:
    return [(one.kind, one.quantity, one.unit, one.unit_price, one.net_minor) for one in price([line], known)]


def only(lines: list[Line]) -> Line:
    [line] = lines
    return line


def test_m2_entries_on_one_line_are_rounded_each_then_added() -> None:
    known = facts([entry(key, 1200, 10000, 3333) for key in (1, 2, 3)])
    line = only(price([time(1, 2, 3)], known))
    assert (line.quantity, line.unit, line.unit_price, line.net_minor, line.seconds) == (Decimal(1), "C62", Decimal("99.99"), 9999, 3600)
    assert line.section == "Build"
    assert line.claims == tuple(PricedClaim(kind=ClaimKind.TIME_ENTRY, key=key, amount_minor=3333) for key in (1, 2, 3))


@pytest.mark.parametrize(
    ("seconds", "rate_minor", "amount_minor", "shown"),
    [
        (36000, 10000, 100_000, (Decimal("10.000000"), "HUR", Decimal("100.00"))),
        (3000, 10000, 8333, (Decimal("0.833333"), "HUR", Decimal("100.00"))),
        (1800, 2750, 1375, (Decimal("0.500000"), "HUR", Decimal("27.50"))),
        (3600, 0, 0, (Decimal("1.000000"), "HUR", Decimal("0.00"))),
        (1, 10**10, 2_777_778, (Decimal(1), "C62", Decimal("27777.78"))),
    ],
)
def test_m2_a_single_entry_is_hours_times_rate_where_that_comes_to_its_net(
    seconds: int, rate_minor: int, amount_minor: int, shown: tuple[Decimal, str, Decimal]
) -> None:
    line = only(price([time(1)], facts([entry(1, seconds, rate_minor, amount_minor)])))
    assert (line.quantity, line.unit, line.unit_price) == shown
    assert (line.net_minor, line.seconds) == (amount_minor, seconds)


def test_m4_claiming_an_unrated_entry_is_refused_with_all_such_entries() -> None:
    known = facts([entry(1, 3600, 10000, 10000), entry(2, 3600, None, None), entry(3, 60, None, None)])
    with pytest.raises(RateMissing) as refused:
        price([time(1, 2), time(3)], known)
    assert (refused.value.time_entry_keys, refused.value.count) == ((2, 3), 2)


def test_m4_an_explicit_rate_of_0_is_a_real_0() -> None:
    line = only(price([time(1)], facts([entry(1, 3600, 0, 0)])))
    assert line.net_minor == 0
    assert line.claims == (PricedClaim(kind=ClaimKind.TIME_ENTRY, key=1, amount_minor=0),)


def test_m5_a_line_is_split_by_vat_category_and_rate() -> None:
    known = facts([entry(1, 3600, 10000, 10000, VAT_21), entry(2, 3600, 5000, 5000, VAT_6), entry(3, 3600, 2000, 2000, VAT_21)])
    lines = price([time(1, 2, 3)], known)
    assert [(line.vat, line.net_minor, [claim.key for claim in line.claims]) for line in lines] == [
        (VAT_6, 5000, [2]),
        (VAT_21, 12000, [1, 3]),
    ]


def test_time_and_extra_costs_share_a_line_each_and_other_items_have_their_own() -> None:
    kinds = [ClaimKind.EXTRA_COST, ClaimKind.EXTERNAL_COST, ClaimKind.PHASE]
    known = facts([entry(1, 3600, 100, 100), *(item(kind, key, part(key * 100)) for kind in kinds for key in (1, 2))])
    claims = (Claim("time_entry", "1"), *(Claim(kind.value, str(key)) for kind in kinds for key in (1, 2)))
    lines = price([ClaimLine(description="All", claims=claims)], known)
    assert [(line.kind, line.net_minor, line.phase_key) for line in lines] == [
        (LineKind.EXTERNAL_COST, 100, None),
        (LineKind.EXTERNAL_COST, 200, None),
        (LineKind.EXTRA_COST, 300, None),
        (LineKind.FIXED_PRICE, 100, 1),
        (LineKind.FIXED_PRICE, 200, 2),
        (LineKind.TIME, 100, None),
    ]


def test_lines_stay_in_the_order_in_which_they_are_proposed() -> None:
    known = facts([entry(1, 3600, 100, 100), entry(2, 3600, 200, 200)])
    assert [line.net_minor for line in price([time(2), time(1)], known)] == [200, 100]


def test_s09_a_share_of_a_deal_is_a_line_per_vat_group() -> None:
    known = facts([deal(part(20000, VAT_21), part(40000, VAT_6), part(20000, VAT_0))])
    lines = price([deal_line(Portion(percentage=Decimal(50)))], known)
    assert [(line.vat, line.net_minor, line.deal_key) for line in lines] == [(VAT_6, 20000, 1), (VAT_21, 10000, 1), (VAT_0, 10000, 1)]
    assert [line.claims[0].percentage for line in lines] == [50, 50, 50]


def test_r10_a_share_that_rounds_to_nothing_in_one_vat_group_counts_there_so_that_the_last_takes_all() -> None:
    billed, shares = [0, 0], Fraction(0)
    for _ in range(10):
        known = facts([deal(part(100, VAT_6, billed[0], shares), part(1, VAT_21, billed[1], shares))])
        lines = price([deal_line(TEN_PERCENT)], known)
        assert [line.claims[0].percentage for line in lines] == [10, 10]
        billed = [before + line.net_minor for before, line in zip(billed, lines, strict=True)]
        shares += Fraction(1, 10)
    assert billed == [100, 1]


def test_r10_a_share_that_rounds_to_nothing_everywhere_bills_nothing() -> None:
    assert price([deal_line(Portion(percentage=Decimal("0.4")))], facts([deal(part(100))])) == []
    assert only(price([deal_line(Portion(percentage=Decimal("0.5")))], facts([deal(part(100))]))).net_minor == 1


def test_r10_a_vat_group_that_is_worth_nothing_gets_no_line_and_one_that_is_billed_only_counts_a_percentage() -> None:
    known = facts([deal(part(100, VAT_6, 100), part(100, VAT_21), part(0, VAT_0))])
    assert [line.vat for line in price([deal_line()], known)] == [VAT_21]
    assert [line.vat for line in price([deal_line(Portion(amount=Decimal("0.50")))], known)] == [VAT_21]
    assert [(line.vat, line.net_minor) for line in price([deal_line(TEN_PERCENT)], known)] == [(VAT_6, 0), (VAT_21, 10)]


def test_r10_a_portion_beyond_what_remains_is_refused_with_what_remains() -> None:
    with pytest.raises(ExceedsAmount) as refused:
        price([deal_line(TEN_PERCENT)], facts([deal(part(10000, VAT_21, 9100, Fraction(91, 100)))]))
    assert (refused.value.code, refused.value.available_minor) == (ErrorCode.EXCEEDS_REMAINING, 900)


def test_m1_a_portion_with_more_decimals_than_the_currency_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^EUR amounts have at most 2 decimals\.$") as refused:
        price([deal_line(Portion(amount=Decimal("0.001")))], facts([deal(part(10000))]))
    assert refused.value.code is ErrorCode.INVALID_INPUT


def test_r11_each_period_of_a_subscription_has_a_line_with_its_days() -> None:
    months = [item(ClaimKind.SUBSCRIPTION_PERIOD, 5, part(1000), period=month) for month in (JANUARY, FEBRUARY)]
    claims = tuple(Claim("subscription_period", f"5/{month[0]}") for month in (FEBRUARY, JANUARY))
    lines = price([ClaimLine(description="Hosting", claims=claims)], facts(months))
    assert [(line.kind, line.period, line.net_minor, line.subscription_key) for line in lines] == [
        (LineKind.SUBSCRIPTION, JANUARY, 1000, 5),
        (LineKind.SUBSCRIPTION, FEBRUARY, 1000, 5),
    ]
    assert [[claim.period_start for claim in line.claims] for line in lines] == [[JANUARY[0]], [FEBRUARY[0]]]


def test_m1_a_free_line_is_rounded_by_the_host() -> None:
    line = only(
        price(
            [
                FreeLine(
                    description="Licence",
                    unit_price=Decimal("0.333333"),
                    quantity=Decimal(3),
                    vat=VAT_6,
                    period=Period(start=JANUARY[0], end=JANUARY[1]),
                    claims=(Claim.once("2026-01"),),
                    section="Extras",
                )
            ],
            facts(),
        )
    )
    assert (line.kind, line.quantity, line.unit, line.unit_price, line.net_minor) == (
        LineKind.FREE,
        Decimal(3),
        "C62",
        Decimal("0.333333"),
        100,
    )
    assert (line.vat, line.period, line.section, line.description) == (VAT_6, JANUARY, "Extras", "Licence")
    assert line.claims == (PricedClaim(kind=ClaimKind.ONCE, key=None, amount_minor=0, once_key="2026-01"),)


def test_m5_a_free_line_without_vat_takes_the_project_s() -> None:
    line = only(price([FreeLine(description="Licence", unit_price=Decimal(1), unit="MON")], facts()))
    assert (line.vat, line.unit, line.net_minor) == (VAT_21, "MON", 100)


def test_m1_amounts_have_the_decimals_of_the_currency() -> None:
    line = FreeLine(description="Licence", unit_price=Decimal("1.5"))
    assert only(price([line], facts(currency="JPY"))).net_minor == 2
    assert only(price([line], facts(currency="KWD"))).net_minor == 1500
    assert priced(time(1), facts([entry(1, 3600, 1500, 1500)], currency="KWD")) == [
        (LineKind.TIME, Decimal("1.000000"), "HUR", Decimal("1.500"), 1500)
    ]


def test_a_once_key_that_is_live_is_already_billed() -> None:
    line = FreeLine(description="Retainer", unit_price=Decimal(1), claims=(Claim.once("2026-01"),))
    with pytest.raises(Refusal, match=r"^'2026-01' is already invoiced on this project\.") as refused:
        price([line], facts(once=["2026-01"]))
    assert refused.value.code is ErrorCode.ALREADY_BILLED
    assert only(price([line], facts(once=["2026-02"]))).net_minor == 100
