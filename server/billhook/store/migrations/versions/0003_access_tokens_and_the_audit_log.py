"""Access tokens, by their hashes, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import billhook.store.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "access_token",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sa.Enum("VIEWER", "TIMEKEEPER", "BILLER", "ADMIN", name="role", native_enum=False, length=32), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("secret_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", billhook.store.columns.Instant(), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("expires_at", billhook.store.columns.Instant(), nullable=True),
        sa.Column("last_used_at", billhook.store.columns.Instant(), nullable=True),
        sa.Column("revoked_at", billhook.store.columns.Instant(), nullable=True),
        sa.Column("revoked_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_access_token_user_id"), "access_token", ["user_id"])
    op.create_table(
        "audit_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", billhook.store.columns.Instant(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_token_id", KEY, nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "INVOICE_BOOKED",
                "INVOICE_CREDITED",
                "INVOICE_DISCARDED",
                "TOKEN_CREATED",
                "TOKEN_REVOKED",
                name="auditaction",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invoice_id", KEY, nullable=True),
        sa.Column("token_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["actor_token_id"], ["access_token.id"]),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"]),
        sa.ForeignKeyConstraint(["token_id"], ["access_token.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_by_invoice", "audit_entry", ["invoice_id"])
