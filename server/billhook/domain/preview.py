"""What an invoice, a change of a draft, or a credit note would be: the whole document, before anything is written (G3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from billhook.domain.options import Vat
    from billhook.domain.words import InvoiceKind, LineKind, WarningCode


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRow:
    """One category and rate of a document: its net and the tax on it, in minor units (M5)."""

    vat: Vat
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """A line as it would stand; `line_key` is the existing line it is (of a draft) or corrects (of a credit)."""

    kind: LineKind
    section: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net_minor: int
    seconds: int | None
    vat: Vat
    time_entry_count: int
    settles_key: int | None = None
    line_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewApplication:
    """What would be taken off, of one advance and VAT group."""

    advance_key: int
    vat: Vat
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A warning: allowed, but worth a look."""

    code: WarningCode
    message: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A whole document, all amounts in minor units of `currency`, and what it would leave behind."""

    source_name: str
    kind: InvoiceKind
    currency: str
    lines: tuple[PreviewLine, ...]
    work_minor: int
    advances_applied_minor: int
    net_minor: int
    vat_minor: int
    total_minor: int
    vat_rows: tuple[VatRow, ...]
    applications: tuple[PreviewApplication, ...]
    open_advance_after_minor: int
    unbilled_after_minor: int
    warnings: tuple[Caution, ...]
    token: str
