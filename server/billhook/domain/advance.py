"""Advance credit: which of it an invoice takes off, and how much at most (R8, R14)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from billhook.domain.document import vat_order
from billhook.domain.words import AdvancesMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from billhook.domain.options import Vat


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAdvance:
    """The open credit of one advance invoice in one VAT group, in minor units."""

    key: int
    vat: Vat
    open_minor: int
    booked: bool
    issued_on: date | None
    number: str | None
    line_key: int
    """The advance's first line of that group, which a settlement line names."""

    @property
    def order(self) -> tuple[bool, date, int, tuple[str, Decimal]]:
        """Booked ones by issue date, then creation; drafts last; within one advance by VAT category and rate (R8)."""
        return not self.booked, self.issued_on if self.booked and self.issued_on else date.min, self.key, vat_order(self.vat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An amount of one advance and VAT group taken off, in minor units."""

    advance: OpenAdvance
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvancesChoice:
    """What the user asks for: take off all that fits, nothing, or up to a ceiling excluding VAT."""

    mode: AdvancesMode = AdvancesMode.AUTO
    up_to_minor: int | None = None


def settle(work: Mapping[Vat, int], advances: Sequence[OpenAdvance], choice: AdvancesChoice) -> list[Application]:
    """Apply open advances, in order, to the work of each VAT group, capped at that group's positive net (R8)."""
    if choice.mode is AdvancesMode.NONE:
        return []
    room = {vat: net for vat, net in work.items() if net > 0}
    ceiling = choice.up_to_minor
    applications = []
    for advance in sorted(advances, key=lambda advance: advance.order):
        amount = min(advance.open_minor, room.get(advance.vat, 0))
        if ceiling is not None:
            amount = min(amount, ceiling)
            ceiling -= max(amount, 0)
        if amount > 0:
            room[advance.vat] -= amount
            applications.append(Application(advance=advance, amount_minor=amount))
    return applications


def of_other_vat(work: Mapping[Vat, int], advances: Iterable[OpenAdvance]) -> int:
    """Return the open credit in VAT groups that this invoice does not have: it stays open (R8)."""
    return sum(advance.open_minor for advance in advances if advance.vat not in work)


def lowered(
    applied: Sequence[tuple[OpenAdvance, int]], caps: Mapping[Vat, int], ceiling_minor: int | None
) -> list[tuple[OpenAdvance, int]]:
    """Return what stays applied when the caps or the ceiling fall: newest advance first gives way, nothing ever rises (R14)."""
    room = Counter(caps)
    left = sum(amount for _, amount in applied) if ceiling_minor is None else ceiling_minor
    kept = []
    for advance, amount in sorted(applied, key=lambda pair: pair[0].order):
        stays = max(min(amount, room[advance.vat], left), 0)
        room[advance.vat] -= stays
        left -= stays
        kept.append((advance, stays))
    return kept
