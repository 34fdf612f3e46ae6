"""The context of one operation: who asks, one snapshot for everything it reads, and a transaction for each mutation field."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeAlias, TypeVar

import strawberry
from anyio import CapacityLimiter, to_thread
from strawberry.extensions import SchemaExtension

from billhook.billing.access import keep_access, require_access
from billhook.store.engine import close_snapshot
from billhook.store.faults import explained
from billhook_schema.hub import Hub
from billhook_schema.loaders import ReadTooLateError, begun, new_loaders
from billhook_schema.spending import Spending

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from strawberry.types import StreamExecutionResult

    from billhook.billing.transaction import Transaction, Viewer
    from billhook.billing.workspace import Workspace

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Door:
    """What all operations of one app share: the workspace, places in its connection pool, and the turn to write."""

    workspace: Workspace
    admission: CapacityLimiter
    """As many as the pool has connections: who has no place waits on the event loop, never in a thread."""
    turn_to_write: AbstractAsyncContextManager[None]
    """SQLite has one writer at a time: the others wait here, in order, instead of fighting for the file."""
    hub: Hub
    """Where subscriptions hear of changes."""


def open_door(workspace: Workspace) -> Door:
    """Return what the operations of one app share."""
    one_writer = workspace.engine.dialect.name == "sqlite"
    admission, turn_to_write = CapacityLimiter(workspace.settings.pool_size), asyncio.Lock() if one_writer else nullcontext()
    return Door(workspace, admission, turn_to_write, Hub(workspace))


class Context:
    """What resolvers find in `info.context`. Made anew for each operation."""

    def __init__(self, door: Door, viewer: Viewer, request_id: str | None = None) -> None:
        self.door = door
        self.viewer = viewer
        self.request_id = request_id or token_hex(8)
        self.spending = Spending(door.workspace.settings.max_query_cost)
        self.loaders = new_loaders(self)
        self.shut_out = False
        """Whether a subscription was ended because its viewer may no longer ask."""
        self._ended = False
        """Whether nothing more is read, or written: a connection that is taken now would never be given back."""
        self._reading = asyncio.Lock()
        self._long_lists = asyncio.Lock()
        self._used = Lock()
        """Held by the thread that uses the connection. A loop that ends cancels all, but no thread, and leaves it what that uses."""
        self._snapshot: Transaction | None = None
        self._held = AsyncExitStack()
        """The connection of the snapshot and its place, given back in that order."""

    @property
    def cost(self) -> int | None:
        """What the operation has cost, for the log."""
        return self.spending.total

    async def read(self, function: Callable[Concatenate[Transaction, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """Call a function with the operation's snapshot, in a worker thread; opens it if this is the first read.

        Raises ReadTooLateError after `close`.
        """
        # Shielded, here and below: a cancelled caller must not close a connection that a thread still uses.
        return await asyncio.shield(begun(self._read(function, *args, **kwargs)))

    async def run(self, function: Callable[Concatenate[Transaction, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """Call a function with a transaction of its own, committed when it returns; what is read afterwards is read anew."""
        return await asyncio.shield(begun(self._run(function, *args, **kwargs)))

    async def renew(self) -> None:
        """End the snapshot; what is read from now on is read anew."""
        await self.close()
        self._ended = False
        self.loaders = new_loaders(self)
        self.spending.renew()

    async def let_others_in(self) -> None:
        """Wait for everybody else's turn on the event loop: before each part of a long list, and between those of two lists."""
        async with self._long_lists:
            await asyncio.sleep(0)

    async def close(self) -> None:
        """End the snapshot, if there is one, and read nothing more."""
        self._ended = True
        await asyncio.shield(begun(self._close()))

    async def _read(self, function: Callable[Concatenate[Transaction, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        async with self._reading:  # a connection serves one thread at a time
            self._require_going_on()
            with explained():
                snapshot = self._snapshot = self._snapshot or await self._begin()
                return await to_thread.run_sync(lambda: self._use(function, snapshot, *args, **kwargs))

    def _use(self, function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        with self._used:
            return function(*args, **kwargs)

    async def _begin(self) -> Transaction:
        """Open the snapshot; nothing is held when that fails, so that the next field of the operation may try."""
        await self.door.admission.acquire_on_behalf_of(self)
        self._held.callback(self.door.admission.release_on_behalf_of, self)
        try:
            return await to_thread.run_sync(self._open)
        except BaseException:
            await self._held.aclose()
            raise

    def _open(self) -> Transaction:
        connection = self.door.workspace.engine.connect()
        self._held.push_async_callback(to_thread.run_sync, lambda: self._use(close_snapshot, connection))
        return self.door.workspace.snapshot(connection, self.viewer)

    def _require_going_on(self) -> None:
        if self._ended:
            raise ReadTooLateError

    async def _close(self) -> None:
        async with self._reading:
            self._snapshot = None
            if not self._used.locked():
                await self._held.aclose()

    async def _run(self, function: Callable[Concatenate[Transaction, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        self._require_going_on()
        await self._close()  # never hold one connection while waiting for another
        self.loaders = new_loaders(self)
        async with self.door.turn_to_write, self.door.admission:
            return await to_thread.run_sync(lambda: self._write(function, *args, **kwargs))

    def _write(self, function: Callable[Concatenate[Transaction, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        def let_in(tx: Transaction) -> Result:
            require_access(tx)
            result = function(tx, *args, **kwargs)
            keep_access(tx)
            return result

        return self.door.workspace.write(let_in, self.viewer)


class OperationScope(SchemaExtension):
    """Ends the snapshot with its operation, however that ends."""

    async def on_operation(self) -> AsyncIterator[None]:
        """Close the context when everything was resolved."""
        try:
            yield
        finally:
            await self._close()

    async def on_stream_result(self, result: StreamExecutionResult) -> AsyncIterator[None]:  # noqa: ARG002 - as strawberry calls it
        """Close the context when one event was resolved, before it is sent: a slow client holds no connection."""
        await self._close()
        yield

    async def _close(self) -> None:
        context = self.execution_context.context
        if context is not None:
            await context.close()


Info: TypeAlias = strawberry.Info[Context, None]
