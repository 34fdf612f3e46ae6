"""The five built-in sources say which lines an invoice would hold, and nothing more (R6, R7, R9, R10, R11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from tests.unit.facts import TODAY, VAT_6, VAT_21, snapshot

from billhook.domain.options import Portion
from billhook.domain.proposal import Claim, ClaimLine, FreeLine, Period, Refused
from billhook.domain.views import (
    DealId,
    DealView,
    ExternalCostId,
    ExternalCostView,
    ExtraCostId,
    ExtraCostView,
    Named,
    PhaseId,
    PhaseView,
    SubscriptionId,
    SubscriptionPeriod,
    SubscriptionView,
    TimeEntryId,
    TimeEntryView,
)
from billhook.sources import load_sources

if TYPE_CHECKING:
    from billhook.domain.views import SourceContext

SOURCES = load_sources(third_party=False, strict=True).installed
ADA, NOOR = Named(id="ada", name="Ada"), Named(id="noor", name="Noor")
DESIGN, BUILD = Named(id="design", name="Design"), Named(id="build", name="Build")
SKETCHES, SHOP = PhaseId("sketches"), PhaseId("shop")
FEB_1, MAR_1 = date(2026, 2, 1), date(2026, 3, 1)


def entry(key: str, day: date, phase: PhaseId | None, user: Named, work: tuple[Named | None, str] = (None, "")) -> TimeEntryView:
    return TimeEntryView(
        id=TimeEntryId(key),
        worked_on=day,
        seconds=3600,
        description=work[1],
        user=user,
        work_type=work[0],
        phase_id=phase,
        hourly_rate=Decimal(100),
        amount=Decimal(100),
    )


def extra(key: str, of: str, day: date, phase: PhaseId | None) -> ExtraCostView:
    return ExtraCostView(
        id=ExtraCostId(key),
        time_entry_id=TimeEntryId(of),
        worked_on=day,
        phase_id=phase,
        description=f"Article {key}",
        amount=Decimal(5),
        vat=VAT_21,
    )


def external(key: str, day: date, phase: PhaseId | None) -> ExternalCostView:
    return ExternalCostView(
        id=ExternalCostId(key), incurred_on=day, phase_id=phase, description=f"Cost {key}", amount=Decimal(7), vat=VAT_21
    )


def phase(key: PhaseId, price: int | None = None, billed: int = 0) -> PhaseView:
    fixed = None if price is None else Decimal(price)
    return PhaseView(id=key, title=key.title(), fixed_price=fixed, billed=Decimal(billed))


PROJECT = replace(
    snapshot(),
    time_entries=(
        entry("1", FEB_1, SHOP, ADA, (DESIGN, "Menu")),
        entry("2", FEB_1, None, NOOR, (BUILD, "")),
        entry("3", MAR_1, SHOP, NOOR),
    ),
    extra_costs=(extra("1", "1", FEB_1, SHOP), extra("2", "2", FEB_1, None)),
    external_costs=(external("1", MAR_1, SHOP), external("2", MAR_1, None)),
    phases=(phase(SKETCHES, 1000), phase(SHOP)),
)


def proposed(source: str, ctx: SourceContext, **options: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - any option
    """Return each line's section, description and claims as kind:id."""
    installed = SOURCES[source]
    lines = installed.source.propose(ctx, installed.options.model_validate(options)).lines
    return [(line.section, line.description, " ".join(f"{claim.kind}:{claim.id}" for claim in line.claims)) for line in lines]


def suggested(source: str, ctx: SourceContext) -> list[dict[str, object]]:
    """Return the suggested options, as far as they are no defaults."""
    return [options.model_dump(exclude_defaults=True) for options in SOURCES[source].source.example_options(ctx)]


# ---- timetracking


def test_r6_timetracking_bills_all_unbilled_time_and_its_extra_costs_and_nothing_else() -> None:
    assert proposed("timetracking", PROJECT) == [
        ("Shop", "2026-02-01 Ada: Menu", "time_entry:1"),
        ("", "2026-02-01 Noor: Build", "time_entry:2"),
        ("Shop", "2026-03-01 Noor: Work", "time_entry:3"),
        ("Shop", "Article 1", "extra_cost:1"),
        ("", "Article 2", "extra_cost:2"),
    ]


