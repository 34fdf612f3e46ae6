"""Opaque global ids: what the API shows for a row, and back (Relay's global object identification)."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

LARGEST_KEY = 2**63 - 1
LONGEST_ID = 100


def encode(kind: str, key: int) -> str:
    """Return the id that the API shows for row `key` of the GraphQL type `kind`."""
    return urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")


def decode(text: str) -> tuple[str, int]:
    """Return the kind and key behind an id. Raises ValueError for anything `encode` never made."""
    if len(text) > LONGEST_ID:
        raise ValueError("not an id")
    try:
        kind, _, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(":")
    except (binascii.Error, UnicodeError, ValueError):
        raise ValueError("not an id") from None
    if not key.isdecimal() or int(key) > LARGEST_KEY or encode(kind, int(key)) != text:
        raise ValueError("not an id")
    return kind, int(key)
