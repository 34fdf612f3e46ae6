"""Keeps what all code of a process shares out of the reach of plugins: how decimals are reckoned with, and how deep calls may go."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from decimal import DefaultContext, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_AS_IT_WAS = DefaultContext.copy()
_DEPTH = sys.getrecursionlimit()
"""Both from before any plugin: of two threads that ask at once, neither may keep what a source in the other one did."""


@contextmanager
def own_interpreter() -> Iterator[None]:
    """Let a plugin change the context of decimals, in this thread or for all to come, and the recursion limit, for the block alone.

    A precision that one sets would round everybody's money; a limit that one lowers would end everybody's requests, and one that it
    raises would end the process instead of a recursion.
    """
    try:
        with localcontext():
            yield
    finally:
        if sys.getrecursionlimit() != _DEPTH:
            sys.setrecursionlimit(_DEPTH)
        shared, as_was = DefaultContext, _AS_IT_WAS
        shared.prec, shared.rounding = as_was.prec, as_was.rounding
        shared.Emin, shared.Emax = as_was.Emin, as_was.Emax
        shared.capitals, shared.clamp = as_was.capitals, as_was.clamp
        shared.traps, shared.flags = as_was.traps, as_was.flags
