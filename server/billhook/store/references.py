"""Rows of SQLite that name one which is not there: it lets whoever works on a file by hand delete that; PostgreSQL refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Dangling:
    """A row, by its table and number, and the table that lacks what it names."""

    table: str
    row: int
    names: str


def dangling(execute: Callable[[str], Iterable[Any]]) -> Iterator[Dangling]:
    """Yield the rows of SQLite that name one which is not there; `execute` asks the database, of whichever library its connection is."""
    for table, row, names, _ in execute("PRAGMA foreign_key_check"):
        yield Dangling(table, row, names)
