"""The scalars: exact decimals, days, instants and currency codes; a value of the wrong form is a BAD_USER_INPUT error.

Whether a well-formed value makes sense is a question for the use cases, and their answer a user error.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, ValueNode, print_ast
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from billhook.billing.inputs.common import CurrencyCode

__all__ = ["JSON", "SCALARS", "CurrencyCode"]

BAD_USER_INPUT = "BAD_USER_INPUT"
MAX_CURRENCY_LENGTH = 10
_SHOWN = 40
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")


def parse_decimal(value: object) -> Decimal:
    """Read a Decimal from a variable: a string, or a whole JSON number. A JSON float has lost its exact value already."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return Decimal(value)
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise _wrong("Decimal", value, 'an exact number as a string, such as "12.50": at most 15 digits before and 6 after the point')
    return Decimal(value)


def parse_decimal_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> Decimal:
    """Read a Decimal from the text of a document, where 12.50 without quotes is exact, too."""
    if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
        return parse_decimal(node.value)
    raise _wrong("Decimal", print_ast(node), 'an exact number as a string, such as "12.50"')


def write_decimal(value: Decimal) -> str:
    """Write a Decimal with all its digits and no exponent. Raises ValueError for what is no number."""
    if not value.is_finite():
        raise ValueError(f"{value} has no Decimal form")
    return format(value, "f")


def parse_date(value: object) -> date:
    """Read a day that exists, yyyy-mm-dd and nothing else."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _wrong("Date", value, "a day of the calendar") from None
    raise _wrong("Date", value, "a day as yyyy-mm-dd, such as 2026-01-31")


def parse_date_time(value: object) -> datetime:
    """Read an instant with its offset, into UTC; what is finer than microseconds is cut off."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise _wrong("DateTime", value, "a moment of the calendar") from None
        # The first and last year are left out, so that any time zone can show the moment.
        if date.min.year < moment.year < date.max.year:
            return moment
    raise _wrong("DateTime", value, "a moment with its offset (RFC 3339), such as 2026-01-31T09:00:00+01:00")


def write_date_time(value: datetime) -> str:
    """Write an instant with its offset. Raises ValueError for one without."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return value.isoformat()


def parse_currency(value: object) -> CurrencyCode:
    """Read a short text; whether there is such a currency is checked by the use case, which can say where it is wrong."""
    if not isinstance(value, str) or len(value) > MAX_CURRENCY_LENGTH:
        raise _wrong("CurrencyCode", value, "an ISO 4217 code, such as EUR")
    return CurrencyCode(value)


def _wrong(scalar: str, value: object, expected: str) -> GraphQLError:
    shown = repr(value) if isinstance(value, str | int | float) else type(value).__name__
    return GraphQLError(f"Not a {scalar}: {shown[:_SHOWN]}. Expected {expected}.", extensions={"code": BAD_USER_INPUT})


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description=(
            'An exact number as a string, such as "200.00": at most 15 digits before and 6 after the point. '
            "Of numbers in variables only whole ones are taken: a JSON number with a point is not exact."
        ),
        serialize=write_decimal,
        parse_value=parse_decimal,
        parse_literal=parse_decimal_literal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day of the calendar: yyyy-mm-dd, such as 2026-01-31.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment with its offset (RFC 3339), such as 2026-01-31T09:00:00+01:00. Answers are in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_date_time,
        parse_value=parse_date_time,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="An ISO 4217 currency code in capitals, such as EUR.",
        serialize=str,
        parse_value=parse_currency,
    ),
}
"""The Python types behind the scalars, for `StrawberryConfig.scalar_map`."""
