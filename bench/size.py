"""How much data a database of the bench holds."""

from __future__ import annotations

from dataclasses import dataclass

SEED = 20_260_310
RECIPE = 2
"""Raised with every change of what a size holds, so that databases of an older recipe are not taken for it."""


@dataclass(frozen=True, slots=True)
class Size:
    """So many projects, and so many time entries on them."""

    projects: int
    entries: int

    @property
    def name(self) -> str:
        """As people write it: 10k/1M."""
        return f"{_short(self.projects)}/{_short(self.entries)}"


@dataclass(frozen=True, slots=True)
class Scale:
    """Two sizes that are compared; everything else is measured at the smaller one."""

    small: Size
    large: Size


SCALES = {
    "full": Scale(Size(10_000, 1_000_000), Size(100_000, 5_000_000)),
    "small": Scale(Size(1_000, 50_000), Size(10_000, 250_000)),
}
"""By the name that SIZES gives; `small` is for trying the bench out."""


def _short(number: int) -> str:
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if number % unit == 0:
            return f"{number // unit}{letter}"
    return str(number)
