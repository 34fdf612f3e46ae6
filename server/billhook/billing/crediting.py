"""Previews and makes credit notes: booked at once, mirroring the invoice they correct (R16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.billing.auditing import audit
from billhook.billing.booking import number
from billhook.billing.credit_plan import CreditPlan, ledger_entries, plan_credit
from billhook.billing.documents import amounts, write_lines, write_totals
from billhook.billing.finding import find, find_to_change
from billhook.billing.planning import preview_line
from billhook.billing.tokens import check_token, token_of
from billhook.domain.preview import Preview
from billhook.domain.words import AuditAction, InvoiceKind, InvoiceStatus, Series
from billhook.store import balances, claims, ledger
from billhook.store.tables import Invoice, ProjectBalance

if TYPE_CHECKING:
    from billhook.billing.inputs.invoice import CreditInvoice
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def preview_credit(tx: Transaction, given: CreditInvoice) -> Preview:
    """Return what a credit note would be; raises what making it would."""
    return _preview(tx, plan_credit(tx, find(tx, Invoice, given.invoice_id, "invoiceId"), given), given)


def credit_invoice(tx: Transaction, given: CreditInvoice) -> Keys:
    """Make a credit note, numbered in the series of credit notes, never dated before its invoice.

    Raises what planning raises (see `plan_credit`), STATE_CHANGED for a preview token of another note, DATE_BEFORE_LAST_NUMBER,
    INVALID_INPUT for a date in the future or before the invoice.
    """
    invoice = find_to_change(tx, Invoice, given.invoice_id, "invoiceId")
    plan = plan_credit(tx, invoice, given)
    if given.preview_token is not None:
        check_token(given.preview_token, _preview(tx, plan, given))
    note = _write_head(tx, plan, given)
    write_lines(tx, note, plan.lines)
    write_totals(tx, note, plan.totals)
    ledger.append(tx.session, tx.now, tx.today, ledger_entries(tx, plan, note.id))
    if given.release_work:
        claims.release(tx.session, plan.released, note.id, tx.now)
    audit(tx, AuditAction.INVOICE_CREDITED, invoice_key=invoice.id)
    balances.recompute(tx.session, [invoice.project_id])
    return {"creditNote": note.id, "invoice": invoice.id}


def _write_head(tx: Transaction, plan: CreditPlan, given: CreditInvoice) -> Invoice:
    invoice = plan.invoice
    copied: dict[str, Any] = invoice.model_dump(
        include={
            "project_id",
            "customer_id",
            "seller_id",
            "source_name",
            "source_label",
            "source_package",
            "source_version",
            "currency",
            "buyer_reference",
            "order_reference",
            "contract_reference",
            "period_start",
            "period_end",
        }
    )
    note = Invoice(
        **copied,
        **amounts(plan.totals),
        kind=InvoiceKind.CREDIT_NOTE,
        status=InvoiceStatus.DRAFT,
        corrects_id=invoice.id,
        reason=given.reason,
        created_at=tx.now,
        created_by=tx.viewer.name,
    )
    tx.session.add(note)
    tx.session.flush()
    if invoice.issued_on is not None:
        number(tx, note, Series.CREDIT_NOTE, given.issued_on, not_before=invoice.issued_on)
    return note


def _preview(tx: Transaction, plan: CreditPlan, given: CreditInvoice) -> Preview:
    invoice, totals = plan.invoice, plan.totals
    balance = tx.session.get_one(ProjectBalance, invoice.project_id, populate_existing=True)
    moved = -totals.net_minor if invoice.kind is InvoiceKind.ADVANCE else plan.unsettled_minor
    released = balances.if_released(tx.session, plan.released) if given.release_work else 0
    put_back = claims.claiming(tx.session, plan.released) if given.release_work else []
    identity = [given.model_dump(mode="python", exclude={"preview_token", "idempotency_key"}), put_back]
    return Preview(
        source_name=invoice.source_name,
        kind=InvoiceKind.CREDIT_NOTE,
        currency=invoice.currency,
        lines=tuple(preview_line(line, line_key=line.corrects_line_key) for line in plan.lines),
        work_minor=totals.work_minor,
        advances_applied_minor=totals.advances_applied_minor,
        net_minor=totals.net_minor,
        vat_minor=totals.vat_minor,
        total_minor=totals.total_minor,
        vat_rows=totals.vat_rows,
        applications=(),
        open_advance_after_minor=balance.open_advance_minor + moved,
        unbilled_after_minor=balance.unbilled_minor + released,
        warnings=(),
        token=token_of(identity, plan.lines, totals, invoice.currency),
    )
