"""What an export says of rates, amounts and currencies.

Toggl Track writes no rates, only amounts: there a kept rate is the one nearest to amount / time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from billhook.billing.importing.figures import read_decimal
from billhook.billing.importing.formats import CURRENCY
from billhook.billing.importing.report import BadValue
from billhook.billing.records.people import checked_currency
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import SECONDS_PER_HOUR, divide_half_up, largest_rate_minor, to_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billhook.billing.importing.export import Record

_COLUMN = re.compile(r"(Billable Rate|Billable Amount|Amount)(?: \((.*)\))?")
_LAST_WORD = re.compile(r"(?:.* - )?([A-Z]{3})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """A column of rates or amounts, and the currency that its name states."""

    name: str
    is_rate: bool
    currency: str | None


@dataclass(frozen=True, slots=True)
class Money:
    """What one row says, as it stands there; empty texts where it says nothing."""

    currency: str | None
    currency_column: str
    currency_value: str
    """Where the row states the currency."""
    column: str
    value: str
    """Its rate or amount."""
    is_rate: bool


def money_columns(header: Iterable[str]) -> tuple[MoneyColumn, ...]:
    """Find the columns of rates and amounts, those of rates first. Raises INVALID_INPUT for one in an unknown currency."""
    found = [(name, match) for name in header if (match := _COLUMN.fullmatch(name))]
    columns = [MoneyColumn(name, match[1] == "Billable Rate", _column_currency(name, match[1], match[2])) for name, match in found]
    return tuple(sorted(columns, key=lambda column: not column.is_rate))


def only_currency(columns: Iterable[MoneyColumn]) -> str | None:
    """Return the currency that the header as a whole names, if it names one."""
    named = {column.currency for column in columns if column.currency}
    return named.pop() if len(named) == 1 else None


def read_money(record: Record, columns: Iterable[MoneyColumn]) -> Money:
    """Return what a row says of money: its first rate or amount that is there. Raises BadValue for an unknown currency."""
    column = next((column for column in columns if record.text(column.name)), None)
    name, value, is_rate = (column.name, record.text(column.name), column.is_rate) if column else ("", "", False)
    stated = record.text(CURRENCY)
    if not stated:
        return Money(column.currency if column else None, name, value, name, value, is_rate)
    code = _LAST_WORD.fullmatch(stated)
    if code is None or not _is_currency(code[1]):
        raise BadValue(CURRENCY, stated, "does not end in an ISO 4217 currency code, such as EUR")
    return Money(code[1], CURRENCY, stated, name, value, is_rate)


def kept_rate(money: Money, seconds: int, currency: str) -> int | None:
    """Return the hourly rate that a row states, in minor units; None where it states none.

    A rate of 0 is a real 0 (M4); an amount of 0 says nothing. Raises BadValue for what is no rate in this currency.
    """
    if not money.value:
        return None
    try:
        minor = to_minor(read_decimal(money.value), currency)
    except ValueError as error:
        raise BadValue(money.column, money.value, str(error)) from None
    rate = minor if money.is_rate else divide_half_up(minor * SECONDS_PER_HOUR, seconds)
    if rate > largest_rate_minor(currency):
        raise BadValue(money.column, money.value, "is too large for an hourly rate")
    return rate if money.is_rate or rate > 0 else None


@lru_cache(maxsize=256)
def _is_currency(code: str) -> bool:
    try:
        checked_currency(code)
    except Refusal:
        return False
    return True


def _column_currency(column: str, kind: str, code: str | None) -> str | None:
    if not code:
        return None
    if not _is_currency(code):
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"The column '{column[:60]}' names no ISO 4217 currency code. Put one into its name in the file, such as '{kind} (EUR)'.",
        )
    return code
