"""Sources that do not answer: they raise, exit, recurse, refuse what they suggested, or suggest what makes no sense."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.gallery.exhibit import REGULAR, TAKES, Asked, Faulty, claiming, exhibited, one, with_time

from billhook import Claim, Proposal, Refused

if TYPE_CHECKING:
    from billhook import SourceContext


@exhibited(TAKES, "it raised ZeroDivisionError (ZeroDivisionError: integer division or modulo by zero, at conduct.py, line ")
def raises(_self: Faulty, _ctx: SourceContext, options: Asked) -> object:
    return one(Decimal(options.count // 0))


@exhibited(TAKES, "it raised SystemExit")
def exits(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    sys.exit("enough")


@exhibited(TAKES, "it raised RecursionError")
def recurses(self: Faulty, ctx: SourceContext, options: Asked) -> object:
    return recurses(self, ctx, options)


@exhibited(TAKES, "it raised IndexError", on="empty", effect=REGULAR, code=None)
def needs_time(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    return claiming(ctx.time_entries[0].claim)


@exhibited(TAKES, "it raised TypeError", on="without_a_rate", effect=REGULAR, suggests=with_time, code=None)
def adds_up_what_has_no_rate(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    amounts: list[Any] = [entry.amount for entry in ctx.time_entries]
    return one(sum(amounts, start=Decimal(1)))


@exhibited("survives what people choose", "it raised OverflowError", code=None)
def looks_a_day_ahead(_self: Faulty, ctx: SourceContext, options: Asked) -> object:
    return one(description=f"Work up to {(options.day or ctx.as_of) + timedelta(days=1)}")


@exhibited("survives what people choose", "it raised KeyError", on="mixed_vat", code=None)
def knows_one_phase(_self: Faulty, ctx: SourceContext, options: Asked) -> object:
    titles = {phase.id: phase.title for phase in ctx.phases if phase.fixed_price is not None}
    return one(description=", ".join(titles[phase] for phase in options.phases) or "Work")


@exhibited("survives what people choose", "it refuses 'amount', which is not in its options", code=None)
def refuses_by_a_wrong_path(_self: Faulty, _ctx: SourceContext, options: Asked) -> object:
    if options.count < 1:
        raise Refused("Give one at least.", "amount")
    return one()


@exhibited(TAKES, "the host answers INVALID_INPUT: Not today.", code="INVALID_INPUT")
def refuses_what_it_suggests(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    raise Refused("Not today.")


@exhibited(TAKES, "proposes no line for it", code="NOTHING_TO_BILL")
def suggests_nothing_to_bill(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return Proposal(lines=())


@exhibited("suggests what can be invoiced", "An advance of 0.00 registers nothing", code="INVALID_INPUT")
def asks_for_nothing(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal(0))


@exhibited("suggests something", "suggests nothing on any of the projects", on=None, suggests=lambda _: (), code=None)
def suggests_nothing(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one()


@exhibited(TAKES, "gave something else than its options", suggests=lambda _: ({"count": 1},), code=None)
def suggests_a_dict(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one()


@exhibited(TAKES, "the host answers PLUGIN_FAULT: it raised ", suggests=lambda _: (Asked.model_construct(count="many"),), code=None)
def suggests_what_it_does_not_take(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one()


@exhibited("bills nothing twice", "ALREADY_BILLED: 'March' is already invoiced", code=None)
def suggests_march_again(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(claims=(Claim.once("March"),))


@exhibited(TAKES, "the once-key of line 1 must be a text of 1 to 200 characters")
def has_a_key_for_nothing(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(claims=(Claim.once(" "),))
