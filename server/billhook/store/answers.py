"""The answers that are kept for idempotency keys, for ever (G4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from billhook.store.tables import Idempotency

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


def take_key(session: Session, key: str, operation: str, input_hash: str, at: datetime) -> tuple[Idempotency, bool]:
    """Return the row of a key, and whether it is new: then its result is to be filled in, in this transaction.

    A second request with the key waits here for the first one to end, and finds its result, or a key that is free again.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"key": key, "operation": operation, "input_hash": input_hash, "result": {}, "created_at": at}
    taken = session.scalar(insert(Idempotency).values(row).on_conflict_do_nothing().returning(col(Idempotency.key)))
    return session.get_one(Idempotency, key), taken is not None


def forget(session: Session, answer: Idempotency) -> dict[str, Any]:
    """Free a key again, and return what was filled in."""
    result = answer.result
    session.delete(answer)
    session.flush()
    return result
