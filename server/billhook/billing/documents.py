"""Writes documents: their head, lines, VAT rows and claims, in a number of statements that does not depend on the number of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.document import EXEMPTION_REASONS
from billhook.domain.errors import ErrorCode, Refusal, StateChanged
from billhook.domain.words import InvoiceStatus
from billhook.store import claims
from billhook.store.tables import Invoice, InvoiceLine, InvoiceVat, NumberSeries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billhook.billing.transaction import Transaction
    from billhook.domain.document import Line, Totals
    from billhook.domain.words import Series


def write_lines(tx: Transaction, invoice: Invoice, lines: Sequence[Line], first_position: int = 0) -> dict[int, Line]:
    """Insert lines and their claims; return the lines by their keys."""
    if not lines:
        return {}
    rows = [_line_row(invoice.id, first_position + at, line) for at, line in enumerate(lines)]
    tx.session.connection().execute(sa.insert(InvoiceLine), rows)  # not by the ORM, which takes three times as long
    positions = col(InvoiceLine.position).between(first_position, first_position + len(lines) - 1)
    written = (col(InvoiceLine.invoice_id) == invoice.id, positions, col(InvoiceLine.removed_at).is_(None))
    keys = tx.session.scalars(sa.select(col(InvoiceLine.id)).where(*written).order_by(col(InvoiceLine.position), col(InvoiceLine.id))).all()
    by_key = dict(zip(keys, lines, strict=True))
    claims.take(tx.session, invoice, by_key, tx.now)
    return by_key


def write_totals(tx: Transaction, invoice: Invoice, totals: Totals) -> None:
    """Write what a document adds up to, and its VAT rows."""
    invoice.work_minor = totals.work_minor
    invoice.advances_applied_minor = totals.advances_applied_minor
    invoice.net_minor = totals.net_minor
    invoice.vat_minor = totals.vat_minor
    invoice.total_minor = totals.total_minor
    tx.session.add(invoice)
    tx.session.flush()
    tx.session.execute(sa.delete(InvoiceVat).where(col(InvoiceVat.invoice_id) == invoice.id))
    rows = [
        {
            "invoice_id": invoice.id,
            "vat_category": row.vat.category,
            "vat_rate": row.vat.rate,
            "net_minor": row.net_minor,
            "tax_minor": row.tax_minor,
        }
        for row in totals.vat_rows
    ]
    tx.session.execute(sa.insert(InvoiceVat), rows)


def amounts(totals: Totals) -> dict[str, Any]:
    """Return the columns of a new document's totals."""
    return {
        "work_minor": totals.work_minor,
        "advances_applied_minor": totals.advances_applied_minor,
        "net_minor": totals.net_minor,
        "vat_minor": totals.vat_minor,
        "total_minor": totals.total_minor,
    }


def refuse_future(tx: Transaction, issued_on: date | None) -> None:
    """Raise INVALID_INPUT for an issue date in the future: one typo of 2062 would block a series for good (R15)."""
    if issued_on is not None and issued_on > tx.today:
        message = f"{issued_on} is in the future; a document is issued today ({tx.today}) at the latest. Leave the date out for today."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "issuedOn")


def refuse_before_last(tx: Transaction, seller_key: int, series: Series, issued_on: date | None) -> None:
    """Raise DATE_BEFORE_LAST_NUMBER for an issue date before that of the series' last document: numbers follow the dates (R15)."""
    last = tx.session.scalar(
        sa.select(col(NumberSeries.last_issued_on)).where(col(NumberSeries.seller_id) == seller_key, col(NumberSeries.series) == series)
    )
    if issued_on is not None and last is not None and issued_on < last:
        message = f"The last document of this series is of {last}, and numbers follow the dates. Choose {last} or later."
        raise Refusal(ErrorCode.DATE_BEFORE_LAST_NUMBER, message, "issuedOn")


def refuse_due_before(due_on: date | None, issued_on: date | None, *path: str) -> None:
    """Raise INVALID_INPUT for a due date before the issue date."""
    if due_on is not None and issued_on is not None and due_on < issued_on:
        message = f"It would be due on {due_on}, before it is issued on {issued_on}. Choose a later due date, or none."
        raise Refusal(ErrorCode.INVALID_INPUT, message, *path)


def require_draft(invoice: Invoice, what: str) -> None:
    """Raise WRONG_STATUS unless the document is a draft."""
    if invoice.status is InvoiceStatus.DRAFT:
        return
    if invoice.status is InvoiceStatus.DISCARDED:
        raise Refusal(ErrorCode.WRONG_STATUS, f"This invoice was discarded, so it cannot be {what}. Create a new one.", "invoiceId")
    message = f"{invoice.number} is booked already, and a booked document is never {what}. Credit it if it is wrong."
    raise Refusal(ErrorCode.WRONG_STATUS, message, "invoiceId")


def require_version(invoice: Invoice, expected: int | None) -> None:
    """Raise STATE_CHANGED with the version of now unless it is the one the client saw."""
    if expected is not None and expected != invoice.version:
        message = f"The draft was changed since you saw it: you have version {expected}, it is at {invoice.version}. Load it again."
        raise StateChanged(message, "expectedVersion", version=invoice.version)


def _line_row(invoice_key: int, position: int, line: Line) -> dict[str, Any]:
    return {
        "invoice_id": invoice_key,
        "position": position,
        "kind": line.kind,
        "section": line.section,
        "description": line.description,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "net_minor": line.net_minor,
        "seconds": line.seconds,
        "vat_category": line.vat.category,
        "vat_rate": line.vat.rate,
        "vat_exemption_reason": EXEMPTION_REASONS.get(line.vat.category),
        "period_start": line.period[0] if line.period else None,
        "period_end": line.period[1] if line.period else None,
        "phase_id": line.phase_key,
        "deal_id": line.deal_key,
        "subscription_id": line.subscription_key,
        "settles_id": line.settles_key,
        "settles_line_id": line.settles_line_key,
        "corrects_line_id": line.corrects_line_key,
    }
