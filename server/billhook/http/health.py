"""Whether this process runs, and whether it can do its work: for whatever starts it anew, or sends it requests. No token is needed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.responses import PlainTextResponse

from billhook.domain.errors import Unavailable
from billhook.store.engine import is_gone
from billhook.store.faults import explained
from billhook.store.migrations import is_current

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from billhook_schema.context import Door

PATIENCE = 2.0
"""Seconds that a database may take to answer."""
SLOW = "the database does not answer in time, or all connections to it are in use"
AWAY = "the database cannot be read"
OUTDATED = "the tables of the database are not those of this billhook"
NO_STORE = {"Cache-Control": "no-store"}
log = logging.getLogger("billhook.health")


async def healthy(_request: Request) -> Response:
    """Answer: the process runs, whatever the database does."""
    return PlainTextResponse("ok\n", headers=NO_STORE)


class Readiness:
    """Asks the database for one app: one question at a time, however many want to know."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._question: asyncio.Task[str | None] | None = None

    async def answer(self, _request: Request) -> Response:
        """Answer `ready`, or with 503 why not."""
        why_not = await self._why_not()
        if why_not is None:
            return PlainTextResponse("ready\n", headers=NO_STORE)
        log.warning("not ready: %s", why_not)
        return PlainTextResponse(f"not ready: {why_not}\n", 503, NO_STORE)

    async def _why_not(self) -> str | None:
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._ask())
        try:
            # Nobody can call a thread back: it goes on with its connection, and whoever asks next waits for the same answer.
            return await asyncio.wait_for(asyncio.shield(self._question), PATIENCE)
        except TimeoutError:
            return SLOW

    async def _ask(self) -> str | None:
        async with self._door.admission:  # a place in the pool; it only reads, so it takes no turn to write
            return await to_thread.run_sync(self._look)

    def _look(self) -> str | None:
        try:
            engine = self._door.workspace.engine
            if is_gone(engine):
                return AWAY
            with explained():
                return None if is_current(engine) else OUTDATED
        except Unavailable as unavailable:
            log.warning("the database was asked whether it is ready: %s", unavailable)
            return AWAY
