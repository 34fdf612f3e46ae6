"""Extra costs on time entries, and external costs of projects (R2, R5, R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.finding import find, find_on, find_to_change, vat_columns, vat_of
from billhook.billing.finding import global_id as id_of
from billhook.billing.inputs.project import CreateExternalCost
from billhook.billing.inputs.time import CreateExtraCost, ExtraCostInput
from billhook.billing.records.changing import add, assign, changed
from billhook.domain.errors import AlreadyBilled, ErrorCode, Refusal
from billhook.domain.money import line_net
from billhook.store import balances
from billhook.store.tables import Claim, ExternalCost, ExtraCost, InvoiceLine, Phase, Project, TimeEntry

if TYPE_CHECKING:
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def create_extra_cost(tx: Transaction, given: CreateExtraCost) -> Keys:
    """Attach an article to a time entry, also when the entry itself is already billed."""
    entry = find_to_change(tx, TimeEntry, given.time_entry_id, "timeEntryId")
    project = tx.session.get_one(Project, entry.project_id)
    row = add(tx, ExtraCost(time_entry_id=entry.id, project_id=project.id, **priced(given, project.currency), created_at=tx.now))
    balances.recompute(tx.session, [project.id])
    return {"extraCost": row.id}


def update_extra_cost(tx: Transaction, given: Any) -> Keys:
    """Change an extra cost. Raises ALREADY_BILLED for more than its description while it is on a live line (R5)."""
    cost = find_to_change(tx, ExtraCost, given.id, "id")
    entry = tx.session.get_one(TimeEntry, cost.time_entry_id)
    project = tx.session.get_one(Project, cost.project_id)
    present = {"time_entry_id": id_of(entry), "vat": vat_of(cost.vat_category, cost.vat_rate), **_figures(cost)}
    after = changed(CreateExtraCost, present, given)
    if after.time_entry_id != id_of(entry):
        raise Refusal(ErrorCode.INVALID_INPUT, "An extra cost stays on its time entry. Delete it and add one to the other.", "timeEntryId")
    columns = priced(after, project.currency)
    _refuse_billed(tx, "ExtraCost", cost, columns)
    assign(tx, cost, columns)
    balances.recompute(tx.session, [project.id])
    return {"extraCost": cost.id}


def delete_extra_cost(tx: Transaction, given: Any) -> Keys:
    """Delete an extra cost. Raises ALREADY_BILLED while it is on a live line (R5)."""
    cost = find_to_change(tx, ExtraCost, given.id, "id")
    _refuse_billed(tx, "ExtraCost", cost, None)
    _delete(tx, cost, col(Claim.extra_cost_id) == cost.id)
    balances.recompute(tx.session, [cost.project_id])
    return {"deleted": given.id}


def create_external_cost(tx: Transaction, given: CreateExternalCost) -> Keys:
    """Add a cost to a project or phase: the way to add articles without an advance (R12)."""
    project = find(tx, Project, given.project_id, "projectId", lock=True)
    row = ExternalCost(project_id=project.id, **_external_columns(tx, project, given), created_at=tx.now)
    return {"externalCost": add(tx, row).id}


def update_external_cost(tx: Transaction, given: Any) -> Keys:
    """Change an external cost. Raises ALREADY_BILLED for more than its description while it is on a live line (R5)."""
    cost = find_to_change(tx, ExternalCost, given.id, "id")
    project = tx.session.get_one(Project, cost.project_id)
    phase = tx.session.get(Phase, cost.phase_id) if cost.phase_id is not None else None
    present = {
        "project_id": id_of(project),
        "phase_id": id_of(phase) if phase else None,
        "incurred_on": cost.incurred_on,
        "billable": cost.billable,
        "vat": vat_of(cost.vat_category, cost.vat_rate),
        **_figures(cost),
    }
    after = changed(CreateExternalCost, present, given)
    if after.project_id != id_of(project):
        raise Refusal(ErrorCode.INVALID_INPUT, "An external cost stays on its project. Delete it and add one to the other.", "projectId")
    columns = _external_columns(tx, project, after)
    _refuse_billed(tx, "ExternalCost", cost, columns)
    assign(tx, cost, columns)
    return {"externalCost": cost.id}


def delete_external_cost(tx: Transaction, given: Any) -> Keys:
    """Delete an external cost. Raises ALREADY_BILLED while it is on a live line (R5)."""
    cost = find_to_change(tx, ExternalCost, given.id, "id")
    _refuse_billed(tx, "ExternalCost", cost, None)
    _delete(tx, cost, col(Claim.external_cost_id) == cost.id)
    return {"deleted": given.id}


def priced(given: ExtraCostInput | CreateExtraCost | CreateExternalCost, currency: str, *path: str | int) -> dict[str, Any]:
    """Return the columns of a cost: amount = round_half_up(quantity x unit price) (M1). Raises INVALID_INPUT when that is too large."""
    try:
        amount = line_net(given.quantity, given.unit_price, currency)
    except ValueError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{error}.", *path, "unitPrice") from None
    return {
        "description": given.description,
        "quantity": given.quantity,
        "unit_price": given.unit_price,
        "amount_minor": amount,
        **vat_columns(given.vat),
    }


def _figures(cost: ExtraCost | ExternalCost) -> dict[str, Any]:
    return {"description": cost.description, "quantity": cost.quantity, "unit_price": cost.unit_price}


def _external_columns(tx: Transaction, project: Project, given: CreateExternalCost) -> dict[str, Any]:
    phase = find_on(tx, project, Phase, given.phase_id, "phaseId") if given.phase_id is not None else None
    return {
        "phase_id": phase.id if phase else None,
        "incurred_on": given.incurred_on or tx.today,
        "billable": given.billable,
        **priced(given, project.currency),
    }


def _refuse_billed(tx: Transaction, kind: str, cost: ExtraCost | ExternalCost, columns: dict[str, Any] | None) -> None:
    """Refuse a change of anything but the description, or a deletion (columns None), of a cost on a live line."""
    if cost.live_line_id is None:
        return
    if columns is not None and all(value == getattr(cost, name) for name, value in columns.items() if name != "description"):
        return
    invoice_id = tx.session.get_one(InvoiceLine, cost.live_line_id).invoice_id
    message = f"'{cost.description[:60]}' is on an invoice: only its description may change. Discard or credit that invoice first."
    raise AlreadyBilled(message, [(kind, cost.id, invoice_id)], "id")


def _delete(tx: Transaction, cost: ExtraCost | ExternalCost, claims: sa.ColumnElement[bool]) -> None:
    """Hide what an invoice once billed, so that the trace stays; remove what never was."""
    if tx.session.exec(select(sa.exists().where(claims))).one():
        assign(tx, cost, {"deleted_at": tx.now})
    else:
        tx.session.delete(cost)
        tx.session.flush()
