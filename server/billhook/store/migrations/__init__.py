"""Migrations: an empty or older database is brought up to date, a newer one and a stranger's are refused."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from billhook.domain.errors import Misconfiguration
from billhook.store.references import dangling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

MIGRATING = 0x6D696772
"""The advisory lock of migrations."""
SCRIPTS = "billhook.store:migrations"


def upgrade(engine: sa.Engine, revision: str = "head", scripts: str = SCRIPTS) -> None:
    """Bring the database up to a revision, whole or not at all.

    Raises Misconfiguration when it cannot be opened, is newer than this billhook, or is not billhook's.
    """
    with _connect(engine) as connection, _without_foreign_keys(connection):
        try:
            with connection.execution_options(billhook_writes=True).begin():
                _upgrade(connection, scripts, revision)
        except DBAPIError as error:
            raise Misconfiguration(f"cannot upgrade the database {_shown(engine)}: {error.orig}") from error


def require_current(engine: sa.Engine, scripts: str = SCRIPTS) -> None:
    """Raise Misconfiguration when the database cannot be opened, is empty, not billhook's, or older or newer than this billhook."""
    current = require_billhook(engine)
    known = ScriptDirectory.from_config(_config(scripts))
    _require_known(current, known)
    if current != known.get_current_head():
        raise Misconfiguration(
            f"the database is at revision {current}, and this billhook needs {known.get_current_head()}: "
            "make a backup with `billhook backup`, then upgrade it with `billhook serve`"
        )


def is_current(engine: sa.Engine, scripts: str = SCRIPTS) -> bool:
    """Whether the tables of a database are those of this billhook. Raises DBAPIError when it cannot be read."""
    with engine.connect() as connection:
        return revision_of(connection) == _newest(scripts)


def require_billhook(engine: sa.Engine) -> str:
    """Return the revision of a database. Raises Misconfiguration when it cannot be opened, is empty, or not billhook's."""
    with _connect(engine) as connection:
        try:
            current = revision_of(connection)
        except DBAPIError as error:
            raise Misconfiguration(f"cannot read the database {_shown(engine)}: {error.orig}") from None
        if current is None:
            _require_no_tables(connection)
            message = f"the database {_shown(engine)} is empty; `billhook serve` makes its tables, or BILLHOOK_DATABASE_URL names another"
            raise Misconfiguration(message)
    return current


def revision_of(connection: Connection) -> str | None:
    """Return the revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def _connect(engine: sa.Engine) -> Connection:
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise Misconfiguration(f"cannot open the database {_shown(engine)}: {error.orig}") from None
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        connection.rollback()
        if encoding != "UTF8":
            connection.close()
            raise Misconfiguration(f"the database {_shown(engine)} is in {encoding}; make one with ENCODING 'UTF8' TEMPLATE template0")
    return connection


def _upgrade(connection: Connection, scripts: str, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        # Of several processes that start at once the first does it; a large table may take longer than a request may.
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
    config = _config(scripts)
    config.attributes["connection"] = connection
    current = revision_of(connection)
    if current is None:
        _require_no_tables(connection)
    else:
        _require_known(current, ScriptDirectory.from_config(config))
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite" and (broken := list(dangling(connection.exec_driver_sql))):
        row = broken[0]
        raise Misconfiguration(f"the upgrade would leave a row of {row.table} that refers to none of {row.names}; nothing was changed")


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite make a table anew that others refer to: else it deletes the rows of the old one, and refuses. `_upgrade` checks them all.

    Inside a transaction the setting would change nothing.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def _config(scripts: str = SCRIPTS) -> Config:
    config = Config()
    config.set_main_option("script_location", scripts)
    config.set_main_option("path_separator", "os")
    return config


@lru_cache
def _newest(scripts: str) -> str | None:
    return ScriptDirectory.from_config(_config(scripts)).get_current_head()


def _require_known(revision: str, scripts: ScriptDirectory) -> None:
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise Misconfiguration(f"the database is at revision {revision}, which this billhook does not know: it is newer; upgrade billhook")


def _require_no_tables(connection: Connection) -> None:
    if sa.inspect(connection).get_table_names():
        raise Misconfiguration(f"the database {_shown(connection.engine)} is not billhook's: it has other tables; name an empty one")


def _shown(engine: sa.Engine) -> str:
    """Return the URL of a database, without its password."""
    return engine.url.set(drivername=engine.dialect.name, query={}).render_as_string()
