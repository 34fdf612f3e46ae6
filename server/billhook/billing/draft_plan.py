"""What a changed draft would be: its lines, what stays settled, its totals; writes nothing (R14)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlmodel import col, select

from billhook.billing.discarding import refuse_applied
from billhook.billing.documents import refuse_before_last, refuse_due_before, refuse_future
from billhook.billing.finding import key_of
from billhook.billing.planning import advances_choice, refuse_too_large
from billhook.domain.advance import AdvancesChoice, OpenAdvance, lowered
from billhook.domain.document import PIECE, Line, Totals, total
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import line_net
from billhook.domain.options import Vat
from billhook.domain.words import AdvancesMode, InvoiceKind, InvoiceStatus, LineKind, Series
from billhook.store import ledger
from billhook.store.tables import Invoice, InvoiceLine, Project

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal

    from billhook.billing.inputs.invoice import DraftLineUpdate, UpdateDraftInvoice
    from billhook.billing.transaction import Transaction
    from billhook.domain.proposal import FreeLineInput

FREE_FIELDS = ("quantity", "unit", "unit_price")
HEAD_FIELDS = frozenset(
    {
        "issued_on",
        "due_on",
        "buyer_reference",
        "order_reference",
        "contract_reference",
        "payment_reference",
        "note",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeFigures:
    """The figures of a free line, as changed."""

    quantity: Decimal
    unit: str
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A line that stays, with its changes; the row itself is not touched before it is written."""

    line: InvoiceLine
    position: int
    section: str
    description: str
    net_minor: int
    vat: Vat
    free: FreeFigures | None = None

    @property
    def settles(self) -> int:
        """The key of the advance that a settlement line settles; 0 for another line."""
        return self.line.settles_id or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlan:
    """A draft after its change. `unsettled` are settlement lines that fall away because the cap fell."""

    kept: tuple[Kept, ...]
    removed: tuple[InvoiceLine, ...]
    unsettled: tuple[InvoiceLine, ...]
    added: tuple[Line, ...]
    first_new_position: int
    totals: Totals
    advances: AdvancesChoice | None


def plan_draft(tx: Transaction, invoice: Invoice, given: UpdateDraftInvoice) -> DraftPlan:
    """Return a draft after its change. Raises NOT_FOUND, INVALID_INPUT, LIMIT_EXCEEDED, ADVANCE_IN_USE."""
    refuse_future(tx, given.issued_on)
    refuse_before_last(tx, invoice.seller_id, Series.INVOICE, given.issued_on)
    dates = {name: getattr(given if name in given.model_fields_set else invoice, name) for name in ("due_on", "issued_on")}
    refuse_due_before(dates["due_on"], dates["issued_on"], "dueOn")
    statement = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, col(InvoiceLine.removed_at).is_(None))
    rows = list(tx.session.exec(statement.order_by(col(InvoiceLine.position), col(InvoiceLine.id))))
    known = {row.id for row in rows}
    removed = {_line_key(known, text, "removeLineIds", index) for index, text in enumerate(given.remove_line_ids or ())}
    kept = [_kept(row) for row in rows if row.id not in removed]
    kept = _changed(kept, given.update_lines or (), invoice.currency)
    kept = _ordered(kept, given.line_order)
    added = _added(tx, invoice, given.add_lines or ())
    settles = invoice.advances_mode is not None
    advances = advances_choice(given.advances, invoice.currency, settles=settles) if given.advances else None
    kept = _settled(tx, kept, added, advances)
    work = [one for one in kept if not one.settles]
    if not work and not added:
        message = "The last line cannot be removed. Discard the draft instead."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "removeLineIds")
    if added and len(work) + len(added) > tx.settings.max_invoice_lines:
        message = f"An invoice has at most {tx.settings.max_invoice_lines} lines. Put the rest on another one."
        raise Refusal(ErrorCode.LIMIT_EXCEEDED, message, "addLines")
    first_new = max((row.position for row in rows), default=-1) + len(kept) + 1
    settling = [one for one in kept if one.settles and one.net_minor]
    stays = [*work, *(replace(one, position=first_new + len(added) + at) for at, one in enumerate(settling))]
    plan = DraftPlan(
        kept=tuple(stays),
        removed=tuple(row for row in rows if row.id in removed),
        unsettled=tuple(one.line for one in kept if one.settles and not one.net_minor),
        added=tuple(added),
        first_new_position=first_new,
        totals=total(
            [*((one.line.kind, one.net_minor, one.vat) for one in stays), *((line.kind, line.net_minor, line.vat) for line in added)]
        ),
        advances=advances,
    )
    refuse_too_large(plan.totals, invoice.currency)
    _refuse_lowered(tx, invoice, plan)
    return plan


def _line_key(known: Collection[int], text: str, *path: str | int) -> int:
    """Return the key of a line of the draft. Raises NOT_FOUND for another."""
    key = key_of(InvoiceLine, text, *path)
    if key not in known:
        raise Refusal(ErrorCode.NOT_FOUND, f"Line {text} is not on this draft. Load the draft again.", *path)
    return key


def _kept(row: InvoiceLine) -> Kept:
    return Kept(
        line=row,
        position=row.position,
        section=row.section,
        description=row.description,
        net_minor=row.net_minor,
        vat=Vat(category=row.vat_category, rate=row.vat_rate),
    )


