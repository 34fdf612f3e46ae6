"""Counts SQL statements: those of one operation, in whichever threads they run."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    import sqlalchemy as sa

NO_WORK = ("BEGIN", "PRAGMA")
"""How statements begin that only SQLite's driver needs, and that say nothing of the data."""


@dataclass(slots=True)
class Statements:
    """How many there were so far."""

    number: int = 0


_counted: ContextVar[Statements | None] = ContextVar("billhook_statements", default=None)


def count_statements() -> Statements:
    """Count from now on in this task, the tasks that it starts, and the threads that they work in."""
    statements = Statements()
    _counted.set(statements)
    return statements


def counted(engine: sa.Engine) -> sa.Engine:
    """Let the statements of an engine count. COMMIT is none: drivers do it."""
    event.listen(engine, "before_cursor_execute", _count)
    return engine


def _count(_connection: object, _cursor: object, statement: str, *_others: Any) -> None:  # noqa: ANN401 - what SQLAlchemy hands on
    statements = _counted.get()
    if statements is not None and not statement.startswith(NO_WORK):
        statements.number += 1
