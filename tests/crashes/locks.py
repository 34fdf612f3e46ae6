"""What another program may do to the database while billhook works: hold the lock that a mutation waits for, or end its connections."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg
from tests.databases import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BILLHOOK = "datname = current_database() AND application_name = 'billhook'"


@contextmanager
def nobody_writes(url: str) -> Iterator[None]:
    """Hold what every mutation of a project waits for, until the block ends."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT id FROM project FOR UPDATE")
            yield


def end_connections(url: str) -> int:
    """End every connection of billhook to a PostgreSQL database; return how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {BILLHOOK}").fetchall()  # noqa: S608 - no input
    return len(ended)


def wait_for_waiting(url: str) -> None:
    """Wait until billhook waits for a lock in a PostgreSQL database."""
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute(f"SELECT FROM pg_stat_activity WHERE {BILLHOOK} AND wait_event_type = 'Lock'").fetchall():
            time.sleep(0.01)
