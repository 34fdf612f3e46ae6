"""The append-only advance ledger, the number series, and the answers kept for idempotency keys."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.options import VatCategory
from billhook.domain.words import LedgerKind, Series
from billhook.store.columns import JSON, KEY, Instant, Micros, one_of


class AdvanceLedger(SQLModel, table=True):
    """One movement of advance credit, signed; the open advance is the sum (R18). Rows are never changed."""

    __tablename__ = "advance_ledger"
    __table_args__ = (sa.Index("advance_ledger_by_project", "project_id", "id"),)

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id")
    advance_id: int = Field(sa_type=KEY, foreign_key="invoice.id", index=True)
    vat_category: VatCategory = Field(sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(sa_type=Micros)
    kind: LedgerKind = Field(sa_type=one_of(LedgerKind))
    amount_minor: int = Field(sa_type=sa.BigInteger)
    caused_by_id: int = Field(sa_type=KEY, foreign_key="invoice.id", index=True)
    line_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice_line.id", index=True)
    """Of an application: the settlement line."""
    undoes_id: int | None = Field(default=None, sa_type=KEY, foreign_key="advance_ledger.id", index=True)
    at: datetime = Field(sa_type=Instant)
    recorded_on: date
    """The workspace's day, which `asOf` compares with."""


class NumberSeries(SQLModel, table=True):
    """The counter of one series of one seller, locked while it numbers a document (R15)."""

    __tablename__ = "number_series"

    seller_id: int = Field(primary_key=True, sa_type=KEY, foreign_key="seller.id")
    series: Series = Field(primary_key=True, sa_type=one_of(Series))
    last_sequence: int = 0
    last_issued_on: date | None = None


class Idempotency(SQLModel, table=True):
    """What a key was used for, and which rows it made: kept for ever (G4)."""

    __tablename__ = "idempotency"

    key: str = Field(primary_key=True)
    operation: str
    input_hash: str
    result: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=Instant)
