"""One connection over WebSocket: it is closed once, and knows who asks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected

from billhook.domain.errors import Unauthenticated, Unavailable
from billhook_schema.masking import UNAUTHENTICATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billhook.billing.transaction import Viewer
    from billhook.http.observing import Seen

LONGEST_REASON = 123
"""Bytes of the reason that a connection is closed with: no frame that closes takes more."""
GOING_AWAY, TRY_AGAIN_LATER, TOO_EARLY, FORBIDDEN_CLOSE, NOT_OUR_PROTOCOL = 1001, 1013, 4401, 4403, 4406
"""Codes that close a connection: those below 4000 let clients connect again, those above say what they did wrong."""
LET_IN = "let_in"
"""In the state of a connection: it is known who asks. From then on the server takes messages of any size."""


class Socket(ASGIWebSocketAdapter):
    """A connection of starlette as strawberry uses it. Several operations may close it; what comes later is dropped."""

    closed = False

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message, unless the connection was closed meanwhile."""
        if self.closed:
            return
        try:
            await super().send_json(message)
        except WebSocketDisconnected:
            self.closed = True  # the client went away meanwhile: what it asked for ends with its connection

    async def close(self, code: int, reason: str) -> None:
        """Close the connection once; the client may be gone already."""
        if not self.closed:
            self.closed = True
            with suppress(WebSocketDisconnect):
                await super().close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))


@dataclass(slots=True)
class Connection:
    """What belongs to one connection: who asks, as its connection_init said."""

    socket: Socket
    connection_params: dict[str, Any] | None = None
    viewer: Viewer | None = None

    @property
    def let_in(self) -> Viewer:
        """Who asks, on a connection that was let in."""
        if self.viewer is None:
            raise TypeError("an operation begins after its connection was let in")
        return self.viewer

    async def end(self, seen: Seen, why: Unauthenticated | Unavailable) -> None:
        """Close it, because the viewer's access has ended or cannot be looked up."""
        if isinstance(why, Unauthenticated):
            seen.codes = (UNAUTHENTICATED,)
            await self.socket.close(FORBIDDEN_CLOSE, "Forbidden")
        else:
            await self.socket.close(TRY_AGAIN_LATER, str(why))
