"""What every answer must be, whatever was asked: GraphQL's form, a known code for each error, and no bug behind it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Sequence

    import httpx2

ERRORS_PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
CODES = frozenset(re.findall(r"^\| `([A-Z_]+)` \|", ERRORS_PAGE.read_text(encoding="utf-8"), re.MULTILINE))
"""The codes of top-level errors that the documentation knows."""
BUGS = frozenset({"INTERNAL", "UNAVAILABLE"})
INSIDE = ("Traceback (most recent call last)", "sqlalchemy", "psycopg", "site-packages")
LOGGER = "billhook.errors"
"""Where bugs and faults of sources are logged."""


def checked(response: httpx2.Response, logged: Sequence[logging.LogRecord]) -> dict[str, Any]:
    """Return the answer, once it is one that a client can count on."""
    assert response.status_code < 500, response.text
    faults = [record for record in logged if record.name == LOGGER]
    assert not faults, [(record.getMessage(), record.exc_info) for record in faults]
    answer: dict[str, Any] = response.json()
    assert answer.keys() <= {"data", "errors", "extensions"}, answer
    assert answer.keys() & {"data", "errors"}, answer
    for error in answer.get("errors", ()):
        assert error.keys() <= {"message", "locations", "path", "extensions"}, error
        assert error["message"], error
        assert error["extensions"]["code"] in CODES - BUGS, error
    assert answer.get("errors") != [], answer
    assert response.status_code == 200 or "data" not in answer, answer
    said = " ".join(error["message"] for error in answer.get("errors", ()))
    assert not [word for word in INSIDE if word in said], said
    return answer


def named(value: object) -> Iterator[tuple[str, object]]:
    """Go over everything in an answer with its name there; a JSON Schema has names of its own."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "optionsSchema":
                continue
            yield name, inner
            yield from named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner)
