"""The history of a time entry's billing: every claim on it, also those released (G7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.rows import children
from billhook.store.tables import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.transaction import Transaction


def claims_of_entries(tx: Transaction, keys: Sequence[int]) -> list[list[Claim]]:
    """Return the claims on each time entry, oldest first; each begins after the one before it was released (G1)."""
    return children(tx, sa.select(Claim).order_by(col(Claim.id)), col(Claim.time_entry_id), keys)
