"""Watches what a source asks of the world around it while it answers: the clock, chance, files, the network."""

from __future__ import annotations

import gc
import io
import os
import random
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

TIMELESS = {"strptime", "mktime"}
"""Functions of the module time that say the same at any time."""
ENVIRONMENT = type(os.environ).__getitem__.__code__
SYSTEM = {"posix", "nt"}
HARMLESS = {"fspath"}
FILES = {("_io", "open"), ("io", "open")}
NETWORK = "_socket"
SHARED_CHANCE = getattr(random.random, "__self__", None)
"""The generator behind random.random() and the like; one with a seed of its own is not chance."""
TODAY = {"today", "now", "utcnow", "fromtimestamp"}
ALL_IT_KNOWS = "everything that it may know is in ctx and in its options"
MACHINERY = {"importlib", "logging"}
"""Imports read files, and a log notes the time: neither is of the answer."""


@contextmanager
def watched() -> Iterator[list[str]]:
    """Yield a list of what was asked in the block, and where; pure code leaves it empty."""
    found: list[str] = []

    def see(frame: FrameType, event: str, called: Any) -> None:  # noqa: ANN401 - whatever was called
        what = _asks(called) if event == "c_call" else f"it asks the environment: {ALL_IT_KNOWS}" if frame.f_code is ENVIRONMENT else None
        if what is not None and (where := _place(frame)) is not None:
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
    module = getattr(called, "__module__", None) or type(owner).__module__
    if isinstance(owner, type) and issubclass(owner, date) and name in TODAY:
        what = f"the clock, by {owner.__name__}.{name}(): use ctx.as_of"
    elif module == "time" and name not in TIMELESS:
        what = f"the clock, by time.{name}(): use ctx.as_of"
    elif owner is SHARED_CHANCE or name == "urandom":
        what = f"for chance, by {name}(): the preview and the invoice would differ"
    elif called is io.open or (module, name) in FILES:
        what = f"for a file, by {name}(): {ALL_IT_KNOWS}"
    elif NETWORK in {module, type(owner).__module__} or type(owner).__module__ == "socket":
        what = f"the network, by {name}(): {ALL_IT_KNOWS}"
    elif module == "_thread" and name.startswith("start"):
        what = f"another thread to work, by {name}(): the answer is all that it gives"
    elif module in SYSTEM and name not in HARMLESS:
        what = f"the system, by os.{name}(): {ALL_IT_KNOWS}"
    else:
        return None
    return f"it asks {what}"


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
