"""Prices the lines of a proposal that was found sound: money, VAT groups and claims are the host's, never the source's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from billhook.domain.document import HOUR, PIECE, Line, PricedClaim, vat_order
from billhook.domain.errors import AlreadyBilled, ErrorCode, RateMissing, Refusal
from billhook.domain.money import as_kept, decimals_of, largest_minor, line_net, to_decimal
from billhook.domain.options import Vat
from billhook.domain.proposal import ClaimLine, FreeLine
from billhook.domain.shares import share_out
from billhook.domain.words import ClaimKind, LineKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billhook.domain.facts import Facts, Item, Part
    from billhook.domain.proposal import Claim

LINE_KIND = {
    ClaimKind.TIME_ENTRY: LineKind.TIME,
    ClaimKind.EXTRA_COST: LineKind.EXTRA_COST,
    ClaimKind.EXTERNAL_COST: LineKind.EXTERNAL_COST,
    ClaimKind.PHASE: LineKind.FIXED_PRICE,
    ClaimKind.DEAL: LineKind.DEAL,
    ClaimKind.SUBSCRIPTION_PERIOD: LineKind.SUBSCRIPTION,
}
SHARED = frozenset({ClaimKind.TIME_ENTRY, ClaimKind.EXTRA_COST})
"""Kinds of which several items share a line; of the others each has its own."""


@dataclass(frozen=True, slots=True)
class _Share:
    """One claim in one VAT group."""

    item: Item
    part: Part
    claim: PricedClaim


def price(lines: Iterable[ClaimLine | FreeLine], facts: Facts) -> list[Line]:
    """Return the priced lines. Raises RATE_MISSING, EXCEEDS_REMAINING, ALREADY_BILLED for a live once-key."""
    proposed = list(lines)
    _refuse_unrated(proposed, facts)
    priced: list[Line] = []
    for line in proposed:
        if isinstance(line, FreeLine):
            priced.append(_free(line, facts))
        else:
            priced.extend(_claimed(line, facts))
    return priced


def _refuse_unrated(lines: Iterable[ClaimLine | FreeLine], facts: Facts) -> None:
    items = (facts.items.get((claim.kind, claim.id)) for line in lines for claim in line.claims)
    unrated = [item.key for item in items if item is not None and not item.rated]
    if unrated:
        raise RateMissing(
            f"Of the time entries, {len(unrated)} cannot be priced without an hourly rate. "
            "Give them, their phase, user, work type or project a rate (0 is a rate), or choose others: timetracking takes entryIds.",
            unrated,
        )


def _free(line: FreeLine, facts: Facts) -> Line:
    for claim in line.claims:
        if claim.id in facts.once:
            message = f"'{claim.id}' is already invoiced on this project. Discard or credit that invoice first."
            raise AlreadyBilled(message, ())
    once = tuple(PricedClaim(kind=ClaimKind.ONCE, key=None, amount_minor=0, once_key=claim.id) for claim in line.claims)
    return Line(
        kind=LineKind.FREE,
        section=line.section,
        description=line.description,
        quantity=as_kept(line.quantity),
        unit=line.unit or PIECE,
        unit_price=as_kept(line.unit_price),
        net_minor=line_net(line.quantity, line.unit_price, facts.currency),
        vat=Vat(category=line.vat.category, rate=as_kept(line.vat.rate)) if line.vat else facts.vat,
        period=(line.period.start, line.period.end) if line.period else None,
        claims=once,
    )


def _claimed(line: ClaimLine, facts: Facts) -> Iterator[Line]:
    """Split a line by what it claims and by VAT group, and price each by its claims."""
    shares = [share for claim in line.claims for share in _shares(claim, facts)]
    for _, group in groupby(sorted(shares, key=_line_key), key=_line_key):
        yield _priced(line, list(group), facts.currency)


def _line_key(share: _Share) -> tuple[str, int, date, tuple[str, Decimal]]:
    own = 0 if share.item.kind in SHARED else share.item.key
    return share.item.kind.value, own, share.claim.period_start or date.min, vat_order(share.part.vat)


def _shares(claim: Claim, facts: Facts) -> Iterator[_Share]:
    """Yield what a claim bills in each VAT group where it bills anything.

    A percentage that bills something is kept at 0 in the groups where it rounds to nothing or nothing is left, so that all of them
    reach 100 together (R10).
    """
    item = facts.items[claim.kind, claim.id]
    amounts = _amounts(claim, item, facts.currency)
    percentage = claim.portion.percentage if claim.portion else None
    for part, amount in zip(item.parts, amounts, strict=True):
        counts = percentage is not None and part.value_minor > 0 and any(amounts)
        if amount == 0 and not counts and (len(item.parts) > 1 or item.kind in {ClaimKind.PHASE, ClaimKind.DEAL}):
            continue
        start = item.period[0] if item.period else None
        yield _Share(item, part, PricedClaim(kind=item.kind, key=item.key, amount_minor=amount, percentage=percentage, period_start=start))


def _amounts(claim: Claim, item: Item, currency: str) -> list[int]:
    if item.kind not in {ClaimKind.PHASE, ClaimKind.DEAL}:
        return [part.value_minor for part in item.parts]
    try:
        return share_out(item, claim.portion, currency)
    except ValueError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{error}.") from None


def _priced(line: ClaimLine, shares: list[_Share], currency: str) -> Line:
    item, vat = shares[0].item, shares[0].part.vat
    net = sum(share.claim.amount_minor for share in shares)
    priced = Line(
        kind=LINE_KIND[item.kind],
        section=line.section,
        description=line.description,
        quantity=Decimal(1),
        unit=PIECE,
        unit_price=to_decimal(net, currency),
        net_minor=net,
        vat=vat,
        period=item.period,
        claims=tuple(share.claim for share in shares),
        phase_key=item.key if item.kind is ClaimKind.PHASE else None,
        deal_key=item.key if item.kind is ClaimKind.DEAL else None,
        subscription_key=item.key if item.kind is ClaimKind.SUBSCRIPTION_PERIOD else None,
    )
    if item.kind is not ClaimKind.TIME_ENTRY:
        return priced
    priced = replace(priced, seconds=sum(share.item.seconds or 0 for share in shares))
    return priced if len(shares) > 1 else _hourly(priced, item, currency)


def _hourly(line: Line, item: Item, currency: str) -> Line:
    """Show a single entry as hours x rate, where that comes to its net; else it stays 1 x net (M2)."""
    if item.seconds is None or item.hourly_rate_minor is None:
        return line
    hours = Decimal((2 * item.seconds * 10**6 + 3600) // (2 * 3600)).scaleb(-6)
    rate = Decimal(item.hourly_rate_minor).scaleb(-decimals_of(currency))
    if line.net_minor > largest_minor(currency) or line_net(hours, rate, currency) != line.net_minor:
        return line
    return replace(line, quantity=hours, unit=HOUR, unit_price=rate)
