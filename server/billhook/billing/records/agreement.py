"""Deals and subscriptions: what was sold beforehand (R10, R11)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.finding import find, find_to_change, vat_of
from billhook.billing.finding import global_id as id_of
from billhook.billing.inputs.project import CreateDeal, CreateSubscription
from billhook.billing.records.changing import add, assign, changed, refuse_if_used
from billhook.domain.errors import AlreadyBilled, ErrorCode, Refusal
from billhook.domain.money import line_net, show
from billhook.domain.proposal import FreeLineInput
from billhook.store.tables import Claim, Deal, DealLine, Project, Subscription, SubscriptionLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction

LineT = TypeVar("LineT", DealLine, SubscriptionLine)


def create_deal(tx: Transaction, given: CreateDeal) -> Keys:
    """Add a deal; its value is the sum of its lines."""
    project = find(tx, Project, given.project_id, "projectId", lock=True)
    lines = _columns(project, given.lines)
    deal = add(tx, Deal(project_id=project.id, title=given.title, created_at=tx.now))
    tx.session.add_all(DealLine(deal_id=deal.id, **line) for line in lines)
    tx.session.flush()
    return {"deal": deal.id}


def update_deal(tx: Transaction, given: Any) -> Keys:
    """Change a deal. Raises ALREADY_BILLED when a VAT group would fall below what is billed of it (R5a)."""
    deal = find_to_change(tx, Deal, given.id, "id")
    project = tx.session.get_one(Project, deal.project_id)
    old = tx.session.exec(select(DealLine).where(DealLine.deal_id == deal.id).order_by(col(DealLine.position))).all()
    after = changed(CreateDeal, {"project_id": id_of(project), "title": deal.title, "lines": _inputs(old)}, given)
    _refuse_move(after.project_id, project, "deal")
    lines = _columns(project, after.lines)
    _refuse_below_billed(tx, deal, project, lines)
    assign(tx, deal, {"title": after.title})
    _replace(tx, old, [DealLine(deal_id=deal.id, **line) for line in lines])
    return {"deal": deal.id}


def delete_deal(tx: Transaction, given: Any) -> Keys:
    """Delete a deal that was never invoiced. Raises IN_USE otherwise."""
    deal = find_to_change(tx, Deal, given.id, "id")
    refuse_if_used(tx, f"Deal '{deal.title}'", "Keep it; its invoices need it.", claims=col(Claim.deal_id) == deal.id)
    tx.session.execute(sa.delete(DealLine).where(col(DealLine.deal_id) == deal.id))
    tx.session.delete(deal)
    tx.session.flush()
    return {"deleted": given.id}


def create_subscription(tx: Transaction, given: CreateSubscription) -> Keys:
    """Add a subscription."""
    project = find(tx, Project, given.project_id, "projectId", lock=True)
    lines = _columns(project, given.lines)
    row = add(tx, Subscription(project_id=project.id, **_terms(given), created_at=tx.now))
    tx.session.add_all(SubscriptionLine(subscription_id=row.id, **line) for line in lines)
    tx.session.flush()
    return {"subscription": row.id}


def update_subscription(tx: Transaction, given: Any) -> Keys:
    """Change a subscription. Raises IN_USE for another start or cycle after its first period was invoiced (R11)."""
    row = find_to_change(tx, Subscription, given.id, "id")
    project = tx.session.get_one(Project, row.project_id)
    statement = select(SubscriptionLine).where(SubscriptionLine.subscription_id == row.id).order_by(col(SubscriptionLine.position))
    old = tx.session.exec(statement).all()
    terms = row.model_dump(include={"title", "starts_on", "ends_on", "every", "unit", "book"})
    after = changed(CreateSubscription, {"project_id": id_of(project), "lines": _inputs(old), **terms}, given)
    _refuse_move(after.project_id, project, "subscription")
    frozen = next((name for name in ("starts_on", "every", "unit") if getattr(after, name) != getattr(row, name)), None)
    if frozen and tx.session.exec(select(sa.exists().where(col(Claim.subscription_id) == row.id))).one():
        message = f"Subscription '{row.title}' has invoiced periods, so its start and cycle are frozen. End it and create a new one."
        raise Refusal(ErrorCode.IN_USE, message, "startsOn" if frozen == "starts_on" else frozen)
    lines = _columns(project, after.lines)
    assign(tx, row, _terms(after))
    _replace(tx, old, [SubscriptionLine(subscription_id=row.id, **line) for line in lines])
    return {"subscription": row.id}


def delete_subscription(tx: Transaction, given: Any) -> Keys:
    """Delete a subscription that was never invoiced. Raises IN_USE otherwise: it can end."""
    row = find_to_change(tx, Subscription, given.id, "id")
    refuse_if_used(tx, f"Subscription '{row.title}'", "Set its endsOn instead.", claims=col(Claim.subscription_id) == row.id)
    tx.session.execute(sa.delete(SubscriptionLine).where(col(SubscriptionLine.subscription_id) == row.id))
    tx.session.delete(row)
    tx.session.flush()
    return {"deleted": given.id}


def _terms(given: CreateSubscription) -> dict[str, Any]:
    return given.model_dump(include={"title", "starts_on", "ends_on", "every", "unit", "book"})


def _columns(project: Project, lines: Sequence[FreeLineInput]) -> list[dict[str, Any]]:
    """Return the columns of agreed lines, VAT filled in. Raises INVALID_INPUT when a line or the sum is not possible."""
    default = vat_of(project.vat_category, project.vat_rate)
    columns = []
    for position, line in enumerate(lines):
        vat = line.vat or default
        try:
            net = line_net(line.quantity, line.unit_price, project.currency)
        except ValueError as error:
            raise Refusal(ErrorCode.INVALID_INPUT, f"{error}.", "lines", position, "unitPrice") from None
        columns.append(
            {
                "position": position,
                "net_minor": net,
                "vat_category": vat.category if vat else project.vat_category,
                "vat_rate": vat.rate if vat else project.vat_rate,
                **line.model_dump(include={"description", "quantity", "unit", "unit_price", "section"}),
            }
        )
    if sum(line["net_minor"] for line in columns) <= 0:
        raise Refusal(ErrorCode.INVALID_INPUT, "The lines add up to 0.00; give at least one a price.", "lines")
    return columns


def _inputs(rows: Iterable[DealLine | SubscriptionLine]) -> tuple[FreeLineInput, ...]:
    return tuple(
        FreeLineInput(
            description=row.description,
            quantity=row.quantity,
            unit=row.unit,
            unit_price=row.unit_price,
            vat=vat_of(row.vat_category, row.vat_rate),
            section=row.section,
        )
        for row in rows
    )


def _replace(tx: Transaction, old: Iterable[LineT], new: Iterable[LineT]) -> None:
    for row in old:
        tx.session.delete(row)
    tx.session.flush()
    tx.session.add_all(list(new))
    tx.session.flush()


def _refuse_move(project_id: str, project: Project, what: str) -> None:
    if project_id != id_of(project):
        raise Refusal(ErrorCode.INVALID_INPUT, f"A {what} stays on its project. Create one on the other project.", "projectId")


def _refuse_below_billed(tx: Transaction, deal: Deal, project: Project, lines: Iterable[dict[str, Any]]) -> None:
    live = tx.session.exec(select(Claim).where(Claim.deal_id == deal.id, col(Claim.released_at).is_(None))).all()
    value: Counter[object] = Counter()
    billed: Counter[object] = Counter()
    for line in lines:
        value[line["vat_category"], line["vat_rate"]] += line["net_minor"]
    for claim in live:
        billed[claim.vat_category, claim.vat_rate] += claim.amount_minor
    if any(billed[group] > value[group] for group in billed):
        shown = show(sum(billed.values()), project.currency)
        message = f"{shown} of deal '{deal.title}' is invoiced; no VAT group can be worth less than what is invoiced of it. Credit first."
        raise AlreadyBilled(message, [("Deal", deal.id, claim.invoice_id) for claim in live], "lines")
