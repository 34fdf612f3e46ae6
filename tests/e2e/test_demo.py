"""The example that newcomers meet: it is made by the use cases, shows everything, and tells the worked example of the design."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import SQLModel, col, select
from tests.e2e.client import TODAY, FixedClock
from tests.e2e.settings import settings_for

from billhook.billing.demo import fill_demo
from billhook.billing.demo.filling import PORTFOLIO
from billhook.billing.demo.steps import Bill, RunSubscriptions
from billhook.billing.demo.ways import OldestPeriod
from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import Workspace, engine_of, open_workspace
from billhook.domain.errors import Misconfiguration
from billhook.domain.ids import encode
from billhook.domain.periods import periods_begun
from billhook.domain.proposed import is_proposed, not_proposed_because
from billhook.domain.words import (
    BillingMethod,
    InvoiceKind,
    InvoiceStatus,
    LineKind,
    NotProposedReason,
    ProjectStatus,
    RatePolicy,
    Series,
)
from billhook.sources import Sources, load_sources
from billhook.store import balances
from billhook.store.tables import Claim, Invoice, InvoiceLine, InvoiceVat, Phase, Project, ProjectBalance, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases

    from billhook.billing.demo.steps import Step

ADVANCE, REGULAR, CREDIT_NOTE = InvoiceKind.ADVANCE, InvoiceKind.REGULAR, InvoiceKind.CREDIT_NOTE
DRAFT, BOOKED, DISCARDED = InvoiceStatus.DRAFT, InvoiceStatus.BOOKED, InvoiceStatus.DISCARDED


@pytest.fixture(scope="module")
def demo_database(databases: Databases, sources: Sources) -> Iterator[str]:
    """Filled once, and copied for each test."""
    url = databases.new()
    workspace = open_workspace(settings_for(url), sources, FixedClock())
    assert fill_demo(workspace) is True
    workspace.engine.dispose()
    yield url
    databases.drop(url)


@pytest.fixture
def demo(databases: Databases, demo_database: str, sources: Sources, clock: FixedClock) -> Iterator[Workspace]:
    settings = settings_for(databases.copy(demo_database))
    workspace = Workspace(engine_of(settings), settings, sources, clock)
    yield workspace
    workspace.engine.dispose()
    databases.drop(settings.database_url)


def _everything(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    with workspace.engine.connect() as connection:
        tables = SQLModel.metadata.sorted_tables
        return {table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))] for table in tables}


def _rows(workspace: Workspace, table: type[SQLModel]) -> list[Any]:
    with workspace.reading() as tx:
        return list(tx.session.scalars(sa.select(table).order_by(*sa.inspect(table).primary_key)))


def _perform(workspace: Workspace, operation: str, **raw: object) -> dict[str, Any]:
    with workspace.writing() as tx:
        return OPERATIONS[operation].perform(tx, raw)


def _balance(workspace: Workspace, title: str) -> ProjectBalance:
    statement = select(ProjectBalance).join(Project, col(Project.id) == col(ProjectBalance.project_id)).where(Project.title == title)
    with workspace.reading() as tx:
        return tx.session.exec(statement).one()


def _standing(workspace: Workspace, title: str) -> tuple[int, int, NotProposedReason | None]:
    """Return what is unbilled and in open advance of a project, and why it is not proposed."""
    balance = _balance(workspace, title)
    reason = not_proposed_because(balance.unbilled_minor, balance.open_advance_minor, balance.unrated_entries)
    return balance.unbilled_minor, balance.open_advance_minor, reason


def _amounts(workspace: Workspace, invoice_key: int) -> tuple[int, int, int, int, int]:
    with workspace.reading() as tx:
        invoice = tx.session.get_one(Invoice, invoice_key)
        return invoice.work_minor, invoice.advances_applied_minor, invoice.net_minor, invoice.vat_minor, invoice.total_minor


def test_website_tells_the_worked_example_up_to_the_moment_it_is_proposed(demo: Workspace) -> None:
    assert _standing(demo, "Website") == (40167, 40000, None)
    assert (_balance(demo, "Website").unbilled_seconds, _balance(demo, "Website").unbilled_entries) == (90 * 60 + 150 * 60 + 60, 3)


def test_website_can_be_invoiced_by_phases_and_credited_as_the_worked_example_goes_on(demo: Workspace) -> None:
    website = encode("Project", _balance(demo, "Website").project_id)
    invoice = _perform(demo, "createInvoice", projectId=website, source={"phase": {}}, book=True)["invoice"]
    assert _amounts(demo, invoice) == (40167, 40000, 167, 35, 202)
    assert _standing(demo, "Website") == (0, 0, NotProposedReason.NOTHING_UNBILLED)
    note = _perform(demo, "creditInvoice", invoiceId=encode("Invoice", invoice))["creditNote"]
    assert _amounts(demo, note)[2:] == (167, 35, 202)
    assert _standing(demo, "Website") == (40167, 40000, None)


@pytest.mark.parametrize(
    ("title", "standing"),
    [
        ("Newsletter templates", (40000, 40000, NotProposedReason.COVERED_BY_ADVANCE)),
        ("US web shop", (185000, 150000, None)),
        ("Tour app", (169000, 0, None)),
        ("Loyalty app", (113750, 0, None)),
        ("Shop signs", (15583, 0, None)),
        ("Recipe archive", (0, 0, NotProposedReason.NOTHING_UNBILLED)),
        ("School programme", (0, 0, NotProposedReason.NOTHING_UNBILLED)),
        ("Donor wall", (24750, 0, None)),
        ("Signposts", (8499, 0, None)),
    ],
)
def test_projects_stand_where_their_stories_leave_them(
    demo: Workspace, title: str, standing: tuple[int, int, NotProposedReason | None]
) -> None:
    assert _standing(demo, title) == standing


def test_money_is_owed_on_projects_of_every_kind(demo: Workspace) -> None:
    projects = {project.id: project for project in _rows(demo, Project)}
    owed = [b for b in _rows(demo, ProjectBalance) if is_proposed(b.unbilled_minor, b.open_advance_minor, b.unrated_entries)]
    assert (len(projects), len(owed)) == (33, 20)
    assert {projects[balance.project_id].status for balance in owed} == set(ProjectStatus)
    assert Counter(balance.currency for balance in _rows(demo, ProjectBalance)) == {"EUR": 32, "USD": 1}
    assert {project.rate_policy for project in projects.values()} == set(RatePolicy)
    assert {balance.project_id for balance in owed if balance.unrated_entries} == {_balance(demo, "Tour app").project_id}


def test_every_kind_and_status_of_invoice_is_there(demo: Workspace) -> None:
    assert Counter((invoice.kind, invoice.status) for invoice in _rows(demo, Invoice)) == {
        (ADVANCE, BOOKED): 20,
        (ADVANCE, DRAFT): 3,
        (ADVANCE, DISCARDED): 1,
        (REGULAR, BOOKED): 13,
        (REGULAR, DRAFT): 3,
        (REGULAR, DISCARDED): 1,
        (CREDIT_NOTE, BOOKED): 4,
    }


def test_every_way_of_invoicing_was_used(demo: Workspace, sources: Sources) -> None:
    invoices = _rows(demo, Invoice)
    assert {invoice.source_name for invoice in invoices} == {source.name for source in sources}
    manual = (invoice for invoice in invoices if invoice.source_name == "manual" and invoice.kind is ADVANCE)
    assert {invoice.options["entryPoint"] for invoice in manual} == {"PROJECT", "INVOICING_MODULE"}


def test_every_kind_of_line_phase_and_vat_is_there(demo: Workspace) -> None:
    assert {line.kind for line in _rows(demo, InvoiceLine)} == set(LineKind)
    assert {phase.billing_method for phase in _rows(demo, Phase)} == set(BillingMethod)
    assert {(row.vat_category.value, row.vat_rate) for row in _rows(demo, InvoiceVat)} == {("S", 21), ("S", 9), ("AE", 0)}


def test_numbers_follow_the_dates_and_no_date_is_in_the_future(demo: Workspace) -> None:
    for series, count in ((Series.INVOICE, 33), (Series.CREDIT_NOTE, 4)):
        booked = sorted((invoice.sequence, invoice.issued_on) for invoice in _rows(demo, Invoice) if invoice.series is series)
        dates = [issued_on for _, issued_on in booked]
        assert [sequence for sequence, _ in booked] == list(range(1, count + 1))
        assert dates == sorted(dates)
        assert dates[-1] <= TODAY
    assert max(entry.worked_on for entry in _rows(demo, TimeEntry)) == TODAY


def test_balances_equal_their_recomputation(demo: Workspace) -> None:
    before = _everything(demo)
    with demo.writing() as tx:
        balances.recompute(tx.session, [project.id for project in tx.session.exec(select(Project))])
    assert _everything(demo) == before


def test_filling_it_twice_changes_nothing(demo: Workspace, clock: FixedClock) -> None:
    before = _everything(demo)
    clock.move_to(TODAY + timedelta(days=1))
    assert fill_demo(demo) is False
    assert _everything(demo) == before


def test_a_database_with_anyone_in_it_is_left_alone(workspace: Workspace) -> None:
    _perform(workspace, "createUser", name="Eve")
    before = _everything(workspace)
    assert fill_demo(workspace) is False
    assert _everything(workspace) == before


def test_an_interrupted_filling_leaves_nothing_and_is_done_in_full_the_next_time(workspace: Workspace) -> None:
    empty = _everything(workspace)

    def interrupt(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO advance_ledger"):
            raise KeyboardInterrupt

    event.listen(workspace.engine, "before_cursor_execute", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fill_demo(workspace)
    event.remove(workspace.engine, "before_cursor_execute", interrupt)
    assert _everything(workspace) == empty
    assert fill_demo(workspace) is True


def test_of_many_that_fill_one_empty_database_at_once_one_does(workspace: Workspace) -> None:
    with ThreadPoolExecutor(4) as threads:
        filled = list(threads.map(fill_demo, [workspace] * 4))
    assert sorted(filled) == [False, False, False, True]
    assert len(_rows(workspace, Project)) == 33


def test_a_missing_source_is_named_and_nothing_is_filled(workspace: Workspace) -> None:
    empty = _everything(workspace)
    without_deals = replace(workspace, sources=load_sources(blocked=frozenset({"deal"})))
    with pytest.raises(Misconfiguration, match="the demo needs the invoice sources deal; unblock or install them"):
        fill_demo(without_deals)
    assert _everything(workspace) == empty


def test_periods_are_left_to_invoice(demo: Workspace) -> None:
    billed = Counter(claim.subscription_id for claim in _rows(demo, Claim) if claim.subscription_id is not None)
    assert sorted(billed.values()) == [1, 2, 3, 3]
    results = _perform(demo, "runSubscriptions", asOf=TODAY)["results"]
    assert [(result["period"][0], result["errors"]) for result in results] == [
        ("2026-02-28", []),
        ("2026-01-31", []),
        ("2026-02-28", []),
        ("2026-02-22", []),
    ]


def _begun(today: date) -> list[int]:
    """Count the periods that have begun on each day that some are invoiced, and today."""
    return [
        len(
            list(
                periods_begun(today - timedelta(days=agreed.starts_days_ago), agreed.every, agreed.unit, today - timedelta(days=ago), None)
            )
        )
        for _, projects in PORTFOLIO
        for project in projects
        for agreed in project.subscriptions
        for ago in (*(step.days_ago for step in project.steps if _invoices_periods(step)), 0)
    ]


def _invoices_periods(step: Step) -> bool:
    return isinstance(step, RunSubscriptions) or (isinstance(step, Bill) and isinstance(step.way, OldestPeriod))


def test_the_same_periods_are_invoiced_whatever_day_it_is() -> None:
    expected = _begun(TODAY)
    four_years = [TODAY + timedelta(days=days) for days in range(4 * 365 + 1)]
    assert [day for day in four_years if _begun(day) != expected] == []


def test_another_day_and_other_settings_make_the_same_documents(demo: Workspace, workspace: Workspace, clock: FixedClock) -> None:
    clock.move_to(date(2028, 2, 29))
    abroad = workspace.settings.model_copy(update={"currency": "JPY", "time_zone": "Pacific/Auckland"})
    assert fill_demo(replace(workspace, settings=abroad)) is True
    assert _documents(workspace) == _documents(demo)


def _documents(workspace: Workspace) -> list[tuple[Any, ...]]:
    return [
        (i.project_id, i.number, i.kind, i.status, i.source_name, i.currency, i.net_minor, i.total_minor) for i in _rows(workspace, Invoice)
    ]
