"""The key that names and titles are ordered and told apart by, and how text is searched: the same on both databases."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

WITH_UNICODE_IN_ITSELF = (17,)
"""The first PostgreSQL that knows letters beyond ASCII whatever the locale of the database is."""
DOTTED_I = "i\u0307"
"""What a sort key has for an İ: an i, and the dot as a sign of its own."""


def sort_key(text: str) -> str:
    """Return a text as it is ordered and told apart: normalised, without regard to case.

    Databases hold it, and an import knows people, projects and its own rows by it: what it makes of a text must never change. An İ is
    another letter than an I, also without regard to case.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def fold(text: str) -> str:
    """Return a text as it is searched: without regard to case, letter by letter, as PostgreSQL does it; an İ is found by an i.

    Python would look around a capital sigma, which is small in another way at the end of a word, and make two letters of an İ.
    """
    return text.replace("Σ", "σ").replace("İ", "i").lower()  # noqa: RUF001 - Greek letters


class folded(GenericFunction[str]):  # noqa: N801 - it is called as a function of SQL
    """`fold` in SQL. Before PostgreSQL 17 the locale of the database decides which letters have two cases."""

    type = sa.Text()
    inherit_cache = True


@compiles(folded, "postgresql")
def _on_postgresql(element: folded, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    text = compiler.process(element.clauses, **options)
    known = (compiler.dialect.server_version_info or ()) >= WITH_UNICODE_IN_ITSELF
    return f'lower({text} COLLATE "pg_c_utf8")' if known else f"lower({text})"
