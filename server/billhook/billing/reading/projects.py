"""The lists of projects: those proposed for invoicing (R3), all of them, and a customer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderDirection, OrderKey
from billhook.billing.reading.text import sort_text_holds
from billhook.domain.words import NotProposedReason, ProjectStatus
from billhook.store.among import among_keys
from billhook.store.tables import Project, ProjectBalance
from billhook.store.tables.project import PROPOSED

WITH_BALANCE = sa.join(ProjectBalance, Project, col(ProjectBalance.project_id) == col(Project.id))
NOT_PROPOSED = {
    NotProposedReason.COVERED_BY_ADVANCE: sa.and_(sa.not_(PROPOSED), col(ProjectBalance.unbilled_minor) > 0),
    NotProposedReason.NOTHING_UNBILLED: sa.and_(sa.not_(PROPOSED), col(ProjectBalance.unbilled_minor) <= 0),
}


class BillableProjectOrderField(Enum):
    """What the projects to invoice can be ordered by."""

    UNBILLED_AMOUNT = "UNBILLED_AMOUNT"
    TITLE = "TITLE"


class ProjectOrderField(Enum):
    """What projects can be ordered by."""

    TITLE = "TITLE"
    CREATED_AT = "CREATED_AT"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableProjectChoice:
    """Which of the projects to invoice; None: whatever."""

    customer_keys: tuple[int, ...] | None = None
    project_keys: tuple[int, ...] | None = None
    currency: str | None = None
    search: str | None = None
    has_unrated_entries: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChoice:
    """Which projects; None: whatever."""

    customer_keys: tuple[int, ...] | None = None
    statuses: tuple[ProjectStatus, ...] | None = None
    not_proposed_because: tuple[NotProposedReason, ...] | None = None
    search: str | None = None


def billable_projects(choice: BillableProjectChoice, field: BillableProjectOrderField, direction: OrderDirection) -> Listing:
    """List the projects proposed for invoicing, with their balances, in one statement on the rollup's partial index (R3).

    Amounts of two currencies are never compared: by amount means by currency code, then by amount.
    """
    where = [PROPOSED]
    if choice.customer_keys is not None:
        where.append(_is_among(among_keys(col(Project.customer_id), choice.customer_keys)))
    if choice.project_keys is not None:
        where.append(among_keys(col(ProjectBalance.project_id), choice.project_keys))
    if choice.currency is not None:
        where.append(col(ProjectBalance.currency) == choice.currency)
    if choice.search:
        where.append(_is_among(sort_text_holds(col(Project.title_sort), choice.search)))
    if choice.has_unrated_entries is not None:
        unrated = col(ProjectBalance.unrated_entries)
        where.append(unrated > 0 if choice.has_unrated_entries else unrated == 0)
    if field is BillableProjectOrderField.TITLE:
        order = _by_title("billableProjects", direction)
    else:
        order = Order(
            f"billableProjects/UNBILLED_AMOUNT/{direction.value}",
            (
                OrderKey(col(ProjectBalance.currency), lambda found: found[1].currency, str),
                OrderKey(col(ProjectBalance.unbilled_minor), lambda found: found[1].unbilled_minor, int, direction.descending),
                OrderKey(col(ProjectBalance.project_id), lambda found: found[1].project_id, int),
            ),
        )
    return Listing(table=Project, extra=ProjectBalance, source=WITH_BALANCE, where=tuple(where), order=order, totals_source=ProjectBalance)


def projects(choice: ProjectChoice, field: ProjectOrderField, direction: OrderDirection) -> Listing:
    """List projects, with their balances."""
    where: list[sa.ColumnElement[bool]] = []
    if choice.customer_keys is not None:
        where.append(among_keys(col(Project.customer_id), choice.customer_keys))
    if choice.statuses is not None:
        where.append(col(Project.status).in_(choice.statuses))
    if choice.not_proposed_because is not None:
        where.append(sa.or_(sa.false(), *(NOT_PROPOSED[reason] for reason in choice.not_proposed_because)))
    if choice.search:
        where.append(sort_text_holds(col(Project.title_sort), choice.search))
    if field is ProjectOrderField.TITLE:
        order = _by_title("projects", direction)
    else:
        order = Order(
            f"projects/CREATED_AT/{direction.value}",
            (
                OrderKey(col(Project.created_at), lambda found: found[0].created_at, datetime, direction.descending),
                OrderKey(col(Project.id), lambda found: found[0].id, int, direction.descending),
            ),
        )
    counted = Project if choice.not_proposed_because is None else WITH_BALANCE
    return Listing(table=Project, extra=ProjectBalance, source=WITH_BALANCE, where=tuple(where), order=order, totals_source=counted)


def projects_of_customer() -> Listing:
    """List a customer's projects by title."""
    return Listing(table=Project, order=_by_title("customer.projects", OrderDirection.ASC), parent=col(Project.customer_id))


def _is_among(projects: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Choose balances by their projects, without a join: counting needs the balances alone."""
    return col(ProjectBalance.project_id).in_(sa.select(col(Project.id)).where(projects))


def _by_title(name: str, direction: OrderDirection) -> Order:
    return Order(
        f"{name}/TITLE/{direction.value}",
        (
            OrderKey(col(Project.title_sort), lambda found: found[0].title_sort, str, direction.descending),
            OrderKey(col(Project.id), lambda found: found[0].id, int, direction.descending),
        ),
    )
