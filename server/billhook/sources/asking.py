"""Asks a source: for options from what was sent, for suggestions, for its proposal. Whatever it does, nothing but its answer gets out.

What a source proposes is checked by the guard, `domain/guard.py`.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from decimal import Decimal
from enum import Enum
from itertools import islice
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.proposal import Refused
from billhook.sources.interpreter import own_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billhook.domain.options import SourceOptions
    from billhook.domain.views import SourceContext
    from billhook.sources.installed import InstalledSource

AnswerT = TypeVar("AnswerT")
LONGEST_MESSAGE, LONGEST_STEP = 2000, 100


def read_options(installed: InstalledSource, raw: object) -> SourceOptions:
    """Turn what was sent into the options of a source.

    Raises ValidationError for what a person can mend, PLUGIN_FAULT for whatever else the validators of a source raise or return.
    """
    try:
        with faults(installed, ValidationError):
            options = installed.options.model_validate(deepcopy(raw))  # a validator may change what it is given, and we ask again
    except ValidationError as error:
        if any(found["type"] == "assertion_error" for found in error.errors(include_url=False)):
            raise installed.fault("an assertion in its options failed") from error  # its text is for the author
        raise
    if type(options) is not installed.options:
        raise installed.fault(f"its options became a {type(options).__name__} when they were checked")
    return options


def as_json(installed: InstalledSource, options: SourceOptions) -> dict[str, Any]:
    """Return options as they would be sent, after their defaults. Raises PLUGIN_FAULT when they cannot be."""
    with faults(installed):
        found: dict[str, Any] = as_sent(options, options.model_dump(mode="json", by_alias=True))
        orjson.dumps(found)
    return found


def as_sent(value: object, shown: Any) -> Any:  # noqa: ANN401 - JSON
    """Return options, shown as JSON, as InvoiceSourceInput takes them: enums by name, decimals without exponent, nothing null."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, BaseModel) and isinstance(shown, dict):
        own = {field.alias or name: getattr(value, name) for name, field in type(value).model_fields.items()}
        return {name: as_sent(own.get(name), inner) for name, inner in shown.items() if inner is not None}
    if isinstance(value, tuple | list) and isinstance(shown, list) and len(value) == len(shown):
        return [as_sent(one, inner) for one, inner in zip(value, shown, strict=True)]
    return shown


def by_value(installed: InstalledSource, options: SourceOptions) -> dict[str, Any]:
    """Return options as plain values that can be hashed, whatever their model would leave out. Raises PLUGIN_FAULT when they cannot be."""
    with faults(installed):
        found: dict[str, Any] = _values(options)
        orjson.dumps(found, default=str, option=orjson.OPT_SORT_KEYS)
    return found


def _values(value: Any) -> Any:  # noqa: ANN401 - of any field
    if isinstance(value, BaseModel):
        return {name: _values(getattr(value, name)) for name in type(value).model_fields}
    return [_values(one) for one in value] if isinstance(value, tuple | list) else value


def propose(installed: InstalledSource, context: Callable[[], SourceContext], options: SourceOptions) -> object:
    """Ask a source for its proposal, and take nothing on trust: it gets options and a snapshot of its own.

    Raises INVALID_INPUT for its `Refused`, with the path below the options; PLUGIN_FAULT for anything else that it raises, SystemExit
    and endless recursion too, and for a snapshot that it changed.
    """
    answer = _ask(installed, context, lambda snapshot: _proposed(installed, snapshot, options.model_copy(deep=True)))
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _proposed(installed: InstalledSource, snapshot: SourceContext, options: SourceOptions) -> object:
    try:
        return installed.source.propose(snapshot, options)
    except Refused as refused:
        # Read as any exception is: a subclass may have skipped Refused's own constructor.
        path = [step if isinstance(step, int) else to_camel(str(step)[:LONGEST_STEP]) for step in getattr(refused, "path", ())]
        message = str(refused)[:LONGEST_MESSAGE] or "The source refused."
        return Refusal(ErrorCode.INVALID_INPUT, message, "source", installed.name, *path)


def suggest(installed: InstalledSource, context: Callable[[], SourceContext], most: int) -> list[SourceOptions]:
    """Ask a source for options that make sense now, at most so many. Raises PLUGIN_FAULT as `propose` does, also for its `Refused`."""
    suggested = _ask(installed, context, lambda snapshot: list(islice(installed.source.example_options(snapshot), most)))
    if any(type(options) is not installed.options for options in suggested):
        raise installed.fault("example_options() gave something else than its options")
    with faults(installed):
        # Through JSON and back: what was made past its constructor is found out here, and not where it is shown.
        return [installed.options.model_validate_json(options.model_dump_json()) for options in suggested]


def _ask(installed: InstalledSource, context: Callable[[], SourceContext], question: Callable[[SourceContext], AnswerT]) -> AnswerT:
    """Call a source with a snapshot of its own, one request at a time. Raises PLUGIN_FAULT for whatever it raises or changes."""
    snapshot = context()
    with installed.turn, faults(installed):
        answer = question(snapshot)
        changed = snapshot != context()
    if changed:
        raise installed.fault("it changed the snapshot that it was given")
    return answer


@contextmanager
def faults(installed: InstalledSource, *through: type[Exception]) -> Iterator[None]:
    """Turn whatever a source raises into PLUGIN_FAULT, SystemExit too, but for what may come `through`.

    Ctrl-C is the user's in the main thread only: no signal reaches another one.
    """
    try:
        with own_interpreter():
            yield
    except BaseException as error:
        if isinstance(error, through) or (isinstance(error, KeyboardInterrupt) and current_thread() is main_thread()):
            raise
        raise installed.fault(f"it raised {type(error).__name__}") from error
