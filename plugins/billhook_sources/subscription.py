"""A subscription linked to the project: one billing period per invoice, as an advance (R11)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from billhook import ClaimLine, Effect, InvoiceSource, Proposal, Refused, SourceContext, SourceOptions, SubscriptionId, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


class SubscriptionOptions(SourceOptions):
    """Which subscription, and which period."""

    subscription_id: SubscriptionId = Field(description="Which subscription of the project.")
    period_start: date | None = Field(default=None, description="Start of the period; absent: the oldest due, never invoiced.")


class Subscription(InvoiceSource[SubscriptionOptions]):
    """Bills one period; the host keeps a period from being live twice."""

    name = "subscription"
    label = "Invoice a subscription"
    description = "Bills one period of a subscription, as an advance: unbilled time stays and is counted against it."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def propose(self, ctx: SourceContext, options: SubscriptionOptions) -> Proposal:
        """Propose the asked period, or the oldest due; nothing when none is due."""
        subscription = next(one for one in ctx.subscriptions if one.id == options.subscription_id)
        start = options.period_start
        due = [one for one in subscription.due if start is None or one.period.start == start]
        if not due:
            if start is None:
                return Proposal(lines=())
            raise Refused(f"No period of this subscription that is due starts on {start}. Take one of duePeriods.", "period_start")
        period = due[0].period
        text = f"{subscription.title}: {period.start} to {period.end}"
        return Proposal(lines=(ClaimLine(description=text, claims=(due[0].claim,)),))

    def example_options(self, ctx: SourceContext) -> Iterable[SubscriptionOptions]:
        """Suggest the oldest due period of each subscription."""
        return (SubscriptionOptions(subscription_id=one.id, period_start=one.due[0].period.start) for one in ctx.subscriptions if one.due)


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    """Register the source."""
    return Subscription()
