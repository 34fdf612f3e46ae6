"""No two documents of a seller have the same number: two number formats of a seller can meet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from billhook.domain.errors import Misconfiguration

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TWICE = """
SELECT one.id AS first, other.id AS second, one.number AS number FROM invoice AS one
JOIN invoice AS other ON other.seller_id = one.seller_id AND other.number = one.number AND other.id > one.id
ORDER BY one.id, other.id LIMIT 1
"""


def upgrade() -> None:
    """Apply. Raises Misconfiguration when a seller has a number twice: only its bookkeeper knows which document is to have another."""
    if found := op.get_bind().execute(sa.text(TWICE)).first():
        raise Misconfiguration(
            f"two documents of one seller have the number {found.number!r}, rows {found.first} and {found.second} of invoice, "
            "and the upgrade lets no number be there twice; nothing was changed; docs/backups.md says how to go on"
        )
    op.drop_index("ix_invoice_number", table_name="invoice")
    there = sa.text("number IS NOT NULL")
    op.create_index("invoice_number_once", "invoice", ["seller_id", "number"], unique=True, sqlite_where=there, postgresql_where=there)
