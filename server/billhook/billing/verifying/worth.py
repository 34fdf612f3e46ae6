"""Checks that work has the rate that applies, and is worth what its figures come to (M1 to M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.domain.money import SECONDS_PER_HOUR, decimals_of, divide_half_up
from billhook.domain.words import RateOrigin, RatePolicy
from billhook.store.tables import (
    Deal,
    DealLine,
    ExternalCost,
    ExtraCost,
    Phase,
    Project,
    Subscription,
    SubscriptionLine,
    TimeEntry,
    UserRate,
    WorkTypeRate,
)

if TYPE_CHECKING:
    from billhook.store.tables import InvoiceLine

MILLIONTHS = 10**6

_policy_rate = sa.case(
    (col(Project.rate_policy) == RatePolicy.PROJECT, col(Project.hourly_rate_minor)),
    (col(Project.rate_policy) == RatePolicy.USER, col(UserRate.hourly_rate_minor)),
    else_=col(WorkTypeRate.hourly_rate_minor),
)
_rate = sa.func.coalesce(col(TimeEntry.override_rate_minor), col(Phase.hourly_rate_minor), _policy_rate)
_origin_names = sa.type_coerce(col(TimeEntry.rate_origin), sa.String)
_origin = sa.case(
    (col(TimeEntry.override_rate_minor).is_not(None), RateOrigin.ENTRY.name),
    (col(Phase.hourly_rate_minor).is_not(None), RateOrigin.PHASE.name),
    (_policy_rate.is_not(None), sa.type_coerce(col(Project.rate_policy), sa.String)),
    else_=None,
)
_worth = (2 * col(TimeEntry.seconds) * col(TimeEntry.hourly_rate_minor) + SECONDS_PER_HOUR) // (2 * SECONDS_PER_HOUR)


def as_stored(column: Any) -> sa.ColumnElement[int]:  # noqa: ANN401 - a column of any Python type
    """Return a quantity, price or rate as the integer of millionths that it is stored as, to calculate with."""
    return sa.type_coerce(column, sa.BigInteger)


def product(table: type[ExtraCost | ExternalCost | InvoiceLine | DealLine | SubscriptionLine]) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the columns that `is_product` needs: two figures of up to 18 digits each, too large to multiply in SQL."""
    return as_stored(col(table.quantity)).label("quantity"), as_stored(col(table.unit_price)).label("unit_price")


def is_product(row: sa.Row[Any]) -> bool:
    """Whether a row's amount is round_half_up(quantity x unit price) (M1)."""
    exact: int = row.quantity * row.unit_price * 10 ** decimals_of(row.currency)
    return bool(row.said_minor == divide_half_up(exact, MILLIONTHS**2))


def _cost(table: type[ExtraCost | ExternalCost], noun: str) -> Check:
    statement = sa.select(
        col(table.id).label("key"), col(Project.currency).label("currency"), col(table.amount_minor).label("said_minor"), *product(table)
    ).join(Project, col(Project.id) == col(table.project_id))
    return Check(
        name=f"amounts of {noun}",
        rule="M1",
        proves="Every amount is round_half_up(quantity x unit price).",
        looks_at=table,
        find=selecting(table, statement, "Its amount is {said_minor}, which is not its quantity times its unit price.", holds=is_product),
    )


def _agreed(table: type[DealLine | SubscriptionLine], agreement: type[Deal | Subscription], key: Any, noun: str) -> Check:  # noqa: ANN401 - a column
    statement: sa.Executable = (
        sa.select(
            key.label("key"),
            col(Project.currency).label("currency"),
            col(table.id).label("line"),
            col(table.net_minor).label("said_minor"),
            *product(table),
        )
        .join(agreement, col(agreement.id) == key)
        .join(Project, col(Project.id) == col(agreement.project_id))
    )
    says = f"The net of its row {{line}} of {table.__tablename__} is {{said_minor}}, which is not its quantity times its unit price."
    return Check(
        name=f"amounts of {noun}",
        rule="M1",
        proves="The net of every agreed line is round_half_up(quantity x unit price).",
        looks_at=table,
        find=selecting(agreement, statement, says, holds=is_product),
    )


CHECKS = (
    Check(
        name="hourly rates",
        rule="M3, M4",
        proves="Every time entry that is on no live line has the rate that applies now, and says where it comes from.",
        looks_at=TimeEntry,
        find=selecting(
            TimeEntry,
            sa.select(
                col(TimeEntry.id).label("key"),
                col(Project.currency).label("currency"),
                col(TimeEntry.hourly_rate_minor).label("said_minor"),
                col(TimeEntry.rate_origin).label("said_origin"),
                _rate.label("applies_minor"),
                _origin.label("origin"),
            )
            .join(Project, col(Project.id) == col(TimeEntry.project_id))
            .outerjoin(Phase, col(Phase.id) == col(TimeEntry.phase_id))
            .outerjoin(UserRate, sa.and_(col(UserRate.user_id) == col(TimeEntry.user_id), col(UserRate.currency) == col(Project.currency)))
            .outerjoin(
                WorkTypeRate,
                sa.and_(col(WorkTypeRate.work_type_id) == col(TimeEntry.work_type_id), col(WorkTypeRate.currency) == col(Project.currency)),
            )
            .where(
                col(TimeEntry.live_line_id).is_(None),
                col(TimeEntry.deleted_at).is_(None),
                sa.or_(col(TimeEntry.hourly_rate_minor).is_distinct_from(_rate), _origin_names.is_distinct_from(_origin)),
            )
            .order_by(col(TimeEntry.id)),
            "Its hourly rate is {said_minor} from {said_origin}; {applies_minor} from {origin} applies.",
        ),
    ),
    Check(
        name="amounts of time",
        rule="M2",
        proves="Every time entry is worth round_half_up(seconds x hourly rate / 3600), or nothing is said while it has no rate.",
        looks_at=TimeEntry,
        find=selecting(
            TimeEntry,
            sa.select(
                col(TimeEntry.id).label("key"),
                col(Project.currency).label("currency"),
                col(TimeEntry.amount_minor).label("said_minor"),
                _worth.label("worth_minor"),
            )
            .join(Project, col(Project.id) == col(TimeEntry.project_id))
            .where(col(TimeEntry.amount_minor).is_distinct_from(_worth))
            .order_by(col(TimeEntry.id)),
            "Its amount is {said_minor}, its seconds and rate come to {worth_minor}.",
        ),
    ),
    _cost(ExtraCost, "extra costs"),
    _cost(ExternalCost, "external costs"),
    _agreed(DealLine, Deal, col(DealLine.deal_id), "deals"),
    _agreed(SubscriptionLine, Subscription, col(SubscriptionLine.subscription_id), "subscriptions"),
)
