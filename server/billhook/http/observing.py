"""What is known of a request while it is served, and the one line that is logged of it in the end.

No line has a token, a variable, or a text of a document: only the name that the client gave its operation, and what billhook itself says.
"""

from __future__ import annotations

import logging
from asyncio import CancelledError
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

from graphql import OperationType, get_operation_ast
from starlette.requests import ClientDisconnect
from strawberry.extensions import SchemaExtension

from billhook.store.statements import Statements, count_statements
from billhook_schema.masking import INTERNAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphql import GraphQLError
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from billhook.billing.transaction import Viewer
    from billhook.http.metrics import Metrics
    from billhook_schema.context import Context

LONGEST_NAME = 100
"""As many characters of an operation's name are kept."""
STOPPED = "STOPPED"
"""The code of a query or mutation that was ended by who sent it, or by the end of the server."""
log = logging.getLogger("billhook.operations")


@dataclass(slots=True)
class Seen:
    """What was seen of a request, or of one operation of a connection that has many."""

    request_id: str
    statements: Statements = field(default_factory=count_statements)
    began: float = field(default_factory=perf_counter)
    context: Context | None = None
    """Of whoever was let in."""
    kind: str | None = None
    """`query`, `mutation` or `subscription`; None where the document could not be read."""
    name: str | None = None
    executed: bool = False
    """Whether it got as far as GraphQL."""
    told: bool = False
    """Whether there was an answer."""
    status: int | None = None
    """Of the answer; None on a connection that stays open."""
    codes: tuple[str, ...] = ()
    """Of the top-level errors, each once."""

    def answered(self, errors: Sequence[GraphQLError] | None) -> None:
        """Say that GraphQL answered, with these errors."""
        self.executed = self.told = True
        self.codes = tuple(dict.fromkeys(str((error.extensions or {}).get("code")) for error in errors or ()))

    @property
    def viewer(self) -> Viewer | None:
        """Who asked, as far as it is known."""
        return self.context.viewer if self.context else None

    @property
    def cost(self) -> int | None:
        """What the operation was reckoned to cost."""
        return self.context.cost if self.context else None

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return perf_counter() - self.began


_seen: ContextVar[Seen | None] = ContextVar("billhook_seen", default=None)


def seen_now() -> Seen | None:
    """Return what is being seen of the request that this is part of; None outside of requests."""
    return _seen.get()


@contextmanager
def watching(request_id: str, metrics: Metrics) -> Iterator[Seen]:
    """Watch one operation, then log and count it when the block ends. Who serves it fills in the context, and says what was answered.

    A request over HTTP is one; a connection with many operations has a block for each, in a task of its own.
    """
    seen = Seen(request_id)
    # It stays set: what the server says of this task afterwards is of this request.
    _seen.set(seen)
    try:
        yield seen
    except Exception:
        seen.status, seen.codes = HTTPStatus.INTERNAL_SERVER_ERROR, (INTERNAL,)
        raise
    finally:
        _log(seen)
        metrics.ended(seen)


class Watching:
    """ASGI middleware that watches each request; `RequestIds` stands before it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with watching(scope["state"]["request_id"], self.metrics) as seen, self._counted(seen), suppress(ClientDisconnect):

            async def send_and_see(message: Message) -> None:
                if message["type"] == "http.response.start":
                    seen.status = message["status"]
                await send(message)

            await self.app(scope, receive, send_and_see)

    @contextmanager
    def _counted(self, seen: Seen) -> Iterator[None]:
        """Count the answer; none was given to a client that went away before."""
        try:
            yield
        except Exception:
            self.metrics.answered(HTTPStatus.INTERNAL_SERVER_ERROR)
            raise
        if seen.status is not None:
            self.metrics.answered(seen.status)


class NameOperations(SchemaExtension):
    """Finds the name and the kind of each operation in its document."""

    def on_operation(self) -> Iterator[None]:
        """Look when the operation has ended: then the document was read, if it can be."""
        stopped = False
        try:
            yield
        except (CancelledError, GeneratorExit):
            stopped = True
            raise
        finally:
            seen, asked = seen_now(), self.execution_context
            if seen is not None:
                name = asked.operation_name
                seen.name = name[:LONGEST_NAME] if name else None
                operation = get_operation_ast(asked.graphql_document, name) if asked.graphql_document else None
                seen.kind = operation.operation.value if operation else None
                if stopped and not seen.told and seen.kind != OperationType.SUBSCRIPTION.value:  # those have no other end
                    seen.codes = (STOPPED,)

    def on_execute(self) -> Iterator[None]:
        """Say that it got as far as GraphQL: who stops it gets no answer, and a mutation may be done all the same."""
        seen = seen_now()
        if seen is not None:
            seen.executed = True
        yield


def _log(seen: Seen) -> None:
    viewer = seen.viewer
    told = {
        "operation": seen.name,
        "kind": seen.kind,
        "who": viewer.name if viewer else None,
        "role": viewer.role.name.lower() if viewer else None,
        "status": seen.status,
        "codes": list(seen.codes),
        "duration_ms": round(seen.seconds * 1000, 1),
        "statements": seen.statements.number,
        "cost": seen.cost,
        "request_id": seen.request_id,
    }
    if seen.executed:
        log.info("operation", extra=told)
    elif seen.codes:
        log.info("refused", extra=told)
    else:
        log.debug("served", extra=told)
