"""A database is brought up to date by itself when billhook opens it, whole or not at all, and one that is too new is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel
from tests.e2e.client import TODAY, FixedClock
from tests.e2e.revisions import SAMPLES, load_sample, revisions
from tests.e2e.server import environment

import billhook.store.migrations as migrations_package
from billhook.billing.operations import OPERATIONS
from billhook.billing.verifying.verifying import verify
from billhook.billing.workspace import Workspace
from billhook.domain.errors import Misconfiguration
from billhook.domain.ids import encode
from billhook.settings import GivenSettings
from billhook.store.engine import open_engine
from billhook.store.migrations import require_current, revision_of, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases

    from billhook.sources import Sources

MIGRATIONS = Path(migrations_package.__file__).parent
RELEASED = {"0001": "deb2158961e6e41d96e2c3047cb313eba5757d8e6f7c268a09a336d6fcfba114"}
"""The SHA-256 of each released revision: whoever has a database at it must get the same upgrade for ever."""
NEXT = '''
"""Makes a table that others refer to anew, and a new one; for tests alone."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{after}", None, None


def upgrade() -> None:
    op.create_table("tag", sa.Column("name", sa.Text(), primary_key=True))
    with op.batch_alter_table("project", recreate="auto") as project:
        project.add_column(sa.Column("colour", sa.Text(), nullable=True))
        project.alter_column("title", new_column_name="name")
        project.alter_column("currency", type_=sa.String(3))
    op.execute("INSERT INTO tag (name) VALUES ('done')")
