"""Whether a project is proposed for invoicing, and why not (R3)."""

from __future__ import annotations

from billhook.domain.words import NotProposedReason


def is_proposed(unbilled_minor: int, open_advance_minor: int, unrated_entries: int) -> bool:
    """Return whether the project is in "Invoice timetracking": more unbilled than advanced, or something unrated (R3)."""
    return unbilled_minor > open_advance_minor or unrated_entries > 0


def not_proposed_because(unbilled_minor: int, open_advance_minor: int, unrated_entries: int) -> NotProposedReason | None:
    """Return why a project is not proposed; None when it is."""
    if is_proposed(unbilled_minor, open_advance_minor, unrated_entries):
        return None
    return NotProposedReason.COVERED_BY_ADVANCE if unbilled_minor > 0 else NotProposedReason.NOTHING_UNBILLED


def until_proposed(unbilled_minor: int, open_advance_minor: int, unrated_entries: int) -> int | None:
    """Return the amount of which anything MORE makes the project proposed; None when it is."""
    if is_proposed(unbilled_minor, open_advance_minor, unrated_entries):
        return None
    return open_advance_minor - unbilled_minor
