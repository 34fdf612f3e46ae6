"""Who may use the API, and who did what that cannot be undone by looking away: access tokens and the audit log."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from billhook.domain.words import AuditAction, Role
from billhook.store.columns import KEY, Instant, one_of


class AccessToken(SQLModel, table=True):
    """A token of the API. The secret itself is nowhere: only its SHA-256, by which a request's token is found."""

    __tablename__ = "access_token"

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    name: str
    role: Role = Field(sa_type=one_of(Role))
    user_id: int | None = Field(default=None, sa_type=KEY, foreign_key="user_account.id", index=True)
    """Whose time it tracks, if anybody's."""
    secret_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)
    """To the minute: a token that is used all the time is not written all the time."""
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_by: str | None = None


class AuditEntry(SQLModel, table=True):
    """One thing that somebody did: added, never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("audit_by_invoice", "invoice_id"),)

    id: int = Field(default=None, primary_key=True, sa_type=KEY)
    at: datetime = Field(sa_type=Instant)
    actor: str
    """Name of the token that was used, or `local`."""
    actor_token_id: int | None = Field(default=None, sa_type=KEY, foreign_key="access_token.id")
    action: AuditAction = Field(sa_type=one_of(AuditAction))
    invoice_id: int | None = Field(default=None, sa_type=KEY, foreign_key="invoice.id")
    token_id: int | None = Field(default=None, sa_type=KEY, foreign_key="access_token.id")
