"""Keeps how decimals are reckoned with out of the reach of plugins: a precision that one sets would round everybody's money."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import DefaultContext, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_AS_IT_WAS = DefaultContext.copy()
"""From before any plugin: of two threads that ask at once, neither may keep what a source in the other one did."""


@contextmanager
def own_arithmetic() -> Iterator[None]:
    """Let a plugin change the context of this thread, or that of all threads to come, for the block alone."""
    try:
        with localcontext():
            yield
    finally:
        shared, as_was = DefaultContext, _AS_IT_WAS
        shared.prec, shared.rounding = as_was.prec, as_was.rounding
        shared.Emin, shared.Emax = as_was.Emin, as_was.Emax
        shared.capitals, shared.clamp = as_was.capitals, as_was.clamp
        shared.traps, shared.flags = as_was.traps, as_was.flags
