"""Facts of a project made by hand, as short as a test can say them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billhook.domain.facts import Facts, Item, Part
from billhook.domain.options import Vat, VatCategory
from billhook.domain.views import ProjectView, SourceContext
from billhook.domain.words import ClaimKind

if TYPE_CHECKING:
    from collections.abc import Iterable

TODAY = date(2026, 3, 31)
VAT_21 = Vat(category=VatCategory.S, rate=Decimal(21))
VAT_6 = Vat(category=VatCategory.S, rate=Decimal(6))
VAT_0 = Vat(category=VatCategory.Z, rate=Decimal(0))


def snapshot() -> SourceContext:
    """Return a new snapshot of a project with nothing on it."""
    project = ProjectView(id="project", title="Website", currency="EUR", vat=Vat(category=VatCategory.S, rate=Decimal(21)))
    return SourceContext(as_of=TODAY, project=project)


def part(value_minor: int, vat: Vat = VAT_21, billed_minor: int = 0, share: Fraction | int = 0) -> Part:
    """Return a part of a price."""
    return Part(vat=vat, value_minor=value_minor, billed_minor=billed_minor, billed_share=Fraction(share))


def entry(key: int, seconds: int, rate_minor: int | None, amount_minor: int | None, vat: Vat = VAT_21) -> Item:
    """Return a time entry; without an amount it is unrated."""
    return Item(
        kind=ClaimKind.TIME_ENTRY,
        key=key,
        title=f"Entry {key}",
        parts=(part(amount_minor or 0, vat),),
        rated=amount_minor is not None,
        seconds=seconds,
        hourly_rate_minor=rate_minor,
    )


def item(kind: ClaimKind, key: int, *parts: Part, period: tuple[date, date] | None = None) -> Item:
    """Return a billable thing other than a time entry."""
    return Item(kind=kind, key=key, title=f"{kind.value} {key}", parts=parts, period=period)


def facts(items: Iterable[Item] = (), *, currency: str = "EUR", once: Iterable[str] = ()) -> Facts:
    """Return the facts of a project with these items; the id of each is its key as a text, of a period with the period's start."""
    return Facts(
        project_key=1,
        currency=currency,
        vat=VAT_21,
        today=TODAY,
        items={(one.kind.value, f"{one.key}/{one.period[0]}" if one.period else str(one.key)): one for one in items},
        once=frozenset(once),
        advances=(),
        unbilled_minor=0,
        open_advance_minor=0,
        unrated_entries=0,
        context=snapshot,
    )
