"""Watches what a source asks of the world around it while it answers: the clock, chance, files, the network."""

from __future__ import annotations

import gc
import io
import random
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

CLOCK = {
    ("time", name) for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime")
}
CHANCE = {("posix", "urandom"), ("nt", "urandom")}
FILES = {("_io", "open"), ("io", "open"), ("posix", "open"), ("nt", "open")}
NETWORK = {("_socket", "connect"), ("_socket", "getaddrinfo"), ("_socket", "gethostbyname")}
TODAY = {"today", "now", "utcnow"}
MACHINERY = {"importlib", "logging"}
"""Imports read files, and a log notes the time: neither is of the answer."""


@contextmanager
def watched() -> Iterator[list[str]]:
    """Yield a list of what was asked in the block, and where; pure code leaves it empty."""
    found: list[str] = []

    def see(frame: FrameType, event: str, called: Any) -> None:  # noqa: ANN401 - whatever was called
        if event == "c_call" and (what := _asks(called)) is not None and (where := _place(frame)) is not None:
            found.append(f"{what} ({where})")

    collecting, before = gc.isenabled(), sys.getprofile()
    gc.disable()  # whoever is called when rubbish is collected may ask for the time, and that is none of the source's doing
    sys.setprofile(see)
    try:
        yield found
    finally:
        sys.setprofile(before)
        if collecting:
            gc.enable()


def _asks(called: Any) -> str | None:  # noqa: ANN401 - whatever was called
    """Say what a call to a built-in function asks for; None when it asks for nothing outside."""
    name, owner = getattr(called, "__name__", ""), getattr(called, "__self__", None)
    where = (getattr(called, "__module__", None) or type(owner).__module__, name)
    if isinstance(owner, type) and issubclass(owner, date) and name in TODAY:
        return f"it asks the clock, by {owner.__name__}.{name}(): use ctx.as_of"
    if where in CLOCK:
        return f"it asks the clock, by time.{name}(): use ctx.as_of"
    if isinstance(owner, random.Random) or where in CHANCE:
        return f"it asks for chance, by {name}(): the preview and the invoice would differ"
    if called is io.open or where in FILES:
        return f"it opens a file, by {name}(): everything that it may know is in ctx and in its options"
    if where in NETWORK:
        return f"it asks the network, by {name}(): everything that it may know is in ctx and in its options"
    return None


def _place(frame: FrameType | None) -> str | None:
    """Return the file and line that called, past the standard library; None for imports, for logging, and for billhook itself."""
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package in {*MACHINERY, "billhook"}:
            return None
        if package not in sys.stdlib_module_names:
            return f"{PurePath(frame.f_code.co_filename).name}, line {frame.f_lineno}"
        frame = frame.f_back
    return None
