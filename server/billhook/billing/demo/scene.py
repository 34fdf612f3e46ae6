"""What a step of a story needs to know to become the request of a use case: its day, and the ids of what it names by title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

Ids = dict[tuple[str, str], str]
"""The ids of the API, by type and title."""
Request = tuple[str, dict[str, Any]]
"""A mutation, and its input."""

CURRENT = ""
"""Instead of a title: the project of the story, its latest invoice, and the first line of that."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The day of a step, and the ids that it can name."""

    today: date
    ids: Ids

    def id_of(self, kind: str, title: str = CURRENT) -> str:
        """Return the id of the `kind` with this title; without one, of the current one. Raises KeyError for a title nobody has."""
        return self.ids[kind, title]
