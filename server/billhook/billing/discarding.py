"""Discards a draft: claims released, applications undone, its own credit withdrawn; no gap is left (R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.auditing import audit
from billhook.billing.documents import require_draft, require_version
from billhook.billing.finding import find_to_change
from billhook.domain.errors import AdvanceProblem, ErrorCode
from billhook.domain.words import AuditAction, InvoiceStatus
from billhook.store import balances, claims, ledger
from billhook.store.tables import Invoice, InvoiceLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billhook.billing.inputs.invoice import DiscardInvoice
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def discard_invoice(tx: Transaction, given: DiscardInvoice) -> Keys:
    """Discard a draft. Raises NOT_FOUND, WRONG_STATUS, STATE_CHANGED, ADVANCE_IN_USE for an advance that was taken off invoices."""
    invoice = find_to_change(tx, Invoice, given.invoice_id, "invoiceId")
    require_draft(invoice, "discarded")
    require_version(invoice, given.expected_version)
    refuse_applied(ledger.applied_of(tx.session, invoice.id), "discarded")
    undone = [*ledger.applied_by(tx.session, invoice.id), *ledger.registered_by(tx.session, invoice.id)]
    entries = [ledger.undo(row, row.amount_minor, invoice.project_id, invoice.id) for row in undone]
    ledger.append(tx.session, tx.now, tx.today, entries)
    lines = tx.session.scalars(sa.select(col(InvoiceLine.id)).where(col(InvoiceLine.invoice_id) == invoice.id)).all()
    claims.release(tx.session, lines, invoice.id, tx.now)
    invoice.status = InvoiceStatus.DISCARDED
    invoice.discarded_at, invoice.discarded_by = tx.now, tx.viewer.name
    invoice.version += 1
    tx.session.add(invoice)
    tx.session.flush()
    audit(tx, AuditAction.INVOICE_DISCARDED, invoice_key=invoice.id)
    balances.recompute(tx.session, [invoice.project_id])
    return {"invoice": invoice.id}


def refuse_applied(applied: Iterable[ledger.InForce], what: str) -> None:
    """Raise ADVANCE_IN_USE, naming the invoices that the advance was taken off (R15)."""
    invoices = list(dict.fromkeys(row.caused_by_key for row in applied))
    if invoices:
        message = f"This advance was taken off {len(invoices)} invoices, so it cannot be {what}. Discard or credit those first."
        raise AdvanceProblem(ErrorCode.ADVANCE_IN_USE, message, invoices, "invoiceId")
