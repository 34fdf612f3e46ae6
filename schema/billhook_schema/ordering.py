"""What the filter and order inputs share: directions, described order fields, and ids turned into keys."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

import strawberry
from graphql import GraphQLError

from billhook.billing.reading.paging import OrderDirection
from billhook.billing.reading.text import LONGEST_SEARCH
from billhook.domain.ids import decode
from billhook_schema.connection import given
from billhook_schema.enums import definition_of
from billhook_schema.scalars import BAD_USER_INPUT

__all__ = ["OrderDirection", "chosen", "keys", "shown_order", "sought"]

ValueT = TypeVar("ValueT")
MOST_CHOSEN = 1000
"""Different values in one list of a filter: each is a parameter of a statement."""


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
    wanted = chosen(ids)
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


def sought(text: str | None) -> str | None:
    """Return what is searched for, None where nothing was given. A text that nothing can hold, or too long a one, is a wrong request."""
    wanted = given(text)
    if wanted is not None and ("\0" in wanted or len(wanted) > LONGEST_SEARCH):
        message = f"A search is at most {LONGEST_SEARCH} characters, without U+0000."
        raise GraphQLError(message, extensions={"code": BAD_USER_INPUT})
    return wanted


def chosen(values: Sequence[ValueT] | None) -> tuple[ValueT, ...] | None:
    """Return the values that were given, each once, None where nothing was. Raises BAD_USER_INPUT for more than `MOST_CHOSEN`."""
    wanted = given(values)
    if wanted is None:
        return None
    once = tuple(dict.fromkeys(wanted))
    if len(once) > MOST_CHOSEN:
        message = f"A list of a filter has at most {MOST_CHOSEN} different values, not {len(once)}."
        raise GraphQLError(message, extensions={"code": BAD_USER_INPUT})
    return once
