"""Hears what the transactions of all processes tell by PostgreSQL's NOTIFY, over one connection of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from billhook.store.changes import CHANNEL, MISSED, Changes, read_payload

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Never

    import sqlalchemy as sa
    from tenacity import RetryCallState

log = logging.getLogger("billhook.store")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before a lost connection is made again: a random part of the first, which doubles up to the longest."""
CONNECT_SECONDS = 10
ALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A network that drops what is silent is noticed: nobody else ever speaks on this connection."""


async def listen(engine: sa.Engine, tell: Callable[[Changes], None]) -> Never:
    """Tell every change until cancelled, and `MISSED` at the beginning and after each lost connection, which is made again."""
    while True:
        again = AsyncRetrying(
            retry=retry_if_exception_type(psycopg.Error),
            wait=wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
            before_sleep=_say_once,
        )
        connection: psycopg.AsyncConnection = await again(_connect, engine)
        if again.statistics["attempt_number"] > 1:
            log.warning("changes are heard again")
        try:
            async with connection:
                tell(MISSED)
                async for notification in connection.notifies():
                    tell(read_payload(notification.payload))
        except psycopg.Error as error:
            log.warning("the connection that hears of changes was lost (%s)", type(error).__name__)


def _say_once(tried: RetryCallState) -> None:
    """Log that the database is waited for: once, however long it takes, and without its own words, which hold its address."""
    if tried.attempt_number == 1:
        log.warning("changes are not heard until the database takes connections again")


async def _connect(engine: sa.Engine) -> psycopg.AsyncConnection:
    arguments, given = engine.dialect.create_connect_args(engine.url)
    named = {**given, "application_name": "billhook listening", "connect_timeout": CONNECT_SECONDS, **ALIVE}
    connection = await psycopg.AsyncConnection.connect(*arguments, autocommit=True, **named)
    try:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
    except BaseException:
        await connection.close()
        raise
    return connection
