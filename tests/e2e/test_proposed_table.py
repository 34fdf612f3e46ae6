"""The table "open advances | unbilled | proposed?", row by row: strictly more than the open advance is proposed (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.story import (
    advance,
    balance,
    billing,
    credit,
    discard,
    is_proposed,
    of_line,
    phase_invoice,
    project,
    timetracking,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


@pytest.mark.parametrize(
    ("advances", "unbilled", "proposed"),
    [
        (["200"], "150.00", False),
        (["400"], "400.00", False),
        (["400"], "400.01", True),
        (["150", "50"], "200.00", False),
        (["150", "50"], "200.01", True),
        ([], "0.01", True),
    ],
)
def test_a_project_is_proposed_when_more_is_unbilled_than_is_open(
    billhook: Billhook, advances: list[str], unbilled: str, *, proposed: bool
) -> None:
    website = project(billhook)
    for amount in advances:
        advance(billhook, website, amount)
    work(billhook, website, unbilled)
    assert balance(billhook, website) == (unbilled, f"{sum(map(int, advances))}.00")
    assert is_proposed(billhook, website) is proposed
    assert billing(billhook, website)["notProposedBecause"] == (None if proposed else "COVERED_BY_ADVANCE")


@pytest.mark.parametrize(("unbilled", "proposed"), [("300.00", False), ("300.01", True), ("350.00", True)])
def test_what_was_credited_of_an_advance_covers_nothing(billhook: Billhook, unbilled: str, *, proposed: bool) -> None:
    website = project(billhook)
    paid_before = advance(billhook, website, "400")
    credit(billhook, paid_before, of_line(paid_before["lines"][0], "100"))
    work(billhook, website, unbilled)
    assert balance(billhook, website) == (unbilled, "300.00")
    assert is_proposed(billhook, website) is proposed


def test_what_was_applied_of_an_advance_covers_nothing(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "400")
    work(billhook, website, "400")
    phase_invoice(billhook, website)
    assert not is_proposed(billhook, website)
    work(billhook, website, "0.01")
    assert balance(billhook, website) == ("0.01", "0.00")
    assert is_proposed(billhook, website)


def test_nothing_unbilled_is_not_proposed(billhook: Billhook) -> None:
    website = project(billhook)
    assert not is_proposed(billhook, website)
    assert billing(billhook, website)["notProposedBecause"] == "NOTHING_UNBILLED"
    work(billhook, website, "0")
    assert not is_proposed(billhook, website)
    assert billing(billhook, website)["notProposedBecause"] == "NOTHING_UNBILLED"


def test_a_draft_advance_covers_work_until_it_is_discarded(billhook: Billhook) -> None:
    website = project(billhook)
    draft = advance(billhook, website, "400", book=False)
    work(billhook, website, "400")
    assert not is_proposed(billhook, website)
    discard(billhook, draft)
    assert balance(billhook, website) == ("400.00", "0.00")
    assert is_proposed(billhook, website)


def test_an_unrated_entry_is_proposed_however_much_is_open(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate=None)
    advance(billhook, website, "400")
    track(billhook, website)
    found = billing(billhook, website)
    assert (found["unbilled"], found["unratedEntries"]) == ({"amount": "0.00", "seconds": 3600, "entries": 1}, 1)
    assert is_proposed(billhook, website)


@pytest.mark.parametrize("status", ["ACTIVE", "ON_HOLD", "DONE", "CANCELLED"])
def test_a_project_is_proposed_whatever_its_status(billhook: Billhook, status: str) -> None:
    website = project(billhook, status=status)
    work(billhook, website, "0.01")
    assert is_proposed(billhook, website)


def test_time_added_after_an_invoice_is_proposed_by_itself(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "100")
    timetracking(billhook, website)
    assert not is_proposed(billhook, website)
    work(billhook, website, "0.01")
    assert is_proposed(billhook, website)
