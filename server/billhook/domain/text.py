"""Text that every database, and every answer, can hold."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a text can be stored and sent: without U+0000, which PostgreSQL refuses, and half surrogate pairs, which UTF-8 has not."""
    return not _UNSTORABLE.search(text)


def made_storable(text: str) -> str:
    """Return a text with a question mark for each character that could not be stored or sent."""
    return _UNSTORABLE.sub("?", text)
