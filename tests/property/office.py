"""An office that bills, on SQLite and on PostgreSQL at once: both answer the same, and after each step both hold the same rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event
from tests.property.check_told import check_told
from tests.property.rows import PostgreSQLRows, SQLiteRows

from billhook.billing.operation import validated
from billhook.billing.operations import OPERATIONS
from billhook.billing.transaction import LOCAL_ADMIN
from billhook.billing.workspace import Workspace, engine_of
from billhook.domain.errors import ErrorCode, Refusal, Refusals
from billhook.settings import Settings
from billhook_schema.context import Context, open_door

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from strawberry import Schema
    from strawberry.types import ExecutionResult
    from tests.property.facts import Facts

    from billhook.billing.inputs.common import Input
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction
    from billhook.domain.preview import Preview
    from billhook.sources import Sources
    from billhook.store.changes import Changes

Answer = TypeVar("Answer")
Urls = tuple[str, str]
"""A database of SQLite, and one of PostgreSQL."""
NEVER = frozenset({ErrorCode.PLUGIN_FAULT, ErrorCode.CONFLICT})
"""What the built-in sources, and one user alone, are never told."""
DOCUMENTS = (Path(__file__).parents[1] / "e2e" / "operations.graphql", Path(__file__).parent / "lists.graphql")
DOCUMENT = "".join(document.read_text() for document in DOCUMENTS)
"""What the screens of a front end ask, and lists in any order."""
FIRST_DAY = datetime(2026, 1, 30, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Refused:
    """A no: everything that each refusal says, its code, message and path among it."""

    refusals: tuple[dict[str, Any], ...]

    @property
    def codes(self) -> tuple[ErrorCode, ...]:
        return tuple(refusal["code"] for refusal in self.refusals)


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


class Office:
    """Two databases that hold the same, one calendar for both, and what is in them now."""

    def __init__(self, urls: Urls, sources: Sources, schema: Schema) -> None:
        self.calendar = Calendar()
        self.schema = schema
        self.workspaces = [_workspace(url, sources, self.calendar) for url in urls]
        self.sqlite, self.postgresql = SQLiteRows(urls[0]), PostgreSQLRows(urls[1])
        self.facts = self._read()
        self.told: list[Changes] = []
        """What SQLite told of the last mutation."""
        self.workspaces[0].hearers.add(self.told.append)

    def do(self, name: str, /, **raw: Any) -> Keys | Refused:  # noqa: ANN401 - inputs are of any type
        """Perform a mutation. A refusal is an answer too, and leaves every table as it was (G5)."""
        self.told.clear()
        answer = self._on_both(lambda workspace: workspace.writing(), lambda tx: OPERATIONS[name].perform(tx, raw))
        facts = self._read()
        check_told(self.facts, facts, self.told)
        assert self.postgresql.told() == self.told, "PostgreSQL tells otherwise than SQLite"
        if isinstance(answer, Refused):
            assert facts == self.facts, f"{name} was refused and changed something"
        self.facts = facts
        return answer

    def ask(self, question: Callable[[Transaction, Any], Preview], model: type[Input], /, **raw: Any) -> Preview | Refused:  # noqa: ANN401 - inputs are of any type
        """Ask for a preview; it writes nothing, whatever it answers."""
        return self._on_both(lambda workspace: workspace.reading(), lambda tx: question(tx, validated(model, raw)))

    def see(self, look: Callable[[Transaction], Answer]) -> Answer:
        """Look something up, which nothing refuses."""
        seen = self._on_both(lambda workspace: workspace.reading(), look)
        assert not isinstance(seen, Refused)
        return seen

    def query(self, operation: str, /, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 - variables are of any type
        """Run one of the document's queries over GraphQL, and return its data."""
        on_sqlite, on_postgresql = (_execute(self.schema, workspace, operation, variables) for workspace in self.workspaces)
        _assert_same(on_sqlite, on_postgresql)
        return on_sqlite

    def close(self) -> None:
        self.sqlite.close()
        self.postgresql.close()
        for workspace in self.workspaces:
            workspace.engine.dispose()

    def _on_both(
        self, transaction: Callable[[Workspace], AbstractContextManager[Transaction]], do: Callable[[Transaction], Answer]
    ) -> Answer | Refused:
        """Return what both databases answer, the same to the last digit."""
        on_sqlite, on_postgresql = (_answer(transaction(workspace), do) for workspace in self.workspaces)
        _assert_same(on_sqlite, on_postgresql)
        return on_sqlite

    def _read(self) -> Facts:
        """Return what both databases hold: the same rows, with the same keys."""
        facts, others = self.sqlite.facts(), self.postgresql.facts()
        pairs = {name: (others.tables.get(name), facts.tables.get(name)) for name in facts.tables | others.tables}
        different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        assert not different, f"PostgreSQL holds other rows than SQLite: {different}"
        self.postgresql.number_on_from(self.sqlite.last_keys())
        return facts


def _assert_same(on_sqlite: object, on_postgresql: object) -> None:
    """Compare two answers, to the last digit."""
    assert repr(on_postgresql) == repr(on_sqlite), f"PostgreSQL answers {on_postgresql}, and SQLite {on_sqlite}"


def _workspace(url: str, sources: Sources, calendar: Calendar) -> Workspace:
    """Open a database. An SQLite file forgets what a crash of the machine would lose: tests are faster that way."""
    settings = Settings(database_url=url)
    engine = engine_of(settings)
    if engine.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return Workspace(engine, settings, sources, calendar)


def _execute(schema: Schema, workspace: Workspace, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
    async def executed() -> ExecutionResult:
        context = Context(open_door(workspace), LOCAL_ADMIN)
        return await schema.execute(DOCUMENT, variables, context_value=context, operation_name=operation)

    result = asyncio.run(executed())
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


def _answer(transaction: AbstractContextManager[Transaction], do: Callable[[Transaction], Answer]) -> Answer | Refused:
    try:
        with transaction as tx:
            return do(tx)
    except Refusals as error:
        return _refused(*error.refusals)
    except Refusal as error:
        return _refused(error)


def _refused(*refusals: Refusal) -> Refused:
    refused = Refused(tuple(vars(refusal) for refusal in refusals))
    assert not NEVER & set(refused.codes), refused
    return refused
