"""Counts SQL statements, those of one operation in whichever threads they run, and tells others when each begins and ends."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa
    from sqlalchemy.engine import ExceptionContext

NO_WORK = ("BEGIN", "PRAGMA")
"""How statements begin that only SQLite's driver needs, and that say nothing of the data."""
ENDS = "billhook_statement_ends"


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


def watch_statements(engine: sa.Engine, begin: Callable[[str], Callable[[bool], None]]) -> None:
    """Call `begin` with the text of each statement, and what it returns when the statement has ended: with whether it failed."""

    def began(connection: sa.Connection, _cursor: object, statement: str, *_others: Any) -> None:  # noqa: ANN401 - as above
        if not statement.startswith(NO_WORK):
            connection.info[ENDS] = begin(statement)

    def ended(connection: sa.Connection, *_others: Any) -> None:  # noqa: ANN401 - as above
        if (end := connection.info.pop(ENDS, None)) is not None:
            end(False)  # noqa: FBT003 - it did not fail

    def failed(about: ExceptionContext) -> None:
        if about.connection is not None and (end := about.connection.info.pop(ENDS, None)) is not None:
            end(True)  # noqa: FBT003 - it failed

    event.listen(engine, "before_cursor_execute", began)
    event.listen(engine, "after_cursor_execute", ended)
    event.listen(engine, "handle_error", failed)
