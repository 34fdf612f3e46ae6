"""Reads every table of a database with plain SQL, apart from the code under test; of both databases the rows look the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import TextLoader
from tests.databases import file_of
from tests.property.facts import Facts

from billhook.store.changes import CHANNEL, Changes, read_payload

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LastKeys = dict[str, int]
"""The highest key that each table ever had."""


class SQLiteRows:
    """The rows of an SQLite file."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(file_of(url), isolation_level=None)
        names = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
        self.tables = [name for (name,) in names]

    def facts(self) -> Facts:
        found = {}
        for name in self.tables:
            with closing(self.connection.execute(f"SELECT * FROM {name}")) as cursor:  # noqa: S608 - a name of the schema itself
                found[name] = _rows([column for column, *_ in cursor.description], cursor)
        return Facts(found)

    def last_keys(self) -> LastKeys:
        return dict(self.connection.execute("SELECT name, seq FROM sqlite_sequence"))

    def close(self) -> None:
        self.connection.close()


class PostgreSQLRows:
    """The rows of a PostgreSQL database, with every value as SQLite has it."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, options="-c timezone=UTC")
        for kind, loader in (("date", TextLoader), ("json", TextLoader), ("timestamptz", _Instant), ("bool", _Number)):
            self.connection.adapters.register_loader(kind, loader)
        names = self.connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        self.tables = [name for (name,) in names]
        sequences = self.connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        self.connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        self.numbered = [name.removesuffix("_id_seq") for (name,) in sequences]

    def facts(self) -> Facts:
        found = {}
        with self.connection.pipeline():
            cursors = {name: self.connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))) for name in self.tables}
        for name, cursor in cursors.items():
            found[name] = _rows([column.name for column in cursor.description or ()], cursor)
        return Facts(found)

    def told(self) -> list[Changes]:
        """What was told since this was asked before; short enough for one notification each."""
        return [read_payload(notification.payload) for notification in self.connection.notifies(timeout=0)]

    def number_on_from(self, last: LastKeys) -> None:
        """Give the next row of each table the next key: PostgreSQL uses up the keys of what it rolls back, SQLite does not."""
        setval = sql.SQL("setval({}, {}, false)")
        each = [setval.format(f"{table}_id_seq", last.get(table, 0) + 1) for table in self.numbered]
        self.connection.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(each)))

    def close(self) -> None:
        self.connection.close()


def _rows(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Name the values of rows, in the order of their primary key: in every table its columns come first."""
    return [dict(zip(columns, row, strict=True)) for row in sorted(rows)]


class _Instant(Loader):
    def load(self, data: Buffer) -> str:
        return datetime.fromisoformat(bytes(data).decode()).replace(tzinfo=None).isoformat(" ", "microseconds")


class _Number(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")
