"""Loaders: what the fields of one operation ask for in the same moment is fetched in one statement, and once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from strawberry.dataloader import DataLoader

from billhook.billing.reading.rows import Row, key_of, rows_by_key
from billhook.domain.errors import TooMuchToRead
from billhook.store.tables import Project

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Sequence

    from billhook.billing.transaction import Transaction
    from billhook_schema.context import Context

RowT = TypeVar("RowT", bound=Row)
KeyT = TypeVar("KeyT", bound="Hashable")
ResultT = TypeVar("ResultT")
P = ParamSpec("P")


class ReadTooLateError(Exception):
    """A read of an operation that has ended. Nobody waits for it: what was cancelled may go on a while, and loaders run by themselves."""


class Loader(DataLoader[KeyT, ResultT]):
    """A loader whose answers are everybody's: a field that is cancelled takes them from no other that asked for the same."""

    def load(self, key: KeyT) -> Awaitable[ResultT]:
        """Return what will be the answer."""
        answer = asyncio.ensure_future(super().load(key))
        if not answer.done():
            answer.add_done_callback(_heard)  # whoever waits for it may be cancelled: then what it raises is nobody's, and no log's
        return asyncio.shield(answer)


class Loaders:
    """One loader a table and one a reading function, made when it is first used; the answers stand for one snapshot."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._of_tables: dict[type[Row], Loader[int, Any]] = {}
        self._of_functions: dict[Callable[..., Any], Loader[Any, Any]] = {}
        self._asked: dict[Hashable, asyncio.Future[Any]] = {}

    def rows(self, table: type[RowT]) -> Loader[int, RowT | None]:
        """Return the loader of a table's rows by key; None for a key without a row."""
        loader = self._of_tables.get(table)
        if loader is None:
            loader = self._of_tables[table] = Loader(load_fn=lambda keys: self._read(rows_by_key, table, keys))
        return loader

    async def row(self, table: type[RowT], key: int) -> RowT:
        """Return the row that a foreign key points to. Raises LookupError where there is none."""
        found = await self.rows(table).load(key)
        if found is None:
            raise LookupError(f"no {table.__name__} {key}")
        return found

    async def fetch(self, table: type[RowT], keys: set[int]) -> None:
        """Read rows that many fields are about to ask for, so that they are at hand."""
        if keys:
            self.know(row for row in await self._context.read(rows_by_key, table, sorted(keys)) if row is not None)

    def at_hand(self, table: type[RowT], key: int) -> RowT | None:
        """Return a row that was read already, None where it was not."""
        asked = self.rows(table).cache_map.get(key)
        return asked.result() if asked is not None and asked.done() and not asked.cancelled() else None

    async def currency(self, project_key: int) -> str:
        """Return a project's currency: everything on it is in it (M1)."""
        return (await self.row(Project, project_key)).currency

    def of(self, function: Callable[[Transaction, Sequence[KeyT]], list[ResultT]]) -> Loader[KeyT, ResultT]:
        """Return the loader of a reading function: one result for each key."""
        loader = self._of_functions.get(function)
        if loader is None:
            loader = self._of_functions[function] = Loader(load_fn=lambda keys: self._read(function, keys))
        return loader

    async def _read(self, function: Callable[Concatenate[Transaction, P], ResultT], *args: P.args, **kwargs: P.kwargs) -> ResultT:
        """Read with the snapshot that these answers stand for. Raises ReadTooLateError once there is another: no field waits any more."""
        if self._context.loaders is not self:
            raise ReadTooLateError
        try:
            return await self._context.read(function, *args, **kwargs)
        except TooMuchToRead as error:
            self._context.spending.end_lists(str(error))
            raise

    async def once(self, question: Hashable, ask: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
        """Return the answer to a question that is too much to be asked twice, or together with others: equal ones wait for the first."""
        asked = self._asked.get(question)
        if asked is None:
            asked = self._asked[question] = begun(ask())
        answer: ResultT = await asyncio.shield(asked)  # who is cancelled leaves it to the others
        return answer

    def know(self, rows: Iterable[Row]) -> None:
        """Keep rows that were read along, so that nobody fetches them again."""
        for row in rows:
            self.rows(type(row)).prime(key_of(row), row)


def begun(work: Coroutine[Any, Any, ResultT]) -> asyncio.Task[ResultT]:
    """Begin work that goes on though everybody who waited for it was cancelled: then what it raises is nobody's, and no log's."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_heard)
    return task


def _heard(done: asyncio.Future[Any]) -> None:
    done.cancelled() or done.exception()


def new_loaders(context: Context) -> Loaders:
    """Return loaders without any answers yet."""
    return Loaders(context)
