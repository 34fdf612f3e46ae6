"""The key that names and titles are ordered and searched by, the same on both databases."""

from __future__ import annotations

import unicodedata


def sort_key(text: str) -> str:
    """Return a text as it is ordered and searched: normalised, without regard to case."""
    return unicodedata.normalize("NFKC", text).casefold()
