"""Users and work types, with their hourly rates per currency (M3)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.store.columns import KEY, SORTED_TEXT, Instant


class User(SQLModel, table=True):
    """Someone who tracks time; the table is `user_account`, since `user` is a reserved word in PostgreSQL."""

    __tablename__ = "user_account"
    __table_args__ = (
        sa.Index("user_by_name", "name_sort", "id"),
        sa.Index("user_by_email", "email_sort"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    name: str
    name_sort: str = Field(sa_type=SORTED_TEXT)
    email: str | None = None
    email_sort: str | None = Field(default=None, sa_type=SORTED_TEXT)
    created_at: datetime = Field(sa_type=Instant)


class UserRate(SQLModel, table=True):
    """What an hour of a user costs in one currency, in minor units."""

    __tablename__ = "user_rate"

    user_id: int = Field(primary_key=True, sa_type=KEY, foreign_key="user_account.id")
    currency: str = Field(primary_key=True)
    hourly_rate_minor: int = Field(sa_type=sa.BigInteger)


class WorkType(SQLModel, table=True):
    """A kind of work: design, development."""

    __tablename__ = "work_type"
    __table_args__ = (sa.Index("work_type_by_name", "name_sort", "id"),)

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    name: str
    name_sort: str = Field(sa_type=SORTED_TEXT)
    created_at: datetime = Field(sa_type=Instant)


class WorkTypeRate(SQLModel, table=True):
    """What an hour of a work type costs in one currency, in minor units."""

    __tablename__ = "work_type_rate"

    work_type_id: int = Field(primary_key=True, sa_type=KEY, foreign_key="work_type.id")
    currency: str = Field(primary_key=True)
    hourly_rate_minor: int = Field(sa_type=sa.BigInteger)
