"""What an import did, or would do: counts, and every refused row with its reason."""

from __future__ import annotations

from dataclasses import dataclass

MAX_REFUSALS_SHOWN = 50
VALUE_WIDTH = 60


class BadValue(Exception):
    """One value of a row, or the whole row where `column` is None, cannot be imported."""

    def __init__(self, column: str | None, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not imported. The value is as it stands in the file, cut to 60 characters: escape it before showing it."""

    line: int
    """The first line of the row in the file, counted from 1."""
    column: str | None
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The outcome of one import. In a dry run `imported` is what would be imported."""

    tool: str
    dry_run: bool
    read: int
    imported: int
    already_there: int
    skipped_invoiced: int
    unrated: int | None
    """Imported billable entries without an hourly rate: they need one before they can be billed. None: nothing was written."""
    refused: int
    refusals: tuple[RefusedRow, ...]
    """The first 50 of `refused`."""


def refusal_of(line: int, bad: BadValue) -> RefusedRow:
    """Return a bad value as a row of the report."""
    return RefusedRow(line, bad.column, bad.value[:VALUE_WIDTH], bad.reason)
