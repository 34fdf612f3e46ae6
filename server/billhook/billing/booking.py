"""Books a draft: the next number of its series, the issue date, and the snapshot of seller and customer; asks no source (R15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from billhook.billing.auditing import audit
from billhook.billing.documents import refuse_before_last, refuse_due_before, refuse_future, require_draft, require_version
from billhook.billing.finding import find_to_change
from billhook.billing.planning import settlement_text
from billhook.domain.errors import AdvanceProblem, ErrorCode, Refusal
from billhook.domain.words import AuditAction, InvoiceStatus, LineKind, Series
from billhook.store.faults import broken_by
from billhook.store.locks import lock_series
from billhook.store.tables import Customer, Invoice, InvoiceLine, Seller
from billhook.store.tables.document import NUMBER_ONCE

if TYPE_CHECKING:
    from billhook.billing.inputs.invoice import BookInvoice
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def book_invoice(tx: Transaction, given: BookInvoice) -> Keys:
    """Book a draft. Raises NOT_FOUND, WRONG_STATUS, STATE_CHANGED, and what `book` raises."""
    invoice = find_to_change(tx, Invoice, given.invoice_id, "invoiceId")
    require_draft(invoice, "booked again")
    require_version(invoice, given.expected_version)
    book(tx, invoice, given.issued_on or invoice.issued_on)
    return {"invoice": invoice.id}


def book(tx: Transaction, invoice: Invoice, issued_on: date | None) -> None:
    """Give a draft of a locked project its number and freeze it; a failed booking uses no number.

    `issued_on` None: the later of today and the series' last date. Raises ADVANCE_NOT_BOOKED, DATE_BEFORE_LAST_NUMBER, INVALID_INPUT
    for a future date.
    """
    _settle_texts(tx, invoice)
    number(tx, invoice, Series.INVOICE, issued_on)
    customer = tx.session.get_one(Customer, invoice.customer_id)
    issued = invoice.issued_on or tx.today
    if invoice.due_on is None:
        invoice.due_on = issued + timedelta(days=customer.payment_term_days)
    refuse_due_before(invoice.due_on, issued, "invoiceId")
    tx.session.add(invoice)
    tx.session.flush()
    audit(tx, AuditAction.INVOICE_BOOKED, invoice_key=invoice.id)


def number(tx: Transaction, document: Invoice, series: Series, issued_on: date | None, not_before: date = date.min) -> None:
    """Give a document the next number of a series, its date and its parties, under the series' lock (R15).

    `not_before` is a date that the default date does not precede either. Raises CONFLICT when a changed number format would give
    a second document of the seller the same number, also where the other one is of the other series, and is booked at this moment.
    """
    refuse_future(tx, issued_on)
    counter = lock_series(tx.session, document.seller_id, series)
    last = counter.last_issued_on or date.min
    day = issued_on or max(tx.today, last, not_before)
    refuse_before_last(tx, document.seller_id, series, day)
    counter.last_sequence += 1
    counter.last_issued_on = day
    seller = tx.session.get_one(Seller, document.seller_id)
    customer = tx.session.get_one(Customer, document.customer_id)
    pattern = seller.invoice_number_format if series is Series.INVOICE else seller.credit_note_number_format
    shown = pattern.format(sequence=counter.last_sequence)
    if _is_used(tx, document, shown):
        raise _used(shown)
    document.series = series
    document.sequence = counter.last_sequence
    document.number = shown
    document.issued_on = day
    document.tax_point_on = day
    document.status = InvoiceStatus.BOOKED
    document.seller_party, document.buyer_party = seller.party, customer.party
    document.seller_iban, document.seller_bic = seller.iban, seller.bic
    document.seller_legal_text = seller.legal_text
    document.booked_at, document.booked_by = tx.now, tx.viewer.name
    document.version += 1
    tx.session.add_all([counter, document])
    try:
        tx.session.flush()
    except IntegrityError as error:
        if broken_by(error) != NUMBER_ONCE:
            raise
        raise _used(shown) from None  # by the other series, whose lock is another: PostgreSQL waited until that was committed


def _is_used(tx: Transaction, document: Invoice, shown: str) -> bool:
    same = sa.exists().where(col(Invoice.seller_id) == document.seller_id, col(Invoice.number) == shown)
    return bool(tx.session.scalar(sa.select(same)))


def _used(shown: str) -> Refusal:
    message = f"The seller has a document {shown} already. Change its number format with updateSeller, and book again."
    return Refusal(ErrorCode.CONFLICT, message, "invoiceId")


def _settle_texts(tx: Transaction, invoice: Invoice) -> None:
    """Write the final text of settlement lines. Raises ADVANCE_NOT_BOOKED when one settles a draft (R8, R15)."""
    statement = (
        sa.select(InvoiceLine, Invoice)
        .join(Invoice, col(Invoice.id) == col(InvoiceLine.settles_id))
        .where(
            col(InvoiceLine.invoice_id) == invoice.id,
            col(InvoiceLine.kind) == LineKind.SETTLEMENT,
            col(InvoiceLine.removed_at).is_(None),
        )
        .execution_options(populate_existing=True)
    )
    settled = tx.session.execute(statement).all()
    drafts = [advance.id for _, advance in settled if advance.status is not InvoiceStatus.BOOKED]
    if drafts:
        message = "This invoice takes off an advance that is still a draft. Book that advance first."
        raise AdvanceProblem(ErrorCode.ADVANCE_NOT_BOOKED, message, list(dict.fromkeys(drafts)), "invoiceId")
    for line, advance in settled:
        line.description = settlement_text(advance.number, advance.issued_on)
        tx.session.add(line)
