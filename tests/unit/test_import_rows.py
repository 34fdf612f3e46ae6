"""A row becomes everything an entry needs, or is refused with the first column that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from billhook.billing.importing.dates import DateOrder
from billhook.billing.importing.export import Export, Record
from billhook.billing.importing.formats import CLOCKIFY, HARVEST, TOGGL, Format
from billhook.billing.importing.money import kept_rate, money_columns, only_currency
from billhook.billing.importing.report import BadValue, refusal_of
from billhook.billing.importing.rows import Reading, Row, read_row

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")

TOGGL_ROW = {
    "User": "Noor Bakker",
    "Email": "noor@studio.example",
    "Client": "Bakery Zon",
    "Project": "Website",
    "Task": "Design",
    "Description": "Sketch",
    "Billable": "Yes",
    "Start date": "2026-02-02",
    "Start time": "09:00:00",
    "End date": "2026-02-02",
    "End time": "10:30:00",
    "Duration": "01:30:00",
    "Amount (EUR)": "150.00",
}
CLOCKIFY_ROW = {
    "Project": "Ledger",
    "User": "Ada Moss",
    "Email": "ada@moss.example",
    "Start Date": "03/04/2026",
    "Start Time": "11:30:00 PM",
    "End Date": "03/05/2026",
    "End Time": "12:45:10 AM",
    "Duration (h)": "01:15:10",
    "Duration (decimal)": "0.00",
}
HARVEST_ROW = {
    "Date": "2026-03-02",
    "Client": "Garage Leroy",
    "Project": "Brochure",
    "Project Code": "GL-01",
    "Task": "Design",
    "Notes": "Cover",
    "Hours": "1,25",
    "Hours Rounded": "1,5",
    "Billable?": "Yes",
    "Invoiced?": "No",
    "First Name": "Inès",
    "Last Name": "Moreau",
    "Billable Rate": "100,0",
    "Currency": "Euro - EUR",
}


def _read(known: Format, values: dict[str, str], **reading: object) -> Row | None:
    header = tuple(values)
    export = Export(Path("time.csv"), known, header, money_columns(header))
    defaults: dict[str, object] = {
        "export": export,
        "date_order": DateOrder.MDY,
        "zone": AMSTERDAM,
        "workspace_zone": AMSTERDAM,
        "default_project": "",
        "include_invoiced": False,
    }
    record = Record(2, list(values.values()), {column: position for position, column in enumerate(header)})
    return read_row(record, Reading(**defaults | reading))  # type: ignore[arg-type]


def _row(known: Format, values: dict[str, str], **reading: object) -> Row:
    row = _read(known, values, **reading)
    assert row is not None
    return row


def _refused(known: Format, values: dict[str, str], **reading: object) -> tuple[str | None, str, str]:
    with pytest.raises(BadValue) as refused:
        _read(known, values, **reading)
    return refused.value.column, refused.value.value, refused.value.reason


def test_a_row_of_toggl_track() -> None:
    row = _row(TOGGL, TOGGL_ROW)
    assert (row.client, row.project, row.work_type, row.description) == ("Bakery Zon", "Website", "Design", "Sketch")
    assert (row.user_name, row.email, row.billable) == ("Noor Bakker", "noor@studio.example", True)
    assert (row.worked_on, row.started_at, row.seconds) == (date(2026, 2, 2), datetime(2026, 2, 2, 8, tzinfo=UTC), 5400)
    assert row.money.currency == "EUR"


def test_a_row_of_clockify_without_the_columns_that_may_be_missing_is_billable_and_has_no_client() -> None:
    row = _row(CLOCKIFY, CLOCKIFY_ROW)
    assert (row.client, row.project, row.work_type, row.description, row.billable) == ("", "Ledger", "", "", True)
    assert (row.worked_on, row.started_at, row.seconds) == (date(2026, 3, 4), datetime(2026, 3, 4, 22, 30, tzinfo=UTC), 4510)
    assert row.money.currency is None


def test_the_order_of_the_file_decides_the_day() -> None:
    swapped = CLOCKIFY_ROW | {"End Date": "04/04/2026"}
    assert _row(CLOCKIFY, swapped | {"Start Date": "03/04/2026"}, date_order=DateOrder.DMY).worked_on == date(2026, 4, 3)


def test_a_row_of_harvest_knows_its_day_alone() -> None:
    row = _row(HARVEST, HARVEST_ROW)
    assert (row.client, row.project, row.work_type, row.description) == ("Garage Leroy", "Brochure", "Design", "Cover")
    assert (row.user_name, row.email) == ("Inès Moreau", "")
    assert (row.worked_on, row.started_at, row.seconds) == (date(2026, 3, 2), None, 4500)


def test_local_times_are_of_the_chosen_zone_and_the_day_is_the_workspaces() -> None:
    late = TOGGL_ROW | {"Start time": "20:00:00", "End time": "21:30:00"}
    row = _row(TOGGL, late, zone=NEW_YORK)
    assert (row.worked_on, row.started_at) == (date(2026, 2, 3), datetime(2026, 2, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("columns", "work_type"), [({"Task": "Build", "Activity": "Dev"}, "Build"), ({"Task": "", "Activity": "Dev"}, "Dev")]
)
def test_clockify_calls_the_work_type_task_or_activity(columns: dict[str, str], work_type: str) -> None:
    assert _row(CLOCKIFY, CLOCKIFY_ROW | columns).work_type == work_type


@pytest.mark.parametrize(("stated", "accepted"), [("01:29:58", False), ("01:29:59", True), ("01:30:01", True), ("01:30:02", False)])
def test_start_and_end_decide_the_length_and_the_duration_column_may_differ_by_a_second(stated: str, accepted: bool) -> None:  # noqa: FBT001
    values = TOGGL_ROW | {"Duration": stated}
    if accepted:
        assert _row(TOGGL, values).seconds == 5400
    else:
        reason = f"disagrees with start and end: the column says {stated}, from start to end it is 01:30:00"
        assert _refused(TOGGL, values) == ("Duration", stated, reason)


@pytest.mark.parametrize(("stated", "seconds"), [("01:14:01", 4441), ("01:15:00", 4500), ("01:15:59", 4559)])
def test_times_cut_to_the_minute_leave_the_seconds_to_the_duration_column(stated: str, seconds: int) -> None:
    cut = CLOCKIFY_ROW | {"Start Time": "10:23 AM", "End Date": CLOCKIFY_ROW["Start Date"], "End Time": "11:38 AM"}
    assert _row(CLOCKIFY, cut | {"Duration (h)": stated}).seconds == seconds


@pytest.mark.parametrize("stated", ["01:14:00", "01:16:00"])
def test_times_cut_to_the_minute_still_refuse_a_duration_that_is_a_minute_off(stated: str) -> None:
    cut = CLOCKIFY_ROW | {"Start Time": "10:23 AM", "End Date": CLOCKIFY_ROW["Start Date"], "End Time": "11:38 AM"}
    reason = f"disagrees with start and end: the column says {stated}, from start to end it is 01:15:00"
    assert _refused(CLOCKIFY, cut | {"Duration (h)": stated}) == ("Duration (h)", stated, reason)


def test_the_duration_column_decides_where_there_is_no_end() -> None:
    assert _row(TOGGL, TOGGL_ROW | {"End date": "", "Duration": "27:15:30"}).seconds == 98130
    assert _row(TOGGL, {name: value for name, value in TOGGL_ROW.items() if name != "End time"}).seconds == 5400
    assert _refused(TOGGL, TOGGL_ROW | {"End time": "", "Duration": ""}) == ("Duration", "", "is empty")


def test_start_and_end_are_enough() -> None:
    assert _row(CLOCKIFY, CLOCKIFY_ROW | {"Duration (h)": ""}).seconds == 4510


def test_an_end_before_the_start_is_refused() -> None:
    reason = "ends at 2026-02-02 08:59:59, before the start at 2026-02-02 09:00:00"
    assert _refused(TOGGL, TOGGL_ROW | {"End time": "08:59:59"}) == ("End time", "08:59:59", reason)


def test_an_entry_has_at_least_a_second() -> None:
    at_once = TOGGL_ROW | {"End time": "09:00:00", "Duration": "00:00:00"}
    assert _refused(TOGGL, at_once) == ("End time", "09:00:00", "gives no length: an entry has at least 1 second")
    assert _row(TOGGL, at_once | {"End time": "09:00:01"}).seconds == 1
    assert _refused(TOGGL, at_once | {"End time": ""})[0] == "Duration"
    assert _refused(HARVEST, HARVEST_ROW | {"Hours": "0.0001"}) == ("Hours", "0.0001", "gives no length: an entry has at least 1 second")


def test_an_entry_has_at_most_10000_hours() -> None:
    assert _row(TOGGL, TOGGL_ROW | {"End time": "", "Duration": "10000:00:00"}).seconds == 36_000_000
    assert _refused(TOGGL, TOGGL_ROW | {"End time": "", "Duration": "10000:00:01"})[2] == "gives more than 10000 hours"
    assert _refused(HARVEST, HARVEST_ROW | {"Hours": "10000,01"})[2] == "gives more than 10000 hours"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Start date", "02 Feb", "is not a date such as 2024-03-04"),
        ("Start date", "", "is empty"),
        ("Start time", "9 o'clock", "is not a time such as 10:23:52 or 10:23:52 AM"),
        ("Duration", "1.5", "is not a duration such as 01:30:00"),
        ("Billable", "Oui", "is neither Yes nor No"),
        ("Project", "", "is empty; --default-project gives such rows a project"),
        ("Project", "p" * 201, "has 201 characters, at most 200 are possible"),
        ("Client", "c" * 201, "has 201 characters, at most 200 are possible"),
        ("Task", "t" * 201, "has 201 characters, at most 200 are possible"),
        ("User", "u" * 201, "has 201 characters, at most 200 are possible"),
        ("Email", "e" * 101, "has 101 characters, at most 100 are possible"),
        ("Description", "d" * 5001, "has 5001 characters, at most 5000 are possible"),
        ("Description", "a\0b", "has a NUL character"),
    ],
)
def test_a_wrong_value_is_refused_with_its_column_and_the_reason(column: str, value: str, reason: str) -> None:
    assert _refused(TOGGL, TOGGL_ROW | {column: value}) == (column, value, reason)


@pytest.mark.parametrize(
    ("column", "length"), [("Project", 200), ("Client", 200), ("Task", 200), ("User", 200), ("Email", 100), ("Description", 5000)]
)
def test_a_text_may_be_as_long_as_in_the_api(column: str, length: int) -> None:
    assert _read(TOGGL, TOGGL_ROW | {column: "x" * length}) is not None


def test_a_row_without_a_project_takes_the_default_one() -> None:
    assert _row(TOGGL, TOGGL_ROW | {"Project": " "}, default_project="Other").project == "Other"
    assert _row(TOGGL, TOGGL_ROW, default_project="Other").project == "Website"


def test_somebody_must_have_worked() -> None:
    assert _row(TOGGL, TOGGL_ROW | {"User": ""}).user_name == "noor@studio.example"
    assert _refused(TOGGL, TOGGL_ROW | {"User": "", "Email": ""}) == ("User", "", "is empty, and nothing else says who worked")
    assert _row(HARVEST, HARVEST_ROW | {"First Name": ""}).user_name == "Moreau"


def test_a_row_with_more_or_fewer_values_than_the_header_is_refused() -> None:
    header = ("Start date", "Start time", "Duration")
    export = Export(Path("time.csv"), TOGGL, header, ())
    reading = Reading(
        export=export, date_order=DateOrder.MDY, zone=AMSTERDAM, workspace_zone=AMSTERDAM, default_project="", include_invoiced=False
    )
    for values in (["a", "b"], ["a", "b", "c", "d"]):
        with pytest.raises(BadValue, match=rf"^has {len(values)} values, the header has 3$"):
            read_row(Record(2, values, {}), reading)


def test_what_the_other_tool_has_invoiced_is_skipped_unless_asked_for() -> None:
    assert _read(HARVEST, HARVEST_ROW | {"Invoiced?": "Yes", "Hours": "wrong"}) is None
    assert _read(HARVEST, HARVEST_ROW | {"Invoiced?": "Yes"}, include_invoiced=True) is not None
    assert _read(CLOCKIFY, CLOCKIFY_ROW | {"Invoiced": "Yes"}) is None
    assert _read(CLOCKIFY, CLOCKIFY_ROW | {"Invoiced": "No", "Invoice ID": "7"}) is not None
    assert _read(CLOCKIFY, CLOCKIFY_ROW | {"Invoice ID": "7"}) is None
    assert _read(CLOCKIFY, CLOCKIFY_ROW | {"Invoice ID": ""}) is not None
    assert _refused(HARVEST, HARVEST_ROW | {"Invoiced?": "Half"}) == ("Invoiced?", "Half", "is neither Yes nor No")


def test_a_rate_is_kept_as_it_stands_also_when_it_is_0() -> None:
    assert _kept(HARVEST, HARVEST_ROW) == 10000
    assert _kept(HARVEST, HARVEST_ROW | {"Billable Rate": "0,0"}) == 0
    assert _kept(HARVEST, HARVEST_ROW | {"Billable Rate": ""}) is None
    assert _kept(CLOCKIFY, CLOCKIFY_ROW | {"Billable Amount (USD)": "1.00", "Billable Rate (USD)": "95.50"}) == 9550


def test_of_an_amount_the_nearest_rate_is_kept_unless_it_is_0() -> None:
    assert _kept(TOGGL, TOGGL_ROW) == 10000
    assert _kept(TOGGL, TOGGL_ROW | {"End time": "09:00:01", "Duration": "00:00:01", "Amount (EUR)": "0.03"}) == 10800
    assert _kept(TOGGL, TOGGL_ROW | {"Amount (EUR)": "0.00"}) is None
    assert _kept(TOGGL, TOGGL_ROW | {"Amount (EUR)": ""}) is None


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("100,055", "can be read with a decimal or with a thousands separator; write it with neither or both"),
        ("100,0555", "EUR amounts have at most 2 decimals"),
        ("-1", "is not a number of 0 or more"),
        ("100000000,01", "is too large for an hourly rate"),
    ],
)
def test_what_is_no_rate_in_the_currency_is_refused(rate: str, reason: str) -> None:
    with pytest.raises(BadValue) as refused:
        _kept(HARVEST, HARVEST_ROW | {"Billable Rate": rate})
    assert (refused.value.column, refused.value.value, refused.value.reason) == ("Billable Rate", rate, reason)


def test_the_largest_rate_is_kept() -> None:
    assert _kept(HARVEST, HARVEST_ROW | {"Billable Rate": "100000000,00"}) == 10**10


def test_the_currency_is_in_its_own_column_or_in_the_name_of_the_one_that_has_a_value() -> None:
    assert _row(HARVEST, HARVEST_ROW | {"Currency": "GBP"}).money.currency == "GBP"
    two = TOGGL_ROW | {"Amount (EUR)": "", "Amount (USD)": "5.00"}
    money = _row(TOGGL, two).money
    assert (money.currency, money.currency_column, money.currency_value) == ("USD", "Amount (USD)", "5.00")
    assert only_currency(money_columns(two)) is None
    assert only_currency(money_columns(TOGGL_ROW)) == "EUR"


@pytest.mark.parametrize("currency", ["Euro", "Euro - EUX", "EUR - Euro", "Gold - XAU"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    expected = ("Currency", currency, "does not end in an ISO 4217 currency code, such as EUR")
    assert _refused(HARVEST, HARVEST_ROW | {"Currency": currency}) == expected


def test_a_refused_value_is_reported_with_its_first_60_characters() -> None:
    assert refusal_of(7, BadValue("Task", "x" * 60, "why")).value == "x" * 60
    refused = refusal_of(7, BadValue("Task", "x" * 61, "why"))
    assert (refused.line, refused.column, refused.value, refused.reason) == (7, "Task", "x" * 60, "why")


def _kept(known: Format, values: dict[str, str]) -> int | None:
    row = _row(known, values)
    return kept_rate(row.money, row.seconds, row.money.currency or "EUR")
