"""Lists and their pages: what a list holds, in one statement a page, also for many parents at once.

Pages of many parents are a UNION ALL of limited selects: a window function over all their rows is 10 to 30 times slower.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from billhook.billing.reading.paging import Order, Page, PageRequest, cut
from billhook.billing.reading.rows import batched_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from sqlmodel import SQLModel

    from billhook.billing.transaction import Transaction

COUNT: sa.ColumnElement[int] = sa.func.count()
MOST_PARENTS = 200
"""Selects in one UNION ALL; SQLite takes at most 500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of rows: from where, which, in what order; `parent` is the column that a nested list hangs on."""

    table: type[SQLModel]
    order: Order
    source: Any = None
    """What to select from, where that is more than the table."""
    where: tuple[sa.ColumnElement[bool], ...] = ()
    extra: type[SQLModel] | None = None
    """A joined table whose row is read along; for lists without a parent."""
    parent: sa.SQLColumnExpression[Any] | None = None
    totals: tuple[sa.ColumnElement[int], ...] = (COUNT,)
    totals_source: Any = None
    """What to add up from, where the conditions need less than the rows do."""

    def select(self, *what: Any) -> sa.Select[*tuple[Any, ...]]:  # noqa: ANN401 - whatever SQLAlchemy selects
        """Return a SELECT of something from all rows of the list."""
        return sa.select(*what).select_from(self.table if self.source is None else self.source).where(*self.where)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list that somebody asked for: how to make it, its arguments, and the parent, where it hangs on one."""

    make: Callable[..., Listing]
    arguments: tuple[Hashable, ...] = ()
    parent: int | None = None

    def listing(self) -> Listing:
        """Return the list."""
        return self.make(*self.arguments)


@dataclass(frozen=True, slots=True)
class WantedPage:
    """A page of a list that somebody asked for."""

    of: Wanted
    request: PageRequest


def load_pages(tx: Transaction, wanted: Sequence[WantedPage]) -> list[Page[Any]]:
    """Return the pages, in one statement for all parents of the same list. Raises WrongPage for a cursor of another list."""
    pages: dict[WantedPage, Page[Any]] = {}
    for same in _alike(wanted, lambda page: (page.of.make, page.of.arguments, page.request)):
        listing, request = same[0].of.listing(), same[0].request
        if same[0].of.parent is None:
            pages[same[0]] = _page(tx, listing, request)
            continue
        by_parent = _pages_of(tx, listing, request, [page.of.parent for page in same if page.of.parent is not None])
        pages |= {page: by_parent[page.of.parent] for page in same if page.of.parent is not None}
    return [pages[page] for page in wanted]


def load_totals(tx: Transaction, wanted: Sequence[Wanted]) -> list[tuple[int, ...]]:
    """Return the totals of whole lists: how many rows, and what else the list adds up; one statement for all parents of the same list."""
    totals: dict[Wanted, tuple[int, ...]] = {}
    for same in _alike(wanted, lambda each: (each.make, each.arguments)):
        listing = same[0].listing()
        if same[0].parent is None or listing.parent is None:
            source = listing.source if listing.totals_source is None else listing.totals_source
            statement = replace(listing, source=source).select(*listing.totals)
            totals[same[0]] = tuple(int(total) for total in tx.session.execute(statement).one())
            continue
        statement = listing.select(listing.parent, *listing.totals).group_by(listing.parent)
        found: dict[int, tuple[int, ...]] = {}
        for parents in batched_keys(each.parent for each in same if each.parent is not None):
            rows = tx.session.execute(statement.where(listing.parent.in_(parents)))
            found |= {key: tuple(int(total) for total in row) for key, *row in rows}
        nothing = (0,) * len(listing.totals)
        totals |= {each: found.get(each.parent or 0, nothing) for each in same}
    return [totals[each] for each in wanted]


def _page(tx: Transaction, listing: Listing, request: PageRequest) -> Page[Any]:
    what = [listing.table] if listing.extra is None else [listing.table, listing.extra]
    return cut([tuple(row) for row in tx.session.execute(_limited(listing.select(*what), listing, request))], listing.order, request)


def _pages_of(tx: Transaction, listing: Listing, request: PageRequest, parents: Sequence[int]) -> dict[int, Page[Any]]:
    parent = listing.parent
    if parent is None:
        raise TypeError(f"the list {listing.order.name} hangs on no parent")
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    (row_key,) = sa.inspect(listing.table).primary_key
    for start in range(0, len(parents), MOST_PARENTS):
        some = parents[start : start + MOST_PARENTS]
        parts = [
            _limited(listing.select(row_key.label("row"), sa.literal(key).label("of")).where(parent == key), listing, request).subquery()
            for key in some
        ]
        together = sa.union_all(*(sa.select(part) for part in parts)).subquery()
        rows = sa.select(listing.table, together.c.of).join(together, together.c.row == row_key)
        for row, key in tx.session.execute(rows):
            found[key].append((row,))
    return {key: cut(_sorted(found[key], listing.order, backward=request.backward), listing.order, request) for key in parents}


def _limited(statement: sa.Select[*tuple[Any, ...]], listing: Listing, request: PageRequest) -> sa.Select[*tuple[Any, ...]]:
    """Cut a page and one row more. The limit is written into the statement: PostgreSQL re-plans a bound one on every execution."""
    ordered = statement.where(*listing.order.within(request)).order_by(*listing.order.by(backward=request.backward))
    return ordered.limit(sa.literal_column(str(int(request.size) + 1)))


def _sorted(found: list[tuple[Any, ...]], order: Order, *, backward: bool) -> list[tuple[Any, ...]]:
    """Put rows in reading direction again: a UNION ALL promises no order."""
    for key in reversed(order.keys):
        found.sort(key=key.read, reverse=key.descending != backward)
    return found


def _alike(wanted: Sequence[Any], by: Callable[[Any], Hashable]) -> Iterable[list[Any]]:
    """Group what can be answered by one statement."""
    groups: dict[Hashable, list[Any]] = defaultdict(list)
    for each in wanted:
        groups[by(each)].append(each)
    return groups.values()
