"""One export file: opened, recognised, and read row by row as text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from billhook.billing.importing.formats import recognise
from billhook.billing.importing.money import money_columns
from billhook.billing.importing.report import BadValue
from billhook.domain.errors import ErrorCode, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from billhook.billing.importing.formats import Format
    from billhook.billing.importing.money import MoneyColumn

ReadT = TypeVar("ReadT")


@dataclass(frozen=True, slots=True)
class Record:
    """One row as text. It may have more or fewer values than there are columns."""

    line: int
    """Its first line in the file, counted from 1."""
    values: list[str]
    positions: Mapping[str, int]
    """Of each column in the header."""

    def text(self, column: str | None) -> str:
        """Return the value of a column without the blanks around it; empty when there is no such column."""
        position = None if column is None else self.positions.get(column)
        return "" if position is None else self.values[position].strip()

    def read(self, column: str | None, function: Callable[[str], ReadT]) -> ReadT:
        """Return what a function makes of a value. Raises BadValue for what it refuses with a ValueError."""
        text = self.text(column)
        try:
            return function(text)
        except ValueError as error:
            raise BadValue(column, text, str(error) if text else "is empty") from None


@dataclass(frozen=True, slots=True)
class Export:
    """A recognised file. It is read anew for each pass, so that it never has to fit in memory."""

    path: Path
    format: Format
    header: tuple[str, ...]
    money: tuple[MoneyColumn, ...]

    def records(self) -> Iterator[Record]:
        """Read the rows below the header, except blank ones. Raises INVALID_INPUT where the file is no CSV in UTF-8."""
        # Of two columns with one name the first counts.
        positions = {column: position for position, column in reversed(list(enumerate(self.header)))}
        rows = _rows(self.path)
        next(rows)
        return (Record(line, values, positions) for line, values in rows)


def open_export(path: Path) -> Export:
    """Recognise a file by its header. Raises INVALID_INPUT for one that cannot be read, is empty, or of no known tool."""
    _, header = next(_rows(path), (0, []))
    if not header:
        raise _unreadable(path, "is empty", "Export the report again.")
    columns = tuple(column.strip() for column in header)
    return Export(path, recognise(columns, path.name), columns, money_columns(columns))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read the rows that say anything, with the line each begins on; a quoted value may go over several lines."""
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for values in reader:
                if any(value.strip() for value in values):
                    yield line, values
                line = reader.line_num + 1
    except UnicodeDecodeError:
        raise _unreadable(path, "is not UTF-8 text", "Export it again, or save it as 'CSV UTF-8'.") from None
    except csv.Error as error:
        raise _unreadable(path, f"is no CSV: {error}, in the row that begins on line {line}", "Export it again.") from None
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}", "Name a file that you may read.") from None


def _unreadable(path: Path, problem: str, remedy: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_INPUT, f"'{path.name}' {problem}. {remedy}")
