"""Keeps the rollup of every project: its unbilled work and its open advance, in the transaction of each change (R2, G6).

`recompute` sums the facts of a project; `shift` moves a balance by what a few time entries contributed before and after a change,
so that tracking time costs the same however much is unbilled. `billhook verify` proves that both come to the same. Both raise
LIMIT_EXCEEDED for more time than the API can show as an Int.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import MAX_TOTAL_SECONDS, SECONDS_PER_HOUR
from billhook.domain.words import BillingMethod
from billhook.store import rates
from billhook.store.changes import note_balances
from billhook.store.tables import AdvanceLedger, ExtraCost, Phase, ProjectBalance, TimeEntry
from billhook.store.tables.work import NOT_ON_A_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlmodel import Session

BY_TIME = sa.or_(
    col(TimeEntry.phase_id).is_(None),
    sa.exists().where(col(Phase.id) == col(TimeEntry.phase_id), col(Phase.billing_method) == BillingMethod.TIME_AND_MATERIALS),
)
"""The entry is in a time-and-materials phase, or in none (R1)."""
UNBILLED_TIME = sa.and_(NOT_ON_A_LINE, BY_TIME)
"""R2: unbilled time, unrated entries among it."""
UNBILLED_COST = sa.and_(
    col(ExtraCost.live_line_id).is_(None),
    col(ExtraCost.deleted_at).is_(None),
    col(TimeEntry.billable),
    col(TimeEntry.deleted_at).is_(None),
    BY_TIME,
)
"""R2: unbilled extra costs of billable entries, also when the entry itself is billed."""


@dataclass(frozen=True, slots=True)
class Unbilled:
    """What is unbilled of a project or of some entries; amounts in minor units."""

    minor: int = 0
    seconds: int = 0
    entries: int = 0
    unrated: int = 0


def recompute(session: Session, project_keys: Iterable[int]) -> None:
    """Sum the facts of these projects into their balances; costs as much as there is unbilled and in the ledger."""
    keys = sorted(set(project_keys))
    if not keys:
        return
    unbilled = unbilled_of(session, col(TimeEntry.project_id).in_(keys), col(ExtraCost.project_id).in_(keys))
    ledger = sa.select(col(AdvanceLedger.project_id), sa.func.sum(col(AdvanceLedger.amount_minor))).group_by(col(AdvanceLedger.project_id))
    open_advance = {key: int(total) for key, total in session.execute(ledger.where(col(AdvanceLedger.project_id).in_(keys)))}
    _write(session, [_row(key, unbilled.get(key, Unbilled())) | {"open_advance": open_advance.get(key, 0)} for key in keys])


def unbilled_of(session: Session, entries: sa.ColumnElement[bool], costs: sa.ColumnElement[bool]) -> dict[int, Unbilled]:
    """Return what the chosen entries and extra costs contribute to the unbilled amount of their projects."""
    time = (
        sa.select(
            col(TimeEntry.project_id),
            sa.func.coalesce(sa.func.sum(col(TimeEntry.amount_minor)), 0),
            sa.func.sum(col(TimeEntry.seconds)),
            sa.func.count(),
            sa.func.count() - sa.func.count(col(TimeEntry.amount_minor)),
        )
        .where(entries, UNBILLED_TIME)
        .group_by(col(TimeEntry.project_id))
    )
    found = {key: Unbilled(int(minor), int(seconds), entries, unrated) for key, minor, seconds, entries, unrated in session.execute(time)}
    extra = (
        sa.select(col(ExtraCost.project_id), sa.func.sum(col(ExtraCost.amount_minor)))
        .join(TimeEntry, col(TimeEntry.id) == col(ExtraCost.time_entry_id))
        .where(costs, UNBILLED_COST)
        .group_by(col(ExtraCost.project_id))
    )
    for key, minor in session.execute(extra):
        had = found.get(key, Unbilled())
        found[key] = Unbilled(had.minor + int(minor), had.seconds, had.entries, had.unrated)
    return found


def if_released(session: Session, line_keys: Iterable[int]) -> int:
    """Return what releasing these lines would add to the unbilled amount, in minor units: time at the rate that applies now (M3)."""
    lines = list(line_keys)
    on_lines = col(TimeEntry.live_line_id).in_(lines)
    billable = sa.and_(col(TimeEntry.billable), col(TimeEntry.deleted_at).is_(None), BY_TIME)
    time = session.scalar(sa.select(sa.func.sum(rates.WORTH_NOW)).select_from(TimeEntry).where(on_lines, billable))
    costs = (
        sa.select(sa.func.sum(col(ExtraCost.amount_minor)))
        .join(TimeEntry, col(TimeEntry.id) == col(ExtraCost.time_entry_id))
        .where(col(ExtraCost.live_line_id).in_(lines), col(ExtraCost.deleted_at).is_(None), billable)
    )
    return int(time or 0) + int(session.scalar(costs) or 0)


def contribution(session: Session, entry_keys: Iterable[int]) -> dict[int, Unbilled]:
    """Return what these time entries and their extra costs contribute, per project."""
    keys = list(entry_keys)
    return unbilled_of(session, col(TimeEntry.id).in_(keys), col(ExtraCost.time_entry_id).in_(keys))


def shift(session: Session, before: Mapping[int, Unbilled], after: Mapping[int, Unbilled]) -> None:
    """Move the balances by the difference between two contributions of the same entries."""
    nothing = Unbilled()
    changes: dict[int, dict[str, Any]] = defaultdict(dict)
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, nothing), after.get(key, nothing)
        changes[key] = {
            "unbilled_minor": col(ProjectBalance.unbilled_minor) + (new.minor - old.minor),
            "unbilled_seconds": col(ProjectBalance.unbilled_seconds) + (new.seconds - old.seconds),
            "unbilled_entries": col(ProjectBalance.unbilled_entries) + (new.entries - old.entries),
            "unrated_entries": col(ProjectBalance.unrated_entries) + (new.unrated - old.unrated),
        }
    note_balances(session, changes)
    for key, values in changes.items():
        move = (
            sa.update(ProjectBalance)
            .where(col(ProjectBalance.project_id) == key)
            .values(values)
            .returning(col(ProjectBalance.unbilled_seconds))
        )
        _refuse_too_long(session.scalars(move.execution_options(synchronize_session=False)).one())


def _refuse_too_long(seconds: int) -> None:
    if seconds > MAX_TOTAL_SECONDS:
        hours = MAX_TOTAL_SECONDS // SECONDS_PER_HOUR
        message = f"The unbilled time of one project would be more than {hours} hours. Invoice some of it, or use several projects."
        raise Refusal(ErrorCode.LIMIT_EXCEEDED, message)


def _row(key: int, unbilled: Unbilled) -> dict[str, Any]:
    _refuse_too_long(unbilled.seconds)
    return {
        "key": key,
        "minor": unbilled.minor,
        "seconds": unbilled.seconds,
        "entries": unbilled.entries,
        "unrated": unbilled.unrated,
    }


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    note_balances(session, (row["key"] for row in rows))
    statement = (
        sa.update(sa.inspect(ProjectBalance).local_table)  # type: ignore[arg-type] # a Table, as of every mapped class
        .where(col(ProjectBalance.project_id) == sa.bindparam("key"))
        .values(
            unbilled_minor=sa.bindparam("minor"),
            unbilled_seconds=sa.bindparam("seconds"),
            unbilled_entries=sa.bindparam("entries"),
            unrated_entries=sa.bindparam("unrated"),
            open_advance_minor=sa.bindparam("open_advance"),
        )
    )
    session.connection().execute(statement, rows)
