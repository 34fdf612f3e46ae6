"""Project > Invoices > Compose yourself, and Invoices > Add invoice: an advance of lines composed by hand (R9)."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from billhook import Effect, FreeLineInput, InvoiceSource, Proposal, SourceContext, SourceOptions, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLE_PRICE = Decimal(100)


class EntryPoint(Enum):
    """Where the user composed it; kept with the invoice."""

    PROJECT = "PROJECT"
    INVOICING_MODULE = "INVOICING_MODULE"

    @property
    def description(self) -> str:
        """What the API says of the value."""
        return "Project > Invoices > Compose yourself." if self is EntryPoint.PROJECT else "Invoices > Add invoice, project selected."


class ManualOptions(SourceOptions):
    """The lines of the advance."""

    entry_point: EntryPoint = Field(default=EntryPoint.PROJECT, description="Composed on the project, or in the invoicing module.")
    lines: Annotated[tuple[FreeLineInput, ...], Field(min_length=1)] = Field(description="At least one line; together above 0.00.")


class Manual(InvoiceSource[ManualOptions]):
    """Bills free lines; leaves unbilled time where it is."""

    name = "manual"
    label = "Compose yourself"
    description = "Bills lines composed by hand, as an advance: unbilled time stays and is counted against it."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def propose(self, ctx: SourceContext, options: ManualOptions) -> Proposal:  # noqa: ARG002 - the contract's signature
        """Propose the lines as they are given."""
        return Proposal(lines=tuple(line.line() for line in options.lines))

    def example_options(self, ctx: SourceContext) -> Iterable[ManualOptions]:
        """Suggest one line: what is unbilled and not yet advanced, or a round amount."""
        uncovered = ctx.unbilled - ctx.open_advance
        price = uncovered if uncovered > 0 else EXAMPLE_PRICE
        yield ManualOptions(lines=(FreeLineInput(description=f"Advance on {ctx.project.title}", unit_price=price),))


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    """Register the source."""
    return Manual()
