"""Connections: one engine for either database, whose transactions begin when they are told to.

Python's sqlite3 begins nothing before a SELECT, so reads would tear; here every transaction begins with BEGIN, a writing one
with BEGIN IMMEDIATE, so that SQLite has one writer at a time and never a deadlock. On PostgreSQL a writing transaction sees what
others committed as soon as it holds the lock it waited for (READ COMMITTED, see `locks`), and reads are from one snapshot.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from billhook.store.faults import explained

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

CONNECT_SECONDS = 10


def open_engine(url: str, pool_size: int, *, lock_timeout: int = 10, statement_timeout: int = 30) -> sa.Engine:
    """Open the database behind a URL, `sqlite:///FILE` or `postgresql://...`.

    At most `pool_size` connections; timeouts in seconds: how long to wait for a lock, and on PostgreSQL for any statement.
    """
    address = sa.make_url(url)
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "poolclass": sa.QueuePool}
    if address.get_backend_name() == "postgresql":
        given = address.query.get("options", "")
        options = f"{given} -c lock_timeout={lock_timeout}s -c statement_timeout={statement_timeout}s -c timezone=UTC"
        connect = {"options": options, "connect_timeout": CONNECT_SECONDS, "application_name": "billhook"}
        return sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args=connect, **pool)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": lock_timeout}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True)


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("billhook_writes") else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """Open a transaction that writes: committed at the end, rolled back when anything is raised. Raises what `explained` does."""
    with explained(), engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        yield _session(connection)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """Open one snapshot: everything read in it is from the same moment. Raises what `explained` does."""
    with explained(), engine.connect() as connection:
        yield open_snapshot(connection)


def open_snapshot(connection: sa.Connection) -> Session:
    """Begin a snapshot on a connection that the caller closes."""
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.begin()
    return _session(connection)


def _session(connection: sa.Connection) -> Session:
    return Session(bind=connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
