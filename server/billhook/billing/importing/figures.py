"""Durations, decimals and yes or no, as the tools write them. Every function raises ValueError with a reason to show."""

from __future__ import annotations

import re
from decimal import Decimal

from billhook.domain.money import SECONDS_PER_HOUR, round_half_up

_DURATION = re.compile(r"([0-9]{1,6}):([0-5][0-9])(?::([0-5][0-9]))?")
_PLAIN = re.compile(r"[0-9]{1,12}|[0-9]{0,12}[.,][0-9]{1,12}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<mark>[.,' \u00a0\u202f])[0-9]{3}){1,3}(?:(?!(?P=mark))[.,][0-9]{1,12})?")
"""One mark between groups of three digits, and perhaps another before the decimals."""
_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def read_duration(text: str) -> int:
    """Read hours:minutes:seconds, or hours:minutes, as seconds. Hours may pass 24."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("is not a duration such as 01:30:00")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * SECONDS_PER_HOUR + minutes * 60 + seconds


def show_duration(seconds: int) -> str:
    """Write seconds as the tools do: 3601 is 01:00:01."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def read_decimal(text: str) -> Decimal:
    """Read a number in any locale: 1234.5, "1.234,5", "0,01".

    "1,234" is refused: it is a thousand in one locale and one and a bit in another, and money hangs on it.
    """
    if _PLAIN.fullmatch(text) is None and _GROUPED.fullmatch(text) is None:
        raise ValueError("is not a number of 0 or more")
    if _THOUSANDS_OR_DECIMALS.fullmatch(text):
        raise ValueError("can be read with a decimal or with a thousands separator; write it with neither or both")
    marks = [character for character in text if not character.isdigit()]
    if not marks:
        return Decimal(text)
    is_decimal = marks.count(marks[-1]) == 1 and marks[-1] in ".,"
    whole, fraction = (text.rsplit(marks[-1], 1)) if is_decimal else (text, "")
    digits = "".join(character for character in whole if character.isdigit())
    return Decimal(f"{digits or 0}.{fraction or 0}")


def read_hours(text: str) -> int:
    """Read decimal hours as seconds, to the nearest second: 0.01 is 36."""
    return round_half_up(read_decimal(text) * SECONDS_PER_HOUR)


def read_yes(text: str, *, otherwise: bool) -> bool:
    """Read Yes or No; `otherwise` is what nothing means."""
    if not text:
        return otherwise
    answers = {"yes": True, "no": False}
    if text.casefold() not in answers:
        raise ValueError("is neither Yes nor No")
    return answers[text.casefold()]
