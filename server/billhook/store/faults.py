"""What a failure of the database means: another transaction was faster, it cannot answer now, or it is a bug."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from billhook.domain.errors import ErrorCode, Overtaken, Refusal, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

OVERTAKEN = frozenset({"40001", "40P01"})
"""SQLSTATE: serialization failure, deadlock."""
WAITED = ("55P03", "SQLITE_BUSY")
"""How the codes begin of a lock that did not come free in time."""
AGAIN = "Send the same again, with the same idempotencyKey where it writes: it then happens once."
UNREACHABLE = f"The database cannot be reached. {AGAIN}"
READ_ONLY = f"The database can only be read, by this user or by everybody. {AGAIN}"
FULL = f"The disk of the database is full; nothing was written. Make room on it. {AGAIN}"
DAMAGED = "The files of the database are damaged. Restore a backup."
NOT_NOW = {
    "57014": "The database took longer than BILLHOOK_STATEMENT_TIMEOUT allows. Ask for less, or try again.",
    **dict.fromkeys(("53100", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"), FULL),  # the last two: a quota
    **dict.fromkeys(("XX001", "XX002", "SQLITE_CORRUPT", "SQLITE_NOTADB"), DAMAGED),
    **dict.fromkeys(("08", "53", "57P", "58", "25P", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL"), UNREACHABLE),
    **dict.fromkeys(("25006", "42501", "SQLITE_READONLY"), READ_ONLY),
}
"""What the database says it cannot do, by how its code begins, the first that fits: SQLSTATE, or the name of an SQLite code."""


@contextmanager
def explained() -> Iterator[None]:
    """Run statements. Raises Overtaken, Unavailable, or CONFLICT for a lock waited for in vain; bugs stay as they are."""
    try:
        yield
    except DBAPIError as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error
    except PoolTimeoutError as error:
        raise Unavailable(f"All connections to the database are in use. {AGAIN}") from error
    except PendingRollbackError as error:  # an earlier statement of the transaction has lost the connection
        raise Unavailable(UNREACHABLE) from error
    except (NoResultFound, ObjectDeletedError, StaleDataError) as error:
        raise Overtaken(str(error)) from error


def _meaning(error: DBAPIError) -> Exception | None:
    code = code_of(error)
    if code in OVERTAKEN or (isinstance(error, IntegrityError) and not code.startswith("SQLITE")):
        return Overtaken(str(error.orig))  # keys are checked before they are written, so somebody wrote between the two
    if code.startswith(WAITED):
        message = "Others were writing to the same all the time, so this did not get its turn. Nothing was changed; try again."
        return Refusal(ErrorCode.CONFLICT, message)
    never_connected = not code and isinstance(error, OperationalError)
    if error.connection_invalidated or never_connected:
        return Unavailable(UNREACHABLE)
    return next((Unavailable(says) for start, says in NOT_NOW.items() if code.startswith(start)), None)


def broken_by(error: IntegrityError) -> str | None:
    """Return the name of the constraint or unique index that a row would break; SQLite names none."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)


def code_of(error: DBAPIError) -> str:
    """Return the SQLSTATE of a failure, or the name of its SQLite code; empty where the database was never reached."""
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or ""
