"""Invoices and credit notes: the document, its lines, its VAT rows, and the claims that say what its lines bill."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.options import VatCategory
from billhook.domain.party import Party
from billhook.domain.words import AdvancesMode, ClaimKind, InvoiceKind, InvoiceStatus, LineKind, Series
from billhook.store.columns import JSON, KEY, WIDE, Instant, Micros, PartyColumn, one_of

NUMBER_ONCE = "invoice_number_once"
"""The index that holds what a lock of one series cannot: the number formats of a seller's two series can meet (R15)."""
NUMBERED = sa.text("number IS NOT NULL")


class Invoice(SQLModel, table=True):
    """A regular invoice, an advance invoice or a credit note; amounts are stored as they stand on the document.

    Of a credit note all amounts are positive where they take from the invoice that it corrects (R16).
    """

    __tablename__ = "invoice"
    __table_args__ = (
        sa.Index("invoice_number", "seller_id", "series", "sequence", unique=True),
        sa.Index(NUMBER_ONCE, "seller_id", "number", unique=True, sqlite_where=NUMBERED, postgresql_where=NUMBERED),
        sa.Index("invoice_by_project", "project_id", "created_at", "id"),
        sa.Index("invoice_by_customer", "customer_id", "created_at", "id"),
        sa.Index("invoice_by_creation", "created_at", "id"),
        sa.Index("invoice_by_issue", "issued_on", "id"),
        sa.Index("invoice_by_correction", "corrects_id"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id")
    customer_id: int = Field(sa_type=KEY, foreign_key="customer.id")
    seller_id: int = Field(sa_type=KEY, foreign_key="seller.id")
    kind: InvoiceKind = Field(sa_type=one_of(InvoiceKind))
    status: InvoiceStatus = Field(sa_type=one_of(InvoiceStatus))
    version: int = 1
    # the source that proposed it, as it was then
    source_name: str
    source_label: str
    source_package: str
    source_version: str
    options: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    advances_mode: AdvancesMode | None = Field(default=None, sa_type=one_of(AdvancesMode))
    advances_up_to_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    corrects_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice.id")
    reason: str | None = None
    # number and dates
    series: Series | None = Field(default=None, sa_type=one_of(Series))
    sequence: int | None = None
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    tax_point_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    # amounts in minor units of the currency
    currency: str
    work_minor: int = Field(sa_type=sa.BigInteger)
    advances_applied_minor: int = Field(sa_type=sa.BigInteger)
    net_minor: int = Field(sa_type=sa.BigInteger)
    vat_minor: int = Field(sa_type=sa.BigInteger)
    total_minor: int = Field(sa_type=sa.BigInteger)
    # what an e-invoice needs
    buyer_reference: str | None = None
    order_reference: str | None = None
    contract_reference: str | None = None
    payment_reference: str | None = None
    note: str | None = None
    seller_party: Party | None = Field(default=None, sa_type=PartyColumn)
    buyer_party: Party | None = Field(default=None, sa_type=PartyColumn)
    seller_iban: str | None = None
    seller_bic: str | None = None
    seller_legal_text: str | None = None
    # who and when
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    booked_at: datetime | None = Field(default=None, sa_type=Instant)
    booked_by: str | None = None
    discarded_at: datetime | None = Field(default=None, sa_type=Instant)
    discarded_by: str | None = None


class InvoiceLine(SQLModel, table=True):
    """A line; of a draft it can be removed, and stays as a trace of what it had claimed (G7)."""

    __tablename__ = "invoice_line"
    __table_args__ = (
        sa.Index("invoice_line_by_invoice", "invoice_id", "position", "id"),
        sa.Index("invoice_line_by_correction", "corrects_line_id"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    invoice_id: int = Field(sa_type=KEY, foreign_key="invoice.id")
    position: int
    kind: LineKind = Field(sa_type=one_of(LineKind))
    section: str = ""
    description: str
    quantity: Decimal = Field(sa_type=Micros)
    unit: str
    unit_price: Decimal = Field(sa_type=Micros)
    net_minor: int = Field(sa_type=sa.BigInteger)
    seconds: int | None = Field(default=None, sa_type=WIDE)
    """Seconds of the time it bills; hours are shown from them."""
    vat_category: VatCategory = Field(sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(sa_type=Micros)
    vat_exemption_reason: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    phase_id: int | None = Field(default=None, sa_type=KEY, foreign_key="phase.id")
    deal_id: int | None = Field(default=None, sa_type=KEY, foreign_key="deal.id")
    subscription_id: int | None = Field(default=None, sa_type=KEY, foreign_key="subscription.id")
    settles_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice.id")
    settles_line_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice_line.id")
    corrects_line_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice_line.id")
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class InvoiceVat(SQLModel, table=True):
    """The VAT of one category and rate on one document (M5)."""

    __tablename__ = "invoice_vat"

    invoice_id: int = Field(primary_key=True, sa_type=KEY, foreign_key="invoice.id")
    vat_category: VatCategory = Field(primary_key=True, sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(primary_key=True, sa_type=Micros)
    net_minor: int = Field(sa_type=sa.BigInteger)
    tax_minor: int = Field(sa_type=sa.BigInteger)


class Claim(SQLModel, table=True):
    """The link from a billable item to the line that bills it; live until released (G1: unique among the live)."""

    __tablename__ = "claim"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id", index=True)
    invoice_id: int = Field(sa_type=KEY, foreign_key="invoice.id", index=True)
    line_id: int = Field(sa_type=KEY, foreign_key="invoice_line.id", index=True)
    kind: ClaimKind = Field(sa_type=one_of(ClaimKind))
    time_entry_id: int | None = Field(default=None, sa_type=KEY, foreign_key="time_entry.id", index=True)
    extra_cost_id: int | None = Field(default=None, sa_type=KEY, foreign_key="extra_cost.id")
    external_cost_id: int | None = Field(default=None, sa_type=KEY, foreign_key="external_cost.id")
    phase_id: int | None = Field(default=None, sa_type=KEY, foreign_key="phase.id")
    deal_id: int | None = Field(default=None, sa_type=KEY, foreign_key="deal.id")
    subscription_id: int | None = Field(default=None, sa_type=KEY, foreign_key="subscription.id")
    period_start: date | None = None
    once_key: str | None = None
    source_name: str
    vat_category: VatCategory = Field(sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(sa_type=Micros)
    percentage: Decimal | None = Field(default=None, sa_type=Micros)
    """Of a phase or deal asked for in percent; null: by amount, or all that was left."""
    amount_minor: int = Field(sa_type=sa.BigInteger)
    claimed_at: datetime = Field(sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    released_by_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice.id")


_claim = sa.inspect(Claim).local_table.c
for _item in (_claim.extra_cost_id, _claim.external_cost_id, _claim.phase_id, _claim.deal_id, _claim.subscription_id):
    # Nearly all claims are of time: they stay out of the indexes of what else is claimed.
    _there = _item.is_not(None)
    sa.Index(f"claim_of_{_item.name.removesuffix('_id')}", _item, sqlite_where=_there, postgresql_where=_there)
LIVE = _claim.released_at.is_(None)


def _live_once(name: str, *columns: sa.ColumnElement[Any]) -> None:
    """Let these columns occur at most once among the live claims (G1); null columns are not compared."""
    where = sa.and_(LIVE, *(column.is_not(None) for column in columns))
    sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


_live_once("claim_live_time_entry", _claim.time_entry_id)
_live_once("claim_live_extra_cost", _claim.extra_cost_id)
_live_once("claim_live_external_cost", _claim.external_cost_id)
_live_once("claim_live_period", _claim.subscription_id, _claim.period_start, _claim.vat_category, _claim.vat_rate)
_live_once("claim_live_once", _claim.project_id, _claim.source_name, _claim.once_key)
