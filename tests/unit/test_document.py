"""A document adds up: work minus advances is net, VAT is rounded once per group on this document (M1, M5)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.facts import VAT_0, VAT_6, VAT_21

from billhook.domain.document import EXEMPTION_REASONS, Line, Totals, total, total_of, vat_order
from billhook.domain.options import Vat, VatCategory
from billhook.domain.preview import VatRow
from billhook.domain.words import LineKind


def standard(rate: str) -> Vat:
    return Vat(category=VatCategory.S, rate=Decimal(rate))


def work(net_minor: int, vat: Vat) -> tuple[LineKind, int, Vat]:
    return LineKind.TIME, net_minor, vat


def settlement(amount_minor: int, vat: Vat) -> tuple[LineKind, int, Vat]:
    return LineKind.SETTLEMENT, -amount_minor, vat


def test_s16_vat_is_rounded_once_on_the_net_of_its_group() -> None:
    vat = standard("19")
    assert total([work(29327, vat), work(8400, vat), work(11111, vat)]) == Totals(
        work_minor=48838,
        advances_applied_minor=0,
        net_minor=48838,
        vat_minor=9279,
        total_minor=58117,
        vat_rows=(VatRow(vat=vat, net_minor=48838, tax_minor=9279),),
    )


def test_s04_an_advance_is_taken_off_before_vat() -> None:
    vat = standard("20")
    totals = total([work(10000, vat), settlement(5000, vat)])
    assert (totals.work_minor, totals.advances_applied_minor, totals.net_minor) == (10000, 5000, 5000)
    assert (totals.vat_minor, totals.total_minor) == (1000, 6000)


def test_s13_work_of_100_minus_43_48_at_15_percent_is_56_52_plus_8_48() -> None:
    vat = standard("15")
    totals = total([work(10000, vat), settlement(4348, vat)])
    assert (totals.net_minor, totals.vat_minor, totals.total_minor) == (5652, 848, 6500)


def test_s09_header_vat_is_the_sum_of_the_groups() -> None:
    totals = total([work(10000, standard("25")), work(20000, standard("10")), work(10000, VAT_0)])
    assert totals.vat_rows == (
        VatRow(vat=standard("10"), net_minor=20000, tax_minor=2000),
        VatRow(vat=standard("25"), net_minor=10000, tax_minor=2500),
        VatRow(vat=VAT_0, net_minor=10000, tax_minor=0),
    )
    assert (totals.net_minor, totals.vat_minor, totals.total_minor) == (40000, 4500, 44500)


def test_the_worked_example_leaves_1_67_plus_0_35() -> None:
    totals = total([work(40167, VAT_21), settlement(40000, VAT_21)])
    assert (totals.work_minor, totals.advances_applied_minor) == (40167, 40000)
    assert (totals.net_minor, totals.vat_minor, totals.total_minor) == (167, 35, 202)


def test_r8_a_document_of_net_0_00_is_valid_and_keeps_its_vat_group() -> None:
    totals = total([work(10000, VAT_21), settlement(10000, VAT_21)])
    assert totals.vat_rows == (VatRow(vat=VAT_21, net_minor=0, tax_minor=0),)
    assert (totals.net_minor, totals.total_minor) == (0, 0)


def test_m5_rates_that_are_written_differently_are_one_group() -> None:
    totals = total([work(1, standard("21")), work(1, standard("21.00"))])
    assert totals.vat_rows == (VatRow(vat=VAT_21, net_minor=2, tax_minor=0),)


def test_m5_a_group_is_a_category_and_a_rate() -> None:
    exempt = Vat(category=VatCategory.E, rate=Decimal(0))
    totals = total([work(100, VAT_0), work(100, exempt), work(100, VAT_21), work(100, VAT_6)])
    assert [row.vat for row in totals.vat_rows] == [exempt, VAT_6, VAT_21, VAT_0]
    assert [vat_order(vat) for vat in (exempt, VAT_6)] == [("E", Decimal(0)), ("S", Decimal(6))]


def test_a_document_without_lines_adds_up_to_nothing() -> None:
    assert total([]) == Totals(work_minor=0, advances_applied_minor=0, net_minor=0, vat_minor=0, total_minor=0, vat_rows=())


def test_the_lines_of_a_document_add_up_as_their_figures_do() -> None:
    time = Line(kind=LineKind.TIME, description="Work", quantity=Decimal(1), unit_price=Decimal(100), net_minor=10000, vat=VAT_21)
    settled = Line(
        kind=LineKind.SETTLEMENT, description="Advance", quantity=Decimal(-1), unit_price=Decimal(40), net_minor=-4000, vat=VAT_21
    )
    assert total_of([time, settled]) == total([work(10000, VAT_21), settlement(4000, VAT_21)])


def test_every_category_without_vat_but_zero_rated_has_a_reason() -> None:
    assert set(VatCategory) - EXEMPTION_REASONS.keys() == {VatCategory.S, VatCategory.Z}


rates = st.decimals(0, 100, places=6).map(lambda rate: Vat(category=VatCategory.S, rate=rate))


@given(st.lists(st.tuples(st.sampled_from(LineKind), st.integers(-(10**9), 10**9), rates), max_size=12))
@settings(max_examples=60)
def test_m5_vat_is_round_half_up_of_rate_times_net_per_group(lines: list[tuple[LineKind, int, Vat]]) -> None:
    totals = total(lines)
    assert totals.net_minor == totals.work_minor - totals.advances_applied_minor == sum(net for _, net, _ in lines)
    assert totals.advances_applied_minor == -sum(net for kind, net, _ in lines if kind is LineKind.SETTLEMENT)
    for row in totals.vat_rows:
        assert row.net_minor == sum(net for _, net, vat in lines if vat == row.vat)
        assert row.tax_minor == int((row.vat.rate * row.net_minor / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert totals.vat_minor == sum(row.tax_minor for row in totals.vat_rows)
    assert totals.total_minor == totals.net_minor + totals.vat_minor
