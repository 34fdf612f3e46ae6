"""A sample of the data of each released revision: SQL that both databases take, made once from what `sample` fills.

Of a new revision it is made by `python -m tests.e2e.revisions > tests/samples/revisions/REVISION.sql`, before the next one is begun.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel
from tests.e2e.sample import filled

from billhook.sources import load_sources
from billhook.store.migrations import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parents[1] / "samples" / "revisions"


def revisions() -> list[str]:
    """Return every revision there is, the oldest first."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def load_sample(engine: sa.Engine, revision: str) -> None:
    """Put the sample of a revision into an empty database that is at this revision."""
    statements = (SAMPLES / f"{revision}.sql").read_text(encoding="utf-8").split(";\n")
    with engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        for statement in filter(None, map(str.strip, statements)):
            connection.exec_driver_sql(statement.replace("%", "%%") if engine.dialect.name == "postgresql" else statement)
        if engine.dialect.name == "postgresql":
            _go_on_counting(connection)


def _go_on_counting(connection: sa.Connection) -> None:
    """Let new rows get keys after those of the sample."""
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        if "id" in {column["name"] for column in inspector.get_columns(table)}:
            last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"  # noqa: S608 - a table of ours
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last}, false)")


def _inserts(file: Path) -> Iterator[str]:
    """Yield the rows of an SQLite database as one statement a table."""
    with closing(sqlite3.connect(file)) as connection:
        for table in SQLModel.metadata.sorted_tables:
            columns = ", ".join(table.columns.keys())
            order = ", ".join(column.name for column in table.primary_key)
            rows = connection.execute(f"SELECT {columns} FROM {table.name} ORDER BY {order}")  # noqa: S608 - a table of ours
            values = [", ".join(_literal(column, value) for column, value in zip(table.columns, row, strict=True)) for row in rows]
            if values:
                yield f"INSERT INTO {table.name} ({columns}) VALUES\n(" + "),\n(".join(values) + ");\n"


def _literal(column: sa.Column[object], value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(column.type, sa.Boolean):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        made = Path(folder) / "sample.db"
        filled(f"sqlite:///{made}", load_sources())
        sys.stdout.writelines(_inserts(made))
