"""A document: its lines, what they add up to, and the VAT on each group of them (M1, M5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import percent_of
from billhook.domain.options import VatCategory
from billhook.domain.preview import VatRow
from billhook.domain.words import ClaimKind, LineKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from billhook.domain.options import Vat

HOUR, PIECE = "HUR", "C62"
"""UN/ECE Recommendation 20: hours, pieces."""
EXEMPTION_REASONS = {
    VatCategory.E: "Exempt from VAT",
    VatCategory.AE: "Reverse charge",
    VatCategory.K: "Intra-community supply",
    VatCategory.G: "Export outside the EU",
    VatCategory.O: "Not subject to VAT",
}
"""What EN 16931 asks for on lines without VAT (BT-120); S and Z have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedClaim:
    """A claim as it is written: the item, what this line bills of it, and how that was asked for."""

    kind: ClaimKind
    key: int | None
    amount_minor: int
    percentage: Decimal | None = None
    period_start: date | None = None
    once_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document; `net_minor` of a settlement line is negative."""

    kind: LineKind
    description: str
    quantity: Decimal
    unit_price: Decimal
    net_minor: int
    vat: Vat
    section: str = ""
    unit: str = PIECE
    seconds: int | None = None
    period: tuple[date, date] | None = None
    claims: tuple[PricedClaim, ...] = ()
    phase_key: int | None = None
    deal_key: int | None = None
    subscription_key: int | None = None
    settles_key: int | None = None
    settles_line_key: int | None = None
    corrects_line_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a document adds up to, in minor units: work, minus the advances applied, is net; with VAT it is the total."""

    work_minor: int
    advances_applied_minor: int
    net_minor: int
    vat_minor: int
    total_minor: int
    vat_rows: tuple[VatRow, ...]


def vat_order(vat: Vat) -> tuple[str, Decimal]:
    """Order VAT groups by category and rate (R8)."""
    return vat.category.value, vat.rate


def total(lines: Iterable[tuple[LineKind, int, Vat]]) -> Totals:
    """Add lines (kind, net, VAT) up; VAT per category and rate = round_half_up(rate x the group's net on this document) (M5)."""
    work = settled = 0
    groups: Counter[Vat] = Counter()
    for kind, net, vat in lines:
        groups[vat] += net
        if kind is LineKind.SETTLEMENT:
            settled -= net
        else:
            work += net
    ordered = sorted(groups, key=vat_order)
    rows = tuple(VatRow(vat=vat, net_minor=groups[vat], tax_minor=percent_of(vat.rate, groups[vat])) for vat in ordered)
    tax = sum(row.tax_minor for row in rows)
    return Totals(
        work_minor=work,
        advances_applied_minor=settled,
        net_minor=work - settled,
        vat_minor=tax,
        total_minor=work - settled + tax,
        vat_rows=rows,
    )


def refuse_too_many_lines(lines: int, most: int) -> None:
    """Raise LIMIT_EXCEEDED for a document of more lines than are possible."""
    if lines > most:
        raise Refusal(ErrorCode.LIMIT_EXCEEDED, f"The invoice would have {lines} lines; {most} are possible. Group entries, or bill less.")


def total_of(lines: Iterable[Line]) -> Totals:
    """Add the lines of a document up."""
    return total((line.kind, line.net_minor, line.vat) for line in lines)
