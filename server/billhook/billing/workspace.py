"""The workspace as a whole: its engine, settings and sources, and the way to a transaction in it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from billhook.billing.transaction import LOCAL_ADMIN, Transaction, Viewer
from billhook.store.engine import open_engine, open_snapshot, reading, writing
from billhook.store.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa
    from sqlmodel import Session

    from billhook.settings import Settings
    from billhook.sources import Sources


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One database with its settings and installed sources. `clock` is replaced in tests only."""

    engine: sa.Engine
    settings: Settings
    sources: Sources
    clock: Callable[[], datetime] = utc_now

    @contextmanager
    def writing(self, viewer: Viewer = LOCAL_ADMIN) -> Iterator[Transaction]:
        """Open a transaction that writes, committed at the end."""
        with writing(self.engine) as session:
            yield self.transaction(session, viewer)

    @contextmanager
    def reading(self, viewer: Viewer = LOCAL_ADMIN) -> Iterator[Transaction]:
        """Open one snapshot to read from."""
        with reading(self.engine) as session:
            yield self.transaction(session, viewer)

    def snapshot(self, connection: sa.Connection, viewer: Viewer) -> Transaction:
        """Begin a snapshot on a connection that the caller closes."""
        return self.transaction(open_snapshot(connection), viewer)

    def transaction(self, session: Session, viewer: Viewer) -> Transaction:
        """Put a session, this moment and the workspace together."""
        now = self.clock()
        return Transaction(
            session=session,
            now=now,
            today=now.astimezone(self.settings.zone).date(),
            viewer=viewer,
            settings=self.settings,
            sources=self.sources,
        )


def open_workspace(settings: Settings, sources: Sources, clock: Callable[[], datetime] = utc_now) -> Workspace:
    """Open the database of the settings and bring an empty or older one up to date.

    Raises Misconfiguration when it cannot be opened or is newer than this billhook.
    """
    engine = open_engine(settings.database_url, settings.pool_size)
    upgrade(engine)
    return Workspace(engine, settings, sources, clock)
