"""What all records share: a change is the present record with the given fields put in, checked like a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlmodel import select

from billhook.billing.inputs.common import Input
from billhook.billing.operation import validated
from billhook.domain.errors import ErrorCode, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import SQLModel

    from billhook.billing.transaction import Transaction

CreateT = TypeVar("CreateT", bound=Input)
RowT = TypeVar("RowT", bound="SQLModel")


def changed(create: type[CreateT], present: Mapping[str, object], update: Input) -> CreateT:
    """Return the record as it would be: absent fields as they are, null ones cleared. Raises Refusals when that is no valid record."""
    given = {name: getattr(update, name) for name in update.model_fields_set - {"id", "idempotency_key"}}
    record = {**present, **given}
    return validated(create, {create.model_fields[name].alias or name: value for name, value in record.items()})


def add(tx: Transaction, row: RowT) -> RowT:
    """Write a new row and give it its key."""
    tx.session.add(row)
    tx.session.flush()
    return row


def assign(tx: Transaction, row: SQLModel, columns: Mapping[str, Any]) -> None:
    """Write changed columns of a row."""
    for name, value in columns.items():
        setattr(row, name, value)
    tx.session.add(row)
    tx.session.flush()


def refuse_if_used(tx: Transaction, what: str, instead: str, **uses: sa.ColumnElement[bool]) -> None:
    """Raise IN_USE when a row of any of these conditions exists; the names say what uses it."""
    for use, condition in uses.items():
        if tx.session.exec(select(sa.exists().where(condition))).one():
            raise Refusal(ErrorCode.IN_USE, f"{what} has {use.replace('_', ' ')} and cannot be deleted. {instead}", "id")
