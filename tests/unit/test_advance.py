"""Which advances an invoice takes off, in which order, and how much of them at most (R8, R14)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.facts import VAT_0, VAT_6, VAT_21

from billhook.domain.advance import AdvancesChoice, OpenAdvance, lowered, of_other_vat, settle
from billhook.domain.words import AdvancesMode

if TYPE_CHECKING:
    from billhook.domain.options import Vat

AUTO = AdvancesChoice()
NONE = AdvancesChoice(mode=AdvancesMode.NONE)


def booked(key: int, open_minor: int, vat: Vat = VAT_0, issued_on: date = date(2026, 1, 1)) -> OpenAdvance:
    return OpenAdvance(key=key, vat=vat, open_minor=open_minor, booked=True, issued_on=issued_on, number=f"2026-{key}", line_key=key)


def draft(key: int, open_minor: int, vat: Vat = VAT_0, issued_on: date | None = None) -> OpenAdvance:
    return OpenAdvance(key=key, vat=vat, open_minor=open_minor, booked=False, issued_on=issued_on, number=None, line_key=key)


def net(*groups: tuple[Vat, int]) -> dict[Vat, int]:
    """Return the net of each VAT group of an invoice."""
    return dict(groups)


def up_to(minor: int) -> AdvancesChoice:
    return AdvancesChoice(mode=AdvancesMode.UP_TO, up_to_minor=minor)


def settled(work: dict[Vat, int], advances: list[OpenAdvance], choice: AdvancesChoice = AUTO) -> list[tuple[int, int]]:
    return [(one.advance.key, one.amount_minor) for one in settle(work, advances, choice)]


@pytest.mark.parametrize(
    ("open_minor", "work", "applied"),
    [(500_000, 200_000, 200_000), (10000, 30000, 10000), (10000, 9999, 9999), (10000, 10000, 10000), (10000, 10001, 10000)],
)
def test_r8_an_advance_is_taken_off_as_far_as_it_is_open_and_there_is_work(open_minor: int, work: int, applied: int) -> None:
    assert settled(net((VAT_0, work)), [booked(1, open_minor)]) == [(1, applied)]


def test_s03_an_advance_of_400_covers_eight_weeks_of_50() -> None:
    open_minor, payable = 40000, []
    for _ in range(9):
        applied = sum(amount for _, amount in settled(net((VAT_0, 5000)), [booked(1, open_minor)]))
        open_minor -= applied
        payable.append(5000 - applied)
    assert payable == [0, 0, 0, 0, 0, 0, 0, 0, 5000]
    assert open_minor == 0


def test_s05_each_advance_gives_an_application_of_its_own() -> None:
    assert settled(net((VAT_0, 6000)), [booked(1, 3000), booked(2, 5000)]) == [(1, 3000), (2, 3000)]


def test_r8_an_application_never_exceeds_the_net_of_its_vat_group() -> None:
    assert settled(net((VAT_21, 5000), (VAT_6, 30000)), [booked(1, 20000, VAT_21)]) == [(1, 5000)]
    assert settled(net((VAT_21, 5000), (VAT_6, 3000)), [booked(1, 20000, VAT_6), booked(1, 20000, VAT_21)]) == [(1, 3000), (1, 5000)]


def test_s24_an_advance_of_another_vat_rate_stays_open_until_there_is_work_at_its_own() -> None:
    advance = [booked(1, 20000, VAT_21)]
    assert settled(net((VAT_6, 30000)), advance) == []
    assert of_other_vat(net((VAT_6, 30000)), advance) == 20000
    assert settled(net((VAT_6, 30000), (VAT_21, 10000)), advance) == [(1, 10000)]
    assert of_other_vat(net((VAT_6, 30000), (VAT_21, 10000)), advance) == 0


@pytest.mark.parametrize("amount", [0, -1, -5000])
def test_r8_nothing_is_applied_where_the_net_of_a_group_is_not_positive(amount: int) -> None:
    assert settled(net((VAT_21, amount), (VAT_6, 100)), [booked(1, 20000, VAT_21)]) == []


def test_r8_booked_advances_come_by_issue_date_then_creation_and_drafts_last() -> None:
    advances = [
        draft(1, 100, issued_on=date(2025, 1, 1)),
        booked(5, 100, issued_on=date(2026, 2, 1)),
        draft(2, 100),
        booked(4, 100, issued_on=date(2026, 1, 1)),
        booked(3, 100, issued_on=date(2026, 2, 1)),
    ]
    assert settled(net((VAT_0, 1000)), advances) == [(4, 100), (3, 100), (5, 100), (1, 100), (2, 100)]


def test_r8_within_one_advance_by_vat_category_and_rate() -> None:
    advances = [booked(1, 100, VAT_0), booked(1, 100, VAT_21), booked(1, 100, VAT_6)]
    applications = settle(net((VAT_0, 100), (VAT_6, 100), (VAT_21, 100)), advances, AUTO)
    assert [one.advance.vat for one in applications] == [VAT_6, VAT_21, VAT_0]


def test_r8_none_takes_nothing_off() -> None:
    assert settled(net((VAT_0, 1000)), [booked(1, 500)], NONE) == []


@pytest.mark.parametrize(
    ("ceiling", "applied"),
    [
        (0, []),
        (1, [(1, 1)]),
        (3000, [(1, 3000)]),
        (3001, [(1, 3000), (2, 1)]),
        (6000, [(1, 3000), (2, 3000)]),
        (6001, [(1, 3000), (2, 3000)]),
    ],
)
def test_r8_up_to_is_a_ceiling_over_all_advances(ceiling: int, applied: list[tuple[int, int]]) -> None:
    assert settled(net((VAT_0, 6000)), [booked(1, 3000), booked(2, 5000)], up_to(ceiling)) == applied


def test_r8_an_advance_that_does_not_fit_uses_up_none_of_the_ceiling() -> None:
    assert settled(net((VAT_6, 1000)), [booked(1, 700, VAT_21), booked(2, 700, VAT_6)], up_to(700)) == [(2, 700)]


def test_r14_when_the_cap_falls_settlement_falls_newest_advance_first() -> None:
    applied = [(booked(1, 0), 3000), (booked(2, 0), 3000)]
    assert [amount for _, amount in lowered(applied, net((VAT_0, 6000)), None)] == [3000, 3000]
    assert [amount for _, amount in lowered(applied, net((VAT_0, 5999)), None)] == [3000, 2999]
    assert [amount for _, amount in lowered(applied, net((VAT_0, 3000)), None)] == [3000, 0]
    assert [amount for _, amount in lowered(applied, net((VAT_0, 2999)), None)] == [2999, 0]
    assert [amount for _, amount in lowered(applied, net((VAT_0, -1)), None)] == [0, 0]
    assert [amount for _, amount in lowered(applied, {}, None)] == [0, 0]


def test_r14_a_change_never_raises_settlement() -> None:
    applied = [(booked(1, 90000), 3000)]
    assert lowered(applied, net((VAT_0, 90000)), 90000) == applied
    assert [amount for _, amount in lowered(applied, net((VAT_0, 90000)), 2999)] == [2999]
    assert [amount for _, amount in lowered(applied, net((VAT_0, 90000)), 0)] == [0]


def test_r14_the_newest_advance_is_the_last_in_the_order_of_application() -> None:
    applied = [(draft(9, 0), 100), (booked(2, 0, issued_on=date(2026, 3, 1)), 100), (booked(3, 0, issued_on=date(2026, 1, 1)), 100)]
    assert [(advance.key, amount) for advance, amount in lowered(applied, net((VAT_0, 150)), None)] == [(3, 100), (2, 50), (9, 0)]


vats = st.sampled_from([VAT_0, VAT_6, VAT_21])
works = st.dictionaries(vats, st.integers(-1000, 5000), max_size=3)
advances_of = st.lists(
    st.builds(booked, st.integers(1, 9), st.integers(0, 3000), vats, st.dates(date(2026, 1, 1), date(2026, 1, 5))),
    max_size=6,
    unique_by=lambda advance: (advance.key, advance.vat.category, advance.vat.rate),
)
choices = st.one_of(st.just(AUTO), st.just(NONE), st.builds(up_to, st.integers(0, 5000)))


@given(works, advances_of, choices)
@settings(max_examples=80)
def test_g2_nothing_is_applied_beyond_what_is_open_the_net_of_its_group_or_the_ceiling(
    work: dict[Vat, int], advances: list[OpenAdvance], choice: AdvancesChoice
) -> None:
    applications = settle(work, advances, choice)
    assert all(0 < one.amount_minor <= one.advance.open_minor for one in applications)
    for vat in (VAT_0, VAT_6, VAT_21):
        assert sum(one.amount_minor for one in applications if one.advance.vat == vat) <= max(work.get(vat, 0), 0)
    total = sum(one.amount_minor for one in applications)
    fitting = sum(
        min(max(work.get(vat, 0), 0), sum(one.open_minor for one in advances if one.vat == vat)) for vat in (VAT_0, VAT_6, VAT_21)
    )
    ceiling = {AdvancesMode.AUTO: fitting, AdvancesMode.NONE: 0, AdvancesMode.UP_TO: choice.up_to_minor}[choice.mode]
    assert ceiling is not None
    assert total == min(fitting, ceiling)


@given(works, advances_of, choices, works)
@settings(max_examples=60)
def test_r14_what_is_lowered_fits_the_new_caps_and_rises_nowhere(
    work: dict[Vat, int], advances: list[OpenAdvance], choice: AdvancesChoice, caps: dict[Vat, int]
) -> None:
    applied = [(one.advance, one.amount_minor) for one in settle(work, advances, choice)]
    before = {(advance.key, advance.vat): amount for advance, amount in applied}
    kept = lowered(applied, caps, None)
    assert len(kept) == len(applied)
    assert all(0 <= amount <= before[advance.key, advance.vat] for advance, amount in kept)
    for vat in (VAT_0, VAT_6, VAT_21):
        stays = sum(amount for advance, amount in kept if advance.vat == vat)
        assert stays == min(max(caps.get(vat, 0), 0), sum(amount for advance, amount in applied if advance.vat == vat))
