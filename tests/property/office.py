"""An office that bills, on its own SQLite file: it performs mutations, and every refusal is checked to change nothing (G5)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import event, note
from sqlalchemy import event as sql_event
from tests.property.facts import Facts, open_file, read_facts

from billhook.billing.operation import validated
from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import Workspace
from billhook.domain.errors import ErrorCode, Refusal, Refusals
from billhook.settings import Settings
from billhook.store.engine import open_engine

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from billhook.billing.inputs.common import Input
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction
    from billhook.domain.preview import Preview
    from billhook.sources import Sources

NEVER = frozenset({ErrorCode.PLUGIN_FAULT, ErrorCode.CONFLICT})
"""What the built-in sources, and one user alone, are never told."""
FIRST_DAY = datetime(2026, 1, 30, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Refused:
    """A no: every code and message of it."""

    codes: tuple[ErrorCode, ...]
    messages: tuple[str, ...]


@dataclass(slots=True)
class Calendar:
    """The clock of an office: noon, until a day passes."""

    now: datetime = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    @property
    def today(self) -> date:
        return self.now.date()

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@dataclass(slots=True)
class Office:
    """A workspace, its calendar, and what is in its database now."""

    workspace: Workspace
    calendar: Calendar
    connection: sqlite3.Connection
    facts: Facts = field(init=False)

    def __post_init__(self) -> None:
        self.facts = read_facts(self.connection)

    def do(self, name: str, /, **raw: Any) -> Keys | Refused:  # noqa: ANN401 - inputs are of any type
        """Perform a mutation. A refusal is an answer too, and leaves every table as it was."""
        note(f"{name} {raw}")
        try:
            with self.workspace.writing() as tx:
                keys = OPERATIONS[name].perform(tx, raw)
        except (Refusal, Refusals) as error:
            refused = _refused(error)
            note(f"  refused: {refused.messages}")
            assert read_facts(self.connection) == self.facts, f"{name} was refused and changed something"
            event(f"{name}: {refused.codes[0].value}")
            return refused
        self.facts = read_facts(self.connection)
        event(f"{name}: done")
        return keys

    def ask(self, question: Callable[[Transaction, Any], Preview], model: type[Input], /, **raw: Any) -> Preview | Refused:  # noqa: ANN401 - inputs are of any type
        """Ask for a preview; it writes nothing, whatever it answers."""
        try:
            with self.workspace.reading() as tx:
                return question(tx, validated(model, raw))
        except (Refusal, Refusals) as error:
            return _refused(error)

    def close(self) -> None:
        self.connection.close()
        self.workspace.engine.dispose()


def open_office(template: Path, file: Path, sources: Sources) -> Office:
    """Open an office on a copy of a database. It forgets what a crash of the machine would lose: tests are faster that way."""
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
    shutil.copyfile(template, file)
    settings = Settings(database_url=f"sqlite:///{file}")
    engine = open_engine(settings.database_url, settings.pool_size)
    sql_event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    calendar = Calendar()
    return Office(Workspace(engine, settings, sources, calendar), calendar, open_file(file))


def _refused(error: Refusal | Refusals) -> Refused:
    refusals = error.refusals if isinstance(error, Refusals) else (error,)
    codes = tuple(refusal.code for refusal in refusals)
    assert not NEVER & set(codes), [refusal.message for refusal in refusals]
    return Refused(codes, tuple(refusal.message for refusal in refusals))
