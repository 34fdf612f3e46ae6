"""Sources whose proposals are no proposals, or hold numbers, texts and values that no invoice can hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.gallery.exhibit import REGULAR, TAKES, Asked, Faulty, claiming, exhibited, one, with_time

from billhook import FreeLine, Period, Proposal, Vat, VatCategory

if TYPE_CHECKING:
    from billhook import SourceContext


class Bargain(FreeLine):
    """A line that could answer otherwise when it is asked a second time."""


@exhibited(TAKES, "propose() returned a dict, not a Proposal")
def proposes_a_dict(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return {"lines": []}


@exhibited(TAKES, "propose() returned a NoneType, not a Proposal")
def proposes_none(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return None


@exhibited(TAKES, "Proposal.lines is a generator, not a tuple")
def proposes_a_generator(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    lines: Any = (line for line in one().lines)
    return Proposal(lines=lines)


@exhibited(TAKES, "line 1 is a Bargain, not a ClaimLine or FreeLine")
def proposes_a_subclass(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return Proposal(lines=(Bargain(description="Work", unit_price=Decimal(1)),))


@exhibited(TAKES, "it proposes something incomplete")
def proposes_a_hollow_line(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return Proposal(lines=(object.__new__(FreeLine),))


@exhibited(TAKES, "is negative or has no quantity: 1 x -100", code="PLUGIN_FAULT")
def gives_a_discount(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal(-100))


@exhibited(TAKES, "is negative or has no quantity: -1 x 100", effect=REGULAR)
def settles_by_itself(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(quantity=Decimal(-1))


@exhibited(TAKES, "NaN is not a number")
def asks_for_nan(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal("NaN"))


@exhibited(TAKES, "Infinity is not a number")
def asks_for_infinity(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal("Infinity"))


@exhibited(TAKES, "is a float, not a Decimal")
def asks_for_a_float(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(0.1)


@exhibited(TAKES, "the number is too large")
def asks_for_too_much(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal("1E+30"))


@exhibited(TAKES, "at most 6 decimals are possible")
def asks_too_precisely(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal(100) / 3)


@exhibited(TAKES, "only S has a rate")
def invents_a_vat_rate(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(vat=Vat.model_construct(category=VatCategory.Z, rate=Decimal(21)))


@exhibited(TAKES, "ends before it starts")
def ends_before_it_starts(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(period=Period(start=date(2026, 2, 1), end=date(2026, 1, 1)))


@exhibited(TAKES, "must be a text of 1 to 5000 characters", on="one_entry", effect=REGULAR, suggests=with_time, code="PLUGIN_FAULT")
def copies_an_empty_text(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(*(entry.claim for entry in ctx.time_entries), description=ctx.time_entries[0].description)


@exhibited(TAKES, "must be a text of 1 to 5000 characters", on="long_texts", effect=REGULAR, suggests=with_time, code=None)
def adds_to_a_long_text(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    text = f"Work: {max((entry.description for entry in ctx.time_entries), key=len)}"
    return claiming(*(entry.claim for entry in ctx.time_entries), description=text)


@exhibited(TAKES, "has a character that cannot be stored")
def writes_half_a_letter(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(description="caf\udce9")


@exhibited(TAKES, "LIMIT_EXCEEDED: The invoice would have 10001 lines; 10000 are possible", code="LIMIT_EXCEEDED")
def fills_the_paper(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return Proposal(lines=one().lines * 10_001)
