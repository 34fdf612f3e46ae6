"""Phases, and what a change of billing method does to unbilled time (R1, R5a)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from billhook.billing.finding import find, find_to_change, minor, rate_minor, vat_columns, vat_of
from billhook.billing.finding import global_id as id_of
from billhook.billing.inputs.project import CreatePhase
from billhook.billing.records.changing import add, assign, changed, refuse_if_used
from billhook.billing.rerating import rerate
from billhook.domain.errors import AlreadyBilled, ErrorCode, Refusal
from billhook.domain.money import show, to_decimal
from billhook.store import balances
from billhook.store.tables import Claim, ExternalCost, Phase, Project, TimeEntry

if TYPE_CHECKING:
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def create_phase(tx: Transaction, given: CreatePhase) -> Keys:
    """Add a phase to a project."""
    project = find(tx, Project, given.project_id, "projectId", lock=True)
    return {"phase": add(tx, Phase(project_id=project.id, **_columns(given, project.currency), created_at=tx.now)).id}


def update_phase(tx: Transaction, given: Any) -> Keys:
    """Change a phase; method and rate re-evaluate its unbilled time at once.

    Raises ALREADY_BILLED for another method, or a price below what is billed, while part of its fixed price is on a live line (R5a).
    """
    phase = find_to_change(tx, Phase, given.id, "id")
    project = tx.session.get_one(Project, phase.project_id)
    after = changed(CreatePhase, _present(project, phase), given)
    if after.project_id != id_of(project):
        raise Refusal(ErrorCode.INVALID_INPUT, "A phase stays on its project. Create one on the other project.", "projectId")
    columns = _columns(after, project.currency)
    _refuse_billed(tx, phase, project, columns)
    rated_otherwise = columns["hourly_rate_minor"] != phase.hourly_rate_minor
    assign(tx, phase, columns)
    if rated_otherwise:
        rerate(tx, col(TimeEntry.phase_id) == phase.id)
    balances.recompute(tx.session, [project.id])
    return {"phase": phase.id}


def delete_phase(tx: Transaction, given: Any) -> Keys:
    """Delete a phase without work or claims. Raises IN_USE otherwise: it can be closed."""
    phase = find_to_change(tx, Phase, given.id, "id")
    refuse_if_used(
        tx,
        f"Phase '{phase.title}'",
        "Set its status to CLOSED instead.",
        time_entries=col(TimeEntry.phase_id) == phase.id,
        external_costs=col(ExternalCost.phase_id) == phase.id,
        claims=col(Claim.phase_id) == phase.id,
    )
    tx.session.delete(phase)
    tx.session.flush()
    return {"deleted": given.id}


def _present(project: Project, phase: Phase) -> dict[str, Any]:
    rate, price = phase.hourly_rate_minor, phase.fixed_price_minor
    return {
        "project_id": id_of(project),
        "hourly_rate": None if rate is None else to_decimal(rate, project.currency),
        "fixed_price": None if price is None else to_decimal(price, project.currency),
        "vat": vat_of(phase.vat_category, phase.vat_rate),
        **phase.model_dump(include={"title", "billing_method", "status"}),
    }


def _columns(given: CreatePhase, currency: str) -> dict[str, Any]:
    return {
        "title": given.title,
        "status": given.status,
        "billing_method": given.billing_method,
        "hourly_rate_minor": rate_minor(given.hourly_rate, currency, "hourlyRate"),
        "fixed_price_minor": None if given.fixed_price is None else minor(given.fixed_price, currency, "fixedPrice"),
        **vat_columns(given.vat),
    }


def _refuse_billed(tx: Transaction, phase: Phase, project: Project, columns: dict[str, Any]) -> None:
    live = tx.session.exec(select(Claim).where(Claim.phase_id == phase.id, col(Claim.released_at).is_(None))).all()
    if not live:
        return
    billed = sum(claim.amount_minor for claim in live)
    items = [("Phase", phase.id, claim.invoice_id) for claim in live]
    if columns["billing_method"] is not phase.billing_method:
        message = (
            f"Part of the fixed price of phase '{phase.title}' is invoiced, so its billing method stays. Discard or credit that first."
        )
        raise AlreadyBilled(message, items, "billingMethod")
    if (columns["fixed_price_minor"] or 0) < billed:
        shown = show(billed, project.currency)
        raise AlreadyBilled(f"{shown} of phase '{phase.title}' is invoiced; its price cannot be lower. Credit first.", items, "fixedPrice")
