"""What the filter and order inputs share: directions, described order fields, and ids turned into keys."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

import strawberry

from billhook.billing.reading.paging import OrderDirection
from billhook.domain.ids import decode
from billhook_schema.connection import given
from billhook_schema.enums import definition_of

__all__ = ["OrderDirection", "chosen", "keys", "shown_order"]

ValueT = TypeVar("ValueT")


def shown_order(fields: type[Enum], description: str, **values: str) -> None:
    """Show what a list can be ordered by, every value described."""
    strawberry.enum(fields, description=description)
    for value in definition_of(fields).values:
        value.description = values[value.name]


shown_order(
    OrderDirection,
    "Which way a list is ordered.",
    ASC="Smallest, earliest or A first.",
    DESC="Largest, latest or Z first.",
)


def keys(kind: str, ids: Sequence[strawberry.ID] | None) -> tuple[int, ...] | None:
    """Return the keys behind the ids of one type, None where nothing was given; an id of anything else selects nothing."""
    wanted = given(ids)
    if wanted is None:
        return None
    found = []
    for each in wanted:
        try:
            name, key = decode(each)
        except ValueError:
            continue
        if name == kind:
            found.append(key)
    return tuple(sorted(set(found)))


def chosen(values: Sequence[ValueT] | None) -> tuple[ValueT, ...] | None:
    """Return the values that were given, None where nothing was."""
    wanted = given(values)
    return None if wanted is None else tuple(wanted)
