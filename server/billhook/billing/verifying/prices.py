"""Checks that no price, deal, period or key of a source is billed beyond what it is (G1, R5a, R7, R10, R11)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.domain.words import BillingMethod
from billhook.store.tables import Claim, Deal, DealLine, Phase, Project, Subscription
from billhook.store.tables.document import LIVE

WHOLE_PERCENTAGE = 100 * 10**6
"""100 %, in millionths."""

_of_phases = (
    sa.select(
        col(Claim.phase_id).label("phase_id"),
        sa.func.sum(col(Claim.amount_minor)).label("minor"),
        sa.func.sum(sa.type_coerce(col(Claim.percentage), sa.BigInteger)).label("percentage"),
    )
    .where(LIVE, col(Claim.phase_id).is_not(None))
    .group_by(col(Claim.phase_id))
    .subquery("of_phases")
)
_groups = (Claim.vat_category, Claim.vat_rate)
_of_deals = (
    sa.select(col(Claim.deal_id).label("deal_id"), *(col(group) for group in _groups), sa.func.sum(col(Claim.amount_minor)).label("minor"))
    .where(LIVE, col(Claim.deal_id).is_not(None))
    .group_by(col(Claim.deal_id), *(col(group) for group in _groups))
    .subquery("of_deals")
)
_values = (
    sa.select(
        col(DealLine.deal_id), col(DealLine.vat_category), col(DealLine.vat_rate), sa.func.sum(col(DealLine.net_minor)).label("minor")
    )
    .group_by(col(DealLine.deal_id), col(DealLine.vat_category), col(DealLine.vat_rate))
    .subquery("deal_values")
)

CHECKS = (
    Check(
        name="fixed prices",
        rule="R7, R5a",
        proves="Live claims on a phase come to at most its fixed price and 100 %, and only on a phase with a fixed price.",
        looks_at=Phase,
        find=selecting(
            Phase,
            sa.select(
                col(Phase.id).label("key"),
                col(Project.currency).label("currency"),
                _of_phases.c.minor.label("billed_minor"),
                col(Phase.fixed_price_minor).label("price_minor"),
            )
            .join(Project, col(Project.id) == col(Phase.project_id))
            .join(_of_phases, _of_phases.c.phase_id == col(Phase.id))
            .where(
                sa.or_(
                    col(Phase.billing_method) != BillingMethod.FIXED_PRICE,
                    _of_phases.c.minor > sa.func.coalesce(col(Phase.fixed_price_minor), 0),
                    _of_phases.c.percentage > WHOLE_PERCENTAGE,
                )
            )
            .order_by(col(Phase.id)),
            "{billed_minor} of it is billed, its fixed price is {price_minor}.",
        ),
    ),
    Check(
        name="values of deals",
        rule="R10, R5a",
        proves="Live claims on a deal come to at most its value in each VAT group.",
        looks_at=Deal,
        find=selecting(
            Deal,
            sa.select(
                col(Deal.id).label("key"),
                col(Project.currency).label("currency"),
                _of_deals.c.vat_category.label("category"),
                _of_deals.c.vat_rate.label("rate"),
                _of_deals.c.minor.label("billed_minor"),
                sa.func.coalesce(_values.c.minor, 0).label("value_minor"),
            )
            .join(Project, col(Project.id) == col(Deal.project_id))
            .join(_of_deals, _of_deals.c.deal_id == col(Deal.id))
            .outerjoin(
                _values,
                sa.and_(
                    _values.c.deal_id == col(Deal.id),
                    _values.c.vat_category == _of_deals.c.vat_category,
                    _values.c.vat_rate == _of_deals.c.vat_rate,
                ),
            )
            .where(_of_deals.c.minor > sa.func.coalesce(_values.c.minor, 0))
            .order_by(col(Deal.id), _of_deals.c.vat_category, _of_deals.c.vat_rate),
            "With VAT {category} {rate} % {billed_minor} is billed, its value is {value_minor}.",
        ),
    ),
    Check(
        name="periods of subscriptions",
        rule="R11",
        proves="No period of a subscription is live twice: it is on one invoice, once in each VAT group.",
        looks_at=Subscription,
        find=selecting(
            Subscription,
            sa.select(col(Claim.subscription_id).label("key"), col(Claim.period_start).label("period"), sa.func.count().label("claims"))
            .where(LIVE, col(Claim.subscription_id).is_not(None))
            .group_by(col(Claim.subscription_id), col(Claim.period_start), col(Claim.vat_category), col(Claim.vat_rate))
            .having(sa.func.count() > 1)
            .union(
                sa.select(col(Claim.subscription_id), col(Claim.period_start), sa.func.count(sa.distinct(col(Claim.invoice_id))))
                .where(LIVE, col(Claim.subscription_id).is_not(None))
                .group_by(col(Claim.subscription_id), col(Claim.period_start))
                .having(sa.func.count(sa.distinct(col(Claim.invoice_id))) > 1)
            ),
            "Its period from {period} is live {claims} times.",
        ),
    ),
    Check(
        name="keys of sources",
        rule="G1",
        proves="No key that a source bills once is live twice on a project.",
        looks_at=Claim,
        find=selecting(
            Project,
            sa.select(
                col(Claim.project_id).label("key"),
                col(Claim.source_name).label("source"),
                col(Claim.once_key).label("once"),
                sa.func.count().label("claims"),
            )
            .where(LIVE, col(Claim.once_key).is_not(None))
            .group_by(col(Claim.project_id), col(Claim.source_name), col(Claim.once_key))
            .having(sa.func.count() > 1),
            "The key '{once}' of the source {source} is live {claims} times.",
        ),
    ),
)
