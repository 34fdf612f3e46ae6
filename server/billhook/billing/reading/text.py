"""Searching: whether a text holds what somebody looks for, without regard to case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from billhook.store.sorting import sort_key


def sort_text_holds(column: sa.SQLColumnExpression[Any], search: str) -> sa.ColumnElement[bool]:
    """Search a column that holds sort keys."""
    return column.contains(sort_key(search.strip()), autoescape=True)


def text_holds(column: sa.SQLColumnExpression[Any], search: str) -> sa.ColumnElement[bool]:
    """Search a column that holds text as it was written."""
    return sa.func.lower(column).contains(search.strip().lower(), autoescape=True)
