"""Connections: one engine for either database, whose transactions begin when they are told to.

Python's sqlite3 begins nothing before a SELECT, so reads would tear; here every transaction begins with BEGIN, a writing one
with BEGIN IMMEDIATE, so that SQLite has one writer at a time and never a deadlock. On PostgreSQL a writing transaction sees what
others committed as soon as it holds the lock it waited for (READ COMMITTED, see `locks`), and reads are from one snapshot.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from billhook.store.faults import WAITED, code_of, explained
from billhook.store.sorting import fold
from billhook.store.statements import counted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

log = logging.getLogger("billhook.store")
CONNECT_SECONDS = 10
ASK_AGAIN_MS = 3
"""How long one attempt to begin writing to SQLite waits for another process."""


def open_engine(url: str, pool_size: int, *, lock_timeout: int = 10, statement_timeout: int = 30, read_only: bool = False) -> sa.Engine:
    """Open the database behind a URL, `sqlite:///FILE` or `postgresql://...`; one that is `read_only` lets nothing be written.

    At most `pool_size` connections; timeouts in seconds: how long to wait for a lock, and on PostgreSQL for any statement (0: no limit).
    """
    address = sa.make_url(url)
    # Without parameters in its errors: they get into logs.
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "poolclass": sa.QueuePool, "hide_parameters": True}
    if address.get_backend_name() == "postgresql":
        given = address.query.get("options", "")
        options = f"{given} -c lock_timeout={lock_timeout}s -c statement_timeout={statement_timeout}s -c timezone=UTC"
        if read_only:
            options += " -c default_transaction_read_only=on"
        connect = {
            "options": options,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "billhook",
            "client_encoding": "UTF8",
        }
        made = sa.create_engine(
            address.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",  # whatever the server, the database or the role has for a default
            pool_pre_ping=True,
            connect_args=connect,
            **pool,
        )
        return counted(made)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": lock_timeout}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", _only_read_sqlite if read_only else _keep_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return counted(engine)


def is_gone(engine: sa.Engine) -> bool:
    """Whether the file of an SQLite database is not there any more: open connections go on in it, and nobody finds what they write."""
    name = engine.url.database if engine.dialect.name == "sqlite" and "uri" not in engine.url.query else None
    return name is not None and not Path(name).is_file()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.create_function("folded", 1, lambda text: fold(text) if isinstance(text, str) else text, deterministic=True)


def _keep_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _only_read_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA schema_version")  # fails for a file that is no database, as `journal_mode` does above


def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("billhook_writes"):
        _begin_writing_sqlite(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing_sqlite(connection: sa.Connection) -> None:
    """Begin as soon as no other process writes; it is waited for as long as for any lock, and asked for all the time.

    SQLite itself would ask ever more rarely, every 100 ms in the end: a process that waits would starve beside one with many writers.
    """
    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    deadline = monotonic() + patience / 1000
    connection.exec_driver_sql(f"PRAGMA busy_timeout={ASK_AGAIN_MS}")
    try:
        while not _began_writing(connection, last=monotonic() >= deadline):
            pass
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")


def _began_writing(connection: sa.Connection, *, last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if last or not code_of(error).startswith(WAITED):
            raise
        return False
    return True


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


def close_snapshot(connection: sa.Connection) -> None:
    """Give the connection of a snapshot back. The pool throws one away that was lost: what was read from it stands."""
    try:
        connection.close()
    except DBAPIError as error:
        log.warning("a connection was lost after it was read from: %s", error.orig)


def _session(connection: sa.Connection) -> Session:
    return Session(bind=connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
