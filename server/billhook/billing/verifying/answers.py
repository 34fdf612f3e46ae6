"""Checks that the answers kept for idempotency keys are true, and can still be given (G4)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.verifying.check import ROWS_AT_A_TIME, Breach, Check
from billhook.billing.verifying.forms import Named, rows_named
from billhook.store.tables import Idempotency, Invoice, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlmodel import Session

ANSWERS_AT_A_TIME = 5000
"""As many rows are asked for at once, and each is a parameter of a statement: SQLite takes 32766."""
HASH = re.compile(r"[0-9a-f]{64}")
HASH_DIGITS = 64
MANY_TIMES = ("updateDraftInvoice", "saveTimeEntries", "runSubscriptions")
"""Operations that may give the same answer again; so may every change of a record."""
TRACKED = '{"timeEntry": '
DIGITS_OF_A_KEY = 18
Rows = dict[tuple[type, int], sa.Row[Any]]

_text = sa.cast(col(Idempotency.result), sa.Text)
"""The answer as it stands: verifying must not stumble over one that is no JSON."""
_tracking = col(Idempotency.operation) == "trackTime"
_digits = sa.func.substr(_text, len(TRACKED) + 1, sa.func.length(_text) - len(TRACKED) - 1)
_tracked_key = sa.case(
    (
        sa.and_(_text.like(f"{TRACKED}_%}}"), sa.func.ltrim(_digits, "0123456789") == "", sa.func.length(_digits) <= DIGITS_OF_A_KEY),
        sa.cast(_digits, sa.BigInteger),
    ),
    else_=None,
)
_no_hash = sa.func.length(col(Idempotency.input_hash)) != HASH_DIGITS


def _find_tracked(session: Session) -> Iterator[Breach]:
    """Find answers of trackTime in one statement: there is one for nearly every time entry."""
    statement = (
        sa.select(col(Idempotency.key), _text.label("result"))
        .outerjoin(TimeEntry, col(TimeEntry.id) == _tracked_key)
        .where(_tracking, sa.or_(_tracked_key.is_(None), _no_hash, col(TimeEntry.created_at) != col(Idempotency.created_at)))
        .order_by(col(Idempotency.key))
    )
    for row in session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield Breach(row.key, f"The answer kept for this trackTime is {row.result}: none that it gives, of another moment, or of no input.")


def _find(session: Session) -> Iterator[Breach]:
    statement = sa.select(
        col(Idempotency.key), col(Idempotency.operation), col(Idempotency.input_hash), _text.label("result"), col(Idempotency.created_at)
    )
    statement = statement.where(sa.not_(_tracking)).order_by(col(Idempotency.key))
    for answers in session.execute(statement.execution_options(yield_per=ANSWERS_AT_A_TIME)).partitions():
        named = {answer.key: _named(answer) for answer in answers}
        rows = _present(session, [one for each in named.values() for one in each or ()])
        for answer in answers:
            for says in _wrong(answer, named[answer.key], rows):
                yield Breach(answer.key, says)


def _named(answer: sa.Row[Any]) -> list[Named] | None:
    """Return the rows that an answer names; None when it is none that its operation gives."""
    try:
        return rows_named(answer.operation, orjson.loads(answer.result))
    except ValueError:
        return None


def _present(session: Session, named: Sequence[Named]) -> Rows:
    """Return the rows that are there, of those that are looked at."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    for one in named:
        if one.moment is not None or one.table is Invoice:
            wanted[one.table].add(one.key)
    rows: Rows = {}
    for table, keys in wanted.items():
        columns = ("id", "created_at", "booked_at", "discarded_at", "corrects_id") if table is Invoice else ("id", "created_at")
        ordered = sorted(keys)
        for start in range(0, len(ordered), ANSWERS_AT_A_TIME):
            some = ordered[start : start + ANSWERS_AT_A_TIME]
            statement = sa.select(*(col(getattr(table, column)) for column in columns)).where(col(table.id).in_(some))
            rows |= {(table, row.id): row for row in session.execute(statement)}
    return rows


def _wrong(answer: sa.Row[Any], named: list[Named] | None, rows: Mapping[tuple[type, int], sa.Row[Any]]) -> Iterator[str]:
    """Yield what is wrong with an answer. Records and entries can be deleted after they were answered; documents never are."""
    if named is None:
        yield f"The answer kept for this {answer.operation} is none that it gives."
    if not HASH.fullmatch(answer.input_hash):
        yield f"The hash of the input kept for this {answer.operation} is none."
    for one in named or ():
        row = rows.get((one.table, one.key))
        what = f"row {one.key} of {one.table.__tablename__}"
        if row is None:
            if one.table is Invoice:
                yield f"The answer kept for this {answer.operation} names {what}, which is not there."
        elif one.moment is not None and getattr(row, one.moment) != answer.created_at:
            yield f"The answer kept for this {answer.operation} names {what}, which something else did, at another moment."
        elif one.corrects is not None and row.corrects_id != one.corrects:
            yield f"The answer kept for this {answer.operation} names {what}, which does not correct row {one.corrects}."


def _find_shared(session: Session) -> Iterator[Breach]:
    once = sa.and_(col(Idempotency.operation).not_in(MANY_TIMES), col(Idempotency.operation).not_like("update%"))
    shared: sa.Select[Any, Any] = sa.select(col(Idempotency.operation).label("operation"), _text.label("result")).where(once)
    shared_answers = shared.group_by(col(Idempotency.operation), _text).having(sa.func.count() > 1).subquery("shared")
    statement = (
        sa.select(col(Idempotency.key), col(Idempotency.operation), shared_answers.c.result)
        .join(shared_answers, sa.and_(col(Idempotency.operation) == shared_answers.c.operation, _text == shared_answers.c.result))
        .order_by(col(Idempotency.key))
    )
    for row in session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield Breach(row.key, f"Another key has the answer {row.result} of this {row.operation}, which can be given only once.")


CHECKS = (
    Check(
        name="kept answers",
        rule="G4",
        proves="Every answer that is kept for an idempotency key is one that its operation gives: the documents that it names are there, "
        "and what it made, booked or discarded was made, booked or discarded at its moment.",
        looks_at=Idempotency,
        find=_find,
    ),
    Check(
        name="kept answers on tracked time",
        rule="G4",
        proves="Every answer that is kept for tracked time names one time entry, which was made at its moment, if it is still there.",
        looks_at=Idempotency,
        find=_find_tracked,
    ),
    Check(
        name="answers given once",
        rule="G4",
        proves="No two keys answer with the same new row, booking, discarding, credit note or deletion.",
        looks_at=Idempotency,
        find=_find_shared,
    ),
)
