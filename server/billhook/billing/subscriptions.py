"""Runs subscriptions: creates an invoice for every period that is due and was never invoiced, oldest first (R11)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.booking import book
from billhook.billing.finding import find, global_id
from billhook.billing.inputs.invoice import PreviewInvoice
from billhook.billing.invoicing import write_invoice
from billhook.billing.planning import plan_invoice
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.periods import periods_begun
from billhook.store.locks import lock_projects_of
from billhook.store.tables import Claim, Project, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from billhook.billing.inputs.invoice import RunSubscriptions
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction

FURTHEST_AHEAD = timedelta(days=365)
SOURCE = "subscription"


def run_subscriptions(tx: Transaction, given: RunSubscriptions) -> Keys:
    """Create what is due, as drafts or booked as each subscription says, in one transaction.

    A period that is refused is reported in its place, and undone alone; the others are created. Raises INVALID_INPUT for a day more
    than a year ahead, NOT_FOUND for a project, LIMIT_EXCEEDED for more periods than one run may invoice.
    """
    if given.as_of > tx.today + FURTHEST_AHEAD:
        message = f"{given.as_of} is more than a year ahead. Run up to {tx.today + FURTHEST_AHEAD} at most."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "asOf")
    wanted = given.project_ids
    projects = None if wanted is None else [find(tx, Project, text, "projectIds", at).id for at, text in enumerate(wanted)]
    lock_projects_of(tx.session, lambda: [row.project_id for row in _subscriptions(tx, projects)])
    subscriptions = _subscriptions(tx, projects)
    due = [(row, period) for row in subscriptions for period in _never_invoiced(tx, row, given.as_of)]
    if len(due) > tx.settings.max_subscription_periods:
        most = tx.settings.max_subscription_periods
        message = f"{len(due)} periods are due; a run invoices {most}. Run project by project, or up to an earlier day."
        raise Refusal(ErrorCode.LIMIT_EXCEEDED, message, "asOf")
    return {"results": [_invoice(tx, row, period, given.as_of) for row, period in due]}


def _subscriptions(tx: Transaction, projects: Sequence[int] | None) -> list[Subscription]:
    statement = sa.select(Subscription).order_by(col(Subscription.project_id), col(Subscription.id))
    if projects is not None:
        statement = statement.where(col(Subscription.project_id).in_(projects))
    return list(tx.session.scalars(statement.execution_options(populate_existing=True)))


def _never_invoiced(tx: Transaction, row: Subscription, as_of: date) -> Iterator[tuple[date, date]]:
    invoiced = set(tx.session.scalars(sa.select(col(Claim.period_start)).where(col(Claim.subscription_id) == row.id)))
    return (period for period in periods_begun(row.starts_on, row.every, row.unit, as_of, row.ends_on) if period[0] not in invoiced)


def _invoice(tx: Transaction, row: Subscription, period: tuple[date, date], as_of: date) -> dict[str, Any]:
    """Create one period's invoice, undone alone when it is refused."""
    result: dict[str, Any] = {"subscription": row.id, "period": [str(day) for day in period], "invoice": None, "errors": []}
    project = tx.session.get_one(Project, row.project_id)
    options = {"subscriptionId": global_id(row), "periodStart": str(period[0])}
    try:
        with tx.session.begin_nested():
            plan = plan_invoice(
                tx, PreviewInvoice.model_validate({"projectId": global_id(project), "source": {SOURCE: options}}), as_of=as_of
            )
            invoice = write_invoice(tx, plan, None)
            if row.book:
                book(tx, invoice, None)
            result["invoice"] = invoice.id
    except Refusal as refusal:
        result["errors"] = [{"code": refusal.code.value, "message": refusal.message, "path": list(refusal.path)}]
    return result
