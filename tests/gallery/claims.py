"""Sources that claim what they may not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.gallery.exhibit import REGULAR, TAKES, Asked, Faulty, claiming, exhibited, one, with_deals, with_phases, with_time

from billhook import Claim, ClaimLine, Portion, Proposal

if TYPE_CHECKING:
    from billhook import SourceContext


@exhibited(TAKES, "which is not an unbilled item of this project", effect=REGULAR)
def claims_what_is_not_there(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return claiming(Claim("time_entry", "VGltZUVudHJ5OjEyMzQ1Njc4"))


@exhibited(
    "bills nothing twice", "which is not an unbilled item of this project", on="one_entry", effect=REGULAR, suggests=with_time, code=None
)
def remembers_its_claims(self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(*self.remembered.setdefault(ctx.project.id, tuple(entry.claim for entry in ctx.time_entries)))


@exhibited(TAKES, "a second time", on="one_entry", effect=REGULAR, suggests=with_time)
def claims_twice(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    lines = tuple(ClaimLine(description="Work", claims=(entry.claim,)) for entry in ctx.time_entries)
    return Proposal(lines=(*lines, *lines))


@exhibited(TAKES, "which a source with effect REGISTERS_ADVANCE_CREDIT may not", on="one_entry", suggests=with_time)
def bills_time_in_advance(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(*(entry.claim for entry in ctx.time_entries))


@exhibited(
    TAKES,
    "which a source with effect REGISTERS_ADVANCE_CREDIT may not",
    on="fixed_price",
    suggests=with_phases,
)
def bills_a_phase_in_advance(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(*(phase.part() for phase in ctx.phases))


@exhibited(
    TAKES,
    "which a source with effect CLEARS_UNBILLED_TIME may not",
    on="mixed_vat",
    effect=REGULAR,
    suggests=with_deals,
)
def bills_a_deal_as_work(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(*(deal.part() for deal in ctx.deals))


@exhibited(TAKES, "it may claim only once-keys", on="one_entry", effect=REGULAR, suggests=with_time)
def prices_time_itself(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal("0.01"), claims=tuple(entry.claim for entry in ctx.time_entries))


@exhibited(TAKES, "is a ClaimLine with a once-key")
def has_a_key_priced(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return claiming(Claim.once("March"))


@exhibited(TAKES, "claims nothing; a line without claims is a FreeLine", effect=REGULAR)
def claims_nothing(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return claiming()


@exhibited(TAKES, "there is no such kind of item")
def claims_an_invoice(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return claiming(Claim("invoice", "SW52b2ljZTox"))


@exhibited(TAKES, "must be one percentage up to 100", on="mixed_vat", suggests=with_deals)
def takes_more_than_all(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(*(deal.part(Portion.model_construct(percentage=Decimal(200), amount=None)) for deal in ctx.deals))


@exhibited(
    TAKES,
    "it raised IndexError",
    on="loose_ends",
    suggests=lambda ctx: (Asked(),) if ctx.subscriptions else (),
    code=None,
)
def bills_the_first_period(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(ctx.subscriptions[0].due[0].claim)


@exhibited(
    TAKES, "it raised KeyError", on="loose_ends", effect=REGULAR, suggests=lambda ctx: (Asked(),) if ctx.extra_costs else (), code=None
)
def looks_for_the_entry_of_a_cost(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    texts = {entry.id: entry.description for entry in ctx.time_entries}
    return claiming(*(cost.claim for cost in ctx.extra_costs), description=texts[ctx.extra_costs[0].time_entry_id] or "Costs")


@exhibited(TAKES, "is negative or has no quantity", on="loose_ends", effect=REGULAR, suggests=with_time, code=None)
def counts_the_days_since(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    days = min((ctx.as_of - entry.worked_on).days for entry in ctx.time_entries)
    return one(quantity=Decimal(days + (days >= 0)))
