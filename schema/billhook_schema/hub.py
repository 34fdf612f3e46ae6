"""Where the subscriptions of one app hear of changes: each follower has its own part of them, put together until it comes for it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import TYPE_CHECKING

from graphql import GraphQLError

from billhook.store.changes import MISSED, Changes, together
from billhook.store.listening import listen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from billhook.billing.transaction import Viewer
    from billhook.billing.workspace import Workspace
    from billhook.domain.errors import Unavailable

    Wanted = Callable[[Changes], Changes]

LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
log = logging.getLogger("billhook.subscriptions")


def part_of_one(most: int) -> int:
    """Return how many places of all one token may take: the others are for other tokens."""
    return (most + 1) // 2


class Follower:
    """One subscription: what it has not been told yet. It never grows beyond what can be listed; then it is everything."""

    def __init__(self, wanted: Wanted, token_key: int | None) -> None:
        self.ended = False
        self.token_key = token_key
        self._wanted = wanted
        self._pending = Changes()
        self._news = asyncio.Event()

    def hear(self, changes: Changes) -> None:
        """Take a follower's part of what changed."""
        wanted = self._wanted(changes)
        if wanted:
            self._pending = together(self._pending, wanted)
            self._news.set()

    def end(self) -> None:
        """Tell it that nothing more will come."""
        self.ended = True
        self._news.set()

    async def heard(self, patience: float) -> Changes:
        """Wait for changes, at most so many seconds, and return all that there were since this was asked before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._news.wait()
        self._news.clear()
        pending, self._pending = self._pending, Changes()
        return pending


class Hub:
    """The followers of one app. It hears of changes as long as there are any."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._followers: set[Follower] = set()
        self._hears = False
        self._stop: Callable[[], object] = lambda: None
        self.counted: Callable[[int], object] = lambda _open: None
        """Is told how many subscriptions are open, whenever that changes."""
        self.closed = False
        """Whether the server was told to stop."""
        self._waits = False
        """Whether subscriptions wait for the database."""

    @property
    def open(self) -> int:
        """How many subscriptions are open."""
        return len(self._followers)

    def require_place(self, viewer: Viewer) -> None:
        """Raise LIMIT_EXCEEDED when there are as many subscriptions as this process takes, or takes of one token."""
        most = self._workspace.settings.max_subscriptions
        message = ""
        if self.open >= most:
            message = f"{most} subscriptions are open, as many as this server takes. Close some, or try again later."
        elif viewer.token_key is not None and self._open_of(viewer.token_key) >= part_of_one(most):
            message = f"{part_of_one(most)} subscriptions of this token are open, as many as this server takes of one. Close some."
        if message:
            raise GraphQLError(message, extensions={"code": LIMIT_EXCEEDED})

    def _open_of(self, token_key: int) -> int:
        return sum(follower.token_key == token_key for follower in self._followers)

    def waits(self, unavailable: Unavailable) -> None:
        """Say that subscriptions wait for the database, once for all of them."""
        if not self._waits:
            self._waits = True
            log.warning("subscriptions wait for the database: %s", unavailable)

    def goes_on(self) -> None:
        """Say that the database answers again."""
        if self._waits:
            self._waits = False
            log.warning("the database answers again, and subscriptions go on")

    @asynccontextmanager
    async def following(self, wanted: Wanted, viewer: Viewer) -> AsyncIterator[Follower]:
        """Follow the changes that are wanted. The first that a follower hears is that anything may have changed before.

        Raises LIMIT_EXCEEDED.
        """
        self.require_place(viewer)
        follower = Follower(wanted, viewer.token_key)
        if self.closed:
            follower.end()
        elif not self._followers:
            self._start()
        if self._hears:
            follower.hear(MISSED)
        self._followers.add(follower)
        self.counted(self.open)
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            self.counted(self.open)
            if not self._followers:
                self._stop()
                self._hears = False

    def close(self) -> None:
        """End all subscriptions, and those that begin from now on."""
        self.closed = True
        self._end_all()

    def _start(self) -> None:
        """Begin to hear: from PostgreSQL, or from the transactions of this process. Who follows is told once it is so."""
        loop = asyncio.get_running_loop()
        if self._workspace.engine.dialect.name == "postgresql":
            # A context of its own: it is no part of the request that happens to be the first.
            listening = loop.create_task(listen(self._workspace.engine, self._tell), context=Context())
            listening.add_done_callback(self._listened)
            self._stop = listening.cancel
            return

        def hear(changes: Changes) -> None:
            with suppress(RuntimeError):  # its loop has ended: what was committed stays committed
                loop.call_soon_threadsafe(self._tell, changes)  # it is called in the thread of a commit

        self._workspace.hearers.add(hear)
        self._stop = lambda: self._workspace.hearers.discard(hear)
        self._hears = True

    def _tell(self, changes: Changes) -> None:
        self._hears = True
        for follower in tuple(self._followers):
            follower.hear(changes)

    def _listened(self, listening: asyncio.Task[None]) -> None:
        """Let clients begin again when hearing ended by itself: silence would look as if nothing changed."""
        if not listening.cancelled() and (bug := listening.exception()) is not None:
            log.error("subscriptions hear of no changes any more", exc_info=bug)
            self._hears = False
            self._end_all()

    def _end_all(self) -> None:
        for follower in tuple(self._followers):
            follower.end()
