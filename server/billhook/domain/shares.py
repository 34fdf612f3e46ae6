"""What a portion of a price is worth: the rounded share, never beyond what remains, and exactly all of it in the end (R10)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from billhook.domain.errors import ErrorCode, ExceedsAmount
from billhook.domain.money import percent_of, show, to_minor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.domain.facts import Item, Part
    from billhook.domain.options import Portion


def share_out(item: Item, portion: Portion | None, currency: str) -> list[int]:
    """Return what a portion bills of each part of a price, in minor units; None: all that remains.

    Percentages: the rounded share of each part; the one that reaches exactly 100 takes all that remains. An amount is shared out
    by what remains of each part, to the cent. Raises EXCEEDS_REMAINING with what remains; ValueError for an amount with too many decimals.
    """
    parts = item.parts
    remaining = sum(part.remaining_minor for part in parts)
    if portion is None:
        return [part.remaining_minor for part in parts]
    if portion.percentage is not None:
        share = _billed_share(parts) + Fraction(portion.percentage) / 100
        if share > 1:
            raise _beyond_100(item, portion.percentage, _billed_share(parts), remaining, currency)
        if share == 1:
            return [part.remaining_minor for part in parts]
        return [min(percent_of(portion.percentage, part.value_minor), part.remaining_minor) for part in parts]
    amount = to_minor(portion.amount, currency) if portion.amount is not None else 0
    if amount > remaining:
        message = f"{show(amount, currency)} of '{item.title}' is more than what remains of it: {show(remaining, currency)}."
        message += " Ask for less, or for all that remains."
        raise ExceedsAmount(ErrorCode.EXCEEDS_REMAINING, message, remaining, currency)
    return _by_what_remains(parts, amount)


def _billed_share(parts: Sequence[Part]) -> Fraction:
    """Return which share of the whole price is billed; an amount is seldom the same share of every part, to the cent."""
    value = sum(part.value_minor for part in parts)
    if value == 0:
        return max(part.billed_share for part in parts)
    return sum((min(part.billed_share, Fraction(1)) * part.value_minor for part in parts), Fraction(0)) / value


def _by_what_remains(parts: Sequence[Part], amount: int) -> list[int]:
    """Share an amount out in proportion to what remains of each part: down to the cent, largest remainders first."""
    remaining = sum(part.remaining_minor for part in parts)
    if remaining == 0:
        return [0 for _ in parts]
    exact = [Fraction(amount * part.remaining_minor, remaining) for part in parts]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (shares[at] - exact[at], at))
    for at in by_remainder[: amount - sum(shares)]:
        shares[at] += 1
    return shares


def _beyond_100(item: Item, asked: Decimal, billed: Fraction, remaining: int, currency: str) -> ExceedsAmount:
    """Say how many percent are billed: a price that was raised has more left than they leave."""
    message = (
        f"Of '{item.title}' {_percent(billed)} % are billed, and {asked:f} % more would be over 100 %. "
        f"What remains of it: {show(remaining, currency)}."
    )
    if remaining:
        message += " Ask for an amount of at most that, or leave the portion out for all of it."
    return ExceedsAmount(ErrorCode.EXCEEDS_REMAINING, message, remaining, currency)


def _percent(share: Fraction) -> str:
    """Write a share as percent with at most 6 decimals, rounded up: with what is asked it must come to more than 100."""
    percent = Decimal(ceil(share * 100 * 10**6)).scaleb(-6)
    return f"{percent:f}".rstrip("0").rstrip(".")
