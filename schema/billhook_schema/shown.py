"""A list of rows, each of which is made an object of the schema when it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

RowT = TypeVar("RowT")
NodeT = TypeVar("NodeT")


class Shown(Sequence[NodeT], Generic[NodeT, RowT]):
    """Rows as they are shown. A list that is refused for its length shows none of them."""

    def __init__(self, rows: Sequence[RowT], show: Callable[[RowT], NodeT]) -> None:
        self._rows = rows
        self._show = show

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> NodeT: ...
    @overload
    def __getitem__(self, index: slice) -> Shown[NodeT, RowT]: ...
    def __getitem__(self, index: int | slice) -> NodeT | Shown[NodeT, RowT]:
        """Show one, or return some that are not shown yet."""
        return Shown(self._rows[index], self._show) if isinstance(index, slice) else self._show(self._rows[index])

    def __iter__(self) -> Iterator[NodeT]:
        """Show one after the other."""
        return map(self._show, self._rows)
