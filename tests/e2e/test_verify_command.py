"""`billhook verify` as an operator meets it, on both databases: what it prints, how it ends, and that it never writes."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.exc import DBAPIError
from tests.databases import PostgreSQL, SQLite, file_of
from tests.e2e.sample import filled
from tests.e2e.settings import settings_for

from billhook.billing.verifying.verifying import CHECKS, SHOWN
from billhook.billing.workspace import engine_of, open_existing
from billhook.cli import main
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from tests.databases import Databases

    from billhook.sources import Sources

Command = Callable[..., tuple[object, str, str]]


@pytest.fixture(scope="module")
def demo_database(databases: Databases, sources: Sources) -> Iterator[str]:
    """Filled once, and copied for each test."""
    url = databases.new()
    filled(url, sources)
    yield url
    databases.drop(url)


@pytest.fixture
def demo(databases: Databases, demo_database: str) -> Iterator[str]:
    url = databases.copy(demo_database)
    yield url
    databases.drop(url)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on a database in this process; return its exit code, what it printed, and what it complained."""
    for name in [name for name in os.environ if name.startswith("BILLHOOK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(database: str, *arguments: str) -> tuple[object, str, str]:
        monkeypatch.setenv("BILLHOOK_DATABASE_URL", database)
        monkeypatch.setattr(sys, "argv", ["billhook", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def change(url: str, statement: str) -> None:
    engine = engine_of(settings_for(url))
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def tables_in(url: str) -> list[str]:
    engine = engine_of(settings_for(url), read_only=True)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
    engine.dispose()
    return tables


def test_a_sound_database_exits_with_0(demo: str, command: Command) -> None:
    code, out, err = command(demo, "verify")
    assert (code, err) == (0, "")
    assert out.endswith(f"All {len(CHECKS)} checks hold.\n")
    assert all(check.name in out for check in CHECKS)


def test_a_breach_exits_with_1_and_is_shown_and_not_repaired(demo: str, command: Command) -> None:
    change(demo, "UPDATE project_balance SET unbilled_minor = unbilled_minor + 1")
    for _ in range(2):
        code, out, _ = command(demo, "verify")
        assert code == 1
        assert encode("Project", SHOWN) in out
        assert encode("Project", SHOWN + 1) not in out
        assert out.endswith(f"... and 14 more.\n1 of {len(CHECKS)} checks found breaches. Nothing was changed.\n")


def test_findings_as_json(demo: str, command: Command) -> None:
    code, out, err = command(demo, "verify", "--json")
    sound = orjson.loads(out)
    assert (code, err, sound["holds"]) == (0, "", True)
    assert [check["name"] for check in sound["checks"]] == [check.name for check in CHECKS]
    assert {check["breaches"] for check in sound["checks"]} == {0}
    change(demo, "UPDATE project_balance SET unbilled_seconds = 1, unbilled_entries = 2, unrated_entries = 3 WHERE project_id = 1")
    code, out, _ = command(demo, "verify", "--json")
    [wrong] = [check for check in orjson.loads(out)["checks"] if check["breaches"]]
    assert (code, orjson.loads(out)["holds"]) == (1, False)
    assert {name: wrong[name] for name in ("name", "rule", "rows", "breaches")} == {
        "name": "unbilled time",
        "rule": "R2, M4, G6",
        "rows": 34,
        "breaches": 1,
    }
    assert [breach["id"] for breach in wrong["first"]] == [encode("Project", 1)]


def test_what_it_opens_lets_nothing_be_written_and_takes_its_time(demo: str, sources: Sources) -> None:
    workspace = open_existing(settings_for(demo), sources, read_only=True)
    with pytest.raises(DBAPIError, match=r"read-?only"), workspace.engine.connect() as connection:
        connection.execute(sa.text("UPDATE project SET title = 'written'"))
    if workspace.engine.dialect.name == "postgresql":
        with workspace.reading() as tx:
            shown = [tx.session.scalar(sa.text(f"SHOW {name}")) for name in ("transaction_isolation", "statement_timeout")]
        assert shown == ["repeatable read", "0"]
    workspace.engine.dispose()


def test_a_file_stays_as_it_is_to_the_byte_also_one_with_another_journal(
    sqlite: SQLite, sources: Sources, command: Command, tmp_path: Path
) -> None:
    url = sqlite.new()
    filled(url, sources)
    for journal in ("WAL", "DELETE"):
        with closing(sqlite3.connect(file_of(url))) as connection:
            connection.execute(f"PRAGMA journal_mode={journal}")
        beside = sorted(Path(file_of(url)).parent.iterdir())
        before = Path(file_of(url)).read_bytes()
        assert command(url, "verify")[0] == 0
        assert Path(file_of(url)).read_bytes() == before
        assert sorted(Path(file_of(url)).parent.iterdir()) == beside
    assert list(tmp_path.iterdir()) == []


def test_a_user_of_postgresql_who_may_only_read_can_verify(postgresql: PostgreSQL, sources: Sources, command: Command) -> None:
    url = postgresql.new()
    filled(url, sources)
    reader = sql.Identifier(f"reader_{os.getpid()}")
    postgresql.admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(reader))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(reader))
    as_reader = sa.make_url(url).set(username=f"reader_{os.getpid()}", password="secret").render_as_string(hide_password=False)  # noqa: S106 - of this test alone
    assert command(as_reader, "verify")[0] == 0
    postgresql.drop_now(url)
    postgresql.admin.execute(sql.SQL("DROP ROLE {}").format(reader))


@pytest.fixture
def export(tmp_path: Path) -> None:
    """A file to import."""
    (tmp_path / "march.csv").write_text("", encoding="utf-8")


COMMANDS = (("verify",), ("run-subscriptions",), ("import", "time", "march.csv"), ("import", "time", "march.csv", "--dry-run"))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("spoils", "says"),
    [
        (
            "UPDATE alembic_version SET version_num = '0000'",
            "the database is at revision 0000, which this billhook does not know: it is newer; upgrade billhook",
        ),
        ("DROP TABLE alembic_version", "is not billhook's: it has other tables; name an empty one"),
    ],
)
@pytest.mark.usefixtures("export")
def test_a_database_that_is_not_of_this_billhook_is_one_line_and_exit_2(
    demo: str, command: Command, arguments: tuple[str, ...], spoils: str, says: str
) -> None:
    change(demo, spoils)
    before = tables_in(demo)
    code, out, err = command(demo, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("billhook: the database ")
    assert err.endswith(f"{says}\n")
    assert err.count("\n") == 1
    assert tables_in(demo) == before


@pytest.mark.parametrize("arguments", [*COMMANDS, ("backup", "copy.db")], ids=" ".join)
@pytest.mark.usefixtures("export")
def test_an_empty_database_is_one_line_and_exit_2_and_stays_empty(
    databases: Databases, command: Command, arguments: tuple[str, ...]
) -> None:
    url = databases.new()
    if isinstance(databases, SQLite):
        Path(file_of(url)).touch()
    code, out, err = command(url, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert " is empty; `billhook serve` makes its tables, or BILLHOOK_DATABASE_URL names another" in err
    assert tables_in(url) == []
    databases.drop(url)


@pytest.mark.parametrize("arguments", [*COMMANDS, ("backup", "copy.db")], ids=" ".join)
@pytest.mark.usefixtures("export")
def test_a_database_that_does_not_exist_is_one_line_and_exit_2_and_is_not_made(
    databases: Databases, command: Command, arguments: tuple[str, ...]
) -> None:
    url = databases.new()
    databases.drop_now(url)
    code, out, err = command(url, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    if isinstance(databases, SQLite):
        assert err.startswith(f"billhook: there is no database {file_of(url)}")
        assert not Path(file_of(url)).exists()
    else:
        assert err.startswith("billhook: cannot open the database postgresql://")
        assert "does not exist" in err
        made = postgresql_databases(databases)
        assert sa.make_url(url).database not in made


def postgresql_databases(databases: PostgreSQL) -> set[str]:
    return {name for (name,) in databases.admin.execute("SELECT datname FROM pg_database").fetchall()}
