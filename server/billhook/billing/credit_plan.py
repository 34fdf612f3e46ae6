"""What a credit note would be: which lines it credits, the settlement credited along, and what it gives back (R16, R17)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from billhook.billing.documents import refuse_before_last, refuse_future
from billhook.billing.finding import key_of, minor
from billhook.domain.document import PIECE, Line, Totals, total_of, vat_order
from billhook.domain.errors import ErrorCode, ExceedsAmount, Refusal
from billhook.domain.money import show, to_decimal
from billhook.domain.options import Vat
from billhook.domain.words import InvoiceKind, InvoiceStatus, LedgerKind, LineKind, Series
from billhook.store import ledger
from billhook.store.tables import AdvanceLedger, Invoice, InvoiceLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.inputs.invoice import CreditInvoice
    from billhook.billing.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Creditable:
    """A line of a booked invoice, and what is left of it to credit; amounts are positive."""

    line: InvoiceLine
    left_minor: int
    touched: bool
    """Whether a credit note names it already: a zero line is credited by naming it, once."""

    @property
    def vat(self) -> Vat:
        """The line's VAT group."""
        return Vat(category=self.line.vat_category, rate=self.line.vat_rate)

    @property
    def settles(self) -> bool:
        """Whether it is a settlement line."""
        return self.line.kind is LineKind.SETTLEMENT

    @property
    def spent(self) -> bool:
        """Whether nothing is left of it."""
        return self.left_minor == 0 and (self.line.net_minor != 0 or self.touched)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPlan:
    """A credit note as it would be: what is credited of which line, in the lines' order."""

    invoice: Invoice
    credited: tuple[tuple[Creditable, int], ...]
    lines: tuple[Line, ...]
    totals: Totals

    @property
    def released(self) -> list[int]:
        """Keys of the lines that are fully credited now: what they billed can be billed again."""
        return [one.line.id for one, amount in self.credited if amount == one.left_minor]

    @property
    def unsettled_minor(self) -> int:
        """What is credited of settlement lines: advance credit that is open again."""
        return sum(amount for one, amount in self.credited if one.settles)


def plan_credit(tx: Transaction, invoice: Invoice, given: CreditInvoice) -> CreditPlan:
    """Plan a credit note.

    Raises WRONG_STATUS for what is not booked or is a credit note, NOT_FOUND, INVALID_INPUT, EXCEEDS_REMAINING, EXCEEDS_OPEN_ADVANCE.
    """
    _require_creditable(invoice)
    refuse_future(tx, given.issued_on)
    refuse_before_last(tx, invoice.seller_id, Series.CREDIT_NOTE, given.issued_on)
    _refuse_earlier(invoice, given.issued_on)
    present = _creditable_lines(tx, invoice)
    amounts = _asked(invoice, present, given)
    if invoice.kind is InvoiceKind.ADVANCE:
        _refuse_beyond_open(tx, invoice, present, amounts)
    _credit_along(tx, present, amounts)
    credited = tuple((one, amounts[one.line.id]) for one in present if one.line.id in amounts)
    lines = tuple(_mirror(one, amount, invoice.currency) for one, amount in credited)
    return CreditPlan(invoice=invoice, credited=credited, lines=lines, totals=total_of(lines))


def _require_creditable(invoice: Invoice) -> None:
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        raise Refusal(ErrorCode.WRONG_STATUS, "A credit note cannot be credited. Create a new invoice instead.", "invoiceId")
    if invoice.status is InvoiceStatus.DRAFT:
        raise Refusal(ErrorCode.WRONG_STATUS, "A draft cannot be credited. Change or discard it instead.", "invoiceId")
    if invoice.status is InvoiceStatus.DISCARDED:
        raise Refusal(ErrorCode.WRONG_STATUS, "A discarded invoice cannot be credited: it bills nothing.", "invoiceId")


def _refuse_earlier(invoice: Invoice, issued_on: date | None) -> None:
    if issued_on is not None and invoice.issued_on is not None and issued_on < invoice.issued_on:
        message = f"{issued_on} is before the invoice, which is of {invoice.issued_on}. Choose that day or later."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "issuedOn")


def _creditable_lines(tx: Transaction, invoice: Invoice) -> list[Creditable]:
    note = aliased(InvoiceLine)
    credited = sa.select(sa.func.sum(col(note.net_minor))).where(col(note.corrects_line_id) == col(InvoiceLine.id)).scalar_subquery()
    statement = (
        select(InvoiceLine, credited)
        .where(InvoiceLine.invoice_id == invoice.id, col(InvoiceLine.removed_at).is_(None))
        .order_by(col(InvoiceLine.position), col(InvoiceLine.id))
    )
    return [Creditable(line, abs(line.net_minor) - abs(int(done or 0)), done is not None) for line, done in tx.session.exec(statement)]


def _asked(invoice: Invoice, present: Sequence[Creditable], given: CreditInvoice) -> dict[int, int]:
    """Return what to credit of each line, by key. Raises for a line that is not there, or has less left."""
    if given.lines is None:
        amounts = {one.line.id: one.left_minor for one in present if not one.spent}
        if not amounts:
            raise _exceeds(invoice, 0, "invoiceId")
        return amounts
    by_key = {one.line.id: one for one in present}
    amounts = {}
    for index, asked in enumerate(given.lines):
        key = key_of(InvoiceLine, asked.line_id, "lines", index, "lineId")
        one = by_key.get(key)
        if one is None:
            message = f"Line {asked.line_id} is not on this invoice. Load the invoice again."
            raise Refusal(ErrorCode.NOT_FOUND, message, "lines", index, "lineId")
        if key in amounts:
            raise Refusal(ErrorCode.INVALID_INPUT, "This line is named twice; name it once, with the sum.", "lines", index, "lineId")
        amount = one.left_minor if asked.amount is None else minor(asked.amount, invoice.currency, "lines", index, "amount")
        if one.spent or amount > one.left_minor:
            raise _exceeds(invoice, one.left_minor, "lines", index, "amount")
        amounts[key] = amount
    if all(by_key[key].settles for key in amounts):
        message = "A settlement line alone cannot be credited. Credit the work; settlement follows where it must."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "lines")
    return amounts


