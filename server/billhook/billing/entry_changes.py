"""From the input of a new or changed time entry to the columns of its row, checked (M6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.finding import find, find_on, rate_minor
from billhook.billing.inputs.time import TrackTime, UpdateTimeEntry
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import MAX_SECONDS
from billhook.store.tables import ExtraCost, Phase, Project, TimeEntry, User, WorkType

if TYPE_CHECKING:
    from datetime import date, datetime

    from billhook.billing.transaction import Transaction

NEVER_NULL = ("project_id", "user_id", "worked_on", "seconds", "description", "billable")
Path = tuple[str | int, ...]
NamedT = TypeVar("NamedT", User, WorkType)


class Sheet:
    """Looks up what the entries of one request name, each project, phase, user and work type once."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._seen: dict[tuple[type, str], Any] = {}

    def project(self, text: str, *path: str | int) -> Project:
        """Return a project by id. Raises NOT_FOUND."""
        if (Project, text) not in self._seen:
            self._seen[Project, text] = find(self.tx, Project, text, *path)
        found: Project = self._seen[Project, text]
        return found

    def phase_key(self, project: Project, text: str | None, *path: str | int) -> int | None:
        """Return the key of a phase of this project, None for none. Raises NOT_FOUND."""
        return None if text is None else find_on(self.tx, project, Phase, text, *path).id

    def user_key(self, text: str | None, *path: str | int) -> int:
        """Return the key of a user; of the viewer's own where none is given. Raises NOT_FOUND, INVALID_INPUT."""
        if text is not None:
            return self._key(User, text, *path)
        if self.tx.viewer.user_key is None:
            raise Refusal(ErrorCode.INVALID_INPUT, "Say who worked: you are not signed in as a user.", *path)
        return self.tx.viewer.user_key

    def work_type_key(self, text: str | None, *path: str | int) -> int | None:
        """Return the key of a work type, None for none. Raises NOT_FOUND."""
        return None if text is None else self._key(WorkType, text, *path)

    def _key(self, table: type[NamedT], text: str, *path: str | int) -> int:
        if (table, text) not in self._seen:
            self._seen[table, text] = find(self.tx, table, text, *path).id
        key: int = self._seen[table, text]
        return key

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment in the workspace's time zone (M6)."""
        return moment.astimezone(self.tx.settings.zone).date()


def new_columns(sheet: Sheet, given: TrackTime, path: Path) -> dict[str, Any]:
    """Return the columns of a new entry; its rate is resolved after it is written."""
    project = sheet.project(given.project_id, *path, "projectId")
    started_at, seconds = _span(given, path)
    return {
        "project_id": project.id,
        "phase_id": sheet.phase_key(project, given.phase_id, *path, "phaseId"),
        "user_id": sheet.user_key(given.user_id, *path, "userId"),
        "work_type_id": sheet.work_type_key(given.work_type_id, *path, "workTypeId"),
        "worked_on": given.worked_on or (sheet.day_of(started_at) if started_at else sheet.tx.today),
        "started_at": started_at,
        "seconds": seconds,
        "description": given.description,
        "billable": given.billable,
        "override_rate_minor": rate_minor(given.hourly_rate, project.currency, *path, "hourlyRate"),
    }


def changed_columns(sheet: Sheet, entry: TimeEntry, given: UpdateTimeEntry, path: Path) -> dict[str, Any]:
    """Return the columns that a change gives: absent fields are left out, null ones cleared; raises INVALID_INPUT where null cannot be."""
    fields = given.model_fields_set
    for name in NEVER_NULL:
        if name in fields and getattr(given, name) is None:
            alias = UpdateTimeEntry.model_fields[name].alias or name
            raise Refusal(ErrorCode.INVALID_INPUT, f"{alias} cannot be cleared.", *path, alias)
    columns: dict[str, Any] = {
        name: getattr(given, name) for name in ("worked_on", "started_at", "seconds", "description", "billable") if name in fields
    }
    project = sheet.tx.session.get_one(Project, entry.project_id)
    if given.project_id is not None:
        project = _target(sheet, entry, project, given, path)
        columns["project_id"] = project.id
    if "phase_id" in fields or project.id != entry.project_id:
        columns["phase_id"] = sheet.phase_key(project, given.phase_id, *path, "phaseId")
    if "user_id" in fields:
        columns["user_id"] = sheet.user_key(given.user_id, *path, "userId")
    if "work_type_id" in fields:
        columns["work_type_id"] = sheet.work_type_key(given.work_type_id, *path, "workTypeId")
    if "hourly_rate" in fields:
        columns["override_rate_minor"] = rate_minor(given.hourly_rate, project.currency, *path, "hourlyRate")
    derived = entry.started_at is not None and sheet.day_of(entry.started_at) == entry.worked_on
    if given.started_at is not None and "worked_on" not in fields and derived:
        columns["worked_on"] = sheet.day_of(given.started_at)
    return columns


def _target(sheet: Sheet, entry: TimeEntry, present: Project, given: UpdateTimeEntry, path: Path) -> Project:
    """Return the project to move to. Raises CURRENCY_MISMATCH where a price on the entry would change its currency."""
    target = sheet.project(given.project_id or "", *path, "projectId")
    if target.currency == present.currency:
        return target
    has_rate = entry.override_rate_minor is not None and "hourly_rate" not in given.model_fields_set
    costs = sa.exists().where(col(ExtraCost.time_entry_id) == entry.id, col(ExtraCost.deleted_at).is_(None))
    if has_rate or sheet.tx.session.exec(select(costs)).one():
        message = (
            f"The entry has prices in {present.currency}, and project '{target.title}' is in {target.currency}. "
            "Clear its hourly rate and delete its extra costs first."
        )
        raise Refusal(ErrorCode.CURRENCY_MISMATCH, message, *path, "projectId")
    return target


def _span(given: TrackTime, path: Path) -> tuple[datetime | None, int]:
    """Return start and length in seconds; start and end decide the length where both are given."""
    start, end, seconds = given.started_at, given.ended_at, given.seconds
    if start is not None and end is not None:
        if end < start:
            raise Refusal(ErrorCode.INVALID_INPUT, "The entry ends before it starts.", *path, "endedAt")
        between = (end - start + timedelta(milliseconds=500)) // timedelta(seconds=1)
        if seconds is not None and seconds != between:
            message = f"From startedAt to endedAt are {between} seconds, not {seconds}. Leave one of the three out."
            raise Refusal(ErrorCode.INVALID_INPUT, message, *path, "seconds")
        if not 0 < between <= MAX_SECONDS:
            raise Refusal(ErrorCode.INVALID_INPUT, f"An entry lasts 1 to {MAX_SECONDS} seconds, not {between}.", *path, "endedAt")
        return start, between
    if seconds is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "Say how long it took: seconds, or startedAt and endedAt.", *path, "seconds")
    return (end - timedelta(seconds=seconds) if start is None and end is not None else start), seconds
