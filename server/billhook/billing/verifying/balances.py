"""Checks that the balances of projects are what the facts add up to (R2, R18, G6)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.store.balances import UNBILLED_COST, UNBILLED_TIME
from billhook.store.tables import AdvanceLedger, ExtraCost, Project, ProjectBalance, TimeEntry

_time = (
    sa.select(
        col(TimeEntry.project_id).label("project_id"),
        sa.func.coalesce(sa.func.sum(col(TimeEntry.amount_minor)), 0).label("minor"),
        sa.func.sum(col(TimeEntry.seconds)).label("seconds"),
        sa.func.count().label("entries"),
        (sa.func.count() - sa.func.count(col(TimeEntry.amount_minor))).label("unrated"),
    )
    .where(UNBILLED_TIME)
    .group_by(col(TimeEntry.project_id))
    .subquery("unbilled_time")
)
_costs = (
    sa.select(col(ExtraCost.project_id).label("project_id"), sa.func.sum(col(ExtraCost.amount_minor)).label("minor"))
    .join(TimeEntry, col(TimeEntry.id) == col(ExtraCost.time_entry_id))
    .where(UNBILLED_COST)
    .group_by(col(ExtraCost.project_id))
    .subquery("unbilled_costs")
)
_ledger = (
    sa.select(col(AdvanceLedger.project_id).label("project_id"), sa.func.sum(col(AdvanceLedger.amount_minor)).label("minor"))
    .group_by(col(AdvanceLedger.project_id))
    .subquery("in_the_ledger")
)


def _of_projects(*facts: sa.Subquery, said: dict[str, Any], summed: dict[str, sa.ColumnElement[Any]]) -> sa.Select[Any]:
    """Select the projects of which the balance says one thing and the facts another."""
    columns = [column.label(name) for name, column in (said | summed).items()]
    statement = sa.select(col(Project.id).label("key"), col(Project.currency).label("currency"), *columns)
    statement = statement.join(ProjectBalance, col(ProjectBalance.project_id) == col(Project.id))
    for fact in facts:
        statement = statement.outerjoin(fact, fact.c.project_id == col(Project.id))
    differences = [one != other for one, other in zip(said.values(), summed.values(), strict=True)]
    return statement.where(sa.or_(*differences)).order_by(col(Project.id))


def _or_none(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(column, 0)


CHECKS = (
    Check(
        name="a balance for each project",
        rule="G6",
        proves="Every project has a balance, in its currency.",
        looks_at=Project,
        find=selecting(
            Project,
            sa.select(col(Project.id).label("key"), col(Project.currency).label("own"), col(ProjectBalance.currency).label("its_balance"))
            .outerjoin(ProjectBalance, col(ProjectBalance.project_id) == col(Project.id))
            .where(col(ProjectBalance.currency).is_distinct_from(col(Project.currency)))
            .order_by(col(Project.id)),
            "The project is in {own}, the currency of its balance is {its_balance}.",
        ),
    ),
    Check(
        name="unbilled amount",
        rule="R2, G6",
        proves="The unbilled amount of every project is the sum of its unbilled time and extra costs.",
        looks_at=ProjectBalance,
        find=selecting(
            Project,
            _of_projects(
                _time,
                _costs,
                said={"said_minor": col(ProjectBalance.unbilled_minor)},
                summed={"sum_minor": _or_none(_time.c.minor) + _or_none(_costs.c.minor)},
            ),
            "The balance says {said_minor} unbilled, the facts add up to {sum_minor}.",
        ),
    ),
    Check(
        name="unbilled time",
        rule="R2, M4, G6",
        proves="The unbilled seconds and entries, and the unrated ones among them, are those of the time entries.",
        looks_at=ProjectBalance,
        find=selecting(
            Project,
            _of_projects(
                _time,
                said={
                    "said_seconds": col(ProjectBalance.unbilled_seconds),
                    "said_entries": col(ProjectBalance.unbilled_entries),
                    "said_unrated": col(ProjectBalance.unrated_entries),
                },
                summed={
                    "seconds": _or_none(_time.c.seconds),
                    "entries": _or_none(_time.c.entries),
                    "unrated": _or_none(_time.c.unrated),
                },
            ),
            "The balance says {said_seconds} s in {said_entries} entries, {said_unrated} of them unrated; "
            "the entries are {seconds} s in {entries}, {unrated} unrated.",
        ),
    ),
    Check(
        name="open advance",
        rule="R18, G6",
        proves="The open advance of every project is the sum of its ledger.",
        looks_at=ProjectBalance,
        find=selecting(
            Project,
            _of_projects(
                _ledger, said={"said_minor": col(ProjectBalance.open_advance_minor)}, summed={"sum_minor": _or_none(_ledger.c.minor)}
            ),
            "The balance says {said_minor} of open advances, the ledger adds up to {sum_minor}.",
        ),
    ),
)
