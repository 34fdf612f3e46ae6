"""Writes the audit log: who did what, in the transaction that did it, so that neither is there without the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook.store.tables import AuditEntry

if TYPE_CHECKING:
    from billhook.billing.transaction import Transaction
    from billhook.domain.words import AuditAction


def audit(tx: Transaction, action: AuditAction, *, invoice_key: int | None = None, token_key: int | None = None) -> None:
    """Add what the viewer of this transaction does now to the log."""
    viewer = tx.viewer
    tx.session.add(
        AuditEntry(at=tx.now, actor=viewer.name, actor_token_id=viewer.token_key, action=action, invoice_id=invoice_key, token_id=token_key)
    )
    tx.session.flush()
