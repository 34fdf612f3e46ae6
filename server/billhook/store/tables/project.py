"""Projects, their phases, and the rollup that the list of billable projects reads."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.options import VatCategory
from billhook.domain.words import BillingMethod, PhaseStatus, ProjectStatus, RatePolicy
from billhook.store.columns import KEY, SORTED_TEXT, Instant, Micros, one_of


class Project(SQLModel, table=True):
    """What work is done on and invoiced for; everything on it is in its currency (M1)."""

    __tablename__ = "project"
    __table_args__ = (
        sa.Index("project_by_title", "title_sort", "id"),
        sa.Index("project_by_customer", "customer_id", "title_sort", "id"),
        sa.Index("project_by_creation", "created_at", "id"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    customer_id: int = Field(sa_type=KEY, foreign_key="customer.id")
    seller_id: int = Field(sa_type=KEY, foreign_key="seller.id", index=True)
    title: str
    title_sort: str = Field(sa_type=SORTED_TEXT)
    currency: str
    status: ProjectStatus = Field(sa_type=one_of(ProjectStatus))
    rate_policy: RatePolicy = Field(sa_type=one_of(RatePolicy))
    hourly_rate_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    vat_category: VatCategory = Field(sa_type=one_of(VatCategory))
    vat_rate: Decimal = Field(sa_type=Micros)
    created_at: datetime = Field(sa_type=Instant)


class Phase(SQLModel, table=True):
    """A part of a project with its own billing method (R1); VAT absent: the project's."""

    __tablename__ = "phase"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id", index=True)
    title: str
    status: PhaseStatus = Field(sa_type=one_of(PhaseStatus))
    billing_method: BillingMethod = Field(sa_type=one_of(BillingMethod))
    hourly_rate_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    fixed_price_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    vat_category: VatCategory | None = Field(default=None, sa_type=one_of(VatCategory))
    vat_rate: Decimal | None = Field(default=None, sa_type=Micros)
    created_at: datetime = Field(sa_type=Instant)


class ProjectBalance(SQLModel, table=True):
    """A project's unbilled work and open advance, kept in the transaction of every change: a cache with a proof (G6)."""

    __tablename__ = "project_balance"

    project_id: int = Field(primary_key=True, sa_type=KEY, foreign_key="project.id")
    currency: str
    unbilled_minor: int = Field(default=0, sa_type=sa.BigInteger)
    unbilled_seconds: int = Field(default=0, sa_type=sa.BigInteger)
    unbilled_entries: int = Field(default=0, sa_type=sa.BigInteger)
    unrated_entries: int = Field(default=0, sa_type=sa.BigInteger)
    open_advance_minor: int = Field(default=0, sa_type=sa.BigInteger)


_balance = sa.inspect(ProjectBalance).local_table.c
PROPOSED = sa.or_(_balance.unbilled_minor > _balance.open_advance_minor, _balance.unrated_entries > sa.literal_column("0"))
"""R3 in SQL, the only place; `domain/proposed.py` has it in Python, a property test holds the two together."""

sa.Index(
    "project_balance_proposed",
    _balance.currency,
    _balance.unbilled_minor.desc(),
    _balance.project_id,
    sqlite_where=PROPOSED,
    postgresql_where=PROPOSED,
)
