"""Projects that the bench adds to a copy of a database, to be invoiced and tracked on: twins with exactly the same work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import Session, col

from bench.drawing import drawing, numbered
from bench.history import add_entries, sum_balances
from bench.portfolio import LAST_DAY, USERS, WORK_TYPES, add_projects, continue_keys
from bench.size import SEED
from billhook.domain.ids import encode
from billhook.store.engine import open_engine, writing
from billhook.store.tables import Project, ProjectBalance, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRIES = 100
"""Unbilled time entries on each project."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A project with its unbilled work."""

    project_id: str
    unbilled_minor: int
    currency: str


def add_twins(url: str, count: int) -> list[tuple[Assignment, Assignment]]:
    """Add so many pairs of projects, each project with the entries of its twin."""
    engine = open_engine(url, 1, statement_timeout=3600)
    rated = sa.and_(col(ProjectBalance.unrated_entries) == 0, col(ProjectBalance.unbilled_entries) == ENTRIES)
    with writing(engine) as session:
        after = session.scalar(sa.select(sa.func.max(col(Project.id)))) or 0
        more = count + count // ENTRIES + 1  # one in a hundred has no rate
        for twin in range(2):
            _add(session, more, after + twin * more)
        continue_keys(session)
        sum_balances(session, col(ProjectBalance.project_id) > after)
        statement = sa.select(col(ProjectBalance.project_id), col(ProjectBalance.unbilled_minor), col(ProjectBalance.currency))
        rows = session.execute(statement.where(col(ProjectBalance.project_id) > after, rated)).all()
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
    engine.dispose()
    by_key = {key: Assignment(encode("Project", key), minor, currency) for key, minor, currency in rows}
    firsts: Sequence[int] = sorted(key for key in by_key if key <= after + more)[:count]
    return [(by_key[key], by_key[key + more]) for key in firsts]


def _add(session: Session, count: int, after: int) -> None:
    add_projects(session, numbered(count), after, "Assignment ")
    last_entry = session.scalar(sa.select(sa.func.max(col(TimeEntry.id)))) or 0
    number = numbered(count * ENTRIES).c.number
    draw = drawing(SEED, number)
    work = sa.select(
        (number + last_entry).label("id"),
        (after + 1 + (number - 1) // ENTRIES).label("project_id"),
        sa.cast(sa.null(), sa.BigInteger).label("phase_id"),
        (1 + draw("user", USERS)).label("user_id"),
        (1 + draw("work type", WORK_TYPES)).label("work_type_id"),
        sa.literal(LAST_DAY).label("worked_on"),
        (900 + 300 * draw("seconds", 90)).label("seconds"),
        sa.true().label("billable"),
    ).subquery("work")
    add_entries(session, work, sa.cast(sa.null(), sa.BigInteger))
