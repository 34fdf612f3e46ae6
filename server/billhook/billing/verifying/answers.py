"""Checks that the answers kept for idempotency keys can still be given (G4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.verifying.check import ROWS_AT_A_TIME, Breach, Check
from billhook.store.tables import Idempotency, Invoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from billhook.billing.operation import Keys

DOCUMENTS = ("invoice", "creditNote")
"""Where an answer names a document. Other rows can be deleted after they were answered; documents never are."""


def _find(session: Session) -> Iterator[Breach]:
    statement = sa.select(col(Idempotency.key), col(Idempotency.operation), col(Idempotency.result)).order_by(col(Idempotency.key))
    for answers in session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)).partitions():
        named = {answer.key: sorted(_documents(answer.result)) for answer in answers}
        asked = {key for keys in named.values() for key in keys}
        there = set(session.scalars(sa.select(col(Invoice.id)).where(col(Invoice.id).in_(asked))))
        for answer in answers:
            if not answer.result:
                yield Breach(answer.key, f"The answer kept for this {answer.operation} is empty.")
            for key in named[answer.key]:
                if key not in there:
                    yield Breach(answer.key, f"The answer kept for this {answer.operation} names row {key} of invoice, which is not there.")


def _documents(result: Keys) -> set[int]:
    """Return the keys of the documents that an answer names, also in the results of a run of subscriptions."""
    runs: list[dict[str, Any]] = result.get("results", [])
    named = [*(result.get(name) for name in DOCUMENTS), *(run.get("invoice") for run in runs)]
    return {key for key in named if key is not None}


CHECKS = (
    Check(
        name="kept answers",
        rule="G4",
        proves="Every answer that is kept for an idempotency key is there, and the documents that it names are.",
        looks_at=Idempotency,
        find=_find,
    ),
)
