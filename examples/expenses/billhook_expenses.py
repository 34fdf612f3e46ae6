"""Bills the external costs of a project with a markup, and nothing else: its time and its advances stay as they are."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from billhook import (
    ClaimLine,
    Effect,
    ExternalCostId,
    ExternalCostView,
    FreeLine,
    InvoiceSource,
    PhaseId,
    Proposal,
    Refused,
    SourceContext,
    SourceOptions,
    Vat,
    hookimpl,
)

MOST_COSTS = 500
"""On one invoice: more than anybody reads, and far fewer lines than billhook takes unless it is told otherwise."""
TOO_LARGE = Decimal(10) ** 12
"""The unit price of a line is below this."""


class ExpensesOptions(SourceOptions):
    """Which external costs to bill, and what to add to them."""

    up_to: date | None = Field(default=None, description="Only costs up to and including this day.")
    cost_ids: Annotated[tuple[ExternalCostId, ...], Field(max_length=MOST_COSTS)] | None = Field(
        default=None, description="Only these external costs."
    )
    markup: Decimal = Field(default=Decimal(10), ge=0, le=100, decimal_places=4, description='Percent to add: "12.5". 0 adds no line.')


class Expenses(InvoiceSource[ExpensesOptions]):
    """A line per cost, below the phase that it is of, and a line of markup per VAT category and rate."""

    name = "expenses"
    label = "External costs with a markup"
    description = "Bills external costs and a percentage on top of them; leaves time and open advances alone."
    effect = Effect.CLEARS_UNBILLED_TIME

    def propose(self, ctx: SourceContext, options: ExpensesOptions) -> Proposal:
        sections: dict[PhaseId | None, str] = {phase.id: phase.title for phase in ctx.phases}
        sections[None] = "Other costs" if ctx.phases else ""
        places = {phase_id: place for place, phase_id in enumerate(sections)}
        costs = sorted(_chosen(ctx, options), key=lambda cost: places[cost.phase_id])
        lines = (ClaimLine(description=cost.description, claims=(cost.claim,), section=sections[cost.phase_id]) for cost in costs)
        return Proposal(lines=(*lines, *_markup(costs, options.markup, "Markup" if ctx.phases else "")))

    def example_options(self, ctx: SourceContext) -> Iterable[ExpensesOptions]:
        if len(ctx.external_costs) > MOST_COSTS:
            yield ExpensesOptions(cost_ids=tuple(cost.id for cost in ctx.external_costs[:MOST_COSTS]))
        elif ctx.external_costs:
            yield ExpensesOptions()


def _chosen(ctx: SourceContext, options: ExpensesOptions) -> list[ExternalCostView]:
    if options.cost_ids is not None:
        return list(_named(ctx, options.cost_ids, options.up_to))
    costs = [cost for cost in ctx.external_costs if options.up_to is None or cost.incurred_on <= options.up_to]
    if len(costs) > MOST_COSTS:
        raise Refused(f"These are {len(costs)} costs; an invoice holds {MOST_COSTS}. Take an earlier day, or choose by costIds.", "up_to")
    return costs


def _named(ctx: SourceContext, cost_ids: Iterable[ExternalCostId], up_to: date | None) -> Iterator[ExternalCostView]:
    left = {cost.id: cost for cost in ctx.external_costs}
    for index, cost_id in enumerate(cost_ids):
        cost = left.pop(cost_id, None)  # billhook has checked that it is an unbilled cost of this project
        if cost is None:
            raise Refused("This cost is chosen twice; choose it once.", "cost_ids", index)
        if up_to is not None and cost.incurred_on > up_to:
            raise Refused(f"This cost is of {cost.incurred_on}, later than {up_to}. Leave it out, or take a later day.", "cost_ids", index)
        yield cost


def _markup(costs: list[ExternalCostView], percent: Decimal, section: str) -> Iterator[FreeLine]:
    """Yield percent / 100 x the sum of each VAT group: neither has more than 6 decimals, whatever the currency."""
    sums: dict[Vat, Decimal] = {}
    for cost in costs:
        sums[cost.vat] = sums.get(cost.vat, Decimal(0)) + cost.amount
    for vat, amount in sums.items():
        if percent == 0 or amount == 0:
            continue
        if amount >= TOO_LARGE:
            raise Refused("These costs are too much for one line of markup. Bill fewer at a time, or without a markup.", "markup")
        text = f"Markup of {percent.normalize():f} %"
        yield FreeLine(description=text, quantity=percent / 100, unit_price=amount, vat=vat, section=section)


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    return Expenses()
