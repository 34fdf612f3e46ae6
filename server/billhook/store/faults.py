"""What a failure of the database means: another transaction was faster, it cannot answer now, or it is a bug."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from billhook.domain.errors import ErrorCode, Overtaken, Refusal, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

OVERTAKEN = frozenset({"40001", "40P01"})
"""SQLSTATE: serialization failure, deadlock."""
WAITED = frozenset({"55P03", "SQLITE_BUSY"})
"""A lock that did not come free in time."""
TOO_SLOW = "57014"
FULL = frozenset({"53100", "SQLITE_FULL"})
UNREACHABLE = ("08", "53", "57P", "58", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PROTOCOL")
"""How the codes begin of a database that is shutting down, out of connections or memory, or cut off from its files."""
AGAIN = "Send the same again, with the same idempotencyKey where it writes: it then happens once."


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
    except (NoResultFound, ObjectDeletedError, StaleDataError) as error:
        raise Overtaken(str(error)) from error


def _meaning(error: DBAPIError) -> Exception | None:
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or ""
    if code in OVERTAKEN or (isinstance(error, IntegrityError) and not code.startswith("SQLITE")):
        return Overtaken(str(error.orig))  # keys are checked before they are written, so somebody wrote between the two
    if code.startswith(tuple(WAITED)):
        message = "Others were writing to the same project all the time, so this did not get its turn. Nothing was changed; try again."
        return Refusal(ErrorCode.CONFLICT, message)
    if code == TOO_SLOW:
        return Unavailable("The database took longer than BILLHOOK_STATEMENT_TIMEOUT allows. Ask for less, or try again.")
    if code in FULL:
        return Unavailable(f"The disk of the database is full; nothing was written. Make room on it. {AGAIN}")
    if error.connection_invalidated or code.startswith(UNREACHABLE) or _never_connected(error, code):
        return Unavailable(f"The database cannot be reached. {AGAIN}")
    return None


def _never_connected(error: DBAPIError, code: str) -> bool:
    return not code and type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}
