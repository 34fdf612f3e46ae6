"""Which ways of invoicing a project offers now: every installed source, whether it is available, and options to start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billhook.billing.choosing import Choice, check_ids, refuse_unbillable
from billhook.billing.planning import advances_choice, plan_of
from billhook.domain.errors import ErrorCode, PluginFault, Refusal
from billhook.sources import as_json, suggest
from billhook.store.agreements import Due
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
    names = [installed.name for installed in tx.sources]
    facts = load_facts(tx.session, project, names, Due(as_of=tx.today, most=tx.settings.max_subscription_periods))
    return [_offer(tx, project, installed, facts[installed.name]) for installed in tx.sources]


def _offer(tx: Transaction, project: Project, installed: InstalledSource, facts: Facts) -> Offer:
    try:
        suggestions = suggest(installed, facts.context, MOST_SUGGESTIONS)
        shown = tuple(as_json(installed, options) for options in suggestions)
    except PluginFault as fault:
        return Offer(source_name=installed.name, refusal=fault, suggestions=())
    refusal = _refusal(tx, project, installed, facts, suggestions)
    return Offer(source_name=installed.name, refusal=refusal, suggestions=shown)


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
