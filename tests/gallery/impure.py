"""Sources that are not pure: not the same answer twice, or changing what they are given."""

from __future__ import annotations

import os
import random
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from tests.gallery.exhibit import TAKES, Asked, Faulty, exhibited, one

from billhook import FreeLine, Proposal

if TYPE_CHECKING:
    from billhook import SourceContext


# ---- not the same twice ---------------------------------------------------------------------------------------
@exhibited("answers alike", "propose() answers otherwise when it is asked again", code=None)
def rolls_dice(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(Decimal(random.randrange(1, 10**9)))  # noqa: S311 - the fault that is exhibited


@exhibited("asks nothing outside", "it asks the clock, by date.today(): use ctx.as_of", code=None)
def reads_the_clock(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(description=f"Work up to {date.today()}")  # noqa: DTZ011 - the fault that is exhibited


@exhibited("asks nothing outside", "it asks for a file, by open()", code=None)
def reads_a_file(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(description=Path(__file__).read_text(encoding="utf-8")[:10])


@exhibited("answers alike", "propose() answers otherwise when it is asked again", code=None)
def counts_its_calls(self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    self.remembered[len(self.remembered)] = None
    return one(Decimal(len(self.remembered)))


@exhibited("answers alike in another process", "another process answers otherwise", on=None, code=None)
def goes_over_a_set(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    words = {"a", "bb", "ccc", "dddd", "eeeee", "ffffff"}
    return Proposal(lines=tuple(FreeLine(description=word, unit_price=Decimal(1)) for word in words))


# ---- changes what it is given ---------------------------------------------------------------------------------
@exhibited(TAKES, "it changed the snapshot that it was given")
def empties_the_snapshot(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    object.__setattr__(ctx, "unbilled", Decimal(-1))
    return one()


@exhibited(TAKES, "it changed the snapshot that it was given")
def changes_the_vat(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    vars(ctx.project.vat).update(rate=Decimal(0))
    return one()


@exhibited(TAKES, "it raised FrozenInstanceError")
def sets_an_attribute(_self: Faulty, ctx: SourceContext, _options: Asked) -> object:
    ctx.unbilled = Decimal(0)  # type: ignore[misc]  # the fault that is exhibited
    return one()


@exhibited("leaves its options alone", "it changed its options", code=None)
def changes_its_options(_self: Faulty, _ctx: SourceContext, options: Asked) -> object:
    vars(options).update(count=options.count + 1)
    return one()


@exhibited("asks nothing outside", "it asks the clock, by time.strftime(): use ctx.as_of", code=None)
def formats_the_time(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(description=time.strftime("Work up to %Y-%m-%d"))


@exhibited("asks nothing outside", "it asks the environment", code=None)
def reads_the_environment(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(description=f"Work of {os.environ.get('NOBODY', 'somebody')}")


@exhibited("asks nothing outside", "it asks the system, by os.getcwd()", code=None)
def looks_where_it_is(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
    return one(description=os.getcwd())  # noqa: PTH109 - the fault that is exhibited


@exhibited(
    "asks nothing outside",
    "it asks the clock, by date.today(): use ctx.as_of",
    suggests=lambda ctx: (Asked(day=ctx.as_of),),
    code=None,
)
def falls_back_on_the_clock(_self: Faulty, _ctx: SourceContext, options: Asked) -> object:
    return one(description=f"Work up to {options.day or date.today()}")  # noqa: DTZ011 - the fault that is exhibited
