"""Rows by key, and children by their parent's key: what the loaders fetch, in one statement for all keys."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlmodel import SQLModel

from billhook.domain.errors import TooMuchToRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billhook.billing.transaction import Transaction

Row: TypeAlias = SQLModel
"""A row of any table, for those who show rows and know no SQL."""
RowT = TypeVar("RowT", bound=Row)
LIST = 10
"""Items that a list without pages is reckoned for, whatever it has; each beyond them costs 1 at least."""
MOST_KEYS = 10_000
"""Keys in one IN; SQLite takes at most 32,766."""


def batched_keys(keys: Iterable[int]) -> Iterator[list[int]]:
    """Yield distinct keys in lists that one statement can take; for a page's worth of keys that is one list."""
    distinct = sorted(set(keys))
    for start in range(0, len(distinct), MOST_KEYS):
        yield distinct[start : start + MOST_KEYS]


def key_of(row: Row) -> int:
    """Return the key of a row."""
    (key,) = sa.inspect(type(row)).primary_key_from_instance(row)
    return int(key)


def rows_by_key(tx: Transaction, table: type[RowT], keys: Sequence[int]) -> list[RowT | None]:
    """Return the rows with these keys, None where there is none."""
    (key,) = sa.inspect(table).primary_key
    found: dict[int, RowT] = {}
    for some in batched_keys(keys):
        found |= {row_key: row for row_key, row in tx.session.execute(sa.select(key, table).where(key.in_(some)))}  # noqa: C416 - a row is no tuple of two for dict()
    return [found.get(each) for each in keys]


def children(tx: Transaction, statement: sa.Select[Any], parent: sa.SQLColumnExpression[Any], keys: Sequence[int]) -> list[list[Any]]:
    """Return for each parent key the rows of a statement that hang on it, in the statement's order.

    The statement selects one thing; `parent` is the column that names the parent. Raises TooMuchToRead where there are more than could be
    answered: nobody reads them to be refused.
    """
    found: dict[int, list[Any]] = defaultdict(list)
    left = tx.settings.max_query_cost + LIST * len(keys)
    for some in batched_keys(keys):
        for row, key in tx.session.execute(statement.add_columns(parent).where(parent.in_(some)).limit(left + 1)):
            found[key].append(row)
            left -= 1
        if left < 0:
            found.clear()  # the error may be kept as long as the answer, and this with it
            raise TooMuchToRead("The lists that the operation asks for are too long together. Ask for fewer of them, or for smaller pages.")
    return [found[each] for each in keys]


def sums(tx: Transaction, statement: sa.Select[Any], parent: sa.SQLColumnExpression[Any], keys: Sequence[int]) -> list[int]:
    """Return for each parent key what a statement of one SUM adds up to, 0 where there is nothing."""
    found: dict[int, int] = {}
    for some in batched_keys(keys):
        rows = tx.session.execute(statement.add_columns(parent).where(parent.in_(some)).group_by(parent))
        found |= {key: int(total) for total, key in rows if total is not None}
    return [found.get(each, 0) for each in keys]
