"""Two rules exist once in Python and once in SQL: what an entry is worth (M2), and whether a project is proposed (R3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col
from tests.property.beginnings import S21

from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import open_workspace
from billhook.domain.ids import encode
from billhook.domain.money import MAX_SECONDS, largest_rate_minor, worth
from billhook.domain.proposed import is_proposed
from billhook.settings import Settings
from billhook.store import rates
from billhook.store.tables import ProjectBalance, TimeEntry
from billhook.store.tables.project import PROPOSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases

    from billhook.billing.transaction import Transaction
    from billhook.sources import Sources

NOW = datetime(2026, 3, 31, tzinfo=UTC)
MOST = 20
"""Rows of one example."""


@pytest.fixture(scope="module")
def session(databases: Databases, sources: Sources) -> Iterator[Session]:
    """Open a transaction on a database with as many projects as any example needs; it is rolled back in the end."""
    url = databases.new()
    workspace = open_workspace(Settings(database_url=url), sources)
    with workspace.writing() as tx:
        perform(tx, "createSeller", party={"name": "Studio"}, vat=S21)
        perform(tx, "createCustomer", name="Acme")
        perform(tx, "createUser", name="Ann")
        for number in range(MOST):
            perform(tx, "createProject", title=f"Website {number}", customerId=encode("Customer", 1))
    with workspace.engine.connect() as connection, Session(bind=connection) as session:
        yield session
    workspace.engine.dispose()
    databases.drop(url)


def perform(tx: Transaction, name: str, /, **raw: Any) -> None:  # noqa: ANN401 - inputs are of any type
    OPERATIONS[name].perform(tx, raw)


MAX_RATE_MINOR = largest_rate_minor("EUR")
entries = st.tuples(st.integers(1, MAX_SECONDS), st.none() | st.integers(0, MAX_RATE_MINOR))


@given(st.lists(entries, max_size=MOST))
@example([(MAX_SECONDS, MAX_RATE_MINOR), (1, 1799), (1, 1800), (1, 1801), (1200, 10000), (900, 2750), (3600, 0), (3600, None)])
@settings(max_examples=30)
def test_m2_an_entry_is_worth_the_same_in_python_and_in_sql(session: Session, figures: list[tuple[int, int | None]]) -> None:
    session.execute(sa.delete(TimeEntry))
    for key, (seconds, rate_minor) in enumerate(figures, 1):
        entry = TimeEntry(
            id=key,
            project_id=1,
            user_id=1,
            worked_on=date(2026, 3, 31),
            seconds=seconds,
            override_rate_minor=rate_minor,
            created_at=NOW,
        )
        session.add(entry)
    session.flush()
    rates.resolve(session, col(TimeEntry.project_id) == 1)
    session.expire_all()
    rows = session.execute(
        sa.select(col(TimeEntry.hourly_rate_minor), col(TimeEntry.amount_minor), rates.WORTH_NOW).order_by(col(TimeEntry.id))
    )
    assert [tuple(row) for row in rows] == [
        (rate_minor, *(2 * (None if rate_minor is None else worth(seconds, rate_minor),))) for seconds, rate_minor in figures
    ]


minor = st.integers(0, 3) | st.integers(0, 10**14)


@given(st.lists(st.tuples(minor, minor, st.integers(0, 2)), max_size=MOST))
@example([(0, 0, 0), (1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 1, 1), (40000, 40000, 0), (40001, 40000, 0), (39999, 40000, 0)])
@settings(max_examples=30)
def test_r3_a_project_is_proposed_in_python_exactly_when_it_is_in_sql(session: Session, figures: list[tuple[int, int, int]]) -> None:
    session.execute(sa.delete(ProjectBalance))
    rows = [
        {"project_id": key, "currency": "EUR", "unbilled_minor": unbilled, "open_advance_minor": covering, "unrated_entries": unrated}
        for key, (unbilled, covering, unrated) in enumerate(figures, 1)
    ]
    if rows:
        session.execute(sa.insert(ProjectBalance), rows)
    listed = set(session.scalars(sa.select(col(ProjectBalance.project_id)).where(PROPOSED)))
    assert listed == {key for key, one in enumerate(figures, 1) if is_proposed(*one)}
