"""A changed rate re-rates what is unbilled, in the same transaction; what is on a live line stays (M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from billhook.store import balances, rates
from billhook.store.locks import lock_projects_of
from billhook.store.tables import TimeEntry

if TYPE_CHECKING:
    import sqlalchemy as sa

    from billhook.billing.transaction import Transaction


def rerate(tx: Transaction, *where: sa.ColumnElement[bool]) -> None:
    """Resolve the rates of the chosen entries that are on no live line, and sum their projects again."""
    lock_rated(tx, *where)
    free = (*where, col(TimeEntry.live_line_id).is_(None), col(TimeEntry.deleted_at).is_(None))
    projects = tx.session.exec(select(TimeEntry.project_id).where(*free).distinct()).all()
    rates.resolve(tx.session, *free)
    balances.recompute(tx.session, projects)


def lock_rated(tx: Transaction, *where: sa.ColumnElement[bool]) -> None:
    """Lock the projects of the chosen entries, billed ones too: work that is released meanwhile takes the new rate (M3).

    Call it before locking the user or work type whose rate changes: projects come first.
    """
    statement = select(TimeEntry.project_id).where(*where).distinct()
    lock_projects_of(tx.session, lambda: tx.session.exec(statement).all())
