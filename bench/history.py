"""What was done and invoiced in a database of the bench: time entries, the invoices that billed most of them, advances, balances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bench.drawing import drawing, numbered
from bench.portfolio import BEGAN, BY_TIME, LAST_DAY, USERS, VAT_RATE, WORK_TYPES, add, phase_of
from bench.size import SEED
from billhook.domain.options import VatCategory
from billhook.domain.party import Party
from billhook.domain.words import AdvancesMode, ClaimKind, InvoiceKind, InvoiceStatus, LedgerKind, LineKind, RateOrigin, RatePolicy, Series
from billhook.store.balances import UNBILLED_TIME
from billhook.store.tables import (
    AdvanceLedger,
    Claim,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceVat,
    NumberSeries,
    Phase,
    Project,
    ProjectBalance,
    TimeEntry,
    UserRate,
    WorkTypeRate,
)

if TYPE_CHECKING:
    from bench.size import Size

DAYS = 1095
BILLED_PERCENT = 70
"""How far the invoices of a running project reach; of every second project everything is billed."""
WITH_ADVANCE = 5
"""Every so many projects one has an advance."""


@dataclass(frozen=True, slots=True)
class _Documents:
    """Documents to add: what they are selected from, and what they are, as columns of it."""

    projects: sa.Join
    key: sa.ColumnElement[int]
    sequence: sa.ColumnElement[int]
    net: sa.ColumnElement[int]


def add_history(session: Session, size: Size) -> None:
    """Add all work and documents; the balances are summed afterwards."""
    work = _drawn_work(session, size)
    add_entries(session, work, _billed_by(work, size))
    _add_advances(session, size)
    _add_invoices(session, size)
    _add_claims(session)
    _count_numbers(session)


def add_entries(session: Session, work: sa.Subquery, live_line_id: sa.ColumnElement[Any]) -> None:
    """Add a time entry for each row of work, at the rate that applies (M3) and worth what it comes to (M2)."""
    policy = sa.case(
        (col(Project.rate_policy) == RatePolicy.PROJECT, col(Project.hourly_rate_minor)),
        (col(Project.rate_policy) == RatePolicy.USER, col(UserRate.hourly_rate_minor)),
        else_=col(WorkTypeRate.hourly_rate_minor),
    )
    rate = sa.func.coalesce(col(Phase.hourly_rate_minor), policy)
    origins = sa.inspect(TimeEntry).local_table.c.rate_origin.type
    origin = sa.case(
        (col(Phase.hourly_rate_minor).is_not(None), sa.literal(RateOrigin.PHASE, origins)),
        (policy.is_not(None), sa.cast(col(Project.rate_policy), origins)),
    )
    source = (
        sa.join(work, Project, col(Project.id) == work.c.project_id)
        .outerjoin(Phase, col(Phase.id) == work.c.phase_id)
        .outerjoin(UserRate, sa.and_(col(UserRate.user_id) == work.c.user_id, col(UserRate.currency) == col(Project.currency)))
        .outerjoin(
            WorkTypeRate,
            sa.and_(col(WorkTypeRate.work_type_id) == work.c.work_type_id, col(WorkTypeRate.currency) == col(Project.currency)),
        )
    )
    billed = sa.and_(rate.is_not(None), BY_TIME, work.c.billable)
    add(
        session,
        TimeEntry,
        source,
        **{column.name: column for column in work.c},
        description="Worked on it",
        hourly_rate_minor=rate,
        rate_origin=origin,
        amount_minor=(2 * work.c.seconds * rate + 3600) // 7200,
        live_line_id=sa.case((billed, live_line_id)),
        created_at=BEGAN,
    )


def days(session: Session) -> sa.TableClause:
    """Return a temporary table of days, `day` by its `number` before the last: the databases count days in different ways."""
    table = sa.Table(
        "bench_day", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True), sa.Column("day", sa.Date), prefixes=["TEMPORARY"]
    )
    table.create(session.connection(), checkfirst=False)
    session.execute(sa.insert(table), [{"number": number, "day": LAST_DAY - timedelta(days=number)} for number in range(DAYS)])
    return table


def _drawn_work(session: Session, size: Size) -> sa.Subquery:
    """Return the work of all projects, oldest first; half of it is spread evenly, half is on a few busy ones."""
    rows = numbered(size.entries)
    number = rows.c.number
    draw = drawing(SEED, number)
    busy = draw("busy", 1 << 15) * draw("busy", 1 << 15) // (1 << 15) * size.projects // (1 << 15)
    project = sa.case((number % 2 == 0, 1 + busy), else_=1 + number // 2 % size.projects)
    calendar = days(session)
    drawn = sa.select(
        number.label("id"),
        project.label("project_id"),
        (1 + draw("user", USERS)).label("user_id"),
        (1 + draw("work type", WORK_TYPES)).label("work_type_id"),
        calendar.c.day.label("worked_on"),
        (900 + 300 * draw("seconds", 90)).label("seconds"),
        (draw("billable", 20) > 0).label("billable"),
        draw("phase", 10).label("drawn"),
    ).join_from(rows, calendar, calendar.c.number == (size.entries - number) * DAYS // size.entries)
    work = drawn.subquery("drawn")
    columns = [column for column in work.c if column.name != "drawn"]
    return sa.select(*columns, phase_of(work.c.project_id, work.c.drawn, size).label("phase_id")).subquery("work")


def _billed_by(work: sa.Subquery, size: Size) -> sa.ColumnElement[Any]:
    """Return the line that bills the work, if it is billable: each project has one invoice of one line, with the same key."""
    billed = sa.or_(work.c.project_id % 2 == 1, work.c.id <= size.entries * BILLED_PERCENT // 100)
    return sa.case((billed, size.projects // WITH_ADVANCE + work.c.project_id))


def _add_advances(session: Session, size: Size) -> None:
    """Add a booked advance for every fifth project, half of them more than most projects have unbilled."""
    rows = numbered(size.projects // WITH_ADVANCE)
    key = rows.c.number
    net = 100 * (1 + drawing(SEED, key)("advance", 20_000))
    projects = sa.join(rows, Project, col(Project.id) == key * WITH_ADVANCE)
    _add_documents(session, _Documents(projects, key, key, net), InvoiceKind.ADVANCE)
    add(
        session,
        AdvanceLedger,
        rows,
        id=key,
        project_id=key * WITH_ADVANCE,
        advance_id=key,
        vat_category=VatCategory.S,
        vat_rate=VAT_RATE,
        kind=LedgerKind.REGISTERED,
        amount_minor=net,
        caused_by_id=key,
        at=BEGAN,
        recorded_on=LAST_DAY,
    )


def _add_invoices(session: Session, size: Size) -> None:
    """Add the booked invoices that billed the work, one a project."""
    advances = size.projects // WITH_ADVANCE
    entry = sa.inspect(TimeEntry).local_table.c
    billed = (
        sa.select(
            entry.project_id,
            entry.live_line_id.label("key"),
            sa.func.sum(entry.amount_minor).cast(sa.BigInteger).label("net"),
            sa.func.sum(entry.seconds).cast(sa.BigInteger).label("seconds"),
            (advances + sa.func.row_number().over(order_by=entry.live_line_id)).label("sequence"),
        )
        .where(entry.live_line_id.is_not(None))
        .group_by(entry.project_id, entry.live_line_id)
        .subquery("billed")
    )
    projects = sa.join(billed, Project, col(Project.id) == billed.c.project_id)
    documents = _Documents(projects, billed.c.key, billed.c.sequence, billed.c.net)
    _add_documents(session, documents, InvoiceKind.REGULAR, seconds=billed.c.seconds)


def _add_documents(session: Session, documents: _Documents, kind: InvoiceKind, **of_line: sa.ColumnElement[int]) -> None:
    """Add booked documents of one line, which has the key of its document."""
    key, sequence, net = documents.key, documents.sequence, documents.net
    regular = kind is InvoiceKind.REGULAR
    project = sa.inspect(Project).local_table.c
    percent = int(VAT_RATE)
    tax = (net * 2 * percent + 100) // 200
    add(
        session,
        Invoice,
        documents.projects.join(Customer, col(Customer.id) == col(Project.customer_id)),
        id=key,
        project_id=project.id,
        customer_id=project.customer_id,
        seller_id=project.seller_id,
        kind=kind,
        status=InvoiceStatus.BOOKED,
        version=2,
        source_name="phase" if regular else "manual",
        source_label="Based on phases" if regular else "Compose yourself",
        source_package="billhook",
        source_version="0.1.0",
        **({"advances_mode": AdvancesMode.NONE} if regular else {}),
        series=Series.INVOICE,
        sequence=sequence,
        number=sa.cast(sequence, sa.Text),
        issued_on=LAST_DAY,
        due_on=LAST_DAY + timedelta(days=30),
        tax_point_on=LAST_DAY,
        currency=project.currency,
        work_minor=net,
        advances_applied_minor=0,
        net_minor=net,
        vat_minor=tax,
        total_minor=net + tax,
        seller_party=Party(name="Studio", country="NL"),
        buyer_party=sa.inspect(Customer).local_table.c.party,
        created_at=BEGAN,
        created_by="bench",
        booked_at=BEGAN,
        booked_by="bench",
    )
    vat = {"vat_category": VatCategory.S, "vat_rate": VAT_RATE}
    add(
        session,
        InvoiceLine,
        documents.projects,
        id=key,
        invoice_id=key,
        position=0,
        kind=LineKind.TIME if regular else LineKind.FREE,
        section="",
        description="Work" if regular else "Advance",
        quantity=Decimal(1),
        unit="C62",
        unit_price=sa.type_coerce(net * 10_000, sa.BigInteger),
        net_minor=net,
        **of_line,
        **vat,
    )
    add(session, InvoiceVat, documents.projects, invoice_id=key, net_minor=net, tax_minor=tax, **vat)


def _add_claims(session: Session) -> None:
    table = sa.inspect(TimeEntry).local_table
    entry = sa.select(table).where(table.c.live_line_id.is_not(None)).subquery("billed")
    add(
        session,
        Claim,
        entry,
        project_id=entry.c.project_id,
        invoice_id=entry.c.live_line_id,
        line_id=entry.c.live_line_id,
        kind=ClaimKind.TIME_ENTRY,
        time_entry_id=entry.c.id,
        source_name="phase",
        vat_category=VatCategory.S,
        vat_rate=VAT_RATE,
        amount_minor=entry.c.amount_minor,
        claimed_at=BEGAN,
    )


def _count_numbers(session: Session) -> None:
    numbers = sa.select(sa.func.max(col(Invoice.sequence))).scalar_subquery()
    session.execute(
        sa.update(NumberSeries)
        .where(col(NumberSeries.series) == Series.INVOICE)
        .values(last_sequence=numbers, last_issued_on=LAST_DAY)
        .execution_options(synchronize_session=False)
    )


def sum_balances(session: Session, *which: sa.ColumnElement[bool]) -> None:
    """Set the balances of the chosen projects to what the facts add up to."""
    of_project = col(TimeEntry.project_id) == col(ProjectBalance.project_id)

    def time(total: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
        return sa.select(sa.func.coalesce(total, 0)).where(of_project, UNBILLED_TIME).correlate(ProjectBalance).scalar_subquery()

    ledger = sa.select(sa.func.coalesce(sa.func.sum(col(AdvanceLedger.amount_minor)), 0))
    session.execute(
        sa.update(ProjectBalance)
        .where(*which)
        .values(
            unbilled_minor=time(sa.func.sum(col(TimeEntry.amount_minor))),
            unbilled_seconds=time(sa.func.sum(col(TimeEntry.seconds))),
            unbilled_entries=time(sa.func.count()),
            unrated_entries=time(sa.func.count() - sa.func.count(col(TimeEntry.amount_minor))),
            open_advance_minor=ledger.where(col(AdvanceLedger.project_id) == col(ProjectBalance.project_id))
            .correlate(ProjectBalance)
            .scalar_subquery(),
        )
        .execution_options(synchronize_session=False)
    )
