"""Column types that read the same on SQLite and PostgreSQL: keys, exact decimals, instants, closed lists, parties."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from billhook.domain.party import Party

if TYPE_CHECKING:
    from enum import Enum

    from sqlalchemy.engine import Dialect

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Row keys; SQLite numbers rows by itself only for a column of type INTEGER."""

WIDE = KEY
"""Sums that may pass 32 bits; the integers of SQLite are wide by themselves."""

SORTED_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that both databases order by code point, so that pages are the same on both."""

JSON = sa.JSON(none_as_null=True)


class Micros(TypeDecorator[Decimal]):
    """A quantity, unit price or percentage with up to 6 decimals, stored exactly as an integer of millionths."""

    impl = sa.BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Turn the exact Decimal into millionths."""
        if value is None:
            return None
        with localcontext() as context:
            context.prec = 60
            scaled = value.scaleb(6)
            if scaled != int(scaled):
                raise ValueError(f"{value} has more than 6 decimals")
            return int(scaled)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Turn millionths back, without trailing zeros: 21000000 is 21."""
        if value is None:
            return None
        whole, rest = divmod(abs(value), 10**6)
        digits = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
        return Decimal(digits if value >= 0 else f"-{digits}")


class Instant(TypeDecorator[datetime]):
    """A point in time, always UTC and aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite has no zones, so it gets the bare UTC time."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC time from either database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PartyColumn(TypeDecorator[Party]):
    """A party as one JSON value: it is read, written and snapshotted whole."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: Party | None, dialect: Dialect) -> dict[str, Any] | None:
        """Store what is set."""
        return None if value is None else {k: v for k, v in asdict(value).items() if v is not None}

    @override
    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Party | None:
        """Return the value object."""
        return None if value is None else Party(**value)


def one_of(words: type[Enum]) -> sa.Enum:
    """Return a column type for a closed list, stored as its name."""
    return sa.Enum(words, native_enum=False, create_constraint=False, length=32)
