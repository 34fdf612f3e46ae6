"""Hashes of inputs and documents: the same for the same values, however they were written (G3, G4)."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import orjson


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value of plain data; decimals count by value: "1.0" is "1.00", "-0" is "0"."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return hashlib.sha256(orjson.dumps(value, default=_plain, option=options)).hexdigest()


def _plain(value: object) -> str:
    return format((value + 0).normalize(), "f") if isinstance(value, Decimal) else str(value)
