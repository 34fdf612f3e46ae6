"""Bills a project's month in advance, each month once."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from pydantic import Field

from billhook import Claim, Effect, FreeLine, InvoiceSource, Period, Proposal, SourceContext, SourceOptions, hookimpl


class RetainerOptions(SourceOptions):
    """Which month, and for how much."""

    month: date = Field(description="Any day of the month.")
    fee: Decimal = Field(gt=0, lt=10**9, decimal_places=4, description="The fee, excluding VAT.")


class Retainer(InvoiceSource[RetainerOptions]):
    """Its key is the month: billhook lets a project have each only once."""

    name = "retainer"
    label = "Monthly retainer"
    description = "Bills a month in advance, each month once."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def propose(self, ctx: SourceContext, options: RetainerOptions) -> Proposal:
        key, days = f"{options.month:%Y-%m}", monthrange(options.month.year, options.month.month)[1]
        period = Period(start=options.month.replace(day=1), end=options.month.replace(day=days))
        return Proposal(lines=(FreeLine(description=f"Retainer {key}", unit_price=options.fee, period=period, claims=(Claim.once(key),)),))

    def example_options(self, ctx: SourceContext) -> tuple[RetainerOptions, ...]:
        month = ctx.as_of
        while f"{month:%Y-%m}" in ctx.once:
            month = month.replace(day=1) + timedelta(days=31)
        return (RetainerOptions(month=month, fee=Decimal(500)),)


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    return Retainer()
