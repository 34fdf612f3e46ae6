"""Takes in what comes over HTTP, in bounded time: a client that says or takes nothing, or stops half-way, holds no connection for ever.

uvicorn waits for as long as it takes, but between two requests. What really keeps a flood of connections away is a proxy in front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

MOST_HEAD = 64 * 1024
"""Bytes of the URL and the headers of a request that arrive in parts: more than the longest URL that is answered needs."""
SECONDS_TO_ASK = 15
"""For a head to be there, whole; and, in a body, for more of it to come."""
SECONDS_TO_TAKE = 120
"""For a client to take some of what waits for it. What the system keeps for a slow one shrinks by the megabyte."""


class PromptHTTP(H11Protocol):
    """A connection of uvicorn that ends when its client owes it something for too long."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(*given, **named)
        self._limit: TimerHandle | None = None
        self._look: TimerHandle | None = None
        self._unread = 0
        """Bytes that waited for the client when it was last looked at."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._wait()
        self._look = self.loop.call_later(SECONDS_TO_TAKE, self._look_whether_it_reads)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what came, and see what is owed now. Single bytes of a head do not prolong it; what comes of a body does."""
        super().handle_events()
        owed = self.conn.their_state
        if owed is h11.IDLE and self._limit is not None:
            return
        self._wait_no_more()
        if owed in {h11.IDLE, h11.SEND_BODY} and self.transport.get_protocol() is self:  # it may have become a WebSocket
            self._wait()

    def resume_writing(self) -> None:
        """Go on: the client has taken most of what waited for it."""
        super().resume_writing()
        self._unread = 0

    def _look_whether_it_reads(self) -> None:
        if self.transport.get_protocol() is not self:  # it has become a WebSocket, which looks itself
            return
        unread = self.transport.get_write_buffer_size()
        if 0 < self._unread <= unread:
            self.transport.abort()
            return
        self._unread = unread
        self._look = self.loop.call_later(SECONDS_TO_TAKE, self._look_whether_it_reads)

    def _wait(self) -> None:
        self._limit = self.loop.call_later(SECONDS_TO_ASK, self._give_up)

    def _wait_no_more(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _give_up(self) -> None:
        if self.flow.read_paused or self.transport.get_write_buffer_size():  # the client waits for billhook, or reads still
            self._wait()
        else:
            self.transport.abort()
