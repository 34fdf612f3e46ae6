"""Tracking time, and saving a time sheet: new, changed and deleted entries, all or nothing (R2, R4, R5, M6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.entry_changes import Sheet, changed_columns, new_columns
from billhook.billing.finding import find, key_of
from billhook.billing.inputs.time import MAX_SAVED_AT_ONCE, SaveTimeEntries, TrackTime
from billhook.billing.own_time import require_own_time
from billhook.billing.records.cost import priced
from billhook.domain.errors import AlreadyBilled, ErrorCode, Refusal
from billhook.store import balances, rates
from billhook.store.locks import lock_projects_of
from billhook.store.tables import Claim, ExtraCost, InvoiceLine, Project, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction

FREE_TO_CHANGE = frozenset({"description"})


def track_time(tx: Transaction, given: TrackTime) -> Keys:
    """Add a time entry; it is unbilled at once (R4). Raises NOT_FOUND, INVALID_INPUT, Forbidden."""
    require_own_time(tx, [given])
    find(tx, Project, given.project_id, "projectId", lock=True)
    [key] = _track(tx, Sheet(tx), [given], ())
    balances.shift(tx.session, {}, balances.contribution(tx.session, [key]))
    return {"timeEntry": key}


def save_time_entries(tx: Transaction, given: SaveTimeEntries) -> Keys:
    """Save a time sheet, all or nothing; answers with every project it touched.

    Raises LIMIT_EXCEEDED for more than 200 entries, and with the path of the entry NOT_FOUND, INVALID_INPUT, ALREADY_BILLED,
    CURRENCY_MISMATCH; Forbidden for a timekeeper and the time of others.
    """
    track, update, delete = given.track or (), given.update or (), given.delete_ids or ()
    if not 1 <= len(track) + len(update) + len(delete) <= MAX_SAVED_AT_ONCE:
        raise Refusal(ErrorCode.LIMIT_EXCEEDED, f"Save 1 to {MAX_SAVED_AT_ONCE} time entries at once; send the rest after it.")
    for index, new in enumerate(track):
        if new.idempotency_key is not None:
            message = "Give the key to the whole sheet, not to an entry in it."
            raise Refusal(ErrorCode.INVALID_INPUT, message, "track", index, "idempotencyKey")
    projects = lock_projects_of(tx.session, lambda: _projects_of(tx, given))
    sheet = Sheet(tx)
    present, gone = _present_and_gone(tx, given)
    require_own_time(tx, track, update, (*present, *gone))
    _refuse_repeated(present, gone)
    touched = [entry.id for entry in (*present, *gone)]
    before = balances.contribution(tx.session, touched)
    for index, (entry, change) in enumerate(zip(present, update, strict=True)):
        _change(tx, entry, changed_columns(sheet, entry, change, ("update", index)), "update", index)
    tx.session.flush()
    updated = [entry.id for entry in present]
    rates.resolve(tx.session, col(TimeEntry.id).in_(updated))
    for index, entry in enumerate(gone):
        _delete(tx, entry, "deleteIds", index)
    tracked = _track(tx, sheet, track, ("track",))
    balances.shift(tx.session, before, balances.contribution(tx.session, [*updated, *tracked]))
    return {"tracked": tracked, "updated": updated, "deleted": list(delete), "projects": sorted(projects)}


def _projects_of(tx: Transaction, given: SaveTimeEntries) -> set[int]:
    """Return every project that a time sheet touches: those its entries are on, and those they go to. Raises NOT_FOUND."""
    sheet = Sheet(tx)
    present, gone = _present_and_gone(tx, given)
    moves = {
        sheet.project(change.project_id, "update", i, "projectId").id for i, change in enumerate(given.update or ()) if change.project_id
    }
    targets = {sheet.project(new.project_id, "track", i, "projectId").id for i, new in enumerate(given.track or ())}
    return moves | targets | {entry.project_id for entry in (*present, *gone)}


def _present_and_gone(tx: Transaction, given: SaveTimeEntries) -> tuple[list[TimeEntry], list[TimeEntry]]:
    """Return the entries that a time sheet changes and those that it deletes, as they are now."""
    present = _find_entries(tx, [change.time_entry_id for change in given.update or ()], "update", "timeEntryId")
    return present, _find_entries(tx, given.delete_ids or (), "deleteIds")


def _track(tx: Transaction, sheet: Sheet, given: Sequence[TrackTime], path: tuple[str, ...]) -> list[int]:
    """Insert entries with their extra costs and rates; return their keys."""
    rows, costs = [], []
    for index, entry in enumerate(given):
        where: tuple[str | int, ...] = (*path, index) if path else ()
        columns = new_columns(sheet, entry, where)
        rows.append(TimeEntry(**columns, created_at=tx.now))
        currency = sheet.project(entry.project_id).currency
        costs.append([priced(cost, currency, *where, "extraCosts", at) for at, cost in enumerate(entry.extra_costs or ())])
    tx.session.add_all(rows)
    tx.session.flush()
    for row, priced_costs in zip(rows, costs, strict=True):
        shared: dict[str, Any] = {"time_entry_id": row.id, "project_id": row.project_id, "created_at": tx.now}
        tx.session.add_all(ExtraCost(**columns, **shared) for columns in priced_costs)
    tx.session.flush()
    keys = [row.id for row in rows]
    rates.resolve(tx.session, col(TimeEntry.id).in_(keys))
    return keys


def _change(tx: Transaction, entry: TimeEntry, columns: dict[str, Any], *path: str | int) -> None:
    """Write changed columns, and move the entry's extra costs along with it. Raises ALREADY_BILLED (R5).

    Deleted ones stay: they are kept for the trace of what billed them, in the currency of that project, which may be another one.
    """
    different = {name for name, value in columns.items() if value != getattr(entry, name)}
    if entry.live_line_id is not None and different - FREE_TO_CHANGE:
        raise _billed(tx, entry, "Only its description may change", *path)
    if "project_id" in different:
        _refuse_billed_costs(tx, entry, *path)
        there = (col(ExtraCost.time_entry_id) == entry.id, col(ExtraCost.deleted_at).is_(None))
        move = sa.update(ExtraCost).where(*there).values(project_id=columns["project_id"])
        tx.session.execute(move.execution_options(synchronize_session=False))
    for name in different:
        setattr(entry, name, columns[name])
    tx.session.add(entry)


def _delete(tx: Transaction, entry: TimeEntry, *path: str | int) -> None:
    """Delete an entry and its unbilled extra costs; what an invoice once billed is hidden instead, so that the trace stays (R5)."""
    if entry.live_line_id is not None:
        raise _billed(tx, entry, "It cannot be deleted", *path)
    _refuse_billed_costs(tx, entry, *path)
    costs = tx.session.exec(select(ExtraCost).where(ExtraCost.time_entry_id == entry.id)).all()
    once_billed = set(tx.session.exec(select(Claim.extra_cost_id).where(col(Claim.extra_cost_id).in_([cost.id for cost in costs]))))
    for cost in costs:
        if cost.id not in once_billed:
            tx.session.delete(cost)
        elif cost.deleted_at is None:
            cost.deleted_at = tx.now
            tx.session.add(cost)
    tx.session.flush()
    if once_billed or tx.session.exec(select(sa.exists().where(col(Claim.time_entry_id) == entry.id))).one():
        entry.deleted_at = tx.now
        tx.session.add(entry)
    else:
        tx.session.delete(entry)
    tx.session.flush()


def _refuse_billed_costs(tx: Transaction, entry: TimeEntry, *path: str | int) -> None:
    statement = (
        select(ExtraCost.id, InvoiceLine.invoice_id)
        .join(InvoiceLine, col(InvoiceLine.id) == col(ExtraCost.live_line_id))
        .where(ExtraCost.time_entry_id == entry.id)
    )
    billed = [("ExtraCost", cost, invoice) for cost, invoice in tx.session.exec(statement)]
    if billed:
        message = "An extra cost of this entry is on an invoice. Discard or credit that invoice first."
        raise AlreadyBilled(message, billed, *path)


def _billed(tx: Transaction, entry: TimeEntry, what: str, *path: str | int) -> AlreadyBilled:
    invoice_id = tx.session.get_one(InvoiceLine, entry.live_line_id).invoice_id
    return AlreadyBilled(
        f"This time entry is on an invoice. {what}; discard or credit that invoice first.", [("TimeEntry", entry.id, invoice_id)], *path
    )


def _find_entries(tx: Transaction, ids: Sequence[str], *path: str) -> list[TimeEntry]:
    """Return the entries of these ids in order, in one statement."""
    first, *rest = path
    keys = [key_of(TimeEntry, text, first, index, *rest) for index, text in enumerate(ids)]
    rows = {
        row.id: row
        for row in tx.session.exec(
            select(TimeEntry)
            .where(col(TimeEntry.id).in_(keys), col(TimeEntry.deleted_at).is_(None))
            .execution_options(populate_existing=True)
        )
    }
    return [rows[key] if key in rows else find(tx, TimeEntry, ids[i], first, i, *rest) for i, key in enumerate(keys)]


def _refuse_repeated(present: Sequence[TimeEntry], gone: Sequence[TimeEntry]) -> None:
    deleted = {entry.id for entry in gone}
    if len(deleted | {entry.id for entry in present}) != len(present) + len(gone):
        message = "A time entry is in the sheet twice. Change or delete it once."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "update" if len(deleted) == len(gone) else "deleteIds")
