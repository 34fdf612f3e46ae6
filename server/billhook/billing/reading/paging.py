"""One page of a list: what was asked for, the order of the list, and the page that answers (keyset paging)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import sqlalchemy as sa

from billhook.billing.reading.cursor import Value, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billhook.settings import Settings

RowT = TypeVar("RowT")


class OrderDirection(Enum):
    """Which way a list is ordered."""

    ASC = "ASC"
    DESC = "DESC"

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self is OrderDirection.DESC


class WrongPage(ValueError):
    """The paging arguments are out of bounds or contradict each other; the message says what is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which page: `size` rows after or before a place, from the start of the list, or backward from its end."""

    size: int
    backward: bool = False
    after: str | None = None
    before: str | None = None


def page_request(first: int | None, after: str | None, last: int | None, before: str | None, settings: Settings) -> PageRequest:
    """Check paging arguments: 50 rows unless asked, at most 100, as set. Raises WrongPage; cursors are checked by their order."""
    if first is not None and last is not None:
        raise WrongPage("Give `first` or `last`, not both.")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= settings.max_page_size:
            raise WrongPage(f"`{name}` is {size}; it must be from 0 to {settings.max_page_size}.")
    if last is not None:
        return PageRequest(size=last, backward=True, after=after, before=before)
    return PageRequest(size=settings.page_size if first is None else first, after=after, before=before)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One column that a list is ordered by; `read` takes its value from what was found: (row,) or (row, extra)."""

    column: sa.SQLColumnExpression[Any]
    read: Callable[[Any], Value]
    type: type[Value]
    descending: bool = False

    def after(self, value: Value, *, backward: bool) -> sa.ColumnElement[bool]:
        """Return what holds for rows that come after a value (before it, when backward)."""
        place = self._place(value)
        return self.column < place if self.descending != backward else self.column > place

    def at_or_after(self, value: Value, *, backward: bool) -> sa.ColumnElement[bool]:
        """Return what holds for rows at a value, or after it (before it, when backward)."""
        place = self._place(value)
        return self.column <= place if self.descending != backward else self.column >= place

    def _place(self, value: Value) -> Value | sa.ColumnElement[Any]:
        """Return a value to compare with: one that a client put into a cursor may be a wider number than the column holds."""
        return sa.literal(value, sa.BigInteger()) if self.type is int else value


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a list; the last key is unique. `name` tells its cursors from those of other lists and orders."""

    name: str
    keys: tuple[OrderKey, ...]

    def by(self, *, backward: bool) -> list[sa.ColumnElement[Any]]:
        """Return the ORDER BY."""
        return [key.column.desc() if key.descending != backward else key.column.asc() for key in self.keys]

    def values(self, cursor: str) -> tuple[Value, ...]:
        """Read a cursor. Raises WrongPage for a cursor of another list or order."""
        try:
            return decode_cursor(cursor, self.name, [key.type for key in self.keys])
        except ValueError:
            raise WrongPage(f"{cursor[:60]!r} is not a cursor of this list in this order. Send the cursors of its own pages.") from None

    def beyond(self, cursor: str, *, backward: bool) -> sa.ColumnElement[bool]:
        """Return what holds for the rows after a cursor (before it, when backward).

        `a >= x AND (a > x OR b > y)`: the first part lets an index seek.
        """
        values = self.values(cursor)
        condition: sa.ColumnElement[bool] = self.keys[-1].after(values[-1], backward=backward)
        for key, value in reversed(list(zip(self.keys[:-1], values[:-1], strict=True))):
            further = key.after(value, backward=backward)
            condition = sa.and_(key.at_or_after(value, backward=backward), sa.or_(further, condition))
        return condition

    def cursor(self, found: tuple[Any, ...]) -> str:
        """Return the cursor of a row."""
        return encode_cursor(self.name, [key.read(found) for key in self.keys])

    def within(self, request: PageRequest) -> list[sa.ColumnElement[bool]]:
        """Return the conditions of a page's cursors. Raises WrongPage for a wrong cursor."""
        places = ((request.after, False), (request.before, True))
        return [self.beyond(cursor, backward=backward) for cursor, backward in places if cursor is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[RowT]):
    """A page of rows in the list's order, each with its cursor; `extras` holds what was read along with each."""

    rows: tuple[RowT, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    extras: tuple[tuple[Any, ...], ...] = ()


def cut(found: Sequence[tuple[Any, ...]], order: Order, request: PageRequest) -> Page[Any]:
    """Make a page of findings in reading direction, (row,) or (row, extra); one more of them than fits says that there are more."""
    more = len(found) > request.size
    kept = list(found[: request.size])
    if request.backward:
        kept.reverse()
    return Page(
        rows=tuple(each[0] for each in kept),
        cursors=tuple(order.cursor(each) for each in kept),
        has_next=request.before is not None or (more and not request.backward),
        has_previous=request.after is not None or (more and request.backward),
        extras=tuple(each[1:] for each in kept),
    )
