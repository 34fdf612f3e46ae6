"""Migrations: an empty or older database is brought up to date, a newer one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from billhook.domain.errors import Misconfiguration

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


MIGRATING = 0x6D696772
"""The advisory lock of migrations."""


def upgrade(engine: sa.Engine) -> None:
    """Bring the database up to date. Raises Misconfiguration when it cannot be opened or is newer than this billhook."""
    try:
        connection = engine.connect().execution_options(billhook_writes=True)
    except DBAPIError as error:
        raise Misconfiguration(f"cannot open the database {engine.url.render_as_string()}: {error.orig}") from None
    with connection, connection.begin():
        _upgrade(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Of several processes that start at once the first does it; a large table may take longer than a request may.
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
    config = Config()
    config.set_main_option("script_location", "billhook.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = revision_of(connection)
    if current is not None and current not in known:
        raise Misconfiguration(f"the database is at revision {current}, which this billhook does not know: it is newer; upgrade billhook")
    if current is None and sa.inspect(connection).get_table_names():
        raise Misconfiguration(
            f"the database {connection.engine.url.render_as_string()} is not billhook's: it has other tables; name an empty one"
        )
    command.upgrade(config, "head")
