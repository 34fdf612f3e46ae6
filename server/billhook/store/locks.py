"""Locks that order writers: projects first and in id order, then what they name, then a number series, so that few ever deadlock.

On SQLite the writing transaction is the only writer there is, and the statements here just read. On PostgreSQL what was read before
a lock may have changed while waiting for it: read it again. Whoever finds then that the lock is on the wrong row raises Overtaken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.store.tables import NumberSeries, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlmodel import Session

    from billhook.domain.words import Series

IMPORTING = 0x62696C6C
"""The advisory lock of imports."""


def lock_projects(session: Session, keys: Iterable[int]) -> None:
    """Wait until no other transaction writes to these projects."""
    wanted = sorted(set(keys))
    session.exec(select(Project.id).where(col(Project.id).in_(wanted)).order_by(col(Project.id)).with_for_update()).all()


def lock_projects_of(session: Session, find: Callable[[], Iterable[int]]) -> set[int]:
    """Lock the projects that `find` names, until it names none that is not locked; return them all."""
    held: set[int] = set()
    while more := set(find()) - held:
        lock_projects(session, more)
        held |= more
    return held


def lock_series(session: Session, seller_key: int, series: Series) -> NumberSeries:
    """Return the counter of a series, which nobody else reads until this transaction ends (R15)."""
    statement = select(NumberSeries).where(NumberSeries.seller_id == seller_key, NumberSeries.series == series).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def lock_imports(session: Session) -> None:
    """Wait until no other transaction imports: two that name the same new customer would both make it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORTING)))
