"""What was agreed beforehand: deals and subscriptions, each with priced lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.options import VatCategory
from billhook.domain.words import CycleUnit
from billhook.store.columns import KEY, Instant, Micros, one_of


class AgreedLine(SQLModel):
    """The columns that a line of a deal and a line of a subscription share; VAT is fixed when saved."""

    position: int
    description: str
    quantity: Decimal = Field(sa_type=Micros)
    unit: str
    unit_price: Decimal = Field(sa_type=Micros)
    net_minor: int = Field(sa_type=sa.BigInteger)
    vat_category: VatCategory = Field(sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(sa_type=Micros)
    section: str = ""


class Deal(SQLModel, table=True):
    """A value sold beforehand, invoiced whole or in portions (R10)."""

    __tablename__ = "deal"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id", index=True)
    title: str
    created_at: datetime = Field(sa_type=Instant)


class DealLine(AgreedLine, table=True):
    """A line of a deal; the deal's value per VAT group is the sum of its lines."""

    __tablename__ = "deal_line"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    deal_id: int = Field(sa_type=KEY, foreign_key="deal.id", index=True)


class Subscription(SQLModel, table=True):
    """Billed period by period, in advance (R11)."""

    __tablename__ = "subscription"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id", index=True)
    title: str
    starts_on: date
    ends_on: date | None = None
    every: int
    unit: CycleUnit = Field(sa_type=one_of(CycleUnit))
    book: bool
    created_at: datetime = Field(sa_type=Instant)


class SubscriptionLine(AgreedLine, table=True):
    """A line of a subscription; a period's amount is the sum of its lines."""

    __tablename__ = "subscription_line"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    subscription_id: int = Field(sa_type=KEY, foreign_key="subscription.id", index=True)
