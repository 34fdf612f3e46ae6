"""R5, R13 and M3: an entry that moves to another project takes its unbilled costs along, and leaves what was billed of it behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from tests.e2e.refusals import refusal
from tests.e2e.story import Answer, balance, change, change_draft, credit, discard, entry, plain, project, s, timetracking, track

from billhook.billing.verifying.verifying import verify

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

TRACE = """query($id: ID!) { invoice(id: $id) { lines { nodes { net { amount currency }
    extraCosts { description unitPrice { amount currency } amount { amount currency } vat { category rate } }
    timeEntries { nodes { id project { id } } } } } } }"""
TRAIN = {"description": "Train", "unitPrice": "10.55"}


def breaches(billhook: Billhook) -> list[str]:
    with billhook.workspace.reading() as tx:
        return [found.check.name for found in verify(tx, lambda _: None) if found.count]


def trace(billhook: Billhook, invoice: Answer) -> list[Answer]:
    """The extra costs on the lines of an invoice."""
    lines = billhook.graphql(TRACE, {"id": invoice["id"]})["invoice"]["lines"]["nodes"]
    return [cost for line in lines for cost in line["extraCosts"]]


def rate_by_hand(billhook: Billhook, worth: int) -> None:
    """Give entries that are on no line a rate which no rule gives, so that whatever rates them again shows."""
    with billhook.workspace.writing() as tx:
        values = {"worth": worth}
        tx.session.execute(
            sa.text("UPDATE time_entry SET hourly_rate_minor = :worth, amount_minor = :worth WHERE live_line_id IS NULL"), values
        )


def test_what_ends_a_draft_leaves_an_entry_alone_that_was_taken_off_it_and_moved(billhook: Billhook) -> None:
    """The other project is not locked then, and its rate may be changing: what is written there would be a rate of before."""
    website, shop = project(billhook), project(billhook, "Shop", hourlyRate="80")
    moved, stays = track(billhook, website), track(billhook, website)
    draft = timetracking(billhook, website, book=False)
    first = next(line for line in draft["lines"] if line["timeEntries"]["nodes"] == [{"id": moved}])
    draft = change_draft(billhook, draft, removeLineIds=[first["id"]])
    assert change(billhook, moved, projectId=shop)["amount"] == "80.00"
    billhook.mutate("updateProject", {"id": website, "hourlyRate": "120"}, "project { id }")
    rate_by_hand(billhook, 1234)
    discard(billhook, draft)
    assert (entry(billhook, moved)["amount"], entry(billhook, stays)["amount"]) == ("12.34", "120.00")


def test_a_deleted_cost_stays_with_the_invoice_that_billed_it_when_its_entry_moves(billhook: Billhook) -> None:
    website, osaka = project(billhook, vat=s("21")), project(billhook, "Osaka", currency="JPY", hourlyRate="9000")
    hour = track(billhook, website, extraCosts=[TRAIN])
    invoice = timetracking(billhook, website)
    before = trace(billhook, invoice)
    assert plain(before) == [{"description": "Train", "unitPrice": "10.55", "amount": "10.55", "vat": {"category": "S", "rate": "21"}}]
    credit(billhook, invoice)
    delete_costs(billhook, hour)
    kept = phase_in(billhook, osaka)
    assert change(billhook, hour, projectId=osaka, phaseId=kept)["amount"] == "9000"
    assert trace(billhook, invoice) == before
    assert breaches(billhook) == []
    assert change(billhook, hour, projectId=website)["amount"] == "100.00"
    assert (trace(billhook, invoice), balance(billhook, website)) == (before, ("100.00", "0.00"))
    change(billhook, hour, projectId=osaka)
    billhook.mutate("saveTimeEntries", {"deleteIds": [hour]}, "deletedIds")
    assert (trace(billhook, invoice), balance(billhook, osaka)) == (before, ("0", "0"))
    assert breaches(billhook) == []


def phase_in(billhook: Billhook, project_id: str) -> str:
    """A phase with a VAT of its own."""
    given = {"projectId": project_id, "title": "Tea", "vat": s("9")}
    found: str = billhook.mutate("createPhase", given, "phase { id }")["phase"]["id"]
    return found


def delete_costs(billhook: Billhook, entry_id: str) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on TimeEntry { extraCosts { id } } } }"
    for cost in billhook.graphql(query, {"id": entry_id})["node"]["extraCosts"]:
        billhook.mutate("deleteExtraCost", {"id": cost["id"]}, "deletedId")


def test_a_cost_that_moved_is_billed_where_it_is(billhook: Billhook) -> None:
    website, shop = project(billhook), project(billhook, "Shop")
    hour = track(billhook, website, extraCosts=[TRAIN, {"description": "Plug", "unitPrice": "5"}])
    discard(billhook, timetracking(billhook, website, book=False))
    change(billhook, hour, projectId=shop)
    assert (balance(billhook, website), balance(billhook, shop)) == (("0.00", "0.00"), ("115.55", "0.00"))
    assert timetracking(billhook, shop)["net"] == "115.55"
    assert breaches(billhook) == []


def test_a_project_that_keeps_a_deleted_cost_keeps_its_currency_and_is_not_deleted(billhook: Billhook) -> None:
    """It looks empty: its entry went on, and the draft that billed the cost was on the project before."""
    website, shop, osaka = project(billhook), project(billhook, "Shop"), project(billhook, "Osaka", currency="JPY", hourlyRate="9000")
    hour = track(billhook, website, extraCosts=[TRAIN])
    draft = discard(billhook, timetracking(billhook, website, book=False))
    change(billhook, hour, projectId=shop)
    delete_costs(billhook, hour)
    change(billhook, hour, projectId=osaka)
    code, path, message = refusal(billhook, "deleteProject", {"id": shop})
    assert (code, path) == ("IN_USE", "id")
    assert message == "Project 'Shop' has extra costs and cannot be deleted. Set its status to DONE or CANCELLED instead."
    assert refusal(billhook, "updateProject", {"id": shop, "currency": "JPY", "hourlyRate": "9000"})[:2] == ("IN_USE", "currency")
    assert [plain(cost)["amount"] for cost in trace(billhook, draft)] == ["10.55"]
    assert breaches(billhook) == []
