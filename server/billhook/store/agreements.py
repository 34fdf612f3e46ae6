"""The prices of a project that are billed in portions or periods: fixed-price phases, deals, subscriptions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.document import vat_order
from billhook.domain.facts import Item, Part
from billhook.domain.ids import encode
from billhook.domain.options import Vat
from billhook.domain.periods import periods_begun
from billhook.domain.words import BillingMethod, ClaimKind
from billhook.store.tables import Claim, Deal, DealLine, Phase, Project, Subscription, SubscriptionLine

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from sqlmodel import Session

    from billhook.store.tables.agreement import AgreedLine
    from billhook.store.views import Collected


def collect_prices(session: Session, phases: Sequence[Phase], collected: Collected) -> None:
    """Add the fixed prices of these phases."""
    claims = _live_claims(session, ClaimKind.PHASE, [phase.id for phase in phases])
    for phase in phases:
        part = None
        if phase.billing_method is BillingMethod.FIXED_PRICE:
            part = _part(collected.phase_vats[phase.id], phase.fixed_price_minor or 0, claims[phase.id])
            collected.add(encode("Phase", phase.id), Item(kind=ClaimKind.PHASE, key=phase.id, title=phase.title, parts=(part,)))
        collected.phases.append((phase, part))


def collect_deals(session: Session, project: Project, collected: Collected) -> None:
    """Add the deals of a project, one part per VAT group (R10)."""
    deals = session.scalars(sa.select(Deal).where(col(Deal.project_id) == project.id).order_by(col(Deal.id))).all()
    if not deals:
        return
    keys = [deal.id for deal in deals]
    values = _values((line.deal_id, line) for line in session.scalars(sa.select(DealLine).where(col(DealLine.deal_id).in_(keys))))
    claims = _live_claims(session, ClaimKind.DEAL, keys)
    for deal in deals:
        parts = tuple(
            _part(vat, value, [c for c in claims[deal.id] if (c.vat_category, c.vat_rate) == (vat.category, vat.rate)])
            for vat, value in sorted(values[deal.id].items(), key=lambda pair: vat_order(pair[0]))
        )
        collected.add(encode("Deal", deal.id), Item(kind=ClaimKind.DEAL, key=deal.id, title=deal.title, parts=parts))
        collected.deals.append((deal, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Which periods of subscriptions are due (R11)."""

    as_of: date
    """They have begun by this day."""
    most: int
    """So many of each subscription that were never invoiced, the oldest: one from long ago has more than anybody will invoice at once."""
    asked: AbstractSet[tuple[int, date]] = frozenset()
    """Those that were asked for besides, by the subscription's key and their start, also if they were invoiced before."""


def collect_periods(session: Session, project: Project, collected: Collected, due: Due) -> None:
    """Add the due periods: the oldest that were never invoiced, and those asked for that are not live (R11)."""
    rows = session.scalars(sa.select(Subscription).where(col(Subscription.project_id) == project.id).order_by(col(Subscription.id))).all()
    if not rows:
        return
    keys = [row.id for row in rows]
    lines = session.scalars(sa.select(SubscriptionLine).where(col(SubscriptionLine.subscription_id).in_(keys)))
    values = _values((line.subscription_id, line) for line in lines)
    invoiced, live = _claimed_periods(session, keys)
    for row in rows:
        parts = tuple(
            Part(vat=vat, value_minor=value) for vat, value in sorted(values[row.id].items(), key=lambda pair: vat_order(pair[0]))
        )
        begun = partial(periods_begun, row.starts_on, row.every, row.unit, due.as_of, row.ends_on)
        oldest = islice((period for period in begun() if (row.id, period[0]) not in invoiced), due.most)
        asked = {start for key, start in due.asked - live if key == row.id}
        periods = tuple(sorted({*oldest, *(period for period in (begun() if asked else ()) if period[0] in asked)}))
        for start, end in periods:
            item = Item(kind=ClaimKind.SUBSCRIPTION_PERIOD, key=row.id, title=row.title, parts=parts, period=(start, end))
            collected.add(f"{encode('BillingSubscription', row.id)}/{start}", item)
        collected.subscriptions.append((row, periods, sum(part.value_minor for part in parts)))


def _live_claims(session: Session, kind: ClaimKind, keys: Collection[int]) -> dict[int, list[Claim]]:
    """Return the live claims on these phases or deals, by their keys."""
    key = col(Claim.phase_id) if kind is ClaimKind.PHASE else col(Claim.deal_id)
    found: dict[int, list[Claim]] = defaultdict(list)
    if not keys:
        return found
    for claim in session.scalars(sa.select(Claim).where(key.in_(keys), col(Claim.released_at).is_(None)).order_by(col(Claim.id))):
        found[claim.phase_id or claim.deal_id or 0].append(claim)
    return found


def _part(vat: Vat, value_minor: int, claims: Iterable[Claim]) -> Part:
    """Return what is billed of a price; an amount counts as amount/value of it."""
    live = list(claims)
    share = sum(
        (
            Fraction(claim.percentage) / 100 if claim.percentage is not None else Fraction(claim.amount_minor, value_minor or 1)
            for claim in live
        ),
        Fraction(0),
    )
    return Part(vat=vat, value_minor=value_minor, billed_minor=sum(claim.amount_minor for claim in live), billed_share=share)


def _values(lines: Iterable[tuple[int, AgreedLine]]) -> dict[int, dict[Vat, int]]:
    """Return what lines are worth per VAT group, by the key of what they belong to."""
    values: dict[int, dict[Vat, int]] = defaultdict(lambda: defaultdict(int))
    for owner, line in lines:
        values[owner][Vat(category=line.vat_category, rate=line.vat_rate)] += line.net_minor
    return values


def _claimed_periods(session: Session, keys: Collection[int]) -> tuple[set[tuple[int, date]], set[tuple[int, date]]]:
    """Return the periods that were ever invoiced, and those that are on a live line."""
    statement = sa.select(col(Claim.subscription_id), col(Claim.period_start), col(Claim.released_at)).where(
        col(Claim.subscription_id).in_(keys)
    )
    rows = session.execute(statement).all()
    return {(key, start) for key, start, _ in rows}, {(key, start) for key, start, released_at in rows if released_at is None}
