"""Whether a column holds one of many values, all of them in one parameter: a statement stays short, however often it says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler


class _Values(TypeDecorator[Any]):
    """Keys, or texts without NUL: an array for PostgreSQL, JSON for SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: type[sa.BigInteger | sa.Text]) -> None:
        super().__init__()
        self.item = item

    @override
    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.ARRAY(self.item))
        return dialect.type_descriptor(sa.Text())

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Among(FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True


def among_keys(column: sa.SQLColumnExpression[Any], keys: Sequence[int]) -> sa.ColumnElement[bool]:
    """Return whether a column holds one of these keys; of none it never does."""
    return _Among(column, sa.bindparam(None, list(keys), _Values(sa.BigInteger), unique=True))


def among_texts(column: sa.SQLColumnExpression[Any], texts: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return whether a column holds one of these texts, which have no NUL; of none it never does."""
    return _Among(column, sa.bindparam(None, list(texts), _Values(sa.Text), unique=True))


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - what SQLAlchemy compiled


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"
