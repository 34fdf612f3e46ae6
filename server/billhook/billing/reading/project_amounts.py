"""Amounts of whole projects beside their balance: what else is unbilled, and what was invoiced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.costs import UNBILLED
from billhook.billing.reading.rows import sums
from billhook.domain.words import BillingMethod, ClaimKind, InvoiceKind, InvoiceStatus
from billhook.store.tables import Claim, ExternalCost, Invoice, Phase
from billhook.store.tables.document import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.transaction import Transaction


def unbilled_external_costs(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return the unbilled external costs of each project, in minor units; they are in no unbilled amount (R2)."""
    statement = sa.select(sa.func.sum(col(ExternalCost.amount_minor))).where(UNBILLED, col(ExternalCost.deleted_at).is_(None))
    return sums(tx, statement, col(ExternalCost.project_id), keys)


def unbilled_fixed_price(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return what is left of the fixed prices of each project, in minor units; it is in no unbilled amount (R2)."""
    fixed = col(Phase.billing_method) == BillingMethod.FIXED_PRICE
    prices = sums(tx, sa.select(sa.func.sum(col(Phase.fixed_price_minor))).where(fixed), col(Phase.project_id), keys)
    claimed = sa.select(sa.func.sum(col(Claim.amount_minor))).where(LIVE, col(Claim.kind) == ClaimKind.PHASE)
    billed = sums(tx, claimed, col(Claim.project_id), keys)
    return [price - part for price, part in zip(prices, billed, strict=True)]


def invoiced(tx: Transaction, keys: Sequence[int]) -> list[int]:
    """Return the booked net of each project, credit notes taken off, in minor units (R19)."""
    net = sa.case((col(Invoice.kind) == InvoiceKind.CREDIT_NOTE, -col(Invoice.net_minor)), else_=col(Invoice.net_minor))
    statement = sa.select(sa.func.sum(net)).where(col(Invoice.status) == InvoiceStatus.BOOKED)
    return sums(tx, statement, col(Invoice.project_id), keys)
