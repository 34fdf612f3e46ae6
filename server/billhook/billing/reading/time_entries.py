"""The lists of time entries: all of them, a project's, and those a line bills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.entry_state import PENDING, STATE
from billhook.billing.reading.listing import COUNT, Listing
from billhook.billing.reading.paging import Order, OrderDirection, OrderKey
from billhook.billing.reading.text import text_holds
from billhook.store.among import among_keys
from billhook.store.tables import Claim, TimeEntry
from billhook.store.tables.work import NOT_ON_A_LINE

if TYPE_CHECKING:
    from billhook.domain.words import TimeEntryState

THERE = col(TimeEntry.deleted_at).is_(None)
COUNT_AND_SECONDS = (COUNT, sa.func.coalesce(sa.func.sum(col(TimeEntry.seconds)), 0))


class TimeEntryOrderField(Enum):
    """What time entries can be ordered by."""

    WORKED_ON = "WORKED_ON"
    CREATED_AT = "CREATED_AT"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntryChoice:
    """Which time entries; None: whatever. Both days are inclusive."""

    project_keys: tuple[int, ...] | None = None
    phase_keys: tuple[int, ...] | None = None
    user_keys: tuple[int, ...] | None = None
    work_type_keys: tuple[int, ...] | None = None
    worked_from: date | None = None
    worked_up_to: date | None = None
    states: tuple[TimeEntryState, ...] | None = None
    search: str | None = None


def time_entries(choice: TimeEntryChoice, field: TimeEntryOrderField, direction: OrderDirection) -> Listing:
    """List time entries of the whole workspace, the deleted ones left out."""
    return Listing(table=TimeEntry, where=_where(choice), order=_order("timeEntries", field, direction), totals=COUNT_AND_SECONDS)


def time_entries_of_project(choice: TimeEntryChoice, field: TimeEntryOrderField, direction: OrderDirection) -> Listing:
    """List a project's time entries, the deleted ones left out."""
    return Listing(
        table=TimeEntry,
        where=_where(choice),
        order=_order("project.timeEntries", field, direction),
        parent=col(TimeEntry.project_id),
        totals=COUNT_AND_SECONDS,
    )


def time_entries_of_line() -> Listing:
    """List the time entries that a line bills, or billed before it was removed or credited (G7)."""
    return Listing(
        table=TimeEntry,
        source=sa.join(Claim, TimeEntry, col(Claim.time_entry_id) == col(TimeEntry.id)),
        order=_order("line.timeEntries", TimeEntryOrderField.WORKED_ON, OrderDirection.ASC),
        parent=col(Claim.line_id),
        totals=COUNT_AND_SECONDS,
    )


def _where(choice: TimeEntryChoice) -> tuple[sa.ColumnElement[bool], ...]:
    where: list[sa.ColumnElement[bool]] = [THERE]
    chosen = (
        (TimeEntry.project_id, choice.project_keys),
        (TimeEntry.phase_id, choice.phase_keys),
        (TimeEntry.user_id, choice.user_keys),
        (TimeEntry.work_type_id, choice.work_type_keys),
    )
    where += [among_keys(col(column), keys) for column, keys in chosen if keys is not None]
    if choice.worked_from is not None:
        where.append(col(TimeEntry.worked_on) >= choice.worked_from)
    if choice.worked_up_to is not None:
        where.append(col(TimeEntry.worked_on) <= choice.worked_up_to)
    if choice.states is not None:
        where.append(STATE.in_([state.value for state in choice.states]))
        if PENDING.issuperset(choice.states):
            where.append(NOT_ON_A_LINE)
    if choice.search:
        where.append(text_holds(col(TimeEntry.description), choice.search))
    return tuple(where)


def _order(name: str, field: TimeEntryOrderField, direction: OrderDirection) -> Order:
    first = (
        OrderKey(col(TimeEntry.worked_on), lambda found: found[0].worked_on, date, direction.descending)
        if field is TimeEntryOrderField.WORKED_ON
        else OrderKey(col(TimeEntry.created_at), lambda found: found[0].created_at, datetime, direction.descending)
    )
    return Order(
        f"{name}/{field.value}/{direction.value}",
        (first, OrderKey(col(TimeEntry.id), lambda found: found[0].id, int, direction.descending)),
    )
