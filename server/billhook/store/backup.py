"""Backups: a copy of an SQLite database as of one moment, made while others write; and how PostgreSQL makes its own."""

from __future__ import annotations

import os
import shlex
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from stat import S_IMODE
from tempfile import mkstemp
from typing import TYPE_CHECKING

from psycopg.conninfo import conninfo_to_dict

from billhook.domain.errors import Misconfiguration, Unavailable
from billhook.store.engine import reading
from billhook.store.references import dangling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa

PAGES_AT_A_TIME = 1000
BESIDE = ("-wal", "-shm", "-journal")
"""How the files end that SQLite keeps beside a database while it is open, or after a crash."""
CONNECTION = ("host", "port", "user")


def copy_sqlite(engine: sa.Engine, target: Path, *, replace: bool, progress: Callable[[int, int], None]) -> None:
    """Copy an SQLite database to a file, which is there whole and checked, or not at all; `replace` lets it take the place of another.

    `progress` is told the pages that are done, and all there are. Raises Misconfiguration for a file that it must not write to, and
    Unavailable when it cannot be written, or the database itself is damaged.
    """
    database = Path(engine.url.database or "")
    _refuse_target(database, target, replace=replace)
    with _failures_named(target), _file_beside(target) as made:
        _copy(engine, made, progress)
        _check(made)
        made.chmod(S_IMODE(database.stat().st_mode))
        _to_disk(made)
        _refuse_target(database, target, replace=replace)  # as it is by now: a copy may take minutes
        made.replace(target)
        _to_disk(target.parent)


def postgresql_commands(engine: sa.Engine, target: Path) -> tuple[str, str, str]:
    """Return the command lines that back up a PostgreSQL database, make an empty one, and restore it there; they hold no password."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    known = conninfo_to_dict(url)
    where = [f"--{'username' if name == 'user' else name}={known[name]}" for name in CONNECTION if known.get(name)]
    name = str(known.get("dbname", ""))
    dump = ["pg_dump", *where, f"--dbname={name}", "--format=custom", f"--file={target}"]
    create = ["createdb", *where, "--template=template0", "--encoding=UTF8", f"{name}_restored"]
    restore = ["pg_restore", *where, f"--dbname={name}_restored", "--no-owner", "--single-transaction", str(target)]
    return shlex.join(dump), shlex.join(create), shlex.join(restore)


def _refuse_target(database: Path, target: Path, *, replace: bool) -> None:
    place = target.resolve()
    itself = database.resolve()
    if place in {itself, *(itself.with_name(itself.name + end) for end in BESIDE)} or (target.exists() and target.samefile(database)):
        raise Misconfiguration(f"{target} is the database itself, or part of it; name another file")
    if not target.parent.is_dir():
        raise Misconfiguration(f"there is no folder {target.parent} to put the backup in")
    if target.is_dir():
        raise Misconfiguration(f"{target} is a folder; name a file")
    if target.exists() and not replace:
        raise Misconfiguration(f"{target} is there already; name another file, or replace it with --force")
    for end in BESIDE:  # they would be taken for those of the new file, and spoil it
        if target.with_name(target.name + end).exists():
            raise Misconfiguration(f"{target}{end} is there: {target} is open, or was not closed; name another file")


@contextmanager
def _file_beside(target: Path) -> Iterator[Path]:
    """Make an empty file beside the target that nobody else can read; it and what SQLite adds are gone in the end."""
    handle, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    made = Path(name)
    try:
        yield made
    finally:
        for end in ("", *BESIDE):
            made.with_name(made.name + end).unlink(missing_ok=True)


def _copy(engine: sa.Engine, made: Path, progress: Callable[[int, int], None]) -> None:
    """Copy every page as of one moment: inside a snapshot SQLite does not begin anew when others write."""
    with reading(engine) as session, closing(sqlite3.connect(made)) as copy:
        source: sqlite3.Connection = session.connection().connection.driver_connection  # type: ignore[assignment] # as the caller knows
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(copy, pages=PAGES_AT_A_TIME, progress=lambda _, left, pages: progress(pages - left, pages))


def _check(made: Path) -> None:
    with closing(sqlite3.connect(made)) as copy:
        found = [says for (says,) in copy.execute("PRAGMA integrity_check(1)")]
        found += [f"{one.table} {one.row} {one.names}" for one in dangling(copy.execute)]
    if found != ["ok"]:
        raise _damaged(found[-1])


def _damaged(says: str) -> Unavailable:
    return Unavailable(f"The database is damaged, and no backup was made: {says}. Restore an earlier backup, and check the disk.")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _failures_named(target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
            raise _damaged(str(error)) from error
        raise Unavailable(f"No backup was made: {target} cannot be written: {error}.") from error
    except OSError as error:
        raise Unavailable(f"No backup was made: {target} cannot be written: {error.strerror}.") from error
