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
"""Id of a time entry. In options: of the project, else NOT_FOUND; on no live line, else ALREADY_BILLED; billable, else INVALID_INPUT."""
ExtraCostId = NewType("ExtraCostId", str)
"""Id of an extra cost. In options it is checked as a `TimeEntryId` is."""
ExternalCostId = NewType("ExternalCostId", str)
"""Id of an external cost. In options it is checked as a `TimeEntryId` is."""
PhaseId = NewType("PhaseId", str)
"""Id of a phase. In options: of the project, else NOT_FOUND."""
DealId = NewType("DealId", str)
"""Id of a deal. In options: of the project, else NOT_FOUND."""
SubscriptionId = NewType("SubscriptionId", str)
"""Id of a subscription. In options: of the project, else NOT_FOUND. A date beside it, in the same model, asks for the period that starts
on it, also one that was invoiced before; while that is on a live line, ALREADY_BILLED (R11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A user or work type, by its id and name."""

    id: str
    """The same id that GraphQL shows."""
    name: str
    """What people call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """The project that is invoiced."""

    id: str
    """The same id that GraphQL shows."""
    title: str
    """What people call it."""
    currency: str
    """ISO 4217 code of all its amounts (M1)."""
    vat: Vat
    """What lines get that say nothing else (M5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntryView:
    """Unbilled work: billable, on no live line, in no phase or in one that is billed by time (R1)."""

    id: TimeEntryId
    """Its id."""
    worked_on: date
    """The day of the work, in the workspace's time zone (M6)."""
    seconds: int
    """How long, in seconds; above 0."""
    description: str
    """What was done; may be empty."""
    user: Named
    """Who worked."""
    work_type: Named | None
    """What kind of work it was; None: not said."""
    phase_id: PhaseId | None
    """The phase it is in, if any."""
    hourly_rate: Decimal | None
    """The rate that applies now, excluding VAT (M3); None: unrated."""
    amount: Decimal | None
    """Worth, excluding VAT: seconds x hourly_rate / 3600, rounded half up for each entry (M2). None: unrated, never 0 by accident; claiming
    it is RATE_MISSING (M4)."""

    @property
    def claim(self) -> Claim:
        """The claim that bills this entry, always whole. Of a source that registers an advance it is PLUGIN_FAULT."""
        return Claim("time_entry", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraCostView:
    """An unbilled article on a billable time entry that is in no phase or in one that is billed by time (R2)."""

    id: ExtraCostId
    """Its id."""
    time_entry_id: TimeEntryId
    """The entry it is on; that one may be billed already, and so not among `time_entries`."""
    worked_on: date
    """The day of that entry (M6)."""
    phase_id: PhaseId | None
    """The phase of that entry, if any."""
    description: str
    """What the article is."""
    amount: Decimal
    """Worth, excluding VAT."""
    vat: Vat
    """Its own VAT, else its phase's, else the project's (M5)."""

    @property
    def claim(self) -> Claim:
        """The claim that bills this extra cost, always whole. Of a source that registers an advance it is PLUGIN_FAULT."""
        return Claim("extra_cost", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCostView:
    """An unbilled, billable cost of the project or of a phase; no part of the project's unbilled amount (R2)."""

    id: ExternalCostId
    """Its id."""
    incurred_on: date
    """The day of the cost."""
    phase_id: PhaseId | None
    """The phase it belongs to, if any."""
    description: str
    """What it was for."""
    amount: Decimal
    """Worth, excluding VAT."""
    vat: Vat
    """Its own VAT, else its phase's, else the project's (M5)."""

    @property
    def claim(self) -> Claim:
        """The claim that bills this external cost, always whole. Of a source that registers an advance it is PLUGIN_FAULT."""
        return Claim("external_cost", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """A phase, with its fixed price and how much of that is billed."""

    id: PhaseId
    """Its id."""
    title: str
    """What people call it."""
    fixed_price: Decimal | None
    """Its price, excluding VAT; None: it is not a fixed-price phase (R1)."""
    billed: Decimal
    """How much of the price is on live lines, excluding VAT; 0 without a price."""

    def part(self, portion: Portion | None = None) -> Claim:
        """Claim a portion of its price; None: all that is left (R10).

        Beyond what is left is EXCEEDS_REMAINING; of a phase without a price, or of a source that registers an advance, PLUGIN_FAULT.
        """
        return Claim("phase", self.id, portion)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealView:
    """A deal, with its value and how much of that is billed."""

    id: DealId
    """Its id."""
    title: str
    """What people call it."""
    value: Decimal
    """What it was sold for, excluding VAT: the sum of its lines, which may have several VAT rates."""
    billed: Decimal
    """How much of the value is on live lines, excluding VAT."""

    def part(self, portion: Portion | None = None) -> Claim:
        """Claim a portion of it; None: all that is left (R10).

        Beyond what is left is EXCEEDS_REMAINING; of a source that clears unbilled time, PLUGIN_FAULT.
        """
        return Claim("deal", self.id, portion)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPeriod:
    """One period of a subscription, and what it costs."""

    subscription_id: SubscriptionId
    """The subscription it is of."""
    period: Period
    """Its first and last day, both inclusive; counted from the subscription's start, so that a short month moves no other period (R11)."""
    amount: Decimal
    """What the period costs, excluding VAT; it may have several VAT rates."""

    @property
    def claim(self) -> Claim:
        """The claim that bills this period, always whole. Of a source that clears unbilled time it is PLUGIN_FAULT."""
        return Claim("subscription_period", f"{self.subscription_id}/{self.period.start}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """A subscription, with its periods that can be billed now."""

    id: SubscriptionId
    """Its id."""
    title: str
    """What people call it."""
    due: tuple[SubscriptionPeriod, ...]
    """Periods begun by `as_of` and never invoiced, or asked for by their start, oldest first (R11).

    Of those never invoiced the oldest 1000, or as many as `BILLHOOK_MAX_SUBSCRIPTION_PERIODS` says.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """A frozen snapshot of one project as of one day. New facts are added here, never as new arguments."""

    as_of: date
    """Today in the workspace's time zone, or the day that a run of subscriptions is for (M6)."""
    project: ProjectView
    """The project that is invoiced."""
    time_entries: tuple[TimeEntryView, ...] = ()
    """All unbilled time, the unrated too, by day; also after `as_of`."""
    extra_costs: tuple[ExtraCostView, ...] = ()
    """All unbilled extra costs, by day."""
    external_costs: tuple[ExternalCostView, ...] = ()
    """All unbilled external costs, by day."""
    phases: tuple[PhaseView, ...] = ()
    """All phases, closed and fully billed ones too, oldest first."""
    deals: tuple[DealView, ...] = ()
    """All deals, fully billed ones too, oldest first."""
    subscriptions: tuple[SubscriptionView, ...] = ()
    """All subscriptions, those with nothing due too, oldest first."""
    once: frozenset[str] = frozenset()
    """Keys of `Claim.once` that are live for this source on this project."""
    unbilled: Decimal = Decimal(0)
    """What the unbilled time and extra costs are worth, excluding VAT; unrated entries count as nothing (R2)."""
    open_advance: Decimal = Decimal(0)
    """What was invoiced in advance, drafts too, minus what was credited and taken off, excluding VAT (R18)."""
