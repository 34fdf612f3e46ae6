"""The append-only ledger of advance credit: what is open, what is applied, and the rows that change it (R18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.domain.advance import OpenAdvance
from billhook.domain.options import Vat
from billhook.domain.words import InvoiceStatus, LedgerKind
from billhook.store.tables import AdvanceLedger, Invoice, InvoiceLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class InForce:
    """A REGISTERED or APPLIED row, and how much of it (positive, minor units) was not released."""

    key: int
    advance_key: int
    caused_by_key: int
    vat: Vat
    line_key: int | None
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row to append; the amount is signed."""

    kind: LedgerKind
    project_key: int
    advance_key: int
    caused_by_key: int
    vat: Vat
    amount_minor: int
    line_key: int | None = None
    undoes_key: int | None = None


def append(session: Session, at: datetime, today: date, entries: Sequence[Entry]) -> None:
    """Append rows of one project, in order; none is recorded before the last one, so that none is applied before it was registered.

    A transaction may have begun on the day before that of one which it waited for, and a workspace may move to another time zone.
    """
    if not entries:
        return
    days = sa.select(sa.func.max(col(AdvanceLedger.recorded_on))).where(col(AdvanceLedger.project_id) == entries[0].project_key)
    recorded_on = max(today, session.scalar(days) or today)
    rows: list[dict[str, Any]] = [
        {
            "project_id": entry.project_key,
            "advance_id": entry.advance_key,
            "vat_category": entry.vat.category,
            "vat_rate": entry.vat.rate,
            "kind": entry.kind,
            "amount_minor": entry.amount_minor,
            "caused_by_id": entry.caused_by_key,
            "line_id": entry.line_key,
            "undoes_id": entry.undoes_key,
            "at": at,
            "recorded_on": recorded_on,
        }
        for entry in entries
    ]
    session.connection().execute(sa.insert(AdvanceLedger), rows)


def undo(row: InForce, amount_minor: int, project_key: int, caused_by_key: int) -> Entry:
    """Return the RELEASED row that undoes so much of a row: an application is given back, a registration withdrawn."""
    application = row.line_key is not None
    return Entry(
        kind=LedgerKind.RELEASED,
        project_key=project_key,
        advance_key=row.advance_key,
        caused_by_key=caused_by_key,
        vat=row.vat,
        amount_minor=amount_minor if application else -amount_minor,
        line_key=row.line_key,
        undoes_key=row.key,
    )


def applied_by(session: Session, invoice_key: int) -> list[InForce]:
    """Return the applications on an invoice that are in force."""
    return _in_force(session, LedgerKind.APPLIED, col(AdvanceLedger.caused_by_id) == invoice_key)


def applied_of(session: Session, advance_key: int) -> list[InForce]:
    """Return the applications of an advance that are in force, on whatever invoice."""
    return _in_force(session, LedgerKind.APPLIED, col(AdvanceLedger.advance_id) == advance_key)


def registered_by(session: Session, advance_key: int) -> list[InForce]:
    """Return what an advance registered, minus what was withdrawn while it was a draft."""
    return _in_force(session, LedgerKind.REGISTERED, col(AdvanceLedger.advance_id) == advance_key)


def _in_force(session: Session, kind: LedgerKind, where: sa.ColumnElement[bool]) -> list[InForce]:
    undone = aliased(AdvanceLedger)
    released = sa.select(sa.func.coalesce(sa.func.sum(col(undone.amount_minor)), 0)).where(col(undone.undoes_id) == col(AdvanceLedger.id))
    left = (col(AdvanceLedger.amount_minor) + released.scalar_subquery()).label("amount")
    statement = sa.select(AdvanceLedger, left).where(where, col(AdvanceLedger.kind) == kind).order_by(col(AdvanceLedger.id))
    return [
        InForce(row.id, row.advance_id, row.caused_by_id, Vat(category=row.vat_category, rate=row.vat_rate), row.line_id, abs(int(amount)))
        for row, amount in session.execute(statement)
        if amount != 0
    ]


def open_advances(session: Session, project_key: int) -> tuple[OpenAdvance, ...]:
    """Return the open credit of every advance of a project per VAT group, in the order it is applied (R8)."""
    open_minor = sa.func.sum(col(AdvanceLedger.amount_minor)).label("open_minor")
    groups = (
        sa.select(col(AdvanceLedger.advance_id), col(AdvanceLedger.vat_category), col(AdvanceLedger.vat_rate), open_minor)
        .where(col(AdvanceLedger.project_id) == project_key)
        .group_by(col(AdvanceLedger.advance_id), col(AdvanceLedger.vat_category), col(AdvanceLedger.vat_rate))
        .having(open_minor > 0)
        .subquery()
    )
    first_line = (
        sa.select(sa.func.min(col(InvoiceLine.id)))
        .where(
            col(InvoiceLine.invoice_id) == groups.c.advance_id,
            col(InvoiceLine.vat_category) == groups.c.vat_category,
            col(InvoiceLine.vat_rate) == groups.c.vat_rate,
            col(InvoiceLine.removed_at).is_(None),
        )
        .scalar_subquery()
    )
    statement = sa.select(groups, first_line, col(Invoice.status), col(Invoice.issued_on), col(Invoice.number)).join(
        Invoice, col(Invoice.id) == groups.c.advance_id
    )
    found = (
        OpenAdvance(
            key=key,
            vat=Vat(category=category, rate=rate),
            open_minor=int(amount),
            booked=status is InvoiceStatus.BOOKED,
            issued_on=issued_on,
            number=number,
            line_key=line_key,
        )
        for key, category, rate, amount, line_key, status, issued_on, number in session.execute(statement)
    )
    return tuple(sorted(found, key=lambda advance: advance.order))