def test_m6_up_to_is_inclusive_and_bounds_time_and_extra_costs() -> None:
    february = [
        ("Shop", "2026-02-01 Ada: Menu", "time_entry:1"),
        ("", "2026-02-01 Noor: Build", "time_entry:2"),
        ("Shop", "Article 1", "extra_cost:1"),
        ("", "Article 2", "extra_cost:2"),
    ]
    assert proposed("timetracking", PROJECT, up_to=date(2026, 2, 28)) == february
    assert proposed("timetracking", PROJECT, up_to=FEB_1) == february
    assert proposed("timetracking", PROJECT, up_to=date(2026, 1, 31)) == []
    assert len(proposed("timetracking", PROJECT, up_to=MAR_1)) == 5


def test_r6_chosen_entries_are_billed_with_their_extra_costs() -> None:
    assert proposed("timetracking", PROJECT, entry_ids=["2"]) == [
        ("", "2026-02-01 Noor: Build", "time_entry:2"),
        ("", "Article 2", "extra_cost:2"),
    ]
    assert proposed("timetracking", PROJECT, entry_ids=[]) == []


@pytest.mark.parametrize(
    ("group_by", "lines"),
    [
        ("WORK_TYPE", [("Shop", "Design", "1"), ("", "Build", "2"), ("Shop", "Other work", "3")]),
        ("USER", [("Shop", "Ada", "1"), ("", "Noor", "2 3")]),
        ("PHASE", [("Shop", "Shop", "1 3"), ("", "Other work", "2")]),
    ],
)
def test_r6_time_is_grouped_by_work_type_user_or_phase(group_by: str, lines: list[tuple[str, str, str]]) -> None:
    found = proposed("timetracking", replace(PROJECT, extra_costs=()), group_by=group_by)
    assert [(section, text, claims.replace("time_entry:", "")) for section, text, claims in found] == lines


def test_r6_timetracking_is_suggested_while_there_is_time_or_an_extra_cost() -> None:
    assert suggested("timetracking", PROJECT) == [{}]
    assert suggested("timetracking", replace(PROJECT, time_entries=())) == [{}]
    assert suggested("timetracking", replace(PROJECT, time_entries=(), extra_costs=())) == []


# ---- phase


def test_r7_phase_bills_all_phases_and_what_has_no_phase() -> None:
    assert proposed("phase", PROJECT) == [
        ("Sketches", "Sketches: fixed price", "phase:sketches"),
        ("Shop", "Shop", "time_entry:1 time_entry:3"),
        ("Shop", "Article 1", "extra_cost:1"),
        ("Shop", "Cost 1", "external_cost:1"),
        ("", "Other work", "time_entry:2"),
        ("", "Article 2", "extra_cost:2"),
        ("", "Cost 2", "external_cost:2"),
    ]


def test_r7_chosen_phases_are_billed_without_what_has_no_phase_unless_asked_for() -> None:
    chosen = [{"phase_id": "sketches"}]
    price = ("Sketches", "Sketches: fixed price", "phase:sketches")
    assert proposed("phase", PROJECT, phases=chosen) == [price]
    assert [claims for _, _, claims in proposed("phase", PROJECT, phases=chosen, without_phase=True)] == [
        "phase:sketches",
        "time_entry:2",
        "extra_cost:2",
        "external_cost:2",
    ]
    assert len(proposed("phase", PROJECT, without_phase=False)) == 4


def test_r7_an_empty_list_bills_no_phase() -> None:
    assert proposed("phase", PROJECT, phases=[]) == []
    assert len(proposed("phase", PROJECT, phases=[], without_phase=True)) == 3


def test_m6_up_to_bounds_time_and_costs_but_not_fixed_prices() -> None:
    assert [claims for _, _, claims in proposed("phase", PROJECT, up_to=date(2026, 2, 28))] == [
        "phase:sketches",
        "time_entry:1",
        "extra_cost:1",
        "time_entry:2",
        "extra_cost:2",
    ]
    assert [claims for _, _, claims in proposed("phase", PROJECT, up_to=date(2026, 1, 31))] == ["phase:sketches"]


