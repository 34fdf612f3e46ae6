"""Searching: whether a text holds what somebody looks for, without regard to case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.store.sorting import fold, folded, sort_key

if TYPE_CHECKING:
    import sqlalchemy as sa

LONGEST_SEARCH = 200
"""Characters; SQLite refuses a pattern of more than 50,000 bytes."""


def sort_text_holds(column: sa.SQLColumnExpression[Any], search: str) -> sa.ColumnElement[bool]:
    """Search a column that holds sort keys."""
    return column.contains(sort_key(search.strip()), autoescape=True)


def text_holds(column: sa.SQLColumnExpression[Any], search: str) -> sa.ColumnElement[bool]:
    """Search a column that holds text as it was written."""
    return folded(column).contains(fold(search.strip()), autoescape=True)
