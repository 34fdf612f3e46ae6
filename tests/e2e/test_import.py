"""Time comes in from the exports of other tools: once, completely or not at all, and rated by billhook's own policy."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col, func, select

from billhook.billing.importing.choices import ImportChoices
from billhook.billing.importing.dates import DateOrder
from billhook.billing.importing.importing import import_time
from billhook.billing.importing.report import ImportReport, RefusedRow
from billhook.billing.inputs.party import CreateCustomer, CreateSeller
from billhook.billing.inputs.people import CreateUser, RateInput
from billhook.billing.inputs.project import CreateProject
from billhook.billing.records.party import create_customer, create_seller
from billhook.billing.records.people import create_user
from billhook.billing.records.project import create_project
from billhook.domain.errors import Refusal
from billhook.domain.ids import encode
from billhook.domain.options import VatCategory
from billhook.domain.party import Party
from billhook.domain.words import RateOrigin, RatePolicy
from billhook.store.tables import Customer, NumberSeries, Project, ProjectBalance, Seller, TimeEntry, User, WorkType

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from billhook.billing.transaction import Transaction
    from billhook.billing.workspace import Workspace

SAMPLES = Path(__file__).parent.parent / "samples"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TOGGL_HEADER = "User,Email,Client,Project,Description,Billable,Start date,Start time,Duration"
PLAIN = ImportChoices()
TABLES = (Customer, Project, User, WorkType, TimeEntry)


@pytest.fixture(autouse=True)
def _seller(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        for name, rate in (("First", "21"), ("Second", "9")):
            create_seller(tx, CreateSeller.model_validate({"party": {"name": name}, "vat": {"category": "S", "rate": rate}}))


def _import(workspace: Workspace, file: Path, choices: ImportChoices = PLAIN) -> ImportReport:
    with workspace.writing() as tx:
        return import_time(tx, file, choices, lambda _rows: None)


def _refused(workspace: Workspace, file: Path, choices: ImportChoices = PLAIN) -> str:
    with pytest.raises(Refusal) as refused:
        _import(workspace, file, choices)
    return refused.value.message


def _rows(workspace: Workspace, table: type[SQLModel]) -> list[Any]:
    with workspace.reading() as tx:
        return list(tx.session.exec(select(table).order_by(table.id)))  # type: ignore[attr-defined]


def _counts(workspace: Workspace) -> tuple[int, ...]:
    """Return how many customers, projects, users, work types and time entries there are."""
    with workspace.reading() as tx:
        return tuple(tx.session.exec(select(func.count()).select_from(table)).one() for table in TABLES)


def _toggl(folder: Path, *rows: str, header: str = TOGGL_HEADER) -> Path:
    file = folder / "toggl.csv"
    file.write_text("\n".join((header, *rows, "")), encoding="utf-8", newline="")
    return file


def _counted(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.read, report.imported, report.already_there, report.skipped_invoiced, report.refused


def test_the_export_of_toggl_track_becomes_customers_projects_people_and_unrated_time(workspace: Workspace) -> None:
    report = _import(workspace, SAMPLES / "toggl.csv", ImportChoices(timezone=AMSTERDAM))
    assert report == ImportReport(
        tool="Toggl Track", dry_run=False, read=3, imported=3, already_there=0, skipped_invoiced=0, unrated=2, refused=0, refusals=()
    )
    assert [(customer.name, customer.party) for customer in _rows(workspace, Customer)] == [
        ("Bakery Zon", Party(name="Bakery Zon")),
        ("Server room", Party(name="Server room")),
    ]
    website, room = _rows(workspace, Project)
    assert (website.title, website.currency, website.rate_policy, website.hourly_rate_minor) == ("Website", "EUR", RatePolicy.PROJECT, None)
    first_seller = _rows(workspace, Seller)[0]
    assert (website.seller_id, website.vat_category, website.vat_rate) == (first_seller.id, VatCategory.S, first_seller.vat_rate)
    assert (room.title, room.customer_id) == ("Server room", 2)
    assert [(user.name, user.email) for user in _rows(workspace, User)] == [
        ("Noor Bakker", "noor@studio.example"),
        ("Tim Ó Dálaigh", "tim@studio.example"),
    ]
    assert [work_type.name for work_type in _rows(workspace, WorkType)] == ["Design"]
    sketch, fonts, racks = _rows(workspace, TimeEntry)
    assert (sketch.description, sketch.work_type_id, sketch.seconds) == ("Home page, first sketch 🎨", 1, 5400)
    assert (sketch.worked_on, sketch.started_at, sketch.billable) == (date(2026, 2, 2), datetime(2026, 2, 2, 8, tzinfo=UTC), True)
    assert (sketch.hourly_rate_minor, sketch.amount_minor, sketch.rate_origin) == (None, None, None)
    assert (fonts.description, fonts.work_type_id, fonts.seconds) == ('She said "bigger"\r\nand then: C:\\fonts\\', None, 1)
    assert (racks.description, racks.billable, racks.seconds, racks.worked_on) == ("Moving racks", False, 98130, date(2026, 2, 6))
    assert [(b.unbilled_minor, b.unbilled_seconds, b.unbilled_entries, b.unrated_entries) for b in _rows_of_balance(workspace)] == [
        (0, 5401, 2, 2),
        (0, 0, 0, 0),
    ]


def _rows_of_balance(workspace: Workspace) -> list[ProjectBalance]:
    with workspace.reading() as tx:
        return list(tx.session.exec(select(ProjectBalance).order_by(col(ProjectBalance.project_id))))


def test_the_export_of_clockify_with_the_month_first(workspace: Workspace) -> None:
    report = _import(workspace, SAMPLES / "clockify_month_first.csv", ImportChoices(timezone=ZoneInfo("America/New_York")))
    assert _counted(report) == (2, 2, 0, 0, 0)
    assert [project.currency for project in _rows(workspace, Project)] == ["USD"]
    assert [work_type.name for work_type in _rows(workspace, WorkType)] == ["Development", "Support"]
    late, call = _rows(workspace, TimeEntry)
    assert (late.started_at, late.worked_on, late.seconds) == (datetime(2026, 3, 5, 4, 30, tzinfo=UTC), date(2026, 3, 5), 4510)
    assert (call.started_at, call.seconds, call.billable) == (datetime(2026, 3, 13, 16, tzinfo=UTC), 20, False)


def test_the_export_of_clockify_with_the_day_first_without_what_was_invoiced_there(workspace: Workspace) -> None:
    report = _import(workspace, SAMPLES / "clockify_day_first.csv")
    assert _counted(report) == (2, 1, 0, 1, 0)
    assert [customer.name for customer in _rows(workspace, Customer)] == ["Shop"]
    assert [(entry.worked_on, entry.seconds) for entry in _rows(workspace, TimeEntry)] == [(date(2026, 2, 19), 10800)]
    again = _import(workspace, SAMPLES / "clockify_day_first.csv", ImportChoices(include_invoiced=True))
    assert _counted(again) == (2, 1, 1, 0, 0)
    assert [entry.worked_on for entry in _rows(workspace, TimeEntry)] == [date(2026, 2, 19), date(2026, 2, 3)]


def test_the_export_of_harvest_has_equal_rows_that_all_come_in_once(workspace: Workspace) -> None:
    assert _counted(_import(workspace, SAMPLES / "harvest.csv")) == (4, 3, 0, 1, 0)
    entries = _rows(workspace, TimeEntry)
    assert [(e.description, e.seconds, e.started_at, e.billable) for e in entries] == [
        ("Cover", 4500, None, True),
        ("Back", 4500, None, True),
        ("Call", 36, None, False),
    ]
    assert _counted(_import(workspace, SAMPLES / "harvest.csv")) == (4, 0, 3, 1, 0)
    assert _rows(workspace, TimeEntry) == entries


@pytest.mark.parametrize("sample", ["toggl.csv", "clockify_month_first.csv", "clockify_day_first.csv", "harvest.csv"])
def test_a_second_import_adds_nothing(workspace: Workspace, sample: str) -> None:
    first = _import(workspace, SAMPLES / sample)
    before = _counts(workspace)
    again = _import(workspace, SAMPLES / sample)
    assert (again.imported, again.already_there) == (0, first.imported)
    assert _counts(workspace) == before


def test_an_overlapping_export_adds_only_what_is_new(workspace: Workspace, tmp_path: Path) -> None:
    old = "Ann,ann@x.example,Acme,Site,One,Yes,2026-01-05,09:00:00,01:00:00"
    new = "Ann,ann@x.example,Acme,Site,Two,Yes,2026-01-06,09:00:00,01:00:00"
    _import(workspace, _toggl(tmp_path, old))
    reworded = old.replace("One", "Reworded")
    assert _counted(_import(workspace, _toggl(tmp_path, new, reworded, old))) == (3, 2, 1, 0, 0)
    assert [entry.description for entry in _rows(workspace, TimeEntry)] == ["One", "Two", "One"]


@pytest.mark.parametrize(
    "other",
    [
        "Bob,bob@x.example,Acme,Site,One,Yes,2026-01-05,09:00:00,01:00:00",
        "Ann,ann@x.example,Acme,Shop,One,Yes,2026-01-05,09:00:00,01:00:00",
        "Ann,ann@x.example,Bolt,Site,One,Yes,2026-01-05,09:00:00,01:00:00",
        "Ann,ann@x.example,Acme,Site,One,Yes,2026-01-05,09:00:01,01:00:00",
        "Ann,ann@x.example,Acme,Site,One,Yes,2026-01-05,09:00:00,01:00:01",
    ],
)
def test_person_project_start_and_duration_make_another_entry(workspace: Workspace, tmp_path: Path, other: str) -> None:
    _import(workspace, _toggl(tmp_path, "Ann,ann@x.example,Acme,Site,One,Yes,2026-01-05,09:00:00,01:00:00"))
    assert _counted(_import(workspace, _toggl(tmp_path, other))) == (1, 1, 0, 0, 0)


def test_case_and_description_do_not(workspace: Workspace, tmp_path: Path) -> None:
    _import(workspace, _toggl(tmp_path, "Ann,ann@x.example,Acme,Site,One,Yes,2026-01-05,09:00:00,01:00:00"))
    other = "Anna,ANN@x.example,ACME,site,Two,No,2026-01-05,09:00:00,01:00:00"
    assert _counted(_import(workspace, _toggl(tmp_path, other))) == (1, 0, 1, 0, 0)


def test_one_refused_row_refuses_the_file_and_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    file = _toggl(tmp_path, "Ann,a@x.example,Acme,Site,,Yes,2026-01-05,09:00,01:00", "Ann,a@x.example,Acme,,,Yes,2026-01-05,25:00,01:00")
    report = _import(workspace, file)
    assert _counted(report) == (2, 0, 0, 0, 1)
    assert report.refusals == (RefusedRow(3, "Start time", "25:00", "is not a time: the hour is 0 to 23"),)
    assert _counts(workspace) == (0, 0, 0, 0, 0)


def test_the_good_rows_come_in_when_bad_ones_are_to_be_skipped(workspace: Workspace, tmp_path: Path) -> None:
    file = _toggl(tmp_path, "Ann,a@x.example,Acme,Site,,Yes,2026-01-05,09:00,01:00", "Ann,a@x.example,Acme,,,Yes,2026-01-05,09:00,01:00")
    assert _counted(_import(workspace, file, ImportChoices(skip_bad_rows=True))) == (2, 1, 0, 0, 1)
    assert _counts(workspace) == (1, 1, 1, 0, 1)
    assert _counted(_import(workspace, file, ImportChoices(default_project=" Other "))) == (2, 1, 1, 0, 0)
    assert [project.title for project in _rows(workspace, Project)] == ["Site", "Other"]


def test_a_default_project_has_the_length_of_a_title(workspace: Workspace, tmp_path: Path) -> None:
    file = _toggl(tmp_path, "Ann,a@x.example,Acme,,,Yes,2026-01-05,09:00,01:00")
    assert (
        _refused(workspace, file, ImportChoices(default_project="x" * 201))
        == "The default project has 201 characters; at most 200 are possible."
    )
    assert _counted(_import(workspace, file, ImportChoices(default_project="x" * 200))) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize(("bad", "shown"), [(49, 49), (50, 50), (51, 50)])
def test_at_most_50_refused_rows_are_listed_and_all_are_counted(workspace: Workspace, tmp_path: Path, bad: int, shown: int) -> None:
    report = _import(workspace, _toggl(tmp_path, *["Ann,a@x.example,Acme,,,Yes,2026-01-05,09:00,01:00"] * bad))
    assert (report.refused, len(report.refusals), report.refusals[-1].line) == (bad, shown, shown + 1)


def test_a_dry_run_shows_the_same_report_and_writes_nothing(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        dry = import_time(tx, SAMPLES / "harvest.csv", ImportChoices(dry_run=True), lambda _rows: None)
    assert _counts(workspace) == (0, 0, 0, 0, 0)
    wet = _import(workspace, SAMPLES / "harvest.csv")
    assert (dry.dry_run, wet.dry_run) == (True, False)
    assert _counted(dry) == _counted(wet) == (4, 3, 0, 1, 0)


def test_the_progress_is_the_number_of_rows_read(workspace: Workspace, tmp_path: Path) -> None:
    heard: list[int] = []
    file = _toggl(tmp_path, *["Ann,a@x.example,Acme,Site,,Yes,2026-01-05,09:00,01:00"] * 2001)
    with workspace.writing() as tx:
        report = import_time(tx, file, ImportChoices(), heard.append)
    assert heard == [1000, 2000, 2001]
    assert _counted(report) == (2001, 2001, 0, 0, 0)
    assert _counted(_import(workspace, file)) == (2001, 0, 2001, 0, 0)


def test_dates_that_can_be_read_in_two_ways_ask_for_the_order(workspace: Workspace, tmp_path: Path) -> None:
    file = _toggl(tmp_path, "03/04/2026,9:00,1:00,P,Ann", header="Start Date,Start Time,Duration (h),Project,User")
    assert "Say which it is with --date-order mdy or --date-order dmy." in _refused(workspace, file)
    assert _counts(workspace) == (0, 0, 0, 0, 0)
    _import(workspace, file, ImportChoices(date_order=DateOrder.DMY))
    assert [entry.worked_on for entry in _rows(workspace, TimeEntry)] == [date(2026, 4, 3)]


def test_what_is_there_is_found_whatever_its_case_and_keeps_its_rates(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.writing() as tx:
        _add_project(tx, "Acme", "Site", hourly_rate="100")
        create_user(tx, CreateUser(name="Ann Lee", email="Ann@x.example"))
    _import(workspace, _toggl(tmp_path, "A. Lee,ann@X.example,ACME,site,,Yes,2026-01-05,09:00,01:30"))
    assert _counts(workspace) == (1, 1, 1, 0, 1)
    [entry] = _rows(workspace, TimeEntry)
    assert (entry.hourly_rate_minor, entry.amount_minor, entry.rate_origin) == (10000, 15000, RateOrigin.PROJECT)
    [balance] = _rows_of_balance(workspace)
    assert (balance.unbilled_minor, balance.unbilled_seconds, balance.unrated_entries) == (15000, 5400, 0)


def test_the_policy_of_the_project_decides_the_rates(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.writing() as tx:
        _add_project(tx, "Acme", "Site", rate_policy=RatePolicy.USER)
        for name, rate in (("Ann", "80"), ("Bob", "60")):
            create_user(tx, CreateUser(name=name, hourly_rates=(RateInput.model_validate({"currency": "EUR", "hourly_rate": rate}),)))
    rows = (f"{name},,Acme,Site,,Yes,2026-01-05,09:00,01:00" for name in ("Bob", "Ann", "Cem"))
    _import(workspace, _toggl(tmp_path, *rows))
    assert [(entry.hourly_rate_minor, entry.rate_origin) for entry in _rows(workspace, TimeEntry)] == [
        (6000, RateOrigin.USER),
        (8000, RateOrigin.USER),
        (None, None),
    ]


def _two_who_differ_by_a_dot(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        _add_project(tx, "Acme", "Site", rate_policy=RatePolicy.USER)
        for name, rate in (("İnci", "100"), ("Inci", "50")):
            create_user(tx, CreateUser(name=name, hourly_rates=(RateInput.model_validate({"currency": "EUR", "hourly_rate": rate}),)))


def test_people_whose_names_differ_by_a_dot_keep_their_own_rates(workspace: Workspace, tmp_path: Path) -> None:
    _two_who_differ_by_a_dot(workspace)
    rows = (f"{name},,Acme,Site,,Yes,2026-10-01,{start},01:00" for name, start in (("İnci", "09:00"), ("Inci", "11:00")))
    assert _counted(_import(workspace, _toggl(tmp_path, *rows))) == (2, 2, 0, 0, 0)
    assert [(entry.user_id, entry.amount_minor) for entry in _rows(workspace, TimeEntry)] == [(1, 10000), (2, 5000)]
    assert [balance.unbilled_minor for balance in _rows_of_balance(workspace)] == [15000]


def test_the_same_hour_of_people_whose_names_differ_by_a_dot_comes_in_for_each(workspace: Workspace, tmp_path: Path) -> None:
    _two_who_differ_by_a_dot(workspace)
    for name in ("İnci", "Inci"):
        report = _import(workspace, _toggl(tmp_path, f"{name},,Acme,Site,,Yes,2026-10-01,09:00,01:00"))
        assert _counted(report) == (1, 1, 0, 0, 0)
    assert [(entry.user_id, entry.amount_minor) for entry in _rows(workspace, TimeEntry)] == [(1, 10000), (2, 5000)]
    assert [balance.unbilled_minor for balance in _rows_of_balance(workspace)] == [15000]


def test_what_a_row_is_known_by_stays_what_it_was(workspace: Workspace, tmp_path: Path) -> None:
    """Another key than this one would bring in again what a database already has."""
    file = _toggl(tmp_path, "İpek,,İş Bankası,İnternet,x,Yes,2026-10-01,09:00:00,01:00:00")  # noqa: RUF001 - Turkish letters
    assert _counted(_import(workspace, file, ImportChoices(timezone=ZoneInfo("UTC")))) == (1, 1, 0, 0, 0)
    [entry], [user], [customer], [project] = (_rows(workspace, table) for table in (TimeEntry, User, Customer, Project))
    assert entry.import_key == "e8eb14e5cd584ed73d34f27cd0a9deca594704e66b73505953aa7bd7b279093e"
    sorts = user.name_sort, customer.name_sort, project.title_sort
    assert sorts == ("i\u0307pek", "i\u0307ş bankası", "i\u0307nternet")  # noqa: RUF001 - Turkish letters


def test_a_project_of_another_customer_is_another_project(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.writing() as tx:
        _add_project(tx, "Acme", "Site")
    _import(workspace, _toggl(tmp_path, "Ann,,Bolt,Site,,Yes,2026-01-05,09:00,01:00", "Ann,,,Site,,Yes,2026-01-05,09:00,01:00"))
    assert [customer.name for customer in _rows(workspace, Customer)] == ["Acme", "Bolt", "Site"]
    assert [(project.title, project.customer_id) for project in _rows(workspace, Project)] == [("Site", 1), ("Site", 2), ("Site", 3)]


def test_people_are_told_apart_by_address_and_found_by_name_where_they_have_none(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.writing() as tx:
        create_user(tx, CreateUser(name="Ann"))
    people = ("ann,one@x.example", "Ann,two@x.example", "ANN,", "Ann,one@x.example")
    _import(workspace, _toggl(tmp_path, *(f"{person},Acme,Site,,Yes,2026-01-0{day},09:00,01:00" for day, person in enumerate(people, 1))))
    assert [entry.user_id for entry in _rows(workspace, TimeEntry)] == [1, 2, 1, 1]
    assert [(user.name, user.email) for user in _rows(workspace, User)] == [("Ann", None), ("Ann", "two@x.example")]


def test_kept_rates_are_the_entries_own_and_only_of_billable_work(workspace: Workspace) -> None:
    _import(workspace, SAMPLES / "harvest.csv", ImportChoices(keep_rates=True))
    assert [(e.override_rate_minor, e.hourly_rate_minor, e.amount_minor, e.rate_origin) for e in _rows(workspace, TimeEntry)] == [
        (10000, 10000, 12500, RateOrigin.ENTRY),
        (10000, 10000, 12500, RateOrigin.ENTRY),
        (None, None, None, None),
    ]
    [balance] = _rows_of_balance(workspace)
    assert (balance.unbilled_minor, balance.unbilled_entries, balance.unrated_entries) == (25000, 2, 0)


def test_another_currency_than_the_projects_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.writing() as tx:
        _add_project(tx, "Acme", "Site", currency="USD")
    header = f"{TOGGL_HEADER},Amount (EUR),Amount (USD)"
    rows = (
        f"Ann,,Acme,{project},,Yes,2026-01-05,09:00,01:00,{money}"
        for project, money in (("Site", ",9.00"), ("Site", ","), ("Site", "9.00,"))
    )
    report = _import(workspace, _toggl(tmp_path, *rows, header=header))
    assert report.refusals == (RefusedRow(4, "Amount (EUR)", "9.00", "is in EUR, project 'Site' is in USD"),)
    assert _counts(workspace) == (1, 1, 0, 0, 0)


def test_the_first_row_with_money_decides_the_currency_of_a_new_project(workspace: Workspace, tmp_path: Path) -> None:
    header = f"{TOGGL_HEADER},Amount (EUR),Amount (USD)"
    rows = [f"Ann,,Acme,{project},,Yes,2026-01-05,09:00,01:00,{money}" for project, money in (("A", ","), ("A", ",9.00"), ("B", ","))]
    assert _import(workspace, _toggl(tmp_path, *rows, header=header)).imported == 3
    assert [(project.title, project.currency) for project in _rows(workspace, Project)] == [("A", "USD"), ("B", "EUR")]
    mixed = _import(workspace, _toggl(tmp_path, "Ann,,Acme,A,,Yes,2026-01-06,09:00,01:00,9.00,", header=header))
    assert [refused.reason for refused in mixed.refusals] == ["is in EUR, project 'A' is in USD"]


def test_a_database_without_a_seller_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.writing() as tx:
        tx.session.execute(sa.delete(NumberSeries))
        tx.session.execute(sa.delete(Seller))
    file = _toggl(tmp_path, "Ann,a@x.example,Acme,Site,,Yes,2026-01-05,09:00,01:00")
    for choices in (PLAIN, ImportChoices(dry_run=True)):
        assert _refused(workspace, file, choices) == "There is no seller yet, and a project needs one. Create it with createSeller first."
    assert _counts(workspace) == (0, 0, 0, 0, 0)


def test_a_header_alone_is_an_import_of_nothing(workspace: Workspace, tmp_path: Path) -> None:
    assert _counted(_import(workspace, _toggl(tmp_path))) == (0, 0, 0, 0, 0)


def _add_project(tx: Transaction, customer: str, title: str, **columns: str | RatePolicy) -> None:
    key = create_customer(tx, CreateCustomer(name=customer))["customer"]
    create_project(tx, CreateProject.model_validate({"customer_id": encode("Customer", key), "title": title, **columns}))
