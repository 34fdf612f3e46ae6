"""The workspace as a whole: its engine, settings and sources, and the way to a transaction in it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import OperationalError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from billhook.billing.transaction import LOCAL_ADMIN, Transaction, Viewer
from billhook.domain.errors import ErrorCode, Overtaken, Refusal
from billhook.store.changes import changes_of, notify
from billhook.store.engine import open_engine, open_snapshot, reading, writing
from billhook.store.migrations import require_current, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa
    from sqlmodel import Session

    from billhook.settings import Settings
    from billhook.sources import Sources
    from billhook.store.changes import Changes

Result = TypeVar("Result")
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds before a transaction is tried again: a random part of the first, which doubles up to the longest."""


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
    hearers: set[Callable[[Changes], None]] = field(default_factory=set, compare=False)
    """What is called after each commit on SQLite, in the thread of the commit; on PostgreSQL all processes hear by LISTEN instead."""

    def write(self, function: Callable[[Transaction], Result], viewer: Viewer = LOCAL_ADMIN) -> Result:
        """Call a function with a transaction that is committed when it returns, and again when another transaction overtook it.

        Raises CONFLICT when it was overtaken each time, Unavailable, and what the function raises.
        """
        again = Retrying(
            retry=retry_if_exception_type(Overtaken),
            stop=stop_after_attempt(self.settings.write_attempts),
            wait=wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
            reraise=True,
        )
        try:
            result: Result = again(self._write, function, viewer)
        except Overtaken as overtaken:
            if isinstance(overtaken.__cause__, OperationalError | None):
                times = self.settings.write_attempts
                message = f"Others wrote to the same at the same moment, {times} times. Nothing was changed; try again."
                raise Refusal(ErrorCode.CONFLICT, message) from overtaken
            raise overtaken.__cause__ from None  # each time the same: no race, but a bug
        return result

    def _write(self, function: Callable[[Transaction], Result], viewer: Viewer) -> Result:
        with self.writing(viewer) as tx:
            return function(tx)

    @contextmanager
    def writing(self, viewer: Viewer = LOCAL_ADMIN) -> Iterator[Transaction]:
        """Open a transaction that writes, committed at the end; whoever waits for changes is told of its own, if it commits."""
        in_process = self.engine.dialect.name == "sqlite"
        with writing(self.engine) as session:
            yield self.transaction(session, viewer)
            changes = changes_of(session)
            if not in_process:
                notify(session, changes)
        if in_process and changes:
            for hear in tuple(self.hearers):
                hear(changes)

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
    engine = engine_of(settings)
    with _closed_on_failure(engine):
        upgrade(engine)
    return Workspace(engine, settings, sources, clock)


def open_existing(settings: Settings, sources: Sources, *, read_only: bool = False) -> Workspace:
    """Open the database of the settings as it is: nothing is made, and nothing brought up to date.

    Raises Misconfiguration when it cannot be opened, or has not the tables of this billhook.
    """
    engine = engine_of(settings, read_only=read_only)
    with _closed_on_failure(engine):
        require_current(engine)
    return Workspace(engine, settings, sources)


@contextmanager
def _closed_on_failure(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def engine_of(settings: Settings, *, read_only: bool = False) -> sa.Engine:
    """Return the engine that the settings describe; one that is `read_only` writes nothing, and may read as long as it takes."""
    return open_engine(
        settings.database_url,
        settings.pool_size,
        lock_timeout=settings.lock_timeout,
        statement_timeout=0 if read_only else settings.statement_timeout,
        read_only=read_only,
    )
