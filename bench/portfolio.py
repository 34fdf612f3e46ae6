"""Who and what there is in a database of the bench: a seller, people, customers, projects, phases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from bench.drawing import drawing, numbered
from bench.size import SEED
from billhook.domain.options import VatCategory
from billhook.domain.party import Party
from billhook.domain.words import BillingMethod, CustomerKind, PhaseStatus, ProjectStatus, RatePolicy, Series
from billhook.store.tables import (
    Customer,
    NumberSeries,
    Phase,
    Project,
    ProjectBalance,
    Seller,
    User,
    UserRate,
    WorkType,
    WorkTypeRate,
)

if TYPE_CHECKING:
    from bench.size import Size

LAST_DAY = date(2026, 2, 28)
BEGAN = datetime(2023, 1, 2, 9, tzinfo=UTC)
USERS, WORK_TYPES = 200, 20
PROJECTS_OF_A_CUSTOMER = 10
WITH_PHASE = 4
"""Every so many projects one has a time-and-materials phase with a rate of its own."""
WITH_PRICE = 20
"""Every so many projects one has a phase with a fixed price, too: its time is never unbilled."""
VAT_RATE = Decimal(21)


def add(session: Session, table: type[SQLModel], source: sa.FromClause | None, **columns: Any) -> int:  # noqa: ANN401 - a value or an expression
    """Insert rows in one statement; a plain value is the same in each. Return how many there were."""
    target = sa.inspect(table).local_table
    values = [value if isinstance(value, sa.ColumnElement) else sa.literal(value, target.c[name].type) for name, value in columns.items()]
    selected = sa.select(*values) if source is None else sa.select(*values).select_from(source)
    return session.execute(sa.insert(target).from_select(list(columns), selected)).rowcount  # type: ignore[attr-defined,no-any-return]


def add_portfolio(session: Session, size: Size) -> None:
    """Add everything but work and documents."""
    seller = Seller(
        party=Party(name="Studio", country="NL"),
        vat_category=VatCategory.S,
        vat_rate=VAT_RATE,
        invoice_number_format="{sequence}",
        credit_note_number_format="C{sequence}",
        created_at=BEGAN,
    )
    session.add(seller)
    session.flush()
    session.add_all(NumberSeries(seller_id=seller.id, series=series) for series in Series)
    session.flush()
    _add_people(session)
    _add_customers(session, size)
    add_projects(session, numbered(size.projects), 0, "Project ")
    _add_phases(session, size)


def _add_people(session: Session) -> None:
    for table, rates, owner, count, step in (
        (User, UserRate, "user_id", USERS, 100),
        (WorkType, WorkTypeRate, "work_type_id", WORK_TYPES, 500),
    ):
        rows = numbered(count)
        name = sa.literal(f"{table.__name__} ") + sa.cast(rows.c.number, sa.Text)
        add(session, table, rows, id=rows.c.number, name=name, name_sort=sa.func.lower(name), created_at=BEGAN)
        # Work types have no rates in other currencies, so that some work is unrated (M4).
        for currency in ("EUR", "USD") if table is User else ("EUR",):
            add(session, rates, rows, **{owner: rows.c.number}, currency=currency, hourly_rate_minor=6_000 + rows.c.number * step)


def _add_customers(session: Session, size: Size) -> None:
    rows = numbered(size.projects // PROJECTS_OF_A_CUSTOMER)
    name = sa.literal("Customer ") + sa.cast(rows.c.number, sa.Text)
    add(
        session,
        Customer,
        rows,
        id=rows.c.number,
        name=name,
        name_sort=sa.func.lower(name),
        kind=CustomerKind.BUSINESS,
        party=Party(name="A customer of the studio", street="Herengracht 1", postal_code="1015 BA", city="Amsterdam", country="NL"),
        payment_term_days=30,
        created_at=BEGAN,
    )


def add_projects(session: Session, rows: sa.CTE, after: int, title: str) -> None:
    """Add a project and its balance for each row, with the keys that follow `after`.

    One in ten is in dollars; one in ten takes its rates from users, one in ten from work types.
    """
    key = rows.c.number + after
    draw = drawing(SEED, rows.c.number)
    customers = sa.select(sa.func.max(col(Customer.id))).scalar_subquery()
    name = sa.literal(title) + sa.cast(rows.c.number, sa.Text)
    policy = rows.c.number // 10 % 10
    currency = sa.case((rows.c.number % 10 == 0, "USD"), else_="EUR")
    policies = sa.inspect(Project).local_table.c.rate_policy.type
    add(
        session,
        Project,
        rows,
        id=key,
        customer_id=1 + (rows.c.number - 1) % customers,
        seller_id=1,
        title=name,
        title_sort=sa.func.lower(name),
        currency=currency,
        status=ProjectStatus.ACTIVE,
        rate_policy=sa.case(
            (policy == 8, sa.literal(RatePolicy.USER, policies)),
            (policy == 9, sa.literal(RatePolicy.WORK_TYPE, policies)),
            else_=sa.literal(RatePolicy.PROJECT, policies),
        ),
        hourly_rate_minor=5_000 + 50 * draw("rate", 200),
        vat_category=VatCategory.S,
        vat_rate=VAT_RATE,
        created_at=BEGAN,
    )
    add(
        session,
        ProjectBalance,
        rows,
        project_id=key,
        currency=currency,
        **dict.fromkeys(("unbilled_minor", "unbilled_seconds", "unbilled_entries", "unrated_entries", "open_advance_minor"), 0),
    )


def continue_keys(session: Session) -> None:
    """Let new rows have the keys after the last one: PostgreSQL counts only keys that it gave itself, SQLite all."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in SQLModel.metadata.sorted_tables:
        if "id" in table.c:
            following = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1).scalar_subquery()
            session.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), following, sa.false())))


def _add_phases(session: Session, size: Size) -> None:
    shared = {"status": PhaseStatus.OPEN, "created_at": BEGAN}
    rows = numbered(size.projects // WITH_PHASE)
    add(
        session,
        Phase,
        rows,
        id=rows.c.number,
        project_id=rows.c.number * WITH_PHASE,
        title="Development",
        billing_method=BillingMethod.TIME_AND_MATERIALS,
        hourly_rate_minor=sa.literal(9_500),
        **shared,
    )
    priced = numbered(size.projects // WITH_PRICE)
    add(
        session,
        Phase,
        priced,
        id=first_priced_phase(size) + priced.c.number,
        project_id=priced.c.number * WITH_PRICE,
        title="Design",
        billing_method=BillingMethod.FIXED_PRICE,
        fixed_price_minor=sa.literal(500_000),
        **shared,
    )


def first_priced_phase(size: Size) -> int:
    """Return the key before that of the first phase with a fixed price."""
    return size.projects // WITH_PHASE


def phase_of(project: sa.ColumnElement[int], drawn: sa.ColumnElement[int], size: Size) -> sa.ColumnElement[Any]:
    """Return the phase of an entry: of those projects that have any, half of the work is in the one, a fifth in the other."""
    return sa.case(
        (sa.and_(project % WITH_PHASE == 0, drawn < 5), project // WITH_PHASE),
        (sa.and_(project % WITH_PRICE == 0, drawn >= 8), first_priced_phase(size) + project // WITH_PRICE),
        else_=sa.null(),
    )


BY_TIME = sa.or_(col(Phase.id).is_(None), col(Phase.billing_method) == BillingMethod.TIME_AND_MATERIALS)
"""Work in the joined phase, or in none, is billed by time (R1)."""
