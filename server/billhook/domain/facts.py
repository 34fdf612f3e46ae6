"""What the host knows of one project when it prices a proposal: exact, in minor units, with VAT; a source sees only views of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from billhook.domain.advance import OpenAdvance
    from billhook.domain.options import Vat
    from billhook.domain.views import SourceContext
    from billhook.domain.words import ClaimKind

ItemId: TypeAlias = tuple[str, str]
"""Kind and id of a claim, as a source writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an item is worth in one VAT group, what of that is on live lines, and which share of it that is."""

    vat: Vat
    value_minor: int
    billed_minor: int = 0
    billed_share: Fraction = Fraction(0)
    """Of a price: the sum of live percentages / 100, an amount counting as amount/value (R10)."""

    @property
    def remaining_minor(self) -> int:
        """What is left to bill, in minor units; never below zero."""
        return max(self.value_minor - self.billed_minor, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One billable thing; `parts` has one element but for deals and subscription periods with several VAT groups."""

    kind: ClaimKind
    key: int
    title: str
    parts: tuple[Part, ...]
    rated: bool = True
    """False for a time entry without a rate (M4)."""
    seconds: int | None = None
    hourly_rate_minor: int | None = None
    period: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One project as of one day. `context` makes the view that a source gets, a new one at each call."""

    project_key: int
    currency: str
    vat: Vat
    today: date
    items: Mapping[ItemId, Item]
    once: frozenset[str]
    advances: tuple[OpenAdvance, ...]
    """Open advance credit in the order it is applied (R8)."""
    unbilled_minor: int
    open_advance_minor: int
    unrated_entries: int
    context: Callable[[], SourceContext] = field(compare=False, repr=False)
