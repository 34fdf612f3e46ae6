"""Smaller indexes for claims of anything but time, and one for subscriptions, which had none; lines of more than 32 bits of seconds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ITEMS = ("extra_cost", "external_cost", "phase", "deal", "subscription")


def upgrade() -> None:
    """Apply."""
    for item in ITEMS:
        if item != "subscription":
            op.drop_index(f"ix_claim_{item}_id", table_name="claim")
        there = sa.text(f"{item}_id IS NOT NULL")
        op.create_index(f"claim_of_{item}", "claim", [f"{item}_id"], sqlite_where=there, postgresql_where=there)
    if op.get_bind().dialect.name == "postgresql":  # an integer of SQLite is wide enough by itself
        op.alter_column("invoice_line", "seconds", type_=sa.BigInteger())
