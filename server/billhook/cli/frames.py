"""Takes in what a WebSocket sends, in small pieces: one client that floods the server with frames keeps no other one waiting.

uvicorn reads on for as long as a client sends, and answers each ping at once. A message of endless empty frames, and pings whose
answers nobody reads, would take all time and all memory, before anybody said who they are; and one that was closed would stay.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.frames import CloseCode

from billhook.cli.requests import MOST_HEAD
from billhook.http.websocket_connection import LET_IN

if TYPE_CHECKING:
    from asyncio import Handle, Task

http11.MAX_LINE_LENGTH = http11.MAX_NUM_HEADERS = MOST_HEAD  # of a WebSocket as of any request: cookies of a single sign-on are long
PIECE = 4096
"""Bytes that are taken at once; then everybody else has a turn."""
MOST_FRAMES = 1000
"""That a message may come in. Clients send one in a single frame."""
MOST_UNKNOWN_BYTES = 16 * 1024
"""Of a message of somebody of whom nobody knows who it is: a token is much shorter."""
SECONDS_TO_LEAVE = 3
"""After a connection was closed, for its client to take what was said and to go."""


class PacedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket of uvicorn that reads no faster than its messages are taken, and than its client reads the answers."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(*given, **named)
        self._waiting = bytearray()
        self._turn: Handle | None = None
        self._unread = 0
        """Bytes that waited for the client when it was last asked whether it is alive."""

    def data_received(self, data: bytes) -> None:
        """Keep what came until its turn."""
        self._waiting += data
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what nobody is told any more."""
        self._waiting.clear()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Read no more from a client that does not read: not even its pings, which would be answered."""
        super().pause_writing()
        self._go_on()

    def resume_writing(self) -> None:
        """Read again."""
        super().resume_writing()
        self._go_on()

    def send_keepalive_ping(self) -> None:
        """Ask the client whether it is alive; the question stands behind all that waits for it."""
        super().send_keepalive_ping()
        self._unread = self.transport.get_write_buffer_size()

    def keepalive_timeout(self) -> None:
        """End the connection, unless its client reads on, if slowly; what one takes no more is thrown away."""
        unread = self.transport.get_write_buffer_size()
        if 0 < unread < self._unread and self.ping_timeout is not None:
            self._unread = unread
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)
            return
        super().keepalive_timeout()
        if unread:
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Hand on a message. One that is too large or no UTF-8 ends the connection, and is no news for a log."""
        if self._is_small and sum(map(len, self.frames)) > MOST_UNKNOWN_BYTES:
            self._refuse(CloseCode.MESSAGE_TOO_BIG, f"over {MOST_UNKNOWN_BYTES} bytes before connection_ack")
        elif self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self._refuse(CloseCode.INVALID_DATA)
        else:
            super().send_receive_event_to_app()

    def on_task_complete(self, task: Task[None]) -> None:
        """End the connection, which billhook is done with, though its client stays, or does not take what was said."""
        super().on_task_complete(task)
        self.loop.call_later(SECONDS_TO_LEAVE, self.transport.abort)

    async def receive(self) -> Any:  # noqa: ANN401 - a message of ASGI
        """Give the next message; then the next piece may be taken."""
        message = await super().receive()
        self._go_on()
        return message

    async def send(self, message: Any) -> None:  # noqa: ANN401 - a message of ASGI
        """Send a message; after the last one the client's goodbye is waited for. None is said to who takes nothing."""
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.transport.abort()
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # it was refused, whole: uvicorn would log that it is missing
        self._go_on()

    def _go_on(self) -> None:
        if self.transport.is_closing() or self.conn.eof_sent:
            self._waiting.clear()
        if self.transport.is_closing():
            return
        if self.conn.eof_sent or self.read_paused or not self.writable.is_set():
            self.transport.pause_reading()
        elif not self._waiting:
            self.transport.resume_reading()
        elif self._turn is None:
            self.transport.pause_reading()
            self._turn = self.loop.call_soon(self._take)

    @property
    def _is_small(self) -> bool:
        """Whether little is taken: before it is known who asks, and after all was said."""
        return self.close_sent or not self.scope.get("state", {}).get(LET_IN)

    def _take(self) -> None:
        self._turn = None
        if self.transport.is_closing() or not self._waiting:
            return
        piece = bytes(self._waiting[:PIECE])
        del self._waiting[:PIECE]
        super().data_received(piece)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._turn_away()
        elif self.handshake_initiated and not self.transport.is_closing():
            self._bound_what_is_kept()
        self._go_on()

    def _bound_what_is_kept(self) -> None:
        """End a connection that begins a message which cannot become one."""
        if len(self.frames) > MOST_FRAMES:
            self._refuse(CloseCode.MESSAGE_TOO_BIG, f"over {MOST_FRAMES} frames")
        elif self._is_small and len(self.conn.reader.buffer) + sum(map(len, self.frames)) > MOST_UNKNOWN_BYTES + PIECE:
            self._refuse(CloseCode.MESSAGE_TOO_BIG, f"over {MOST_UNKNOWN_BYTES} bytes before connection_ack")

    def _refuse(self, code: CloseCode, reason: str = "") -> None:
        """End the connection; of one that was closed before, drop all that still comes."""
        self.frames = []
        self.conn.fail(code, reason)
        if not self.close_sent:
            self.handle_parser_exception()

    def _turn_away(self) -> None:
        """Answer a handshake that cannot be read, such as one with a body, as any other request is that cannot."""
        said = "Invalid HTTP request received."
        self.logger.warning(said)
        self.transport.write(self.conn.reject(HTTPStatus.BAD_REQUEST, said).serialize())
        self.transport.close()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
