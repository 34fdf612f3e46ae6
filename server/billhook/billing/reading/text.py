"""Searching: whether a text holds what somebody looks for, without regard to case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from billhook.store.sorting import DOTTED_I, fold, folded, sort_key

LONGEST_SEARCH = 200
"""Characters; SQLite refuses a pattern of more than 50,000 bytes."""


def sort_text_holds(column: sa.SQLColumnExpression[Any], search: str) -> sa.ColumnElement[bool]:
    """Search a column that holds sort keys. They tell an İ from an I; a search finds it by an i, as in other text."""
    undotted = sa.func.replace(column, DOTTED_I, "i", type_=sa.Text())
    return undotted.contains(sort_key(search.strip()).replace(DOTTED_I, "i"), autoescape=True)


def text_holds(column: sa.SQLColumnExpression[Any], search: str) -> sa.ColumnElement[bool]:
    """Search a column that holds text as it was written."""
    return folded(column).contains(fold(search.strip()), autoescape=True)
