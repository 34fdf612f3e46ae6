"""A source whose options have a validator that does not expect what they let through."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from billhook import Effect, InvoiceSource, Proposal, SourceContext, SourceOptions


class ClumsyOptions(SourceOptions):
    """In how many parts."""

    parts: int = Field(default=1, description="How many; of 0 nobody has thought.")

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if 100 % self.parts:
            raise ValueError("100 cannot be divided by that")
        return self


class Clumsy(InvoiceSource[ClumsyOptions]):
    """Proposes nothing, whatever it is asked."""

    name, label, description = "clumsy", "Clumsy", "Proposes nothing."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def propose(self, ctx: SourceContext, options: ClumsyOptions) -> Proposal:  # noqa: ARG002 - the contract's signature
        return Proposal(lines=())
