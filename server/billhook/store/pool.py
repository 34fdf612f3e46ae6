"""Tells when a connection of the pool is taken, and when it is given back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa
    from sqlalchemy.pool import ConnectionPoolEntry


def watch_pool(engine: sa.Engine, taken: Callable[[], None], given_back: Callable[[], None]) -> None:
    """Call these whenever a connection is taken, and given back: as often the one as the other."""
    held: WeakSet[ConnectionPoolEntry] = WeakSet()

    def take(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        held.add(record)
        taken()

    def give_back(_connection: object, record: ConnectionPoolEntry) -> None:
        if record in held:  # the pool also takes back what could not be connected, and so was never taken
            held.remove(record)
            given_back()

    event.listen(engine, "checkout", take)
    event.listen(engine, "checkin", give_back)
