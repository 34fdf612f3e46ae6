"""S10 to S12, S14 to S16 and S23: what happened with tracked time in the field, with its exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.refusals import dump
from tests.e2e.story import (
    advance,
    balance,
    create,
    entry,
    figures,
    is_proposed,
    manual,
    phase_invoice,
    project,
    s,
    sums,
    taxed,
    timetracking,
    track,
    work_type,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

HOUR = 3600
WHERE = "... on AlreadyBilled { count items { item { __typename ... on Node { id } } invoice { id } } }"


def test_s10_an_entry_on_a_draft_is_not_edited_and_not_billed_again(billhook: Billhook) -> None:
    website = project(billhook)
    on_draft = track(billhook, website, 37_800)
    draft = timetracking(billhook, website, book=False)
    before = dump(billhook.workspace)
    [error] = billhook.refused("saveTimeEntries", {"update": [{"timeEntryId": on_draft, "seconds": HOUR}]}, WHERE)
    assert (error["code"], error["path"]) == ("ALREADY_BILLED", ["update", "0"])
    assert error["items"] == [{"item": {"__typename": "TimeEntry", "id": on_draft}, "invoice": {"id": draft["id"]}}]
    assert dump(billhook.workspace) == before
    later = track(billhook, website, 142_200)
    second = timetracking(billhook, website)
    assert sums(second) == ("3950.00", "0.00", "3950.00")
    assert [node["id"] for line in second["lines"] for node in line["timeEntries"]["nodes"]] == [later]
    assert second["lines"][0]["hours"] == "39.5000"


def test_s11_hours_sold_in_advance_are_proposed_only_beyond_them(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "5000")
    track(billhook, website, 50 * HOUR)
    assert balance(billhook, website) == ("5000.00", "5000.00")
    assert not is_proposed(billhook, website)
    track(billhook, website, 5 * HOUR)
    assert balance(billhook, website) == ("5500.00", "5000.00")
    assert is_proposed(billhook, website)


def test_s12_unbilled_entries_move_to_another_project_and_billed_ones_do_not(billhook: Billhook) -> None:
    website, shop = project(billhook), project(billhook, "Shop")
    billed = [track(billhook, website) for _ in range(4)]
    timetracking(billhook, website, {"entryIds": billed})
    unbilled = [track(billhook, website) for _ in range(6)]
    assert balance(billhook, website) == ("600.00", "0.00")
    for entry_id in billed:
        before = dump(billhook.workspace)
        [error] = billhook.refused("saveTimeEntries", {"update": [{"timeEntryId": entry_id, "projectId": shop}]}, WHERE)
        assert (error["code"], error["count"]) == ("ALREADY_BILLED", 1)
        assert dump(billhook.workspace) == before
    for moved, entry_id in enumerate(unbilled, 1):
        saved = billhook.mutate("saveTimeEntries", {"update": [{"timeEntryId": entry_id, "projectId": shop}]}, "projects { id }")
        assert {each["id"] for each in saved["projects"]} == {website, shop}
        assert balance(billhook, website) == (f"{600 - 100 * moved}.00", "0.00")
        assert balance(billhook, shop) == (f"{100 * moved}.00", "0.00")
    assert not is_proposed(billhook, website)
    assert is_proposed(billhook, shop)


def test_s14_each_entry_is_rounded_and_then_added(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate="27.50")
    half_hour = track(billhook, website, 1800)
    quarters = [track(billhook, website, 900) for _ in range(2)]
    assert entry(billhook, half_hour)["amount"] == "13.75"
    assert [entry(billhook, quarter)["amount"] for quarter in quarters] == ["6.88", "6.88"]
    assert timetracking(billhook, website, {"entryIds": [half_hour]})["net"] == "13.75"
    assert balance(billhook, website) == ("13.76", "0.00")
    invoice = timetracking(billhook, website)
    assert figures(invoice) == [("TIME", "6.88"), ("TIME", "6.88")]
    assert invoice["net"] == "13.76"


def test_s15_an_amount_comes_from_the_seconds_and_never_from_the_hours_shown(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website, 3000)
    invoice = timetracking(billhook, website)
    assert invoice["net"] == "83.33"
    [line] = invoice["lines"]
    assert (line["hours"], line["quantity"], line["unit"], line["unitPrice"]) == ("0.8333", "0.833333", "HUR", "100")


def test_s16_vat_is_taken_of_the_sum_of_a_group_and_not_of_each_line(billhook: Billhook) -> None:
    website = project(billhook, vat=s("19"))
    invoice = create(billhook, website, manual("293.27", "84.00", "111.11"))
    assert taxed(invoice) == ("488.38", "92.79", "581.17")
    assert invoice["vatBreakdown"] == [{"vat": {"category": "S", "rate": "19"}, "net": "488.38", "tax": "92.79"}]


def test_s23_grouping_entries_never_changes_the_total(billhook: Billhook) -> None:
    design = work_type(billhook, "Design")
    website = project(billhook)
    for _ in range(3):
        track(billhook, website, 1200, workTypeId=design)
    assert balance(billhook, website) == ("99.99", "0.00")
    invoice = timetracking(billhook, website, {"groupBy": "WORK_TYPE"})
    [line] = invoice["lines"]
    assert (line["net"], line["hours"], line["quantity"], line["unitPrice"]) == ("99.99", "1.0000", "1", "99.99")
    assert line["description"] == "Design"
    assert invoice["net"] == "99.99"


def test_s23_one_entry_of_an_hour_is_worth_a_cent_more_than_three_of_twenty_minutes(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website, HOUR)
    assert sums(phase_invoice(billhook, website)) == ("100.00", "0.00", "100.00")
