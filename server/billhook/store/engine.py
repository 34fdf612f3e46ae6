"""Connections: one engine for either database, whose transactions begin when they are told to.

Python's sqlite3 begins nothing before a SELECT, so reads would tear; here every transaction begins with BEGIN, a writing one
with BEGIN IMMEDIATE, so that SQLite has one writer at a time and never a deadlock.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from billhook.domain.errors import Misconfiguration

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

BUSY_SECONDS = 30


def open_engine(url: str, pool_size: int) -> sa.Engine:
    """Open the database behind a URL, `sqlite:///FILE` or `postgresql://...`. Raises Misconfiguration without its driver."""
    if url.startswith("postgresql://"):
        if find_spec("psycopg") is None:
            raise Misconfiguration(
                "BILLHOOK_DATABASE_URL: a postgresql:// database needs the package psycopg; install it, or use sqlite:///"
            )
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        return sa.create_engine(url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True)
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=0, poolclass=sa.QueuePool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True)


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("billhook_writes") else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """Open a transaction that writes: committed at the end, rolled back when anything is raised."""
    with engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        yield _session(connection)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """Open one snapshot: everything read in it is from the same moment."""
    with engine.connect() as connection:
        yield open_snapshot(connection)


def open_snapshot(connection: sa.Connection) -> Session:
    """Begin a snapshot on a connection that the caller closes."""
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.begin()
    return _session(connection)


def _session(connection: sa.Connection) -> Session:
    return Session(bind=connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
