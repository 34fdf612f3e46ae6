"""Invoice the deal linked to the project: whole, a percentage, or an amount, as an advance (R10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from billhook import ClaimLine, DealId, Effect, InvoiceSource, Portion, Proposal, SourceContext, SourceOptions, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


class DealOptions(SourceOptions):
    """Which deal, and how much of it."""

    deal_id: DealId = Field(description="Which deal of the project.")
    portion: Portion | None = Field(default=None, description="A percentage or an amount of it; absent: all that remains.")


class Deal(InvoiceSource[DealOptions]):
    """Bills a deal; the host turns the portion into money and keeps the sum within the deal's value."""

    name = "deal"
    label = "Invoice a deal"
    description = "Bills a deal of the project, whole or in part, as an advance: unbilled time stays and is counted against it."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def propose(self, ctx: SourceContext, options: DealOptions) -> Proposal:
        """Propose one line (the host splits it by VAT); none when nothing remains and no portion is asked for."""
        deal = next(deal for deal in ctx.deals if deal.id == options.deal_id)
        if options.portion is None and deal.billed >= deal.value:
            return Proposal(lines=())
        return Proposal(lines=(ClaimLine(description=_text(deal.title, options.portion), claims=(deal.part(options.portion),)),))

    def example_options(self, ctx: SourceContext) -> Iterable[DealOptions]:
        """Suggest all that remains of each deal."""
        return (DealOptions(deal_id=deal.id) for deal in ctx.deals if deal.billed < deal.value)


def _text(title: str, portion: Portion | None) -> str:
    if portion is not None and portion.percentage is not None:
        return f"{title}: {portion.percentage.normalize():f} %"
    return f"{title}: advance" if portion is not None else title


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    """Register the source."""
    return Deal()
