"""Top-level errors: each gets a code; a bug is logged with the request's id, and shown as nothing but that id."""

from __future__ import annotations

import logging
from asyncio import CancelledError, current_task
from traceback import walk_tb
from typing import TYPE_CHECKING

from graphql import ExecutionResult as GraphQLExecutionResult
from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from billhook.domain.errors import Forbidden, PluginFault, TooMuchToRead, Unauthenticated, Unavailable
from billhook_schema.scalars import BAD_USER_INPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from strawberry.types import StreamExecutionResult

    from billhook.domain.errors import Refusal

INTERNAL = "INTERNAL"
UNAVAILABLE = "UNAVAILABLE"
FORBIDDEN = "FORBIDDEN"
UNAUTHENTICATED = "UNAUTHENTICATED"
BAD_REQUEST = "BAD_REQUEST"
TOO_EXPENSIVE = "QUERY_TOO_EXPENSIVE"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
CANNOT_RUN = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""What is raised for a request that cannot run at all."""
EXPECTED: dict[type[Exception], str] = {
    Unauthenticated: UNAUTHENTICATED,
    Forbidden: FORBIDDEN,
    Unavailable: UNAVAILABLE,
    TooMuchToRead: TOO_EXPENSIVE,
    **dict.fromkeys(CANNOT_RUN, BAD_REQUEST),
}
"""What may end a field or a request without being a bug, and its code."""
LONGEST_MESSAGE = 500
"""Messages quote what was sent, and that may be as long as a request."""
log = logging.getLogger("billhook.errors")


def log_fault(request_id: str, refusal: Refusal) -> None:
    """Log where a source broke its contract. How, the client is told: that may hold what was sent, and a log must not."""
    if isinstance(refusal, PluginFault):
        log.warning("request %s: the source '%s' broke its contract", request_id, refusal.source, exc_info=refusal)


class AnswerTooLong(GraphQLError):
    """No field of the operation can be answered any more."""


def is_too_long(error: BaseException) -> bool:
    """Whether an error, where it was raised or with its place, is that of an answer that is too long."""
    return isinstance(getattr(error, "original_error", None) or error, AnswerTooLong)


class MaskedErrors(SchemaExtension):
    """Gives every top-level error its code and hides what only a developer may see."""

    _streams = False
    _validated = False

    def on_operation(self) -> Iterator[None]:
        """Go through the errors when the operation has ended, or was ended by one."""
        try:
            yield
        except CANNOT_RUN:
            raise  # HTTP says so
        except CancelledError as error:
            task = current_task()
            if task is None or task.cancelling():
                raise  # somebody ended the operation
            bug = RuntimeError("something that the operation waited for was cancelled, but not the operation")
            bug.__cause__ = error
            raise self._ended(bug) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged, and no client sees it
            raise self._ended(error) from None
        if not self._streams:
            self._mask(self.execution_context.result)

    def _ended(self, error: Exception) -> GraphQLError:
        """Log what ended the operation, and return it as it is answered."""
        ended = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        return self._shown([ended], early=False)[0]

    def on_execute(self) -> Iterator[None]:
        """Note that the document is valid: what is wrong from now on are its variables, or what is found with them."""
        self._validated = True
        yield

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Go through the errors of one event of a subscription, or of the one answer of another operation that is streamed."""
        self._streams = True
        self._mask(result)
        yield

    def _mask(self, result: object) -> None:
        if isinstance(result, ExecutionResult | GraphQLExecutionResult) and result.errors:
            early = isinstance(result, PreExecutionError) and not self._validated
            alone = [] if result.data is not None else [error for error in result.errors if is_too_long(error)]
            result.errors = self._shown(alone or result.errors, early=early)

    def _shown(self, errors: Sequence[GraphQLError], *, early: bool) -> list[GraphQLError]:
        """Log those that nobody expected, and return all as they are answered."""
        request_id = self.execution_context.context.request_id
        coded = [(error, code_of(error, early=early)) for error in errors]
        _log(request_id, coded)
        return [_copy(error, code, request_id) for error, code in coded]


def _log(request_id: str, coded: Iterable[tuple[GraphQLError, str]]) -> None:
    """Log the first error of each kind, and how many there were: a bug in an item of a list is in all of them."""
    alike: dict[object, list[GraphQLError]] = {}
    for error, code in coded:
        if code in {INTERNAL, UNAVAILABLE}:
            alike.setdefault(_kind(error, code), []).append(error)
    for first, *others in alike.values():
        times = f", {1 + len(others)} times" if others else ""
        if code_of(first) == UNAVAILABLE:
            # In one line: while a database is away there is one of these for each request.
            log.error("request %s: %s %s%s", request_id, first.message, reason_of(first.original_error), times)
        else:
            log.error("request %s failed at %s%s", request_id, _field_of(first), times, exc_info=first.original_error or first)


def _kind(error: GraphQLError, code: str) -> object:
    """Return what is the same for errors that are logged once: what the database said, or the bug, its field and its line."""
    if code == UNAVAILABLE:
        return error.message, reason_of(error.original_error)
    cause = error.original_error or error
    lines = [(frame.f_code, line) for frame, line in walk_tb(cause.__traceback__)]
    return type(cause), _field_of(error), *lines[-1:]


def reason_of(unavailable: Exception | None) -> str:
    """Return what the database said when it could not answer, in one line and without the statement or its values."""
    cause = unavailable.__cause__ if unavailable else None
    return " ".join(str(getattr(cause, "orig", cause)).split())[:500]


def code_of(error: GraphQLError, *, early: bool = False) -> str:
    """Return the code of a top-level error; `early` when the operation was never executed. INTERNAL for what nobody expected."""
    given = (error.extensions or {}).get("code")
    if isinstance(given, str):
        return given
    if isinstance(error, GraphQLSyntaxError):
        return PARSE_FAILED
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        return next((code for kind, code in EXPECTED.items() if isinstance(cause, kind)), INTERNAL)
    if early:
        return VALIDATION_FAILED
    if error.path is None or isinstance(cause or error, StrawberryInputCoercionError):
        return BAD_USER_INPUT  # variables are read before anything is executed; arguments as their field is
    return INTERNAL


def _field_of(error: GraphQLError) -> str:
    """Return the field that failed as the schema calls it: how the document calls it is no business of a log."""
    named = [node.name.value for node in error.nodes or () if isinstance(node, FieldNode)]
    return ", ".join(named) or "no field"


def with_request_id(error: GraphQLError, request_id: str) -> GraphQLError:
    """Return an error that was found before the schema was asked, as it is answered."""
    return GraphQLError(error.message, extensions={**(error.extensions or {}), "requestId": request_id})


def _copy(error: GraphQLError, code: str, request_id: str) -> GraphQLError:
    """Return an error as it is answered: a new one, since the cache of validated documents keeps its own."""
    told: dict[str, object] = {"code": code, "requestId": request_id}
    if code not in {INTERNAL, UNAVAILABLE}:
        told = {**(error.extensions or {}), **told}
    shown = GraphQLError("Internal error" if code == INTERNAL else cut(error.message, LONGEST_MESSAGE), path=error.path, extensions=told)
    shown.locations = error.locations  # they are known: from its nodes they would be looked for once more
    return shown


def cut(text: str, most: int) -> str:
    """Return a text, or its beginning where it is longer than it may be."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
