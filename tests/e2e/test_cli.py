"""The command line, as a newcomer and an operator meet it."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLInputObjectType, build_schema

from billhook.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.client import Billhook

COMMANDS = ("demo", "serve", "import", "token", "run-subscriptions", "verify", "backup", "plugins", "check", "new", "schema")
BUILT_IN = ("deal", "manual", "phase", "subscription", "timetracking")
TOGGL = """User,Email,Client,Project,Description,Billable,Start date,Start time,End date,End time,Duration
Ann,ann@example.com,Acme,Website,Design,Yes,2026-03-02,09:00:00,2026-03-02,10:30:00,01:30:00
Ann,ann@example.com,Acme,Website,Build,Yes,2026-03-03,09:00:00,2026-03-03,08:00:00,01:00:00
"""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder, with these settings only, in this process: a hundred times faster than in its own."""

    def run_here(*arguments: str, **settings: str) -> Done:
        for name in [name for name in os.environ if name.startswith("BILLHOOK_")]:
            monkeypatch.delenv(name)
        for name, value in (settings | {"COLUMNS": "200"}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["billhook", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run_here


@pytest.fixture
def run_there(run: Run, database_url: str) -> Run:
    """Run a command on the test's own database."""
    return partial(run, BILLHOOK_DATABASE_URL=database_url)


def words(text: str) -> list[str]:
    """The text of a table or a help page, without the frame around it."""
    return re.sub(r"[─│╭╮╰╯┃━]", " ", text).split()


def test_help_names_every_command_and_where_to_start(run: Run) -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(COMMANDS) <= set(words(done.stdout))
    assert "billhook demo" in done.stdout
    assert "BILLHOOK_DATABASE_URL" in done.stdout


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    done = run()
    assert done.returncode == 2
    assert set(COMMANDS) <= set(words(done.stdout + done.stderr))


@pytest.mark.parametrize("command", [*COMMANDS, "import time"])
def test_every_command_says_what_it_does(run: Run, tmp_path: Path, command: str) -> None:
    done = run(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Usage: billhook {command}" in " ".join(words(done.stdout))
    assert list(tmp_path.iterdir()) == []


def test_the_help_of_an_import_names_every_option(run: Run) -> None:
    options = {"--skip-bad-rows", "--date-order", "--timezone", "--include-invoiced", "--default-project", "--keep-rates", "--dry-run"}
    assert options <= set(words(run("import", "time", "--help").stdout))


def test_the_version_is_printed(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, "billhook 0.1.0\n")


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["serve", "--port", "web"], ["serve", "--port", "65536"], ["import", "time"], ["run-subscriptions", "--as-of", "soon"]],
)
def test_wrong_arguments_exit_with_2_and_a_hint(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--help" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "demo", "plugins", "schema", "run-subscriptions"])
@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ({"BILLHOOK_TIME_ZONE": "Mars"}, "BILLHOOK_TIME_ZONE: 'Mars' is not an IANA time zone, such as Europe/Amsterdam"),
        ({"BILLHOOK_PORT": "web"}, "BILLHOOK_PORT: should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_2(run: Run, tmp_path: Path, command: str, setting: dict[str, str], line: str) -> None:
    done = run(command, **setting)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"billhook: {line}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_opened_is_one_line_and_exit_2(run: Run, tmp_path: Path) -> None:
    done = run("serve", BILLHOOK_DATABASE_URL=f"sqlite:///{tmp_path}/none/billhook.db")
    assert done.returncode == 2
    assert done.stderr.startswith("billhook: cannot open the database sqlite:///")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_one_line_and_exit_2(run: Run, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(command, "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    reason = f"cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with --port or BILLHOOK_PORT"
    assert done.stderr == f"billhook: {reason}\n"


def test_plugins_lists_what_works(run: Run) -> None:
    done = run("plugins")
    assert (done.returncode, done.stderr) == (0, "")
    rows = {row.split()[0]: row for row in done.stdout.splitlines() if row.strip()}
    assert set(BUILT_IN) < set(rows)
    for name in BUILT_IN:
        assert words(rows[name])[-3:] == ["billhook", "0.1.0", "works"]
        assert ("CLEARS_UNBILLED_TIME" in rows[name]) is (name in {"phase", "timetracking"})
        assert (" yes " in rows[name]) is (name == "phase")


def test_plugins_says_what_was_left_out_and_why(run: Run) -> None:
    done = run("plugins", BILLHOOK_PLUGINS_BLOCK="deal", BILLHOOK_PLUGINS_STRICT="1")
    [row] = [row for row in done.stdout.splitlines() if row.split()[:1] == ["deal"]]
    assert words(row) == ["deal", "billhook", "0.1.0", "blocked", "left", "out", "by", "BILLHOOK_PLUGINS_BLOCK"]


def sources_in(sdl: str) -> set[str]:
    """The sources that the schema can invoice with."""
    choice = build_schema(sdl).type_map["InvoiceSourceInput"]
    assert isinstance(choice, GraphQLInputObjectType)
    return set(choice.fields)


def test_schema_prints_the_sdl_of_the_installed_sources(run: Run, tmp_path: Path) -> None:
    done = run("schema")
    assert (done.returncode, done.stderr) == (0, "")
    assert sources_in(done.stdout) == set(BUILT_IN)
    assert sources_in(run("schema", BILLHOOK_PLUGINS_BLOCK="deal").stdout) == set(BUILT_IN) - {"deal"}
    assert list(tmp_path.iterdir()) == []


def with_seller(billhook: Billhook) -> None:
    billhook.mutate("createSeller", {"party": {"name": "Studio"}, "vat": {"category": "S", "rate": "21"}}, "seller { id }")


def hours_in(billhook: Billhook) -> object:
    return billhook.graphql("{ timeEntries { totalCount hours } }")["timeEntries"]


def test_a_refused_row_prevents_an_import_and_is_reported(run_there: Run, billhook: Billhook, tmp_path: Path) -> None:
    with_seller(billhook)
    (tmp_path / "march.csv").write_text(TOGGL, encoding="utf-8")
    done = run_there("import", "time", "march.csv")
    assert done.returncode == 1
    rows = [" ".join(words(row)) for row in done.stdout.splitlines()]
    assert {"Toggl Track: march.csv Rows", "Rows read 2", "Imported 0", "Refused 1"} <= set(rows)
    assert "3 End time 08:00:00 ends at 2026-03-03 08:00:00, before the start at 2026-03-03 09:00:00" in rows
    assert done.stderr == "billhook: nothing was imported; mend the refused rows, or leave them out with --skip-bad-rows\n"
    assert hours_in(billhook) == {"totalCount": 0, "hours": "0.0000"}


def test_the_good_rows_are_imported_once_when_the_bad_ones_may_be_skipped(run_there: Run, billhook: Billhook, tmp_path: Path) -> None:
    with_seller(billhook)
    (tmp_path / "march.csv").write_text(TOGGL, encoding="utf-8")
    outcomes = []
    for options in (["--dry-run"], [], []):
        done = run_there("import", "time", "march.csv", "--skip-bad-rows", *options)
        assert (done.returncode, done.stderr) == (0, "")
        outcomes.append(([" ".join(words(row)) for row in done.stdout.splitlines()][4:6], hours_in(billhook)))
    nothing, imported = {"totalCount": 0, "hours": "0.0000"}, {"totalCount": 1, "hours": "1.5000"}
    assert outcomes == [
        (["Would be imported 1", "Imported before 0"], nothing),
        (["Imported 1", "Imported before 0"], imported),
        (["Imported 0", "Imported before 1"], imported),
    ]


def test_what_a_file_says_reaches_the_terminal_as_text_only(run_there: Run, billhook: Billhook, tmp_path: Path) -> None:
    with_seller(billhook)
    (tmp_path / "march.csv").write_text(TOGGL.replace("01:00:00", "\x1b[2J[red]"), encoding="utf-8")
    done = run_there("import", "time", "march.csv", "--date-order", "dmy", "--timezone", "Europe/Amsterdam")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\\x1b[2J[red]" in done.stdout


@pytest.mark.parametrize("command", [("import", "time", "march.csv", "--dry-run"), ("import", "time", "march.csv"), ("run-subscriptions",)])
def test_a_command_on_data_that_is_not_there_names_the_database_and_makes_none(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "march.csv").write_text("", encoding="utf-8")
    before = set(tmp_path.iterdir())
    done = run(*command, BILLHOOK_DATABASE_URL="sqlite:///elsewhere.db")
    reason = "there is no database elsewhere.db; `billhook serve` makes it, or BILLHOOK_DATABASE_URL names another"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"billhook: {reason}\n")
    assert set(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("billhook")
def test_an_import_of_no_known_file_says_so_in_one_line(run_there: Run, tmp_path: Path) -> None:
    (tmp_path / "march.csv").write_text("", encoding="utf-8")
    done = run_there("import", "time", "march.csv")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "billhook: 'march.csv' is empty. Export the report again.\n")


def test_subscriptions_are_run_up_to_a_day_and_every_period_once(run_there: Run, billhook: Billhook) -> None:
    with_seller(billhook)
    customer = billhook.mutate("createCustomer", {"name": "Acme"}, "customer { id }")["customer"]["id"]
    project = billhook.mutate("createProject", {"customerId": customer, "title": "Website"}, "project { id }")["project"]["id"]
    hosting = {"title": "Hosting", "startsOn": "2026-01-31", "lines": [{"description": "Hosting", "unitPrice": "100"}]}
    billhook.mutate("createSubscription", hosting | {"projectId": project}, "subscription { id }")
    done = run_there("run-subscriptions", "--as-of", "2026-03-30")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [" ".join(words(row)) for row in done.stdout.splitlines() if "Hosting" in row]
    assert rows == ["Hosting 2026-01-31 - 2026-02-27 draft 121.00 EUR", "Hosting 2026-02-28 - 2026-03-30 draft 121.00 EUR"]
    assert run_there("run-subscriptions", "--as-of", "2026-03-30") == Done(0, "No period is due.\n", "")
    assert billhook.graphql("{ invoices { totalCount } }") == {"invoices": {"totalCount": 2}}


@pytest.mark.usefixtures("billhook")
def test_a_day_too_far_ahead_is_refused_in_one_line(run_there: Run) -> None:
    done = run_there("run-subscriptions", "--as-of", "2100-01-01")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("billhook: 2100-01-01 is more than a year ahead.")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_list_of_documents_that_cannot_be_used_is_said_once_before_anything_is_opened(run: Run, tmp_path: Path, workers: str) -> None:
    done = run("serve", "--workers", workers, BILLHOOK_PERSISTED_DOCUMENTS="nowhere.json")
    assert done == Done(2, "", "billhook: BILLHOOK_PERSISTED_DOCUMENTS: nowhere.json cannot be read: No such file or directory\n")
    assert list(tmp_path.iterdir()) == []
