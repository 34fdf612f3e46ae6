"""Resolves the hourly rates of time entries, and what the entries are worth, in set-based SQL (M2, M3, M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.money import SECONDS_PER_HOUR
from billhook.domain.words import RateOrigin, RatePolicy
from billhook.store.tables import Phase, Project, TimeEntry, UserRate, WorkTypeRate

if TYPE_CHECKING:
    from sqlmodel import Session


def _worth(rate: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:
    """M2 in SQL, the only place; `domain/money.py` has it in Python, a property test holds the two together."""
    return (2 * col(TimeEntry.seconds) * rate + SECONDS_PER_HOUR) // (2 * SECONDS_PER_HOUR)


_phase_rate = sa.select(col(Phase.hourly_rate_minor)).where(col(Phase.id) == col(TimeEntry.phase_id)).scalar_subquery()
_user_rate = (
    sa.select(col(UserRate.hourly_rate_minor))
    .where(col(UserRate.user_id) == col(TimeEntry.user_id), col(UserRate.currency) == col(Project.currency))
    .correlate(TimeEntry, Project)
    .scalar_subquery()
)
_work_type_rate = (
    sa.select(col(WorkTypeRate.hourly_rate_minor))
    .where(col(WorkTypeRate.work_type_id) == col(TimeEntry.work_type_id), col(WorkTypeRate.currency) == col(Project.currency))
    .correlate(TimeEntry, Project)
    .scalar_subquery()
)
_policy_rate = (
    sa.select(
        sa.case(
            (col(Project.rate_policy) == RatePolicy.PROJECT, col(Project.hourly_rate_minor)),
            (col(Project.rate_policy) == RatePolicy.USER, _user_rate),
            else_=_work_type_rate,
        )
    )
    .where(col(Project.id) == col(TimeEntry.project_id))
    .scalar_subquery()
)
_policy = sa.select(col(Project.rate_policy)).where(col(Project.id) == col(TimeEntry.project_id)).scalar_subquery()
_own_rate = col(TimeEntry.override_rate_minor)
_RATE: sa.ColumnElement[Any] = sa.func.coalesce(_own_rate, _phase_rate, _policy_rate)
_origin_type = sa.inspect(TimeEntry).local_table.c.rate_origin.type
_ORIGIN: sa.ColumnElement[Any] = sa.case(
    (_own_rate.is_not(None), sa.literal(RateOrigin.ENTRY, _origin_type)),
    (_phase_rate.is_not(None), sa.literal(RateOrigin.PHASE, _origin_type)),
    (_policy_rate.is_not(None), sa.cast(_policy, _origin_type)),
    else_=None,
)
WORTH_NOW = _worth(_RATE)
"""What an entry is worth at the rate that applies now; null while there is none."""


def resolve(session: Session, *where: sa.ColumnElement[bool]) -> None:
    """Give the chosen entries the rate that applies now, first that exists: own, phase's, policy's; null where none does.

    Entries on a live line keep theirs (M3). Insert entries without a rate, then call this; balances are the caller's.
    """
    free = sa.and_(*where, col(TimeEntry.live_line_id).is_(None))
    update = sa.update(TimeEntry).where(free).execution_options(synchronize_session=False)
    session.execute(update.values(hourly_rate_minor=_RATE, rate_origin=_ORIGIN))
    session.execute(update.values(amount_minor=_worth(col(TimeEntry.hourly_rate_minor))))
