"""The audit log, the latest first."""

from __future__ import annotations

from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderKey
from billhook.store.tables import AuditEntry


def audit_log() -> Listing:
    """List what was done, the latest first."""
    order = Order("auditLog", (OrderKey(col(AuditEntry.id), lambda found: found[0].id, int, descending=True),))
    return Listing(table=AuditEntry, order=order)
