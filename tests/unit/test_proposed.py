"""A project is proposed while more is unbilled than advanced, or something is unrated (R3)."""

from __future__ import annotations

import pytest

from billhook.domain.proposed import is_proposed, not_proposed_because, until_proposed
from billhook.domain.words import NotProposedReason


@pytest.mark.parametrize(
    ("open_advance", "unbilled", "proposed"),
    [
        (20000, 15000, False),
        (40000, 39999, False),
        (40000, 40000, False),
        (40000, 40001, True),
        (15000 + 5000, 20000, False),
        (15000 + 5000, 20001, True),
        (40000 - 10000, 35000, True),
        (40000 - 40000, 1, True),
        (0, 0, False),
    ],
)
def test_r3_proposed_is_unbilled_strictly_above_the_open_advance(open_advance: int, unbilled: int, proposed: bool) -> None:  # noqa: FBT001
    assert is_proposed(unbilled, open_advance, 0) is proposed
    assert (not_proposed_because(unbilled, open_advance, 0) is None) is proposed
    assert (until_proposed(unbilled, open_advance, 0) is None) is proposed


@pytest.mark.parametrize(("unbilled", "open_advance"), [(0, 0), (0, 40000), (100, 40000)])
def test_r3_a_project_with_unrated_entries_is_proposed_whatever_is_advanced(unbilled: int, open_advance: int) -> None:
    assert is_proposed(unbilled, open_advance, 1)
    assert not_proposed_because(unbilled, open_advance, 1) is None
    assert until_proposed(unbilled, open_advance, 1) is None


@pytest.mark.parametrize(
    ("unbilled", "open_advance", "reason"),
    [
        (1, 1, NotProposedReason.COVERED_BY_ADVANCE),
        (1, 2, NotProposedReason.COVERED_BY_ADVANCE),
        (0, 2, NotProposedReason.NOTHING_UNBILLED),
        (0, 0, NotProposedReason.NOTHING_UNBILLED),
    ],
)
def test_r3_otherwise_it_is_covered_or_nothing_is_unbilled(unbilled: int, open_advance: int, reason: NotProposedReason) -> None:
    assert not_proposed_because(unbilled, open_advance, 0) is reason


def test_s11_50_hours_sold_in_advance_are_covered_at_50_hours_and_proposed_at_55() -> None:
    assert not_proposed_because(500_000, 500_000, 0) is NotProposedReason.COVERED_BY_ADVANCE
    assert until_proposed(500_000, 500_000, 0) == 0
    assert is_proposed(550_000, 500_000, 0)


@pytest.mark.parametrize(("unbilled", "open_advance"), [(0, 0), (15000, 40000), (40000, 40000)])
def test_anything_more_than_until_proposed_makes_it_proposed(unbilled: int, open_advance: int) -> None:
    missing = until_proposed(unbilled, open_advance, 0)
    assert missing is not None
    assert missing == open_advance - unbilled
    assert not is_proposed(unbilled + missing, open_advance, 0)
    assert is_proposed(unbilled + missing + 1, open_advance, 0)
