"""Previews and creates invoices; creation, not booking, claims work and registers or applies advance credit (R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.billing.booking import book
from billhook.billing.choosing import choose
from billhook.billing.documents import amounts, write_lines, write_totals
from billhook.billing.finding import find
from billhook.billing.inputs.invoice import AdvancesInput
from billhook.billing.operation import after_defaults
from billhook.billing.planning import Plan, plan_invoice, preview_of
from billhook.billing.tokens import check_token, token_of
from billhook.domain.errors import Refusal
from billhook.domain.words import InvoiceKind, InvoiceStatus, LedgerKind, LineKind
from billhook.store import balances, ledger
from billhook.store.tables import Customer, Invoice, Project

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from billhook.billing.inputs.invoice import CreateInvoice, PreviewInvoice
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction
    from billhook.domain.document import Line
    from billhook.domain.preview import Preview


def preview_invoice(tx: Transaction, given: PreviewInvoice) -> Preview:
    """Return what an invoice would be; raises what creating it would (G3)."""
    return _preview(plan_invoice(tx, given), given)


def create_invoice(tx: Transaction, given: CreateInvoice) -> Keys:
    """Create an invoice by its source, as a draft or booked at once.

    Raises what planning raises (see `plan_invoice`), STATE_CHANGED for a preview token of another document (G3), CONFLICT, and for
    `book` what booking raises.
    """
    find(tx, Project, given.project_id, "projectId", lock=True)
    plan = plan_invoice(tx, given)
    if given.preview_token is not None:
        check_token(given.preview_token, _preview(plan, given))
    invoice = write_invoice(tx, plan, given.issued_on)
    if given.book:
        _book(tx, invoice, given.issued_on)
    return {"invoice": invoice.id}


def after_option_defaults(tx: Transaction, given: CreateInvoice) -> dict[str, Any]:
    """Return an input after its defaults, those of the source's options too (G4). Raises INVALID_INPUT for wrong options."""
    choice = choose(tx, given.source)
    return after_defaults(given) | {
        "source": {choice.installed.name: choice.identity()},
        "advances": (given.advances or AdvancesInput()).model_dump(mode="python"),
    }


def _book(tx: Transaction, invoice: Invoice, issued_on: date | None) -> None:
    """Book at once: what `bookInvoice` refuses because of the invoice is refused here because of `book`."""
    try:
        book(tx, invoice, issued_on)
    except Refusal as refusal:
        refusal.path = ("book",) if refusal.path == ("invoiceId",) else refusal.path
        raise


def write_invoice(tx: Transaction, plan: Plan, issued_on: date | None) -> Invoice:
    """Write a planned invoice as a draft: lines, claims, ledger rows, balances."""
    invoice = _head(tx, plan, issued_on)
    written = write_lines(tx, invoice, plan.lines)
    write_totals(tx, invoice, plan.totals)
    ledger.append(tx.session, tx.now, tx.today, _ledger_entries(plan, invoice, written.items()))
    balances.recompute(tx.session, [plan.project.id])
    return invoice


def _preview(plan: Plan, given: PreviewInvoice) -> Preview:
    return preview_of(plan, token_of(_identity(plan, given), plan.lines, plan.totals, plan.project.currency))


def _identity(plan: Plan, given: PreviewInvoice) -> list[Any]:
    """Return the input after its defaults, and whose document it is, as a token takes it in."""
    advances = plan.advances
    return [
        [plan.project.id, plan.project.customer_id, plan.project.seller_id],
        plan.choice.installed.name,
        plan.choice.identity(),
        [advances.mode.value, advances.up_to_minor] if advances else None,
        given.issued_on,
    ]


def _head(tx: Transaction, plan: Plan, issued_on: date | None) -> Invoice:
    project, installed = plan.project, plan.choice.installed
    customer = tx.session.get_one(Customer, project.customer_id)
    periods = [line.period for line in plan.lines if line.period]
    invoice = Invoice(
        project_id=project.id,
        customer_id=project.customer_id,
        seller_id=project.seller_id,
        kind=plan.kind,
        status=InvoiceStatus.DRAFT,
        source_name=installed.name,
        source_label=installed.label,
        source_package=installed.package,
        source_version=installed.version,
        options=plan.choice.as_json(),
        advances_mode=plan.advances.mode if plan.advances else None,
        advances_up_to_minor=plan.advances.up_to_minor if plan.advances else None,
        issued_on=issued_on,
        period_start=min((start for start, _ in periods), default=None),
        period_end=max((end for _, end in periods), default=None),
        currency=project.currency,
        buyer_reference=customer.buyer_reference,
        created_at=tx.now,
        created_by=tx.viewer.name,
        **amounts(plan.totals),
    )
    tx.session.add(invoice)
    tx.session.flush()
    return invoice


def _ledger_entries(plan: Plan, invoice: Invoice, lines: Iterable[tuple[int, Line]]) -> list[ledger.Entry]:
    """Return what an invoice does to advance credit: an advance registers its net per VAT group, settlement lines apply (R18)."""
    if plan.kind is InvoiceKind.ADVANCE:
        return [
            ledger.Entry(
                kind=LedgerKind.REGISTERED,
                project_key=plan.project.id,
                advance_key=invoice.id,
                caused_by_key=invoice.id,
                vat=row.vat,
                amount_minor=row.net_minor,
            )
            for row in plan.totals.vat_rows
            if row.net_minor
        ]
    return [
        ledger.Entry(
            kind=LedgerKind.APPLIED,
            project_key=plan.project.id,
            advance_key=line.settles_key,
            caused_by_key=invoice.id,
            vat=line.vat,
            amount_minor=line.net_minor,
            line_key=key,
        )
        for key, line in lines
        if line.kind is LineKind.SETTLEMENT and line.settles_key is not None
    ]
