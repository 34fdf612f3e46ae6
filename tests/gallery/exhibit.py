"""How a faulty source is exhibited: what it does, which promise it breaks, and what the host answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pydantic import Field
from typing_extensions import override

from billhook import Claim, ClaimLine, Effect, FreeLine, InvoiceSource, PhaseId, Proposal, SourceContext, SourceOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Act: TypeAlias = Callable[["Faulty", SourceContext, "Asked"], object]
    Suggests: TypeAlias = Callable[[SourceContext], object]

REGULAR, ADVANCE = Effect.CLEARS_UNBILLED_TIME, Effect.REGISTERS_ADVANCE_CREDIT
TAKES = "proposes what the host takes"


class Asked(SourceOptions):
    """What the sources of the gallery are asked with."""

    count: int = Field(default=1, description="How many.")
    day: date | None = Field(default=None, description="A day.")
    phases: tuple[PhaseId, ...] = Field(default=(), description="Some phases.")


class Faulty(InvoiceSource[Asked]):
    """A source that is declared well; what it does is told by functions of a module, so that it can be made again elsewhere."""

    description = "Is faulty."

    def __init__(
        self,
        name: str,
        effect: Effect,
        act: Act,
        suggests: Suggests,
    ) -> None:
        self.name = self.label = name  # type: ignore[misc]  # of the class elsewhere; the gallery has one class
        self.effect = effect  # type: ignore[misc]  # the same
        self.act = act
        self.suggests = suggests
        self.remembered: dict[object, Any] = {}

    @override
    def propose(self, ctx: SourceContext, options: Asked) -> Proposal:
        return cast("Proposal", self.act(self, ctx, options))

    @override
    def example_options(self, ctx: SourceContext) -> Iterable[Asked]:
        return cast("Iterable[Asked]", self.suggests(ctx))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A faulty source, the promise that it breaks first, what the kit says of it, and the code that a server refuses it with.

    Without a code a server has no reason to refuse it: what it makes is an invoice as any other.
    """

    source: Faulty
    promise: str
    says: str
    on: str | None
    code: str | None


def always(_ctx: SourceContext) -> object:
    """Suggest the same for every project."""
    return (Asked(),)


def with_phases(ctx: SourceContext) -> object:
    """Suggest something where there are phases."""
    return (Asked(),) if ctx.phases else ()


def with_deals(ctx: SourceContext) -> object:
    """Suggest something where there are deals."""
    return (Asked(),) if ctx.deals else ()


def with_time(ctx: SourceContext) -> object:
    """Suggest something where there is unbilled time."""
    return (Asked(),) if ctx.time_entries else ()


GALLERY: dict[str, Exhibit] = {}
"""Every exhibit, by the name of its function."""


def exhibited(  # noqa: PLR0913 - each exhibit says what is special about it
    promise: str,
    says: str,
    *,
    on: str | None = "empty",
    effect: Effect = ADVANCE,
    suggests: Suggests = always,
    code: str | None = "PLUGIN_FAULT",
) -> Callable[[Act], Act]:
    """Hang a function into the gallery: what it returns is what the source of its name proposes."""

    def hang(act: Act) -> Act:
        name = act.__name__.replace("_", "")
        source = Faulty(name, effect, act, suggests)
        GALLERY[act.__name__] = Exhibit(source=source, promise=promise, says=says, on=on, code=code)
        return act

    return hang


def one(price: Any = Decimal(100), **more: Any) -> Proposal:  # noqa: ANN401 - the gallery gives wrong types on purpose
    """Return a proposal of one free line."""
    return Proposal(lines=(FreeLine(**{"description": "Work", "unit_price": price} | more),))


def claiming(*claims: Claim, description: str = "Work") -> Proposal:
    """Return a proposal of one line that claims these."""
    return Proposal(lines=(ClaimLine(description=description, claims=claims),))
