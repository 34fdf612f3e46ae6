"""Opaque cursors: the place of a row in one order of one list, and back."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = int | str | date | datetime
"""What a list can be ordered by."""
LONGEST_CURSOR = 4000
LARGEST_INTEGER = 2**63 - 1


def encode_cursor(order: str, values: Sequence[Value]) -> str:
    """Return the cursor of a row: the name of the order and the row's values in it."""
    return urlsafe_b64encode(orjson.dumps([order, *map(_plain, values)])).decode().rstrip("=")


def decode_cursor(text: str, order: str, types: Sequence[type[Value]]) -> tuple[Value, ...]:
    """Return the values behind a cursor.

    Raises ValueError for one of another list or order, and for anything that `encode_cursor` never made.
    """
    if len(text) > LONGEST_CURSOR:
        raise ValueError("too long for a cursor")
    try:
        name, *plain = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = tuple(_typed(value, kind) for value, kind in zip(plain, types, strict=True))
    except (binascii.Error, ValueError, TypeError, OverflowError):
        raise ValueError("not a cursor of this list") from None
    if name != order or encode_cursor(order, values) != text:
        raise ValueError("not a cursor of this list in this order")
    return values


def _plain(value: Value) -> int | str:
    return value if isinstance(value, int | str) else value.isoformat()


def _typed(value: object, kind: type[Value]) -> Value:
    """Read one value back as its type. Raises ValueError, TypeError or OverflowError for one that no row can have."""
    if kind is int and type(value) is int and abs(value) <= LARGEST_INTEGER:
        return value
    if kind is not int and isinstance(value, str) and "\0" not in value:
        if kind is str:
            return value
        if kind is date:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            moment.astimezone(UTC)  # the first and last hours of the calendar have no place in it
            return moment
    raise TypeError(value)
