"""What was agreed beforehand, and how much of it is billed: phases, deals per VAT group, and the periods of subscriptions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.rows import batched_keys, children, sums
from billhook.domain.periods import periods_begun
from billhook.domain.words import ClaimKind
from billhook.store.tables import Claim, Deal, DealLine, Phase, Subscription, SubscriptionLine
from billhook.store.tables.document import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from billhook.billing.transaction import Transaction
    from billhook.domain.options import VatCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class DealGroup:
    """A deal's value in one VAT group, and what of it is on live lines, in minor units."""

    vat_category: VatCategory
    vat_rate: Decimal
    value_minor: int
    billed_minor: int

    @property
    def remaining_minor(self) -> int:
        """What can still be billed."""
        return self.value_minor - self.billed_minor


def phases_of_projects(tx: Transaction, keys: Sequence[int]) -> list[list[Phase]]:
    """Return the phases of each project, oldest first."""
    return children(tx, sa.select(Phase).order_by(col(Phase.id)), col(Phase.project_id), keys)


def deals_of_projects(tx: Transaction, keys: Sequence[int]) -> list[list[Deal]]:
    """Return the deals of each project, oldest first."""
    return children(tx, sa.select(Deal).order_by(col(Deal.id)), col(Deal.project_id), keys)


def subscriptions_of_projects(tx: Transaction, keys: Sequence[int]) -> list[list[Subscription]]:
    """Return the subscriptions of each project, oldest first."""
    return children(tx, sa.select(Subscription).order_by(col(Subscription.id)), col(Subscription.project_id), keys)


def billed_of_phases(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return what of each phase's fixed price is on live lines, in minor units."""
    statement = sa.select(sa.func.sum(col(Claim.amount_minor))).where(LIVE, col(Claim.kind) == ClaimKind.PHASE)
    return sums(tx, statement, col(Claim.phase_id), keys)


def deal_groups(tx: Transaction, keys: Sequence[int]) -> list[list[DealGroup]]:
    """Return the value of each deal per VAT group, and what of it is billed (R10)."""
    value = sa.select(col(DealLine.deal_id), col(DealLine.vat_category), col(DealLine.vat_rate), sa.func.sum(col(DealLine.net_minor)))
    value = value.group_by(col(DealLine.deal_id), col(DealLine.vat_category), col(DealLine.vat_rate))
    claimed = sa.select(col(Claim.deal_id), col(Claim.vat_category), col(Claim.vat_rate), sa.func.sum(col(Claim.amount_minor)))
    claimed = claimed.where(LIVE).group_by(col(Claim.deal_id), col(Claim.vat_category), col(Claim.vat_rate))
    groups: dict[int, list[DealGroup]] = defaultdict(list)
    for some in batched_keys(keys):
        billed = {
            (key, category, rate): int(minor)
            for key, category, rate, minor in tx.session.execute(claimed.where(col(Claim.deal_id).in_(some)))
        }
        valued = value.where(col(DealLine.deal_id).in_(some)).order_by(col(DealLine.vat_category), col(DealLine.vat_rate))
        for key, category, rate, minor in tx.session.execute(valued):
            billed_minor = billed.get((key, category, rate), 0)
            groups[key].append(DealGroup(vat_category=category, vat_rate=rate, value_minor=int(minor), billed_minor=billed_minor))
    return [groups[key] for key in keys]


def deal_lines(tx: Transaction, keys: Sequence[int]) -> list[list[DealLine]]:
    """Return the lines of each deal, in their order."""
    return children(tx, sa.select(DealLine).order_by(col(DealLine.position), col(DealLine.id)), col(DealLine.deal_id), keys)


def amounts_of_subscriptions(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return what one period of each subscription costs, in minor units."""
    return sums(tx, sa.select(sa.func.sum(col(SubscriptionLine.net_minor))), col(SubscriptionLine.subscription_id), keys)


def subscription_lines(tx: Transaction, keys: Sequence[int]) -> list[list[SubscriptionLine]]:
    """Return the lines of each subscription, in their order."""
    statement = sa.select(SubscriptionLine).order_by(col(SubscriptionLine.position), col(SubscriptionLine.id))
    return children(tx, statement, col(SubscriptionLine.subscription_id), keys)


def invoiced_starts(tx: Transaction, keys: Sequence[int]) -> list[frozenset[date]]:
    """Return the starts of the periods of each subscription that were ever invoiced, live or not (R11)."""
    statement = sa.select(col(Claim.subscription_id), col(Claim.period_start)).where(col(Claim.kind) == ClaimKind.SUBSCRIPTION_PERIOD)
    found: dict[int, set[date]] = defaultdict(set)
    for some in batched_keys(keys):
        for key, start in tx.session.execute(statement.where(col(Claim.subscription_id).in_(some))):
            found[key].add(start)
    return [frozenset(found[key]) for key in keys]


def next_period(subscription: Subscription, invoiced: frozenset[date]) -> tuple[date, date] | None:
    """Return the first period that was never invoiced, None after the last one: first and last day."""
    return next(_never_invoiced(subscription, invoiced, date.max), None)


def due_periods(tx: Transaction, subscription: Subscription, invoiced: frozenset[date], as_of: date | None) -> list[tuple[date, date]]:
    """Return the periods that began by a day (None: today) and were never invoiced, oldest first: first and last day of each (R11)."""
    return list(islice(_never_invoiced(subscription, invoiced, as_of or tx.today), tx.settings.max_subscription_periods))


def _never_invoiced(subscription: Subscription, invoiced: frozenset[date], up_to: date) -> Iterator[tuple[date, date]]:
    begun = periods_begun(subscription.starts_on, subscription.every, subscription.unit, up_to, subscription.ends_on)
    return (period for period in begun if period[0] not in invoiced)
