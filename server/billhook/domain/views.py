"""What a source sees: a frozen snapshot of one project as of one day (part of the public API).

Amounts are exact `Decimal`s in the project's currency, excluding VAT. Ids are opaque strings, the same that the GraphQL API shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NewType

from billhook.domain.options import Portion, Vat
from billhook.domain.proposal import Claim, Period

TimeEntryId = NewType("TimeEntryId", str)
ExtraCostId = NewType("ExtraCostId", str)
ExternalCostId = NewType("ExternalCostId", str)
PhaseId = NewType("PhaseId", str)
DealId = NewType("DealId", str)
SubscriptionId = NewType("SubscriptionId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A user or work type, by its id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """The project that is invoiced; `vat` is what lines get that say nothing else."""

    id: str
    title: str
    currency: str
    vat: Vat


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntryView:
    """An unbilled entry. `amount` None: unrated; claiming it is refused with RATE_MISSING by the host."""

    id: TimeEntryId
    worked_on: date
    seconds: int
    description: str
    user: Named
    work_type: Named | None
    phase_id: PhaseId | None
    hourly_rate: Decimal | None
    amount: Decimal | None

    @property
    def claim(self) -> Claim:
        """The claim that bills this entry."""
        return Claim("time_entry", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraCostView:
    """An unbilled article on a time entry."""

    id: ExtraCostId
    time_entry_id: TimeEntryId
    worked_on: date
    phase_id: PhaseId | None
    description: str
    amount: Decimal
    vat: Vat

    @property
    def claim(self) -> Claim:
        """The claim that bills this extra cost."""
        return Claim("extra_cost", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCostView:
    """An unbilled, billable cost of the project or of a phase."""

    id: ExternalCostId
    incurred_on: date
    phase_id: PhaseId | None
    description: str
    amount: Decimal
    vat: Vat

    @property
    def claim(self) -> Claim:
        """The claim that bills this external cost."""
        return Claim("external_cost", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """A phase, with its fixed price and how much of that is billed."""

    id: PhaseId
    title: str
    fixed_price: Decimal | None  # None: not a fixed-price phase
    billed: Decimal

    def part(self, portion: Portion | None = None) -> Claim:
        """Claim a portion of it; None: all that is left."""
        return Claim("phase", self.id, portion)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealView:
    """A deal, with its value and how much of that is billed."""

    id: DealId
    title: str
    value: Decimal
    billed: Decimal

    def part(self, portion: Portion | None = None) -> Claim:
        """Claim a portion of it; None: all that is left."""
        return Claim("deal", self.id, portion)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPeriod:
    """One period of a subscription, and what it costs."""

    subscription_id: SubscriptionId
    period: Period
    amount: Decimal

    @property
    def claim(self) -> Claim:
        """The claim that bills this period."""
        return Claim("subscription_period", f"{self.subscription_id}/{self.period.start}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """A subscription, with its periods that can be billed now."""

    id: SubscriptionId
    title: str
    due: tuple[SubscriptionPeriod, ...]
    """Periods begun by `as_of` and never invoiced, or asked for by their start, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """A frozen snapshot of one project as of one day. New facts are added here, never as new arguments."""

    as_of: date
    project: ProjectView
    time_entries: tuple[TimeEntryView, ...] = ()
    extra_costs: tuple[ExtraCostView, ...] = ()
    external_costs: tuple[ExternalCostView, ...] = ()
    phases: tuple[PhaseView, ...] = ()
    deals: tuple[DealView, ...] = ()
    subscriptions: tuple[SubscriptionView, ...] = ()
    once: frozenset[str] = frozenset()
    """This source's own keys that are live on this project."""
    unbilled: Decimal = Decimal(0)
    open_advance: Decimal = Decimal(0)
