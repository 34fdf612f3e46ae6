"""Loads what the host must know of one project before it asks a source, in a fixed number of statements (see `domain/facts.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.domain.facts import Facts, Item, ItemId, Part
from billhook.domain.ids import encode
from billhook.domain.source import Vat
from billhook.domain.words import ClaimKind
from billhook.store.agreements import deal_items, phase_items, subscription_items
from billhook.store.balances import UNBILLED_COST, UNBILLED_TIME
from billhook.store.ledger import open_advances
from billhook.store.tables import Claim, ExternalCost, ExtraCost, Phase, Project, ProjectBalance, TimeEntry, User, WorkType
from billhook.store.views import ViewBuilder

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlmodel import Session


def load_facts(session: Session, project: Project, source_name: str, as_of: date, asked_periods: Collection[tuple[int, date]] = ()) -> Facts:
    """Return the facts of a project as of a day; `asked_periods` (subscription key, start) are due though they were invoiced before."""
    default = Vat(category=project.vat_category, rate=project.vat_rate)
    phases = session.scalars(sa.select(Phase).where(col(Phase.project_id) == project.id).order_by(col(Phase.id))).all()
    vat_of_phase = {p.id: Vat(category=p.vat_category, rate=p.vat_rate) if p.vat_category and p.vat_rate is not None else default for p in phases}
    views = ViewBuilder(project.currency)
    items: dict[ItemId, Item] = {}
    _time(session, project, default, vat_of_phase, views, items)
    _extra_costs(session, project, default, vat_of_phase, views, items)
    _external_costs(session, project, default, vat_of_phase, views, items)
    phase_items(session, phases, vat_of_phase, views, items)
    deal_items(session, project, views, items)
    subscription_items(session, project, as_of, asked_periods, views, items)
    balance = session.get_one(ProjectBalance, project.id, populate_existing=True)
    once = frozenset(session.scalars(_once_keys(project.id, source_name)))
    return Facts(
        project_key=project.id,
        currency=project.currency,
        vat=default,
        today=as_of,
        items=items,
        once=once,
        advances=open_advances(session, project.id),
        unbilled_minor=balance.unbilled_minor,
        open_advance_minor=balance.open_advance_minor,
        unrated_entries=balance.unrated_entries,
        context=lambda: views.context(project, default, as_of, once, balance),
    )


def _time(session: Session, project: Project, default: Vat, vats: dict[int, Vat], views: ViewBuilder, items: dict[ItemId, Item]) -> None:
    statement = (
        sa.select(TimeEntry.__table__, col(User.name).label("user_name"), col(WorkType.name).label("work_type_name"))  # type: ignore[attr-defined]
        .join(User, col(User.id) == col(TimeEntry.user_id))
        .outerjoin(WorkType, col(WorkType.id) == col(TimeEntry.work_type_id))
        .where(col(TimeEntry.project_id) == project.id, UNBILLED_TIME)
        .order_by(col(TimeEntry.worked_on), col(TimeEntry.started_at).nulls_first(), col(TimeEntry.id))
    )
    for row in session.execute(statement):
        views.time_entries.append(row)
        items[ClaimKind.TIME_ENTRY.value, encode("TimeEntry", row.id)] = Item(
            kind=ClaimKind.TIME_ENTRY,
            key=row.id,
            title=row.description,
            parts=(Part(vat=vats.get(row.phase_id, default), value_minor=row.amount_minor or 0),),
            rated=row.amount_minor is not None,
            seconds=row.seconds,
            hourly_rate_minor=row.hourly_rate_minor,
        )


def _extra_costs(session: Session, project: Project, default: Vat, vats: dict[int, Vat], views: ViewBuilder, items: dict[ItemId, Item]) -> None:
    statement = (
        sa.select(ExtraCost.__table__, col(TimeEntry.worked_on), col(TimeEntry.phase_id))  # type: ignore[attr-defined]
        .join(TimeEntry, col(TimeEntry.id) == col(ExtraCost.time_entry_id))
        .where(col(ExtraCost.project_id) == project.id, UNBILLED_COST)
        .order_by(col(TimeEntry.worked_on), col(ExtraCost.id))
    )
    for row in session.execute(statement):
        vat = Vat(category=row.vat_category, rate=row.vat_rate) if row.vat_category else vats.get(row.phase_id, default)
        views.extra_costs.append((row, vat))
        items[ClaimKind.EXTRA_COST.value, encode("ExtraCost", row.id)] = Item(
            kind=ClaimKind.EXTRA_COST, key=row.id, title=row.description, parts=(Part(vat=vat, value_minor=row.amount_minor),)
        )


def _external_costs(session: Session, project: Project, default: Vat, vats: dict[int, Vat], views: ViewBuilder, items: dict[ItemId, Item]) -> None:
    cost = col(ExternalCost.project_id)
    statement = (
        sa.select(ExternalCost)
        .where(cost == project.id, unbilled_external_cost())
        .order_by(col(ExternalCost.incurred_on), col(ExternalCost.id))
    )
    for row in session.scalars(statement):
        own = row.vat_category and row.vat_rate is not None
        vat = Vat(category=row.vat_category, rate=row.vat_rate) if own else vats.get(row.phase_id or 0, default)
        views.external_costs.append((row, vat))
        items[ClaimKind.EXTERNAL_COST.value, encode("ExternalCost", row.id)] = Item(
            kind=ClaimKind.EXTERNAL_COST, key=row.id, title=row.description, parts=(Part(vat=vat, value_minor=row.amount_minor),)
        )


def unbilled_external_cost() -> sa.ColumnElement[bool]:
    """Return the condition of a billable external cost that is on no live line."""
    return sa.and_(col(ExternalCost.billable), col(ExternalCost.live_line_id).is_(None), col(ExternalCost.deleted_at).is_(None))


def _once_keys(project_key: int, source_name: str) -> sa.Select[tuple[str]]:
    return sa.select(col(Claim.once_key)).where(
        col(Claim.project_id) == project_key,
        col(Claim.source_name) == source_name,
        col(Claim.once_key).is_not(None),
        col(Claim.released_at).is_(None),
    )