def _credit_along(tx: Transaction, present: Sequence[Creditable], amounts: dict[int, int]) -> None:
    """Credit settlement along where what is left of the invoice would turn negative, newest advance first (R16)."""
    groups: defaultdict[Vat, list[Creditable]] = defaultdict(list)
    for one in present:
        groups[one.vat].append(one)
    for group in groups.values():
        left = {one.line.id: one.left_minor - amounts.get(one.line.id, 0) for one in group}
        settlements = [one for one in group if one.settles]
        short = sum(left[one.line.id] for one in settlements) - sum(left[one.line.id] for one in group if not one.settles)
        for one in _newest_first(tx, settlements):
            along = min(max(short, 0), left[one.line.id])
            if along:
                amounts[one.line.id] = amounts.get(one.line.id, 0) + along
                short -= along
        if sum(-amounts.get(one.line.id, 0) if one.settles else amounts.get(one.line.id, 0) for one in group) < 0:
            message = "More settlement than work would be credited in one VAT group. Credit more work, or less settlement."
            raise Refusal(ErrorCode.INVALID_INPUT, message, "lines")


def _newest_first(tx: Transaction, settlements: Sequence[Creditable]) -> list[Creditable]:
    def order(one: Creditable) -> tuple[date, int, tuple[str, Decimal]]:
        advance = tx.session.get_one(Invoice, one.line.settles_id)
        return advance.issued_on or date.max, advance.id, vat_order(one.vat)

    return sorted(settlements, key=order, reverse=True)


def _refuse_beyond_open(tx: Transaction, invoice: Invoice, present: Sequence[Creditable], amounts: dict[int, int]) -> None:
    """Raise EXCEEDS_OPEN_ADVANCE: an advance is credited only as far as it is open, per VAT group (R17)."""
    asked: Counter[Vat] = Counter()
    for one in present:
        asked[one.vat] += amounts.get(one.line.id, 0)
    rows = tx.session.execute(
        sa.select(col(AdvanceLedger.vat_category), col(AdvanceLedger.vat_rate), sa.func.sum(col(AdvanceLedger.amount_minor)))
        .where(col(AdvanceLedger.advance_id) == invoice.id)
        .group_by(col(AdvanceLedger.vat_category), col(AdvanceLedger.vat_rate))
    )
    still_open = Counter({Vat(category=category, rate=rate): int(amount) for category, rate, amount in rows})
    if any(amount > still_open[vat] for vat, amount in asked.items()):
        available = sum(still_open[vat] for vat, amount in asked.items() if amount)
        message = (
            f"Of this advance {show(available, invoice.currency)} is still open; the rest was taken off invoices. "
            "Credit at most that, or credit those invoices first."
        )
        raise ExceedsAmount(ErrorCode.EXCEEDS_OPEN_ADVANCE, message, available, invoice.currency, "lines")


def _mirror(one: Creditable, amount: int, currency: str) -> Line:
    """Return the note's line: the original's sign, and its figures where it is credited whole at once."""
    row = one.line
    whole = amount == abs(row.net_minor)
    sign = -1 if row.net_minor < 0 else 1
    return Line(
        kind=row.kind,
        section=row.section,
        description=row.description,
        quantity=row.quantity if whole else Decimal(sign),
        unit=row.unit if whole else PIECE,
        unit_price=row.unit_price if whole else to_decimal(amount, currency),
        net_minor=sign * amount,
        seconds=row.seconds if whole else None,
        vat=one.vat,
        period=(row.period_start, row.period_end) if row.period_start and row.period_end else None,
        phase_key=row.phase_id,
        deal_key=row.deal_id,
        subscription_key=row.subscription_id,
        settles_key=row.settles_id,
        settles_line_key=row.settles_line_id,
        corrects_line_key=row.id,
    )


def _exceeds(invoice: Invoice, left: int, *path: str | int) -> ExceedsAmount:
    shown = show(left, invoice.currency)
    return ExceedsAmount(ErrorCode.EXCEEDS_REMAINING, f"{shown} is left to credit. Credit at most that.", left, invoice.currency, *path)


def ledger_entries(tx: Transaction, plan: CreditPlan, note_key: int) -> list[ledger.Entry]:
    """Return what a credit note does to advance credit: an advance is lowered, settlement is given back (R17, R18)."""
    invoice = plan.invoice
    if invoice.kind is InvoiceKind.ADVANCE:
        return [
            ledger.Entry(
                kind=LedgerKind.CREDITED,
                project_key=invoice.project_id,
                advance_key=invoice.id,
                caused_by_key=note_key,
                vat=row.vat,
                amount_minor=-row.net_minor,
            )
            for row in plan.totals.vat_rows
            if row.net_minor
        ]
    given_back = {one.line.id: amount for one, amount in plan.credited if one.settles and amount}
    rows = {row.line_key: row for row in ledger.applied_by(tx.session, invoice.id)}
    return [ledger.undo(rows[key], amount, invoice.project_id, note_key) for key, amount in given_back.items()]
