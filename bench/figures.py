"""Figures of measurements: percentiles, ratios of pairs with their spread, and whether a target is met."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Latency:
    """What requests took, in milliseconds, and how many were answered in a second."""

    requests: int
    p50_ms: float
    p99_ms: float
    longest_ms: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the ratios of the rounds, and the lowest and highest of them."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        """Show it as the report does."""
        return f"{self.median:.2f} ({self.lowest:.2f} to {self.highest:.2f})"


@dataclass(frozen=True, slots=True)
class Target:
    """What the issue asks for, and what was measured."""

    name: str
    asked: str
    measured: str
    met: bool

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.name}: target {self.asked}, measured {self.measured}: {'met' if self.met else 'short'}"


def latency(seconds: Iterable[float], elapsed: float, done: int | None = None) -> Latency:
    """Return the figures of requests that took so many seconds each, and so many all in all; `done` of them count (absent: all)."""
    ordered = sorted(seconds)
    return Latency(
        requests=len(ordered),
        p50_ms=1000 * percentile(ordered, 50),
        p99_ms=1000 * percentile(ordered, 99),
        longest_ms=1000 * ordered[-1],
        per_second=(len(ordered) if done is None else done) / elapsed,
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Return the smallest of the values, in order, that so many percent of them do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def ratio(of_rounds: Iterable[float]) -> Ratio:
    """Return the ratio over all rounds."""
    ratios = list(of_rounds)
    return Ratio(median(ratios), min(ratios), max(ratios))


def at_most(name: str, limit: float, measured: Ratio) -> Target:
    """Return the target of a ratio that may be no more than this."""
    return Target(name, f"at most {limit:g} x", f"{measured}", measured.median <= limit)


def at_least(name: str, limit: float, measured: Ratio) -> Target:
    """Return the target of a ratio that must be as much as this."""
    return Target(name, f"at least {limit:g} x", f"{measured}", measured.median >= limit)
