"""What booked credit notes took back, of lines and of invoices, and what can still be credited (R16, R17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.reading.rows import sums
from billhook.domain.words import InvoiceStatus
from billhook.store.tables import AdvanceLedger, Invoice, InvoiceLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.transaction import Transaction


def credited_of_invoices(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return the net that booked credit notes took back of each invoice, in minor units."""
    statement = sa.select(sa.func.sum(col(Invoice.net_minor))).where(col(Invoice.status) == InvoiceStatus.BOOKED)
    return sums(tx, statement, col(Invoice.corrects_id), keys)


def credited_of_lines(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return what booked credit notes took back of each line, in minor units and without its sign."""
    note = aliased(Invoice)
    statement = (
        sa.select(sa.func.sum(sa.func.abs(col(InvoiceLine.net_minor))))
        .join(note, col(note.id) == col(InvoiceLine.invoice_id))
        .where(col(note.status) == InvoiceStatus.BOOKED, col(InvoiceLine.removed_at).is_(None))
    )
    return sums(tx, statement, col(InvoiceLine.corrects_line_id), keys)


def open_of_advances(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return what is open of each advance invoice, in minor units: the most that can be credited of it (R17)."""
    return sums(tx, sa.select(sa.func.sum(col(AdvanceLedger.amount_minor))), col(AdvanceLedger.advance_id), keys)