'''


@pytest.fixture
def engine(databases: Databases) -> Iterator[sa.Engine]:
    url = databases.new()
    engine = open_engine(url, pool_size=2)
    yield engine
    engine.dispose()
    databases.drop(url)


def schema_differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), SQLModel.metadata)
    return found


def standing(engine: sa.Engine) -> tuple[str | None, list[str]]:
    """The revision of a database, and its tables."""
    with engine.connect() as connection:
        return revision_of(connection), sorted(sa.inspect(connection).get_table_names())


def contents(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        tables = sorted(sa.inspect(connection).get_table_names())
        return {name: sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {name}")), key=repr) for name in tables}  # noqa: S608


@contextmanager
def interrupted(engine: sa.Engine, at: str) -> Iterator[None]:
    """Fail at the statement that begins so."""

    def interrupt(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.strip().startswith(at):
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", interrupt)
    with pytest.raises(KeyboardInterrupt):
        yield
    event.remove(engine, "before_cursor_execute", interrupt)


def test_an_empty_database_gets_every_table_index_and_constraint_that_the_code_knows(engine: sa.Engine) -> None:
    assert standing(engine) == (None, [])
    upgrade(engine)
    assert schema_differences(engine) == []


def test_every_released_revision_is_as_it_was() -> None:
    files = {revision: next((MIGRATIONS / "versions").glob(f"{revision}_*.py")) for revision in RELEASED}
    assert {revision: sha256(file.read_bytes()).hexdigest() for revision, file in files.items()} == RELEASED
    assert revisions()[: len(RELEASED)] == list(RELEASED)


def test_every_revision_has_a_sample_of_its_data() -> None:
    assert sorted(file.stem for file in SAMPLES.glob("*.sql")) == sorted(revisions())


@pytest.mark.parametrize("revision", revisions())
def test_a_database_with_data_goes_up_from_every_revision(engine: sa.Engine, sources: Sources, revision: str) -> None:
    upgrade(engine, revision)
    load_sample(engine, revision)
    upgrade(engine)
    assert schema_differences(engine) == []
    workspace = Workspace(engine, GivenSettings(), sources, FixedClock())
    assert breaches(workspace) == {}
    track = {"projectId": encode("Project", 1), "userId": encode("User", 1), "workedOn": TODAY, "seconds": 3600}
    workspace.write(lambda tx: OPERATIONS["trackTime"].perform(tx, track))
    phase = {"projectId": encode("Project", 1), "source": {"phase": {}}, "book": True}
    workspace.write(lambda tx: OPERATIONS["createInvoice"].perform(tx, phase))
    assert breaches(workspace) == {}


def breaches(workspace: Workspace) -> dict[str, int]:
    with workspace.reading() as tx:
        found = verify(tx, lambda _: None)
    assert {finding.check.name: finding.rows for finding in found}["a balance for each project"] == 34
    return {finding.check.name: finding.count for finding in found if finding.count}


def test_opening_an_up_to_date_database_again_changes_nothing(engine: sa.Engine) -> None:
    upgrade(engine)
    before = standing(engine)
    upgrade(engine)
    assert standing(engine) == before


def test_a_first_upgrade_that_ends_halfway_leaves_an_empty_database(engine: sa.Engine) -> None:
    with interrupted(engine, "CREATE TABLE claim"):
        upgrade(engine)
    assert standing(engine) == (None, [])
    upgrade(engine)
    assert schema_differences(engine) == []


@pytest.fixture
def next_scripts(tmp_path: Path) -> str:
    """The migrations, and one after them that makes the table of projects anew."""
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "next.py").write_text(NEXT.format(after=revisions()[-1]), encoding="utf-8")
    return str(scripts)


def test_an_upgrade_that_ends_halfway_leaves_the_older_database(engine: sa.Engine, next_scripts: str) -> None:
    upgrade(engine, "0001")
    load_sample(engine, "0001")
    before = (standing(engine), contents(engine))
    for halfway in ("INSERT INTO tag", "UPDATE alembic_version"):
        with interrupted(engine, halfway):
            upgrade(engine, scripts=next_scripts)
        assert (standing(engine), contents(engine)) == before
    upgrade(engine, scripts=next_scripts)
    revision, tables = standing(engine)
    assert (revision, set(tables) - set(before[0][1])) == ("next", {"access_token", "audit_entry", "tag"})
    assert len(contents(engine)["project"]) == 34
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.exec_driver_sql("DELETE FROM project WHERE id = 1")


def test_an_upgrade_that_would_leave_rows_without_what_they_refer_to_is_undone(engine: sa.Engine, next_scripts: str) -> None:
    upgrade(engine, "0001")
    load_sample(engine, "0001")
    before = (standing(engine), contents(engine))
    loses = Path(next_scripts, "versions", "next.py")
    with loses.open("a", encoding="utf-8") as script:
        script.write('    op.execute("DELETE FROM customer")\n')
    with pytest.raises((Misconfiguration, IntegrityError)):
        upgrade(engine, scripts=next_scripts)
    assert (standing(engine), contents(engine)) == before


def test_a_database_that_has_a_number_twice_is_refused_in_one_line_until_one_of_them_is_changed(engine: sa.Engine) -> None:
    upgrade(engine, "0003")
    load_sample(engine, "0003")
    change = sa.text("UPDATE invoice SET number = :number WHERE seller_id = 1 AND series = :series AND sequence = 2")
    with engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        connection.execute(change, [{"number": "N-2", "series": series} for series in ("INVOICE", "CREDIT_NOTE")])
        rows = connection.scalars(sa.text("SELECT id FROM invoice WHERE number = 'N-2' ORDER BY id")).all()
    before = (standing(engine), contents(engine))
    with pytest.raises(Misconfiguration) as refused:
        upgrade(engine)
    assert str(refused.value) == (
        f"two documents of one seller have the number 'N-2', rows {rows[0]} and {rows[1]} of invoice, "
        "and the upgrade lets no number be there twice; nothing was changed; docs/backups.md says how to go on"
    )
    assert (standing(engine), contents(engine)) == before
    with engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        connection.execute(change, {"number": "N-2-B", "series": "CREDIT_NOTE"})
    upgrade(engine)
    assert schema_differences(engine) == []
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(change, {"number": "N-2", "series": "CREDIT_NOTE"})


def test_an_older_database_is_refused_by_whoever_only_looks_at_it(engine: sa.Engine) -> None:
    newest = revisions()[-1]
    upgrade(engine, "0001")
    before = standing(engine)
    with pytest.raises(
        Misconfiguration, match=f"is at revision 0001, and this billhook needs {newest}: make a backup with `billhook backup`"
    ):
        require_current(engine)
    assert standing(engine) == before
    upgrade(engine)
    require_current(engine)
    assert standing(engine)[0] == newest


OPEN = """
import sys
from billhook.store.engine import open_engine
from billhook.store.migrations import upgrade
upgrade(open_engine(sys.argv[1], 1))
"""


def test_many_processes_may_open_an_empty_database_at_once(databases: Databases) -> None:
    url = databases.new()
    opening = [
        subprocess.Popen([sys.executable, "-c", OPEN, url], env=environment({}), stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        for _ in range(6)
    ]
    assert [(process.communicate()[1], process.returncode) for process in opening] == [("", 0)] * 6
    engine = open_engine(url, pool_size=1)
    assert schema_differences(engine) == []
    engine.dispose()
    databases.drop(url)


def test_a_database_from_a_newer_billhook_is_refused_and_left_alone(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for opens in (upgrade, require_current):
        with pytest.raises(Misconfiguration, match=r"revision 9999.*newer; upgrade billhook"):
            opens(engine)
    assert standing(engine)[0] == "9999"


def test_a_database_of_something_else_is_refused_and_left_alone(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE project (title TEXT)"))
    for opens in (upgrade, require_current):
        with pytest.raises(Misconfiguration, match="is not billhook's: it has other tables"):
            opens(engine)
    assert standing(engine) == (None, ["project"])


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("these are notes, not a database, and they are long enough to be read as one " * 20)
    for read_only, opens in ((False, upgrade), (True, require_current)):
        engine = open_engine(f"sqlite:///{file}", pool_size=1, read_only=read_only)
        with pytest.raises(Misconfiguration, match="cannot open the database"):
            opens(engine)
        engine.dispose()


def test_a_folder_that_does_not_exist_is_refused_in_one_line(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'new.db'}", pool_size=1)
    with pytest.raises(Misconfiguration, match="cannot open the database"):
        upgrade(engine)
    engine.dispose()
