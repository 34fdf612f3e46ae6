"""Numbers that look drawn and are computed in SQL, the same on both databases: row by row from a seed, without any state."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Callable

WORD = 2**32
"""Draws are computed modulo this; times a row number below 2**31 it still fits 64 bits."""
HIGH = 2**16
"""The low half of a draw is thrown away: it repeats too soon."""


def numbered(count: int) -> sa.CTE:
    """Return the numbers 1 to `count`, as the column `number`."""
    one = sa.select(sa.literal(1, sa.BigInteger).label("number")).cte("numbered", recursive=True)
    return one.union_all(sa.select(one.c.number + 1).where(one.c.number < count))


def drawing(seed: int, row: sa.ColumnElement[int]) -> Callable[[str, int], sa.ColumnElement[int]]:
    """Return a function that draws from 0 up to, not including, a bound of at most 65536; each purpose has draws of its own."""

    def draw(purpose: str, bound: int) -> sa.ColumnElement[int]:
        chance = Random(f"{seed}/{purpose}")
        factor, offset = chance.randrange(WORD // 4, WORD // 2) | 1, chance.randrange(WORD)
        return (row * sa.literal(factor, sa.BigInteger) + offset) % sa.literal(WORD, sa.BigInteger) // HIGH * bound // HIGH

    return draw
