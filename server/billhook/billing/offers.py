"""Which ways of invoicing a project offers now: every installed source, whether it is available, and options to start from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from billhook.billing.choosing import Choice, check_ids, refuse_unbillable
from billhook.billing.planning import advances_choice, plan_of
from billhook.domain.errors import ErrorCode, PluginFault, Refusal
from billhook.sources import as_json, faults, suggest
from billhook.store.snapshot import load_facts
from billhook.store.tables import Project

if TYPE_CHECKING:
    from billhook.billing.transaction import Transaction
    from billhook.domain.facts import Facts
    from billhook.domain.options import SourceOptions
    from billhook.sources import InstalledSource

MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One source for one project: available when `refusal` is None; suggestions as JSON that could be sent, best first."""

    source_name: str
    refusal: Refusal | None
    suggestions: tuple[dict[str, Any], ...]


def offers(tx: Transaction, project_key: int) -> list[Offer]:
    """Return every installed source as this project offers it now; a source is available when its best suggestion could be invoiced."""
    project = tx.session.get_one(Project, project_key)
    facts = load_facts(tx.session, project, [installed.name for installed in tx.sources], tx.today)
    return [_offer(tx, project, installed, facts[installed.name]) for installed in tx.sources]


def _offer(tx: Transaction, project: Project, installed: InstalledSource, facts: Facts) -> Offer:
    try:
        suggestions = suggest(installed, facts.context, MOST_SUGGESTIONS)
        with faults(installed, PluginFault):
            shown = tuple(as_sent(options, as_json(installed, options, exclude_none=True)) for options in suggestions)
    except PluginFault as fault:
        return Offer(source_name=installed.name, refusal=fault, suggestions=())
    refusal = _refusal(tx, project, installed, facts, suggestions)
    return Offer(source_name=installed.name, refusal=refusal, suggestions=shown)


def as_sent(value: object, shown: Any) -> Any:  # noqa: ANN401 - JSON
    """Return options, shown as JSON, as InvoiceSourceInput takes them: enums by name, decimals without exponent, nothing null."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, BaseModel) and isinstance(shown, dict):
        own = {field.alias or name: getattr(value, name) for name, field in type(value).model_fields.items()}
        return {name: as_sent(own.get(name), inner) for name, inner in shown.items() if inner is not None}
    if isinstance(value, tuple | list) and isinstance(shown, list) and len(value) == len(shown):
        return [as_sent(one, inner) for one, inner in zip(value, shown, strict=True)]
    return shown


def _refusal(
    tx: Transaction, project: Project, installed: InstalledSource, facts: Facts, suggestions: list[SourceOptions]
) -> Refusal | None:
    """Return why the best suggestion could not be invoiced now; None when it could."""
    if not suggestions:
        message = f"There is nothing to bill by '{installed.label}' on this project now. Take another source, or add what it bills."
        return Refusal(ErrorCode.NOTHING_TO_BILL, message, "source", installed.name)
    advances = advances_choice(None, project.currency, settles=installed.settles_advances)
    try:
        choice = Choice(installed, suggestions[0])
        check_ids(tx, project, choice)
        refuse_unbillable(choice, facts)
        plan_of(tx, project, choice, facts, advances)
    except Refusal as refusal:
        return refusal
    return None
