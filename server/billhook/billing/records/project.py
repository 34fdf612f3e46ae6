"""Projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.finding import find, rate_minor, vat_columns, vat_of
from billhook.billing.finding import global_id as id_of
from billhook.billing.inputs.project import CreateProject
from billhook.billing.records.changing import add, assign, changed, refuse_if_used
from billhook.billing.records.people import checked_currency
from billhook.billing.rerating import rerate
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import to_decimal
from billhook.domain.words import InvoiceStatus
from billhook.store.sorting import sort_key
from billhook.store.tables import (
    Customer,
    Deal,
    ExternalCost,
    ExtraCost,
    Invoice,
    Phase,
    Project,
    ProjectBalance,
    Seller,
    Subscription,
    TimeEntry,
)

if TYPE_CHECKING:
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def create_project(tx: Transaction, given: CreateProject) -> Keys:
    """Add a project and its balance of zeros."""
    project = add(tx, Project(**_columns(tx, given), created_at=tx.now))
    add(tx, ProjectBalance(project_id=project.id, currency=project.currency))
    return {"project": project.id}


def update_project(tx: Transaction, given: Any) -> Keys:
    """Change a project; a changed rate re-rates what is unbilled. Customer and currency freeze at its first live invoice (R5a)."""
    project = find(tx, Project, given.id, "id", lock=True)
    columns = _columns(tx, changed(CreateProject, _present(tx, project), given))
    _refuse_frozen(tx, project, columns, rate_given="hourly_rate" in given.model_fields_set)
    rating = ("rate_policy", "hourly_rate_minor", "currency")
    rated_otherwise = any(columns[name] != getattr(project, name) for name in rating)
    assign(tx, project, columns)
    if rated_otherwise:
        assign(tx, tx.session.get_one(ProjectBalance, project.id), {"currency": project.currency})
        rerate(tx, col(TimeEntry.project_id) == project.id)
    return {"project": project.id}


def delete_project(tx: Transaction, given: Any) -> Keys:
    """Delete a project without work, agreements or invoices, and its phases. Raises IN_USE otherwise."""
    project = find(tx, Project, given.id, "id", lock=True)
    refuse_if_used(
        tx,
        f"Project '{project.title}'",
        "Set its status to DONE or CANCELLED instead.",
        time_entries=col(TimeEntry.project_id) == project.id,
        extra_costs=col(ExtraCost.project_id) == project.id,
        external_costs=col(ExternalCost.project_id) == project.id,
        deals=col(Deal.project_id) == project.id,
        subscriptions=col(Subscription.project_id) == project.id,
        invoices=col(Invoice.project_id) == project.id,
    )
    tx.session.execute(sa.delete(Phase).where(col(Phase.project_id) == project.id))
    tx.session.execute(sa.delete(ProjectBalance).where(col(ProjectBalance.project_id) == project.id))
    tx.session.delete(project)
    tx.session.flush()
    return {"deleted": given.id}


def _present(tx: Transaction, project: Project) -> dict[str, Any]:
    rate = project.hourly_rate_minor
    return {
        "customer_id": id_of(tx.session.get_one(Customer, project.customer_id)),
        "seller_id": id_of(tx.session.get_one(Seller, project.seller_id)),
        "hourly_rate": None if rate is None else to_decimal(rate, project.currency),
        "vat": vat_of(project.vat_category, project.vat_rate),
        **project.model_dump(include={"title", "currency", "rate_policy", "status"}),
    }


def _columns(tx: Transaction, given: CreateProject) -> dict[str, Any]:
    seller = _seller(tx, given)
    currency = checked_currency(tx.settings.currency if given.currency is None else given.currency, "currency")
    return {
        "customer_id": find(tx, Customer, given.customer_id, "customerId").id,
        "seller_id": seller.id,
        "title": given.title,
        "title_sort": sort_key(given.title),
        "currency": currency,
        "status": given.status,
        "rate_policy": given.rate_policy,
        "hourly_rate_minor": rate_minor(given.hourly_rate, currency, "hourlyRate"),
        **vat_columns(given.vat or vat_of(seller.vat_category, seller.vat_rate)),
    }


def _seller(tx: Transaction, given: CreateProject) -> Seller:
    if given.seller_id is not None:
        return find(tx, Seller, given.seller_id, "sellerId")
    first = tx.session.exec(select(Seller).order_by(col(Seller.id)).limit(1)).first()
    if first is None:
        raise Refusal(
            ErrorCode.NOT_FOUND, "There is no seller yet, and a project needs one. Create it with createSeller first.", "sellerId"
        )
    return first


def _refuse_frozen(tx: Transaction, project: Project, columns: dict[str, Any], *, rate_given: bool) -> None:
    names = {"customer_id": "customerId", "seller_id": "sellerId", "currency": "currency"}
    different = [field for name, field in names.items() if columns[name] != getattr(project, name)]
    if not different:
        return
    live = sa.exists().where(col(Invoice.project_id) == project.id, col(Invoice.status) != InvoiceStatus.DISCARDED)
    if tx.session.exec(select(live)).one():
        raise Refusal(
            ErrorCode.IN_USE,
            f"Project '{project.title}' has invoices, so its customer, seller and currency are frozen. Create another project instead.",
            different[0],
        )
    if "currency" in different:
        _refuse_priced(tx, project)
        if project.hourly_rate_minor is not None and not rate_given:
            message = (
                f"The hourly rate of '{project.title}' is one in {project.currency}. Give the one in {columns['currency']}, or null, too."
            )
            raise Refusal(ErrorCode.INVALID_INPUT, message, "hourlyRate")


def _refuse_priced(tx: Transaction, project: Project) -> None:
    """Raise IN_USE where a price in the old currency would silently become one in the new."""
    priced = sa.or_(
        sa.exists().where(
            col(Phase.project_id) == project.id,
            sa.or_(col(Phase.hourly_rate_minor).is_not(None), col(Phase.fixed_price_minor).is_not(None)),
        ),
        sa.exists().where(
            col(TimeEntry.project_id) == project.id,
            sa.or_(
                col(TimeEntry.override_rate_minor).is_not(None), col(TimeEntry.deleted_at).is_not(None)
            ),  # what is deleted is not re-rated
        ),
        *(sa.exists().where(col(table.project_id) == project.id) for table in (ExtraCost, ExternalCost, Deal, Subscription)),
    )
    if tx.session.exec(select(priced)).one():
        raise Refusal(
            ErrorCode.IN_USE,
            f"Project '{project.title}' has prices in {project.currency}, so its currency stays. Create another project instead.",
            "currency",
        )
