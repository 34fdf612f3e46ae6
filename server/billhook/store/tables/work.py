"""Billable work: time entries, the extra costs on them, and the external costs of a project.

`live_line_id` is the live line that bills the item, null while it is unbilled; the claims hold the history.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.options import VatCategory
from billhook.domain.words import RateOrigin
from billhook.store.columns import KEY, Instant, Micros, one_of

ON_A_LINE = sa.text("live_line_id IS NOT NULL")
"""Left out of the indexes by line: what is unbilled, which is found by its project."""


class TimeEntry(SQLModel, table=True):
    """Seconds of work by a user; rate and amount are resolved when saved (M2, M3), null while unrated (M4)."""

    __tablename__ = "time_entry"
    __table_args__ = (
        sa.CheckConstraint("seconds > 0", name="time_entry_has_duration"),
        sa.Index("time_entry_by_project", "project_id", "worked_on", "id"),
        sa.Index("time_entry_by_user", "user_id", "worked_on", "id"),
        sa.Index("time_entry_by_creation", "project_id", "created_at", "id"),
        sa.Index("time_entry_by_phase", "phase_id"),
        sa.Index("time_entry_by_work_type", "work_type_id"),
        sa.Index("time_entry_by_line", "live_line_id", sqlite_where=ON_A_LINE, postgresql_where=ON_A_LINE),
        sa.Index("time_entry_imported", "import_key", unique=True),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id")
    phase_id: int | None = Field(default=None, sa_type=KEY, foreign_key="phase.id")
    user_id: int = Field(sa_type=KEY, foreign_key="user_account.id")
    work_type_id: int | None = Field(default=None, sa_type=KEY, foreign_key="work_type.id")
    worked_on: date
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    seconds: int
    description: str = ""
    billable: bool = True
    override_rate_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    hourly_rate_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    rate_origin: RateOrigin | None = Field(default=None, sa_type=one_of(RateOrigin))
    amount_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    live_line_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice_line.id")
    import_key: str | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


_entry = sa.inspect(TimeEntry).local_table.c
NOT_ON_A_LINE = sa.and_(_entry.live_line_id.is_(None), _entry.billable, _entry.deleted_at.is_(None))
"""Billable, there, and on no live line; unbilled if its phase is billed by time, too (R1)."""

sa.Index(
    "time_entry_pending",
    _entry.project_id,
    _entry.worked_on,
    _entry.id,
    sqlite_where=NOT_ON_A_LINE,
    postgresql_where=NOT_ON_A_LINE,
)


PENDING_COST = sa.text("live_line_id IS NULL AND deleted_at IS NULL")


class ExtraCost(SQLModel, table=True):
    """An article on a time entry; VAT absent: its phase's, else the project's.

    It shares the entry's project while it is there; deleted, it stays on the project that it was on, whatever becomes of the entry.
    """

    __tablename__ = "extra_cost"
    __table_args__ = (
        sa.Index("extra_cost_by_entry", "time_entry_id"),
        sa.Index("extra_cost_pending", "project_id", sqlite_where=PENDING_COST, postgresql_where=PENDING_COST),
        sa.Index("extra_cost_by_line", "live_line_id", sqlite_where=ON_A_LINE, postgresql_where=ON_A_LINE),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    time_entry_id: int = Field(sa_type=KEY, foreign_key="time_entry.id")
    project_id: int = Field(sa_type=KEY, foreign_key="project.id")
    description: str
    quantity: Decimal = Field(sa_type=Micros)
    unit_price: Decimal = Field(sa_type=Micros)
    amount_minor: int = Field(sa_type=sa.BigInteger)
    vat_category: VatCategory | None = Field(default=None, sa_type=one_of(VatCategory))
    vat_rate: Decimal | None = Field(default=None, sa_type=Micros)
    live_line_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice_line.id")
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class ExternalCost(SQLModel, table=True):
    """A cost of the project or of a phase, not tied to a time entry (R12)."""

    __tablename__ = "external_cost"
    __table_args__ = (
        sa.Index("external_cost_by_project", "project_id", "incurred_on", "id"),
        sa.Index("external_cost_by_phase", "phase_id"),
        sa.Index("external_cost_by_line", "live_line_id", sqlite_where=ON_A_LINE, postgresql_where=ON_A_LINE),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    project_id: int = Field(sa_type=KEY, foreign_key="project.id")
    phase_id: int | None = Field(default=None, sa_type=KEY, foreign_key="phase.id")
    description: str
    incurred_on: date
    quantity: Decimal = Field(sa_type=Micros)
    unit_price: Decimal = Field(sa_type=Micros)
    amount_minor: int = Field(sa_type=sa.BigInteger)
    billable: bool = True
    vat_category: VatCategory | None = Field(default=None, sa_type=one_of(VatCategory))
    vat_rate: Decimal | None = Field(default=None, sa_type=Micros)
    live_line_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice_line.id")
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
