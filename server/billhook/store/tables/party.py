"""Sellers and customers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.options import VatCategory
from billhook.domain.party import Party
from billhook.domain.words import CustomerKind
from billhook.store.columns import KEY, SORTED_TEXT, Instant, Micros, PartyColumn, one_of


class Seller(SQLModel, table=True):
    """Who sells; `vat_*` are the defaults of its new projects (M5)."""

    __tablename__ = "seller"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    party: Party = Field(sa_type=PartyColumn, nullable=False)
    vat_category: VatCategory = Field(sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(sa_type=Micros)
    iban: str | None = None
    bic: str | None = None
    legal_text: str | None = None
    invoice_number_format: str
    credit_note_number_format: str
    created_at: datetime = Field(sa_type=Instant)


class Customer(SQLModel, table=True):
    """Who buys."""

    __tablename__ = "customer"
    __table_args__ = (sa.Index("customer_by_name", "name_sort", "id"),)

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    name: str
    name_sort: str = Field(sa_type=SORTED_TEXT)
    kind: CustomerKind = Field(sa_type=one_of(CustomerKind))
    party: Party = Field(sa_type=PartyColumn, nullable=False)
    buyer_reference: str | None = None
    payment_term_days: int
    created_at: datetime = Field(sa_type=Instant)
