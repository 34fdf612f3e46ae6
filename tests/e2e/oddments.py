"""A source with an option of every kind, and with suggestions in the forms that Python writes and GraphQL does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from pydantic import Field

from billhook import Effect, FreeLine, FreeLineInput, InvoiceSource, OneOf, PhaseId, Portion, Proposal, SourceContext, SourceOptions

if TYPE_CHECKING:
    from collections.abc import Iterable


class Speed(Enum):
    """How fast."""

    SLOW = "slow"
    VERY_FAST = "very fast"


class Priority(IntEnum):
    """How soon."""

    LATER = 0
    NOW = 1


class Place(OneOf):
    """A phase, or a name."""

    phase_id: PhaseId | None = Field(default=None, description="A phase.")
    name: str | None = Field(default=None, description="A name.")


class Stop(SourceOptions):
    """One of several."""

    place: Place = Field(description="Where.")
    speeds: tuple[Speed, ...] = Field(default=(), description="How fast, and how fast then.")


class OddOptions(SourceOptions):
    """One of each."""

    price: Decimal = Field(default=Decimal("1E+2"), gt=0, lt=10**9, description="A decimal.")
    speed: Speed = Field(default=Speed.SLOW, description="An enum.")
    priority: Priority | None = Field(default=None, description="An enum of numbers.")
    times: int = Field(default=1, ge=1, description="A whole number.")
    rush: bool = Field(default=False, description="Yes or no.")
    on: date | None = Field(default=None, description="A day.")
    at: datetime | None = Field(default=None, description="A moment.")
    stops: tuple[Stop, ...] = Field(default=(), description="Several.")
    line: FreeLineInput | None = Field(default=None, description="A line.")
    portion: Portion | None = Field(default=None, description="A portion.")


class Oddments(InvoiceSource[OddOptions]):
    """Bills a line that says what it was asked for."""

    name, label, description = "oddments", "Oddments", "Bills one of each."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def propose(self, ctx: SourceContext, options: OddOptions) -> Proposal:  # noqa: ARG002 - the contract's signature
        stops = [f"{stop.place.name} {'/'.join(speed.value for speed in stop.speeds)}" for stop in options.stops]
        said = [options.speed.value, options.priority, options.times, options.rush, options.on, options.at, *stops]
        extra = (options.line.line(),) if options.line else ()
        return Proposal(lines=(FreeLine(description=", ".join(map(str, said)), unit_price=options.price), *extra))

    def example_options(self, ctx: SourceContext) -> Iterable[OddOptions]:
        yield OddOptions(
            price=Decimal("1.5E+3"),
            speed=Speed.VERY_FAST,
            priority=Priority.NOW,
            times=2,
            on=ctx.as_of,
            at=datetime(2026, 3, 10, 9, tzinfo=UTC),
            stops=(Stop(place=Place(name="Here"), speeds=(Speed.SLOW, Speed.VERY_FAST)),),
            line=FreeLineInput(description="More", unit_price=Decimal(50).normalize()),
            portion=Portion(percentage=Decimal("5E+1")),
        )
        yield OddOptions()
