"""The server's log: one line for each thing that happened, for people or as JSON, of billhook and of what it is built on alike.

No line can be forged: what would end a line or steer a terminal is escaped. And none has what a client sent: of an exception it has the
types and where they were raised, not their messages, in which anything may be.
"""

from __future__ import annotations

import logging
import re
import traceback
from asyncio import CancelledError
from typing import TYPE_CHECKING

import orjson
import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from billhook.http.observing import seen_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict, Processor

    from billhook.settings import Settings

FIELDS = ("request_id", "operation", "kind", "who", "role", "status", "codes", "duration_ms", "statements", "cost")
"""What a line may have besides its message; a library adds nothing."""
LONGEST = 1000
"""Characters of a message."""
EXCEPTION = "exception"
_STEERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Ends a line, steers a terminal, turns the direction of writing, or is no character at all."""


def start_logging(settings: Settings) -> None:
    """Log to stderr from now on: billhook from the level of the settings on, everything else its warnings.

    With `debug` also what the server below says of itself: when it starts, which process it is, when it ends. Its own debug lines never:
    each header and each frame of a WebSocket is one.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("uvicorn.error").addFilter(_is_no_connection)
    level = settings.log_level.upper()
    logging.getLogger("billhook").setLevel(level)
    logging.getLogger("uvicorn").setLevel({"DEBUG": "INFO", "INFO": "WARNING"}.get(level, level))


def _is_no_connection(record: logging.LogRecord) -> bool:
    """Leave out that a WebSocket was opened or closed: the line has its URL, in which somebody may have put a token."""
    return not str(record.msg).startswith(('%s - "WebSocket %s"', "connection open", "connection closed"))


def expect_the_end() -> None:
    """Leave out from now on that a request was cut off, by who tells the server to end twice or by its time: that is no bug."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_end)


def expect_to_be_cut_off() -> None:
    """Leave out from now on what libraries say of what is cut off while they work, by who tells the server to end twice."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_of_the_server)


def _is_of_the_server(record: logging.LogRecord) -> bool:
    return record.name.startswith(("billhook", "uvicorn"))


def _is_no_end(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def formatter(form: str) -> ProcessorFormatter:
    """Return what makes a line of a record: `human` or `json`."""
    ends: list[Processor] = [_short, structlog.dev.ConsoleRenderer(colors=False, sort_keys=False, pad_event_to=0, pad_level=False)]
    if form == "json":
        ends = [structlog.processors.JSONRenderer(serializer=lambda line, **_: orjson.dumps(line, default=str).decode())]
    return ProcessorFormatter(
        foreign_pre_chain=[
            add_log_level,
            add_logger_name,
            ExtraAdder(allow=FIELDS),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[ProcessorFormatter.remove_processors_meta, _of_a_request, _with_its_exception, _harmless, *ends],
    )


def _of_a_request(_logger: object, _method: str, line: EventDict) -> EventDict:
    line["logger"] = line["logger"].removesuffix(".error")  # uvicorn calls its logger so, whatever it says
    seen = seen_now()
    if seen is not None:
        line.setdefault("request_id", seen.request_id)
    return line


def _with_its_exception(_logger: object, _method: str, line: EventDict) -> EventDict:
    raised = line.pop("exc_info", None)
    line.pop("stack", None)
    if raised and raised[1] is not None:
        line[EXCEPTION] = "".join(_told(raised[1], set())).rstrip()
    return line


def _told(error: BaseException, before: set[int]) -> Iterator[str]:
    """Tell how an exception came about, the first cause first: where, and of which type, but not in its own words."""
    before.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in before:
        yield from _told(cause, before)
        yield "and then:\n"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _told(each, before)
            yield "and, together with it:\n"
    yield from traceback.format_tb(error.__traceback__)
    kind = type(error)
    yield f"{kind.__qualname__}\n" if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}\n"


def _harmless(_logger: object, _method: str, line: EventDict) -> EventDict:
    for name, value in line.items():
        if name == EXCEPTION:
            line[name] = "\n".join(_escaped(part) for part in value.split("\n"))
        elif isinstance(value, str):
            line[name] = _escaped(value)
    said = str(line["event"])
    # What was forgotten in a task is told by asyncio with the values of that task, below its first line.
    line["event"] = said.partition("\\x0a")[0][:LONGEST]
    return line


def _short(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Leave out what there is none of, and lists within lists: a person reads this."""
    known = {name: ",".join(value) if isinstance(value, list) else value for name, value in line.items()}
    return {name: value for name, value in known.items() if value is not None and value != ""}


def _escaped(text: str) -> str:
    return _STEERS.sub(lambda found: f"\\x{ord(found[0]):02x}" if ord(found[0]) < 0x100 else f"\\u{ord(found[0]):04x}", text)  # noqa: PLR2004
