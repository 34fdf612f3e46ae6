"""Checks that every row which another one names is there: the other checks join the two, and see nothing of a row without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook.billing.finding import KIND_OF
from billhook.billing.verifying.check import Breach, Check
from billhook.domain.ids import encode
from billhook.store.references import dangling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

_kinds = {str(table.__tablename__): kind for table, kind in KIND_OF.items()}


def _find(session: Session) -> Iterator[Breach]:
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    for one in dangling(connection.exec_driver_sql):
        kind = _kinds.get(one.table)
        shown = encode(kind, one.row) if kind else f"{one.table} {one.row}"
        yield Breach(shown, f"Row {one.row} of {one.table} names a row of {one.names} that is not there.")


CHECKS = (
    Check(
        name="rows that others name",
        rule="G7",
        proves="Every row that another row names is there. PostgreSQL keeps this itself, and is not asked.",
        looks_at=None,
        find=_find,
    ),
)