def of_price(billed: int, portion: dict[str, object] | None) -> list[tuple[str, Portion | None]]:
    ctx = replace(snapshot(), phases=(phase(SKETCHES, 1000, billed),))
    installed = SOURCES["phase"]
    options = installed.options.model_validate({"phases": [{"phase_id": "sketches", "portion": portion}]})
    return [(line.description, line.claims[0].portion) for line in installed.source.propose(ctx, options).lines]


def test_r7_a_fixed_price_gives_what_is_left_or_the_asked_part() -> None:
    assert of_price(0, None) == [("Sketches: fixed price", None)]
    assert of_price(300, None) == [("Sketches: part of the fixed price", None)]
    assert of_price(1000, None) == []
    thirty = Portion(percentage=Decimal("30.0"))
    assert of_price(0, {"percentage": "30.0"}) == [("Sketches: 30 % of the fixed price", thirty)]
    assert of_price(0, {"percentage": "100"}) == [("Sketches: 100 % of the fixed price", Portion(percentage=Decimal(100)))]
    assert of_price(1000, {"amount": "5"}) == [("Sketches: part of the fixed price", Portion(amount=Decimal(5)))]


def test_r7_a_portion_of_a_phase_without_a_fixed_price_is_refused_with_its_path() -> None:
    with pytest.raises(Refused, match=r"^Only a fixed-price phase is billed in portions") as refused:
        proposed("phase", PROJECT, phases=[{"phase_id": "sketches"}, {"phase_id": "shop", "portion": {"percentage": 10}}])
    assert refused.value.path == ("phases", 1, "portion")


def test_r7_a_phase_chosen_twice_is_refused_with_its_path() -> None:
    with pytest.raises(Refused, match=r"^This phase is chosen twice") as refused:
        proposed("phase", PROJECT, phases=[{"phase_id": "shop"}, {"phase_id": "shop"}])
    assert refused.value.path == ("phases", 1, "phase_id")


@pytest.mark.parametrize(
    ("group_by", "shop"),
    [
        ("PHASE", [("Shop", "1 3")]),
        ("WORK_TYPE", [("Design", "1"), ("Other work", "3")]),
        ("USER", [("Ada", "1"), ("Noor", "3")]),
        ("ENTRY", [("2026-02-01 Ada: Menu", "1"), ("2026-03-01 Noor: Work", "3")]),
    ],
)
def test_r7_time_is_grouped_within_its_phase(group_by: str, shop: list[tuple[str, str]]) -> None:
    ctx = replace(PROJECT, extra_costs=(), external_costs=())
    found = proposed("phase", ctx, group_by=group_by, phases=[{"phase_id": "shop"}])
    assert [(section, text, claims.replace("time_entry:", "")) for section, text, claims in found] == [("Shop", *line) for line in shop]


def test_r7_phase_is_suggested_while_anything_is_left() -> None:
    bare = replace(PROJECT, time_entries=(), extra_costs=(), external_costs=())
    assert suggested("phase", PROJECT) == [{}]
    assert suggested("phase", bare) == [{}]
    assert suggested("phase", replace(bare, phases=(phase(SKETCHES, 1000, 1000), phase(SHOP)))) == []


# ---- manual


def test_r9_manual_bills_free_lines_as_they_are_given() -> None:
    installed = SOURCES["manual"]
    given = {"description": "Licence", "quantity": "2.5", "unit": "MON", "unitPrice": "0.01", "vat": VAT_6, "section": "Extras"}
    options = installed.options.model_validate({"lines": [given, {"description": "Advance", "unit_price": 400}]})
    assert installed.source.propose(PROJECT, options).lines == (
        FreeLine(description="Licence", quantity=Decimal("2.5"), unit="MON", unit_price=Decimal("0.01"), vat=VAT_6, section="Extras"),
        FreeLine(description="Advance", unit_price=Decimal(400)),
    )


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"description": "x", "unitPrice": "-0.01"}],
        [{"description": "x", "unitPrice": 1, "quantity": 0}],
        [{"description": "", "unitPrice": 1}],
        [{"description": "x", "unitPrice": "NaN"}],
        [{"description": "x", "unitPrice": 10**12}],
    ],
    ids=str,
)
def test_r9_there_is_at_least_one_line_and_no_negative_one(lines: list[object]) -> None:
    with pytest.raises(ValidationError):
        SOURCES["manual"].options.model_validate({"lines": lines})


