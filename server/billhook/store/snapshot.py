"""Loads what the host must know of one project before it asks a source, in a fixed number of statements (see `domain/facts.py`)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.facts import Facts, Item, Part
from billhook.domain.ids import encode
from billhook.domain.options import Vat
from billhook.domain.words import ClaimKind
from billhook.store.agreements import Due, collect_deals, collect_periods, collect_prices
from billhook.store.balances import UNBILLED_COST, UNBILLED_TIME
from billhook.store.ledger import open_advances
from billhook.store.tables import Claim, ExternalCost, ExtraCost, Phase, Project, ProjectBalance, TimeEntry, User, WorkType
from billhook.store.views import Collected

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlmodel import Session


def load_facts(session: Session, project: Project, source_names: Collection[str], due: Due) -> dict[str, Facts]:
    """Return the facts of a project as of a day, by source: each has once-keys of its own, all else is loaded once."""
    phases = session.scalars(sa.select(Phase).where(col(Phase.project_id) == project.id).order_by(col(Phase.id))).all()
    default = Vat(category=project.vat_category, rate=project.vat_rate)
    collected = Collected(project.currency, default, {phase.id: _vat(phase, default) for phase in phases})
    _collect_time(session, project, collected)
    _collect_extra_costs(session, project, collected)
    _collect_external_costs(session, project, collected)
    collect_prices(session, phases, collected)
    collect_deals(session, project, collected)
    collect_periods(session, project, collected, due)
    balance = session.get_one(ProjectBalance, project.id, populate_existing=True)
    once = _once_keys(session, project)
    advances = open_advances(session, project.id)

    def of(source_name: str) -> Facts:
        taken = frozenset(once[source_name])
        return Facts(
            project_key=project.id,
            currency=project.currency,
            vat=default,
            today=due.as_of,
            items=collected.items,
            once=taken,
            advances=advances,
            unbilled_minor=balance.unbilled_minor,
            open_advance_minor=balance.open_advance_minor,
            unrated_entries=balance.unrated_entries,
            context=lambda: collected.context(project, due.as_of, taken, balance),
        )

    return {name: of(name) for name in source_names}


def _vat(phase: Phase, default: Vat) -> Vat:
    if phase.vat_category is None or phase.vat_rate is None:
        return default
    return Vat(category=phase.vat_category, rate=phase.vat_rate)


def _collect_time(session: Session, project: Project, collected: Collected) -> None:
    table = sa.inspect(TimeEntry).local_table
    statement = (
        sa.select(*table.c, col(User.name).label("user_name"), col(WorkType.name).label("work_type_name"))
        .join(User, col(User.id) == col(TimeEntry.user_id))
        .outerjoin(WorkType, col(WorkType.id) == col(TimeEntry.work_type_id))
        .where(col(TimeEntry.project_id) == project.id, UNBILLED_TIME)
        .order_by(col(TimeEntry.worked_on), col(TimeEntry.started_at).nulls_first(), col(TimeEntry.id))
    )
    for row in session.execute(statement):
        collected.time_entries.append(row)
        item = Item(
            kind=ClaimKind.TIME_ENTRY,
            key=row.id,
            title=row.description,
            parts=(Part(vat=collected.vat_for(None, None, row.phase_id), value_minor=row.amount_minor or 0),),
            rated=row.amount_minor is not None,
            seconds=row.seconds,
            hourly_rate_minor=row.hourly_rate_minor,
        )
        collected.add(encode("TimeEntry", row.id), item)


def _collect_extra_costs(session: Session, project: Project, collected: Collected) -> None:
    table = sa.inspect(ExtraCost).local_table
    statement = (
        sa.select(*table.c, col(TimeEntry.worked_on), col(TimeEntry.phase_id))
        .join(TimeEntry, col(TimeEntry.id) == col(ExtraCost.time_entry_id))
        .where(col(ExtraCost.project_id) == project.id, UNBILLED_COST)
        .order_by(col(TimeEntry.worked_on), col(ExtraCost.id))
    )
    for row in session.execute(statement):
        vat = collected.vat_for(row.vat_category, row.vat_rate, row.phase_id)
        collected.extra_costs.append((row, vat))
        part = Part(vat=vat, value_minor=row.amount_minor)
        collected.add(encode("ExtraCost", row.id), Item(kind=ClaimKind.EXTRA_COST, key=row.id, title=row.description, parts=(part,)))


def _collect_external_costs(session: Session, project: Project, collected: Collected) -> None:
    statement = (
        sa.select(ExternalCost)
        .where(col(ExternalCost.project_id) == project.id, unbilled_external_cost())
        .order_by(col(ExternalCost.incurred_on), col(ExternalCost.id))
    )
    for row in session.scalars(statement):
        vat = collected.vat_for(row.vat_category, row.vat_rate, row.phase_id)
        collected.external_costs.append((row, vat))
        part = Part(vat=vat, value_minor=row.amount_minor)
        collected.add(encode("ExternalCost", row.id), Item(kind=ClaimKind.EXTERNAL_COST, key=row.id, title=row.description, parts=(part,)))


def unbilled_external_cost() -> sa.ColumnElement[bool]:
    """Return the condition of a billable external cost that is on no live line."""
    return sa.and_(col(ExternalCost.billable), col(ExternalCost.live_line_id).is_(None), col(ExternalCost.deleted_at).is_(None))


def _once_keys(session: Session, project: Project) -> defaultdict[str, set[str]]:
    """Return the once-keys that are live, by source."""
    statement = sa.select(col(Claim.source_name), col(Claim.once_key)).where(
        col(Claim.project_id) == project.id, col(Claim.once_key).is_not(None), col(Claim.released_at).is_(None)
    )
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for source_name, key in session.execute(statement):
        keys[source_name].add(key)
    return keys
