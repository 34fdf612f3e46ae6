"""Answers in parts, as server-sent events: the `next`, `next`, ..., `complete` of GraphQL over SSE, each operation by itself."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import StreamingResponse
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat

from billhook.http.observing import seen_now

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.responses import Response
    from strawberry.types import ExecutionResult

    from billhook_schema.hub import Hub

EVENT_STREAM = "text/event-stream"


def event_stream(results: AsyncGenerator[Any, None], hub: Hub, heartbeat: float) -> Response:
    """Answer with the results of an operation as they come, and now and then with a comment, so that nobody takes the connection for dead.

    When the server stops there is no `complete`: clients take that for the end, and a stream that is cut for a reason to ask again.
    """
    transport = SSETransport(heartbeat)

    async def events() -> AsyncGenerator[str, None]:
        async with aclosing(results):
            async for result in results:
                if (seen := seen_now()) is not None:
                    seen.answered(result.errors)
                yield _lines(transport.encode_next(formatted(result), encoded))  # type: ignore[arg-type] # as strawberry's own dict
        if not hub.closed:
            yield _lines(transport.encode_complete())

    stream = merge_stream_with_heartbeat(
        events, lambda: _lines(transport.heartbeat_message(encoded)), heartbeat, send_initial_heartbeat=False
    )
    return StreamingResponse(stream(), headers={**transport.headers, "Cache-Control": "no-store, no-transform"})


def _lines(event: str) -> str:
    """Return an event with the ends of lines that all clients know: urql splits a stream at empty lines of LF alone."""
    return event.replace("\r\n", "\n")


def formatted(result: ExecutionResult) -> dict[str, Any]:
    """Return an answer as clients get it. Where the operation could not run at all, there is no `data`."""
    errors = result.errors or []
    answer: dict[str, Any] = {"errors": [error.formatted for error in errors]} if errors else {}
    if not could_not_run(result):
        answer["data"] = result.data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def could_not_run(result: ExecutionResult) -> bool:
    """Whether it is the request as a whole that could not run: no error has a path."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def encoded(answer: object) -> str:
    """Return an answer as JSON in one line."""
    return orjson.dumps(answer).decode()