@pytest.mark.parametrize(("unbilled", "open_advance", "price"), [("150", "100", "50"), ("100", "100", "100"), ("0", "0", "100")])
def test_manual_suggests_what_is_unbilled_and_not_advanced_or_a_round_amount(unbilled: str, open_advance: str, price: str) -> None:
    ctx = replace(snapshot(), unbilled=Decimal(unbilled), open_advance=Decimal(open_advance))
    assert suggested("manual", ctx) == [{"lines": ({"description": "Advance on Website", "unit_price": Decimal(price)},)}]


# ---- deal


def deal(billed: int) -> SourceContext:
    return replace(snapshot(), deals=(DealView(id=DealId("d"), title="Shop", value=Decimal(100), billed=Decimal(billed)),))


@pytest.mark.parametrize(
    ("billed", "portion", "text"),
    [
        (0, None, "Shop"),
        (99, None, "Shop"),
        (0, Portion(percentage=Decimal("33.3300")), "Shop: 33.33 %"),
        (0, Portion(percentage=Decimal(100)), "Shop: 100 %"),
        (0, Portion(amount=Decimal(5)), "Shop: advance"),
        (100, Portion(amount=Decimal(5)), "Shop: advance"),
    ],
    ids=str,
)
def test_r10_a_deal_is_one_line_with_the_asked_portion(billed: int, portion: Portion | None, text: str) -> None:
    installed = SOURCES["deal"]
    lines = installed.source.propose(deal(billed), installed.options.model_validate({"dealId": "d", "portion": portion})).lines
    assert lines == (ClaimLine(description=text, claims=(Claim("deal", "d", portion),)),)


def test_r10_nothing_is_proposed_of_a_deal_that_is_billed() -> None:
    assert proposed("deal", deal(100), deal_id="d") == []
    assert suggested("deal", deal(100)) == []
    assert suggested("deal", deal(99)) == [{"deal_id": "d"}]


# ---- subscription


def subscription(*starts: date) -> SourceContext:
    key = SubscriptionId("s")
    due = tuple(
        SubscriptionPeriod(subscription_id=key, period=Period(start=start, end=start.replace(day=28)), amount=Decimal(9))
        for start in starts
    )
    return replace(snapshot(), subscriptions=(SubscriptionView(id=key, title="Hosting", due=due),))


def test_r11_the_oldest_due_period_is_billed_one_an_invoice() -> None:
    ctx = subscription(FEB_1, MAR_1)
    february = ("", "Hosting: 2026-02-01 to 2026-02-28", "subscription_period:s/2026-02-01")
    assert proposed("subscription", ctx, subscription_id="s") == [february]
    assert suggested("subscription", ctx) == [{"subscription_id": "s", "period_start": FEB_1}]


def test_r11_a_period_is_billed_by_its_start() -> None:
    march = ("", "Hosting: 2026-03-01 to 2026-03-28", "subscription_period:s/2026-03-01")
    assert proposed("subscription", subscription(FEB_1, MAR_1), subscription_id="s", period_start=MAR_1) == [march]


def test_r11_a_start_of_no_due_period_is_refused_and_nothing_due_is_nothing_to_bill() -> None:
    with pytest.raises(Refused, match=r"^No period of this subscription that is due starts on 2026-03-31\.") as refused:
        proposed("subscription", subscription(FEB_1), subscription_id="s", period_start=TODAY)
    assert refused.value.path == ("period_start",)
    assert proposed("subscription", subscription(), subscription_id="s") == []
    assert suggested("subscription", subscription()) == []


def test_every_suggestion_of_a_built_in_source_can_be_proposed() -> None:
    ctx = replace(PROJECT, deals=deal(0).deals, subscriptions=subscription(FEB_1).subscriptions)
    for installed in SOURCES.values():
        examples = list(installed.source.example_options(ctx))
        assert [len(installed.source.propose(ctx, options).lines) > 0 for options in examples] == [True]
