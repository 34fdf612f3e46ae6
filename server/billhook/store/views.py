"""Builds the frozen view of a project that a source gets: new objects at each call, so that nothing a source does reaches the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from billhook.domain.ids import encode
from billhook.domain.money import to_decimal
from billhook.domain.options import Vat
from billhook.domain.proposal import Period
from billhook.domain.views import (
    DealId,
    DealView,
    ExternalCostId,
    ExternalCostView,
    ExtraCostId,
    ExtraCostView,
    Named,
    PhaseId,
    PhaseView,
    ProjectView,
    SourceContext,
    SubscriptionId,
    SubscriptionPeriod,
    SubscriptionView,
    TimeEntryId,
    TimeEntryView,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from decimal import Decimal

    import sqlalchemy as sa

    from billhook.domain.facts import Item, ItemId, Part
    from billhook.domain.options import VatCategory
    from billhook.store.tables import Deal, ExternalCost, Phase, Project, ProjectBalance, Subscription


@dataclass(frozen=True, slots=True)
class Collected:
    """What the loader of the facts reads of a project: the items for the host, and the rows that a source's views are made of."""

    currency: str
    vat: Vat
    phase_vats: Mapping[int, Vat]
    items: dict[ItemId, Item] = field(default_factory=dict)
    time_entries: list[sa.Row[Any]] = field(default_factory=list)
    extra_costs: list[tuple[sa.Row[Any], Vat]] = field(default_factory=list)
    external_costs: list[tuple[ExternalCost, Vat]] = field(default_factory=list)
    phases: list[tuple[Phase, Part | None]] = field(default_factory=list)
    deals: list[tuple[Deal, tuple[Part, ...]]] = field(default_factory=list)
    subscriptions: list[tuple[Subscription, tuple[tuple[date, date], ...], int]] = field(default_factory=list)

    def vat_for(self, category: VatCategory | None, rate: Decimal | None, phase_key: int | None) -> Vat:
        """Return an item's own VAT, else its phase's, else the project's (M5)."""
        if category is not None and rate is not None:
            return Vat(category=category, rate=rate)
        return self.vat if phase_key is None else self.phase_vats[phase_key]

    def add(self, claim_id: str, item: Item) -> None:
        """Add an item under the id that claims name it by."""
        self.items[item.kind.value, claim_id] = item

    def context(self, project: Project, as_of: date, once: frozenset[str], balance: ProjectBalance) -> SourceContext:
        """Return the snapshot for a source."""
        money = partial(to_decimal, currency=self.currency)
        return SourceContext(
            as_of=as_of,
            project=ProjectView(id=encode("Project", project.id), title=project.title, currency=project.currency, vat=_copy(self.vat)),
            time_entries=tuple(_time_entry(row, money) for row in self.time_entries),
            extra_costs=tuple(_extra_cost(row, vat, money) for row, vat in self.extra_costs),
            external_costs=tuple(_external_cost(row, vat, money) for row, vat in self.external_costs),
            phases=tuple(_phase(row, part, money) for row, part in self.phases),
            deals=tuple(_deal(row, parts, money) for row, parts in self.deals),
            subscriptions=tuple(_subscription(row, due, money(minor)) for row, due, minor in self.subscriptions),
            once=once,
            unbilled=money(balance.unbilled_minor),
            open_advance=money(balance.open_advance_minor),
        )


def _copy(vat: Vat) -> Vat:
    return Vat(category=vat.category, rate=vat.rate)


def _phase_id(key: int | None) -> PhaseId | None:
    return None if key is None else PhaseId(encode("Phase", key))


def _time_entry(row: sa.Row[Any], money: Callable[[int], Decimal]) -> TimeEntryView:
    return TimeEntryView(
        id=TimeEntryId(encode("TimeEntry", row.id)),
        worked_on=row.worked_on,
        seconds=row.seconds,
        description=row.description,
        user=Named(id=encode("User", row.user_id), name=row.user_name),
        work_type=None if row.work_type_id is None else Named(id=encode("WorkType", row.work_type_id), name=row.work_type_name),
        phase_id=_phase_id(row.phase_id),
        hourly_rate=None if row.hourly_rate_minor is None else money(row.hourly_rate_minor),
        amount=None if row.amount_minor is None else money(row.amount_minor),
    )


def _extra_cost(row: sa.Row[Any], vat: Vat, money: Callable[[int], Decimal]) -> ExtraCostView:
    return ExtraCostView(
        id=ExtraCostId(encode("ExtraCost", row.id)),
        time_entry_id=TimeEntryId(encode("TimeEntry", row.time_entry_id)),
        worked_on=row.worked_on,
        phase_id=_phase_id(row.phase_id),
        description=row.description,
        amount=money(row.amount_minor),
        vat=_copy(vat),
    )


def _external_cost(row: ExternalCost, vat: Vat, money: Callable[[int], Decimal]) -> ExternalCostView:
    return ExternalCostView(
        id=ExternalCostId(encode("ExternalCost", row.id)),
        incurred_on=row.incurred_on,
        phase_id=_phase_id(row.phase_id),
        description=row.description,
        amount=money(row.amount_minor),
        vat=_copy(vat),
    )


def _phase(row: Phase, part: Part | None, money: Callable[[int], Decimal]) -> PhaseView:
    return PhaseView(
        id=PhaseId(encode("Phase", row.id)),
        title=row.title,
        fixed_price=None if part is None else money(part.value_minor),
        billed=money(0 if part is None else part.billed_minor),
    )


def _deal(row: Deal, parts: tuple[Part, ...], money: Callable[[int], Decimal]) -> DealView:
    return DealView(
        id=DealId(encode("Deal", row.id)),
        title=row.title,
        value=money(sum(part.value_minor for part in parts)),
        billed=money(sum(part.billed_minor for part in parts)),
    )


def _subscription(row: Subscription, due: tuple[tuple[date, date], ...], amount: Decimal) -> SubscriptionView:
    key = SubscriptionId(encode("BillingSubscription", row.id))
    periods = (SubscriptionPeriod(subscription_id=key, period=Period(start=start, end=end), amount=amount) for start, end in due)
    return SubscriptionView(id=key, title=row.title, due=tuple(periods))