def _changed(kept: list[Kept], updates: Sequence[DraftLineUpdate], currency: str) -> list[Kept]:
    """Put the changes of lines in. Raises NOT_FOUND, INVALID_INPUT."""
    by_key = {one.line.id: one for one in kept}
    for index, update in enumerate(updates):
        key = _line_key(by_key.keys(), update.line_id, "updateLines", index, "lineId")
        by_key[key] = _reworded(by_key[key], update, currency, index)
    return [by_key[one.line.id] for one in kept]


def _reworded(one: Kept, update: DraftLineUpdate, currency: str, index: int) -> Kept:
    path = ("updateLines", index)
    if one.settles and update.description is not None:
        raise Refusal(ErrorCode.INVALID_INPUT, "The text of a settlement line is written at booking.", *path, "description")
    one = replace(one, description=update.description or one.description, section=one.section if update.section is None else update.section)
    figures = {name: getattr(update, name) for name in (*FREE_FIELDS, "vat") if getattr(update, name) is not None}
    if not figures:
        return one
    if one.line.kind is not LineKind.FREE:
        message = "Quantity, unit, unit price and VAT change on free lines only: the others bill what they claim."
        first = next(iter(figures))
        raise Refusal(ErrorCode.INVALID_INPUT, message, *path, type(update).model_fields[first].alias or first)
    line = one.free or FreeFigures(quantity=one.line.quantity, unit=one.line.unit, unit_price=one.line.unit_price)
    free = replace(line, **{name: value for name, value in figures.items() if name != "vat"})
    net = _net(free.quantity, free.unit_price, currency, *path, "unitPrice")
    return replace(one, free=free, net_minor=net, vat=update.vat or one.vat)


def _ordered(kept: list[Kept], order: Sequence[str] | None) -> list[Kept]:
    """Put the lines that stay in order, settlement lines last. Raises INVALID_INPUT unless an order names each other line once."""
    work = [one for one in kept if not one.settles]
    if order is not None:
        keys = [key_of(InvoiceLine, text, "lineOrder", index) for index, text in enumerate(order)]
        place = {key: at for at, key in enumerate(keys)}
        if len(place) != len(keys) or not {one.line.id for one in work} <= place.keys() <= {one.line.id for one in kept}:
            message = "lineOrder names every line that stays once (settlement lines come last, and may be left out)."
            raise Refusal(ErrorCode.INVALID_INPUT, message, "lineOrder")
        work.sort(key=lambda one: place[one.line.id])
    return [replace(one, position=at) for at, one in enumerate([*work, *(one for one in kept if one.settles)])]


def _added(tx: Transaction, invoice: Invoice, lines: Sequence[FreeLineInput]) -> list[Line]:
    project = tx.session.get_one(Project, invoice.project_id)
    default = Vat(category=project.vat_category, rate=project.vat_rate)
    return [
        Line(
            kind=LineKind.FREE,
            section=line.section,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit or PIECE,
            unit_price=line.unit_price,
            net_minor=_net(line.quantity, line.unit_price, invoice.currency, "addLines", index, "unitPrice"),
            vat=line.vat or default,
        )
        for index, line in enumerate(lines)
    ]


def _settled(tx: Transaction, kept: list[Kept], added: Sequence[Line], choice: AdvancesChoice | None) -> list[Kept]:
    """Lower the settlement lines to the caps of what is left, and to the ceiling asked for; 0 falls away."""
    applied = [(_advance(tx, one), -one.net_minor) for one in kept if one.settles]
    if not applied:
        return kept
    caps: Counter[Vat] = Counter()
    for one in kept:
        caps[one.vat] += 0 if one.settles else one.net_minor
    for line in added:
        caps[line.vat] += line.net_minor
    ceiling = None
    if choice is not None:
        ceiling = 0 if choice.mode is AdvancesMode.NONE else choice.up_to_minor
    left = {(advance.key, advance.vat): amount for advance, amount in lowered(applied, caps, ceiling)}
    return [replace(one, net_minor=-left[one.settles, one.vat]) if one.settles else one for one in kept]


def _advance(tx: Transaction, one: Kept) -> OpenAdvance:
    """Return the advance of a settlement line, as far as its order needs it."""
    row = tx.session.get_one(Invoice, one.settles)
    booked = row.status is InvoiceStatus.BOOKED
    return OpenAdvance(
        key=row.id, vat=one.vat, open_minor=0, booked=booked, issued_on=row.issued_on if booked else date.min, number=row.number, line_key=0
    )


def _refuse_lowered(tx: Transaction, invoice: Invoice, plan: DraftPlan) -> None:
    """Raise unless an advance stays above 0, and each VAT group of it at or above what is applied of it (R14, R15)."""
    if invoice.kind is not InvoiceKind.ADVANCE:
        return
    if plan.totals.net_minor <= 0:
        raise Refusal(ErrorCode.INVALID_INPUT, "An advance stays above 0.00. Discard the draft instead.", "updateLines")
    now = {row.vat: row.net_minor for row in plan.totals.vat_rows}
    applied: Counter[Vat] = Counter()
    rows = ledger.applied_of(tx.session, invoice.id)
    for row in rows:
        applied[row.vat] += row.amount_minor
    refuse_applied([row for row in rows if now.get(row.vat, 0) < applied[row.vat]], "lowered below what was taken off")


def _net(quantity: Decimal, unit_price: Decimal, currency: str, *path: str | int) -> int:
    try:
        return line_net(quantity, unit_price, currency)
    except ValueError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{error}.", *path) from None
