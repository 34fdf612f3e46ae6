"""What a check is: a name, what it proves, and the statement that finds the rows which breach it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from billhook.billing.finding import KIND_OF
from billhook.domain.ids import encode
from billhook.domain.money import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa
    from sqlmodel import Session, SQLModel

ROWS_AT_A_TIME = 1000
"""Rows of one fetch, so that a million of them never are in memory together."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A row that is not as it must be: its id as the API shows it, and a sentence that says what is wrong."""

    id: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold in every database; `find` reads the facts, and yields a breach for each row that denies it."""

    name: str
    rule: str
    """The rule that it proves, as the design numbers it."""
    proves: str
    looks_at: type[SQLModel] | None
    """The table whose rows it goes through; none: every table."""
    find: Callable[[Session], Iterator[Breach]]


def selecting(
    table: type[SQLModel], statement: sa.Executable, says: str, *, holds: Callable[[sa.Row[Any]], bool] | None = None
) -> Callable[[Session], Iterator[Breach]]:
    """Return what finds breaches by one statement, which selects the `key` of a row of the table and what the sentence needs.

    `says` is filled in from the columns; those that end in `_minor` are shown in the column `currency`. `holds` leaves rows out again
    that only Python can judge, where a product would leave the 64 bits of the databases.
    """

    def find(session: Session) -> Iterator[Breach]:
        for row in session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)):
            if holds is None or not holds(row):
                yield Breach(encode(KIND_OF[table], row.key), says.format(**_shown(row)))

    return find


def _shown(row: sa.Row[Any]) -> dict[str, str]:
    return {name: _show(name, value, row) for name, value in row._mapping.items()}  # noqa: SLF001 - its public name; see sa.Row


def _show(name: str, value: object, row: sa.Row[Any]) -> str:
    if value is None:
        return "none"
    if name.endswith("_minor"):
        return show(int(str(value)), row.currency)
    return str(value.value if isinstance(value, Enum) else value)
