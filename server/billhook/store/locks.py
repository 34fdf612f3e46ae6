"""Locks that order the writers of one project; always projects first and in id order, then a number series, so nobody deadlocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from billhook.store.tables import NumberSeries, Project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from billhook.domain.words import Series


def lock_projects(session: Session, keys: Iterable[int]) -> None:
    """Wait until no other transaction writes to these projects. On SQLite the transaction already is the only writer."""
    wanted = sorted(set(keys))
    session.exec(select(Project.id).where(col(Project.id).in_(wanted)).order_by(col(Project.id)).with_for_update()).all()


def lock_series(session: Session, seller_key: int, series: Series) -> NumberSeries:
    """Return the counter of a series, which nobody else reads until this transaction ends (R15)."""
    statement = select(NumberSeries).where(NumberSeries.seller_id == seller_key, NumberSeries.series == series).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()
