"""The time entries of an import: what makes two the same, which are there already, and writing the new ones."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.importing.catalogue import check_currencies, place_of, project_key, user_key, work_type_key
from billhook.store import balances, rates
from billhook.store.locks import lock_projects
from billhook.store.sorting import sort_key
from billhook.store.tables import TimeEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billhook.billing.importing.catalogue import Catalogue
    from billhook.billing.importing.rows import Row
    from billhook.billing.transaction import Transaction

CHUNK = 1000
"""Rows a statement."""


def import_keys(format_name: str, rows: Iterable[Row]) -> list[str]:
    """Return what identifies each row for ever: format, person, project, start or day, duration, and position among equals.

    The texts count as the export has them, so that renaming a project here does not bring its time in again.
    """
    equals: Counter[tuple[str, ...]] = Counter()
    keys = []
    for row in rows:
        start = row.started_at.isoformat() if row.started_at else row.worked_on.isoformat()
        identity = (format_name, sort_key(row.email or row.user_name), *place_of(row), start, str(row.seconds))
        equals[identity] += 1
        # Lengths before the texts, so that no two identities run together into one text.
        text = "".join(f"{len(part)}:{part}" for part in (*identity, str(equals[identity])))
        keys.append(hashlib.sha256(text.encode()).hexdigest())
    return keys


def keys_there(tx: Transaction, keys: Sequence[str]) -> set[str]:
    """Return which import keys were imported before, one statement a chunk."""
    column = col(TimeEntry.import_key)
    return {key for chunk in _chunks(keys) for key in tx.session.execute(sa.select(column).where(column.in_(chunk))).scalars()}


def add_entries(tx: Transaction, catalogue: Catalogue, entries: Sequence[tuple[str, Row, int | None]]) -> int:
    """Write entries, each an import key, a row and its own rate if kept, with all they name; rate them (M3) and sum their projects.

    Returns how many billable ones have no rate.
    """
    projects = {project_key(tx, catalogue, row) for _, row, _ in entries}
    lock_projects(tx.session, projects)
    check_currencies(tx, catalogue, projects)
    last_before = tx.session.execute(sa.select(sa.func.coalesce(sa.func.max(col(TimeEntry.id)), 0))).scalar_one()
    for chunk in _chunks(entries):
        written = [_columns(tx, catalogue, row, own_rate) | {"import_key": key} for key, row, own_rate in chunk]
        tx.session.connection().execute(sa.insert(TimeEntry), written)
    # One statement for all new entries: with a list of keys instead, SQLite would go through all unbilled time for each chunk.
    new = (col(TimeEntry.id) > last_before, col(TimeEntry.project_id).in_(projects))
    rates.resolve(tx.session, *new)
    balances.recompute(tx.session, projects)
    unrated = sa.select(sa.func.count()).where(*new, col(TimeEntry.billable), col(TimeEntry.hourly_rate_minor).is_(None))
    return int(tx.session.execute(unrated).scalar_one())


def _columns(tx: Transaction, catalogue: Catalogue, row: Row, own_rate: int | None) -> dict[str, Any]:
    return {
        "project_id": project_key(tx, catalogue, row),
        "user_id": user_key(tx, catalogue, row),
        "work_type_id": work_type_key(tx, catalogue, row),
        "worked_on": row.worked_on,
        "started_at": row.started_at,
        "seconds": row.seconds,
        "description": row.description,
        "billable": row.billable,
        "override_rate_minor": own_rate,
        "created_at": tx.now,
    }


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[first : first + CHUNK] for first in range(0, len(items), CHUNK))
