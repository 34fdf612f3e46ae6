"""A file is recognised by its header and read row by row, or refused as a whole with one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook.billing.importing.export import open_export
from billhook.billing.importing.formats import CLOCKIFY, HARVEST, TOGGL, Format, recognise
from billhook.billing.importing.money import MoneyColumn
from billhook.domain.errors import ErrorCode, Refusal

SAMPLES = Path(__file__).parent.parent / "samples"
HARVEST_COLUMNS = ["Hours", "Date", "Billable?", "Last Name", "First Name"]


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (["Duration", "Start time", "Start date"], TOGGL),
        (["Something new", "Start date", "Start time", "Duration", "Amount ()"], TOGGL),
        (["Start Date", "Start Time", "Duration (h)"], CLOCKIFY),
        (["Start Date", "Start Time", "End Date", "End Time"], CLOCKIFY),
        (["Start Date", "Start Time", "Duration (h)", "Duration (decimal)"], CLOCKIFY),
        (HARVEST_COLUMNS, HARVEST),
        ([*HARVEST_COLUMNS, "Hours Rounded"], HARVEST),
    ],
)
def test_a_tool_is_recognised_by_the_columns_it_must_have_wherever_they_are(header: list[str], known: Format) -> None:
    assert recognise(header, "time.csv") is known


@pytest.mark.parametrize(
    "header",
    [
        ["Start date", "Start time"],
        ["Start date", "Start time", "Duration", "Duration (decimal)"],
        ["Start Date", "Start Time", "Duration"],
        ["Start Date", "Start Time", "End Date"],
        ["start date", "start time", "duration"],
        *([column for column in HARVEST_COLUMNS if column != missing] for missing in HARVEST_COLUMNS),
    ],
)
def test_a_header_without_them_is_of_no_known_tool(header: list[str]) -> None:
    with pytest.raises(Refusal, match=r"'time\.csv' is of no known tool: .* one of: Toggl Track, Clockify, Harvest\.$") as refused:
        recognise(header, "time.csv")
    assert refused.value.code is ErrorCode.INVALID_INPUT


@pytest.mark.parametrize(
    ("sample", "known", "lines"),
    [
        ("toggl.csv", TOGGL, [2, 3, 5]),
        ("clockify_month_first.csv", CLOCKIFY, [2, 3]),
        ("clockify_day_first.csv", CLOCKIFY, [2, 3]),
        ("harvest.csv", HARVEST, [2, 3, 4, 5]),
    ],
)
def test_the_samples_are_recognised_and_their_rows_counted_by_line(sample: str, known: Format, lines: list[int]) -> None:
    export = open_export(SAMPLES / sample)
    assert export.format is known
    assert [record.line for record in export.records()] == lines


def test_quotes_commas_line_breaks_backslashes_and_emoji_stay_as_they_are() -> None:
    first, second, _ = (record.text("Description") for record in open_export(SAMPLES / "toggl.csv").records())
    assert first == "Home page, first sketch 🎨"
    assert second == 'She said "bigger"\r\nand then: C:\\fonts\\'


def test_a_mark_at_the_beginning_is_no_part_of_the_first_column() -> None:
    assert (SAMPLES / "toggl.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert open_export(SAMPLES / "toggl.csv").header[0] == "User"


def test_columns_of_money_are_found_with_the_currency_in_their_name_rates_first(tmp_path: Path) -> None:
    file = _written(tmp_path, "Start Date,Start Time,Duration (h),Billable Amount (USD),Billable Rate (USD),Amount ()\n")
    assert open_export(file).money == (
        MoneyColumn("Billable Rate (USD)", is_rate=True, currency="USD"),
        MoneyColumn("Billable Amount (USD)", is_rate=False, currency="USD"),
        MoneyColumn("Amount ()", is_rate=False, currency=None),
    )


def test_a_column_of_money_in_no_known_currency_is_refused(tmp_path: Path) -> None:
    file = _written(tmp_path, "Start Date,Start Time,Duration (h),Billable Rate (EURO)\n")
    with pytest.raises(Refusal, match=r"'Billable Rate \(EURO\)' names no ISO 4217 currency code\. .*'Billable Rate \(EUR\)'"):
        open_export(file)


def test_of_two_columns_with_one_name_the_first_counts(tmp_path: Path) -> None:
    file = _written(tmp_path, "Start date,Start time,Duration,Task,Task\na,b,c,first,second\n")
    assert [record.text("Task") for record in open_export(file).records()] == ["first"]


def test_blank_rows_are_no_rows_but_their_lines_count(tmp_path: Path) -> None:
    file = _written(tmp_path, "\nStart date,Start time,Duration\n\n a ,b,c\n,,\nd,e,f\n")
    assert [(record.line, record.text("Start date")) for record in open_export(file).records()] == [(4, "a"), (6, "d")]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b" , ,\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refusal, match=r"^'time\.csv' is empty\. Export the report again\.$"):
        open_export(_written(tmp_path, content))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(Refusal, match=r"'time\.csv' is not UTF-8 text\. .*'CSV UTF-8'"):
        list(open_export(_written(tmp_path, "Start date,Start time,Duration\nNoël,b,c\n".encode(encoding))).records())


@pytest.mark.parametrize("row", ['a,"b,c\nd,e,f\n', 'a,"b"x,c\n', f"a,{'b' * 131073},c\n"])
def test_a_file_that_is_no_csv_is_refused_with_the_line_of_the_row(tmp_path: Path, row: str) -> None:
    file = _written(tmp_path, f"Start date,Start time,Duration\nx,y,z\n{row}")
    with pytest.raises(Refusal, match=r"'time\.csv' is no CSV: .*, in the row that begins on line 3\."):
        list(open_export(file).records())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"'time\.csv' cannot be read: No such file or directory\."):
        open_export(tmp_path / "time.csv")


def _written(folder: Path, content: str | bytes) -> Path:
    file = folder / "time.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file
