"""The sources in examples/ propose what their READMEs say, whatever the project and the options."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from tests.unit.facts import TODAY, VAT_0, VAT_6, VAT_21, facts, item, part, snapshot

from billhook.domain.guard import examine
from billhook.domain.proposal import Claim, ClaimLine, FreeLine, Period, Refused
from billhook.domain.source import Effect
from billhook.domain.views import ExternalCostId, ExternalCostView, PhaseId, PhaseView
from billhook.domain.words import ClaimKind
from billhook_expenses import MOST_COSTS, Expenses, ExpensesOptions
from billhook_retainer import Retainer, RetainerOptions

if TYPE_CHECKING:
    from billhook.domain.options import Vat
    from billhook.domain.views import SourceContext

MAX_LINES = 10_000
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/billhook_*.py"))
WEB, PRINT = PhaseId("web"), PhaseId("print")


def cost(key: int, amount: str, vat: Vat = VAT_21, day: date = TODAY, phase: PhaseId | None = None) -> ExternalCostView:
    return ExternalCostView(
        id=ExternalCostId(str(key)), incurred_on=day, phase_id=phase, description=f"Cost {key}", amount=Decimal(amount), vat=vat
    )


def project(*costs: ExternalCostView, phases: tuple[PhaseView, ...] = ()) -> SourceContext:
    return replace(snapshot(), external_costs=costs, phases=phases)


def proposed(ctx: SourceContext, options: ExpensesOptions, currency: str = "EUR") -> list[str]:
    """Each line as section, text and what it bills or comes to, after the guard took it."""
    items = [item(ClaimKind.EXTERNAL_COST, int(each.id), part(int(each.amount * 100), each.vat)) for each in ctx.external_costs]
    proposal = Expenses().propose(ctx, options)
    lines = examine(proposal, Effect.CLEARS_UNBILLED_TIME, facts(items, currency=currency), MAX_LINES)
    return [" | ".join((line.section, line.description, worth(line))) for line in lines]


def worth(line: ClaimLine | FreeLine) -> str:
    if isinstance(line, ClaimLine):
        return " ".join(claim.id for claim in line.claims)
    assert line.vat is not None
    return f"{line.quantity} x {line.unit_price} at {line.vat.rate}"


def refused(ctx: SourceContext, options: ExpensesOptions) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(Refused) as caught:
        Expenses().propose(ctx, options)
    return caught.value.message, caught.value.path


@pytest.mark.parametrize("module", EXAMPLES, ids=lambda module: module.stem)
def test_an_example_imports_the_top_of_billhook_pydantic_and_the_standard_library(module: Path) -> None:
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names} == {"billhook", "pydantic"}


def test_both_examples_are_looked_at() -> None:
    assert [module.stem for module in EXAMPLES] == ["billhook_expenses", "billhook_retainer"]


# ---- retainer


@pytest.mark.parametrize(
    ("day", "key", "start", "end"),
    [
        (date(2026, 3, 10), "2026-03", date(2026, 3, 1), date(2026, 3, 31)),
        (date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (date(2025, 12, 31), "2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        (date.max, "9999-12", date(9999, 12, 1), date.max),
    ],
)
def test_a_retainer_is_one_line_of_its_month_with_the_month_as_its_key(day: date, key: str, start: date, end: date) -> None:
    proposal = Retainer().propose(snapshot(), RetainerOptions(month=day, fee=Decimal("99.5")))
    assert examine(proposal, Effect.REGISTERS_ADVANCE_CREDIT, facts(), MAX_LINES) == (
        FreeLine(
            description=f"Retainer {key}",
            unit_price=Decimal("99.5"),
            period=Period(start=start, end=end),
            claims=(Claim("once", key),),
        ),
    )


@pytest.mark.parametrize(
    ("once", "month"),
    [
        (set(), "2026-03-31"),
        ({"2026-02", "2026-04"}, "2026-03-31"),
        ({"2026-03"}, "2026-04-01"),
        ({"2026-03", "2026-04", "2026-06"}, "2026-05-02"),
        ({f"2026-{month:02}" for month in range(3, 13)} | {"2027-01"}, "2027-02-01"),
    ],
)
def test_a_retainer_is_suggested_for_the_first_month_from_now_that_is_not_invoiced(once: set[str], month: str) -> None:
    [suggested] = Retainer().example_options(replace(snapshot(), once=frozenset(once)))
    assert (str(suggested.month), suggested.fee) == (month, Decimal(500))


@pytest.mark.parametrize("fee", ["0", "-1", "0.00001", "1000000000", "NaN", "Infinity"])
def test_a_fee_is_above_zero_and_bounded(fee: str) -> None:
    with pytest.raises(ValidationError):
        RetainerOptions(month=TODAY, fee=Decimal(fee))


# ---- expenses


def test_each_cost_has_a_line_and_each_vat_rate_one_of_markup() -> None:
    ctx = project(cost(1, "23.31", VAT_6), cost(2, "100"), cost(3, "0"), cost(4, "9.99"), cost(5, "0", VAT_0))
    assert proposed(ctx, ExpensesOptions()) == [
        " | Cost 1 | 1",
        " | Cost 2 | 2",
        " | Cost 3 | 3",
        " | Cost 4 | 4",
        " | Cost 5 | 5",
        " | Markup of 10 % | 0.1 x 23.31 at 6",
        " | Markup of 10 % | 0.1 x 109.99 at 21",
    ]


def test_where_there_are_phases_costs_stand_below_theirs() -> None:
    phases = tuple(PhaseView(id=key, title=key.title(), fixed_price=None, billed=Decimal(0)) for key in (WEB, PRINT))
    ctx = project(cost(1, "1", phase=PRINT), cost(2, "2"), cost(3, "3", phase=WEB), cost(4, "4", phase=PRINT), phases=phases)
    assert proposed(ctx, ExpensesOptions(markup=Decimal("2.50"))) == [
        "Web | Cost 3 | 3",
        "Print | Cost 1 | 1",
        "Print | Cost 4 | 4",
        "Other costs | Cost 2 | 2",
        "Markup | Markup of 2.5 % | 0.025 x 10 at 21",
    ]


@pytest.mark.parametrize(
    ("markup", "amount", "line"),
    [
        ("0", "100", None),
        ("0.000", "100", None),
        ("10", "0", None),
        ("100", "0.01", "1 x 0.01"),
        ("33.3333", "1.2345", "0.333333 x 1.2345"),
        ("0.0001", "999999999999.99", "0.000001 x 999999999999.99"),
    ],
)
def test_no_markup_is_too_precise_for_the_host_and_none_is_of_nothing(markup: str, amount: str, line: str | None) -> None:
    lines = proposed(project(cost(1, amount)), ExpensesOptions(markup=Decimal(markup)), "CLF" if "2345" in amount else "EUR")
    markups = [] if line is None else [f" | Markup of {Decimal(markup).normalize():f} % | {line} at 21"]
    assert lines == [" | Cost 1 | 1", *markups]


@pytest.mark.parametrize("markup", ["-0.01", "100.0001", "1.00001", "NaN"])
def test_a_markup_is_bounded(markup: str) -> None:
    with pytest.raises(ValidationError):
        ExpensesOptions(markup=Decimal(markup))


def test_a_markup_on_more_than_a_line_can_hold_is_refused() -> None:
    ctx = project(cost(1, "999999999999.99"), cost(2, "0.01"))
    message = "These costs are too much for one line of markup. Bill fewer at a time, or without a markup."
    assert refused(ctx, ExpensesOptions()) == (message, ("markup",))
    assert len(proposed(ctx, ExpensesOptions(markup=Decimal(0)))) == 2
    assert len(proposed(ctx, ExpensesOptions(cost_ids=(ExternalCostId("1"),)))) == 2


def test_costs_are_chosen_by_day_and_by_id() -> None:
    yesterday = TODAY - timedelta(days=1)
    ctx = project(cost(1, "1", day=yesterday - timedelta(days=1)), cost(2, "2", day=yesterday), cost(3, "3"))
    one, two, three = (each.id for each in ctx.external_costs)
    none = Decimal(0)
    assert proposed(ctx, ExpensesOptions(up_to=yesterday, markup=none)) == [" | Cost 1 | 1", " | Cost 2 | 2"]
    assert proposed(ctx, ExpensesOptions(up_to=yesterday - timedelta(days=2), markup=none)) == []
    assert proposed(ctx, ExpensesOptions(cost_ids=(three, one), markup=none)) == [" | Cost 3 | 3", " | Cost 1 | 1"]
    assert proposed(ctx, ExpensesOptions(cost_ids=())) == []
    assert proposed(ctx, ExpensesOptions(cost_ids=(two,), up_to=yesterday, markup=none)) == [" | Cost 2 | 2"]
    message = "This cost is of 2026-03-31, later than 2026-03-30. Leave it out, or take a later day."
    assert refused(ctx, ExpensesOptions(cost_ids=(two, three), up_to=yesterday)) == (message, ("cost_ids", 1))
    assert refused(ctx, ExpensesOptions(cost_ids=(two, one, two))) == ("This cost is chosen twice; choose it once.", ("cost_ids", 2))


def test_of_thousands_of_costs_the_oldest_are_suggested() -> None:
    ctx = project(*(cost(key, "1") for key in range(3 * MOST_COSTS)))
    message = "These are 1500 costs; an invoice holds 500. Take an earlier day, or choose by costIds."
    assert refused(ctx, ExpensesOptions()) == (message, ("up_to",))
    [suggested] = Expenses().example_options(ctx)
    assert suggested.cost_ids == tuple(each.id for each in ctx.external_costs[:MOST_COSTS])
    assert len(proposed(ctx, suggested)) == MOST_COSTS + 1
    with pytest.raises(ValidationError):
        ExpensesOptions(cost_ids=tuple(each.id for each in ctx.external_costs[: MOST_COSTS + 1]))


def test_as_many_costs_as_an_invoice_holds_are_billed_at_once() -> None:
    ctx = project(*(cost(key, "1") for key in range(MOST_COSTS)))
    assert list(Expenses().example_options(ctx)) == [ExpensesOptions()]
    assert len(proposed(ctx, ExpensesOptions())) == MOST_COSTS + 1
    assert list(Expenses().example_options(project())) == []
