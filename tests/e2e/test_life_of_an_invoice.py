"""R13 to R15: creation counts, discarding undoes, drafts change within bounds, booking numbers without gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook
from tests.e2e.refusals import nothing_written, refusal
from tests.e2e.story import (
    advance,
    applied,
    balance,
    book,
    change_draft,
    create,
    credit,
    deal,
    discard,
    figures,
    manual,
    part,
    phase,
    phase_invoice,
    project,
    refuse,
    s,
    seller,
    sums,
    taxed,
    timetracking,
    work,
)

from billhook.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

INVOICES = "... on AdvanceProblem { invoices { id } }"

# ---- R13 -----------------------------------------------------------------------------------------------------


def test_a_draft_claims_work_and_applies_and_registers_advances(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "30", book=False)
    work(billhook, website, "100")
    draft = phase_invoice(billhook, website, book=False)
    assert (draft["status"], draft["number"], draft["issuedOn"]) == ("DRAFT", None, None)
    assert sums(draft) == ("100.00", "30.00", "70.00")
    assert balance(billhook, website) == ("0.00", "0.00")
    assert refuse(billhook, website, {"timetracking": {}})["code"] == "NOTHING_TO_BILL"


def test_discarding_a_draft_undoes_all_of_it_and_leaves_no_gap(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "30")
    work(billhook, website, "100")
    draft, own = phase_invoice(billhook, website, book=False), advance(billhook, website, "10", book=False)
    assert balance(billhook, website) == ("0.00", "10.00")
    assert discard(billhook, draft)["status"] == "DISCARDED"
    assert balance(billhook, website) == ("100.00", "40.00")
    discard(billhook, own)
    assert balance(billhook, website) == ("100.00", "30.00")
    assert phase_invoice(billhook, website)["number"] == "INV-00002"


def test_a_booked_and_a_discarded_invoice_are_not_discarded_booked_or_changed(billhook: Billhook) -> None:
    website = project(billhook)
    booked, discarded = advance(billhook, website, "1"), discard(billhook, advance(billhook, website, "1", book=False))
    for invoice in (booked, discarded):
        given = {"invoiceId": invoice["id"]}
        for mutation in ("discardInvoice", "bookInvoice"):
            assert refusal(billhook, mutation, given)[:2] == ("WRONG_STATUS", "invoiceId")
        assert refusal(billhook, "updateDraftInvoice", given | {"expectedVersion": 1, "note": "A"})[0] == "WRONG_STATUS"
    assert refusal(billhook, "creditInvoice", {"invoiceId": discarded["id"]})[0] == "WRONG_STATUS"


def test_a_draft_advance_with_applications_is_not_discarded_or_lowered_below_them(billhook: Billhook) -> None:
    website = project(billhook)
    draft = advance(billhook, website, "100", book=False)
    work(billhook, website, "60")
    invoice = phase_invoice(billhook, website, book=False)
    with nothing_written(billhook):
        [error] = billhook.refused("discardInvoice", {"invoiceId": draft["id"]}, INVOICES)
    assert (error["code"], error["invoices"]) == ("ADVANCE_IN_USE", [{"id": invoice["id"]}])
    [line] = draft["lines"]
    lower = {"invoiceId": draft["id"], "expectedVersion": 1, "updateLines": [{"lineId": line["id"], "unitPrice": "59.99"}]}
    with nothing_written(billhook):
        [error] = billhook.refused("updateDraftInvoice", lower, INVOICES)
    assert (error["code"], error["invoices"]) == ("ADVANCE_IN_USE", [{"id": invoice["id"]}])
    lowered = change_draft(billhook, draft, updateLines=[{"lineId": line["id"], "unitPrice": "60"}])
    assert (lowered["net"], balance(billhook, website)) == ("60.00", ("0.00", "0.00"))
    discard(billhook, invoice)
    assert discard(billhook, lowered)["status"] == "DISCARDED"
    assert balance(billhook, website) == ("60.00", "0.00")


# ---- R14 -----------------------------------------------------------------------------------------------------


def test_a_removed_line_gives_back_exactly_what_it_billed(billhook: Billhook) -> None:
    website = project(billhook)
    for worth in ("10", "20"):
        work(billhook, website, worth)
    draft = timetracking(billhook, website, book=False)
    changed = change_draft(billhook, draft, removeLineIds=[draft["lines"][0]["id"]])
    assert (figures(changed), changed["version"]) == ([("TIME", "20.00")], 2)
    assert balance(billhook, website) == ("10.00", "0.00")
    last = {"invoiceId": draft["id"], "expectedVersion": 2, "removeLineIds": [draft["lines"][1]["id"]]}
    assert refusal(billhook, "updateDraftInvoice", last)[:2] == ("INVALID_INPUT", "removeLineIds")


def test_lines_are_added_reworded_and_put_in_order(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    for worth in ("10", "20"):
        work(billhook, website, worth)
    draft = timetracking(billhook, website, book=False)
    first, second = (line["id"] for line in draft["lines"])
    changed = change_draft(
        billhook,
        draft,
        addLines=[{"description": "Travel", "quantity": "2", "unitPrice": "2.505", "vat": s("9")}],
        updateLines=[{"lineId": first, "description": "Design", "section": "March"}],
        lineOrder=[second, first],
    )
    assert [(line["description"], line["net"]) for line in changed["lines"]][1:] == [("Design", "10.00"), ("Travel", "5.01")]
    assert taxed(changed) == ("35.01", "6.75", "41.76")
    free = changed["lines"][2]["id"]
    repriced = change_draft(billhook, changed, updateLines=[{"lineId": free, "quantity": "3", "vat": s("21")}])
    assert (figures(repriced)[2], repriced["vat"]) == (("FREE", "7.52"), "7.88")
    price = {"invoiceId": draft["id"], "expectedVersion": 3, "updateLines": [{"lineId": first, "unitPrice": "1"}]}
    assert refusal(billhook, "updateDraftInvoice", price)[:2] == ("INVALID_INPUT", "updateLines.0.unitPrice")
    for order in ([first], [first, first, free], [first, second, free, "x"]):
        given = {"invoiceId": draft["id"], "expectedVersion": 3, "lineOrder": order}
        assert refusal(billhook, "updateDraftInvoice", given)[0] in {"INVALID_INPUT", "NOT_FOUND"}


def test_a_draft_that_was_changed_meanwhile_is_not_changed_booked_or_discarded_unseen(billhook: Billhook) -> None:
    website = project(billhook)
    draft = advance(billhook, website, "10", book=False)
    change_draft(billhook, draft, note="New")
    for mutation in ("updateDraftInvoice", "bookInvoice", "discardInvoice"):
        with nothing_written(billhook):
            [error] = billhook.refused(mutation, {"invoiceId": draft["id"], "expectedVersion": 1}, "... on StateChanged { version }")
        assert (error["code"], error["path"], error["version"]) == ("STATE_CHANGED", ["expectedVersion"], 2)


@pytest.fixture
def of_two_lines(billhook: Billhook) -> Iterator[Billhook]:
    """The same billhook, whose invoices have at most two lines."""
    few = billhook.workspace.settings.model_copy(update={"max_invoice_lines": 2})
    app = create_app(replace(billhook.workspace, settings=few))
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, billhook.workspace, billhook.clock)


def test_lines_that_take_advances_off_are_none_of_the_most_lines_of_an_invoice(of_two_lines: Billhook) -> None:
    website = project(of_two_lines)
    for _ in range(3):
        advance(of_two_lines, website, "1")
    work(of_two_lines, website, "10")
    draft = phase_invoice(of_two_lines, website, book=False)
    assert [kind for kind, _ in figures(draft)] == ["TIME", "SETTLEMENT", "SETTLEMENT", "SETTLEMENT"]
    draft = change_draft(of_two_lines, draft, note="Thank you", addLines=[{"description": "Domain", "unitPrice": "5"}])
    assert sums(draft) == ("15.00", "3.00", "12.00")
    more = {"invoiceId": draft["id"], "expectedVersion": draft["version"], "addLines": [{"description": "Logo", "unitPrice": "1"}]}
    assert refusal(of_two_lines, "updateDraftInvoice", more) == (
        "LIMIT_EXCEEDED",
        "addLines",
        "An invoice has at most 2 lines. Put the rest on another one.",
    )


def test_a_draft_of_before_the_most_lines_were_fewer_can_lose_some(billhook: Billhook, of_two_lines: Billhook) -> None:
    website = project(billhook)
    draft = advance(billhook, website, "1", "2", "3", "4", book=False)
    changed = change_draft(of_two_lines, draft, removeLineIds=[draft["lines"][0]["id"]])
    assert figures(changed) == [("FREE", "2.00"), ("FREE", "3.00"), ("FREE", "4.00")]


def test_settlement_falls_with_the_cap_newest_advance_first_and_never_rises(billhook: Billhook) -> None:
    website = project(billhook)
    build = phase(billhook, website, "Build")
    advance(billhook, website, "50")
    advance(billhook, website, "50")
    work(billhook, website, "30")
    work(billhook, website, "60", phaseId=build)
    draft = phase_invoice(billhook, website, book=False)
    assert applied(draft) == [("INV-00001", "50.00"), ("INV-00002", "40.00")]
    [small] = [line["id"] for line in draft["lines"] if line["net"] == "30.00"]
    lower = change_draft(billhook, draft, removeLineIds=[small])
    assert (sums(lower), applied(lower)) == (("60.00", "60.00", "0.00"), [("INV-00001", "50.00"), ("INV-00002", "10.00")])
    assert balance(billhook, website) == ("30.00", "40.00")
    higher = change_draft(billhook, lower, addLines=[{"description": "Travel", "unitPrice": "40"}], advances={"mode": "AUTO"})
    assert sums(higher) == ("100.00", "60.00", "40.00")
    [newest] = [line["id"] for line in higher["lines"] if line["net"] == "-10.00"]
    without = change_draft(billhook, higher, removeLineIds=[newest])
    assert (sums(without), applied(without)) == (("100.00", "50.00", "50.00"), [("INV-00001", "50.00")])
    assert balance(billhook, website) == ("30.00", "50.00")
    assert sums(change_draft(billhook, without, advances={"mode": "NONE"})) == ("100.00", "0.00", "100.00")
    assert balance(billhook, website) == ("30.00", "100.00")


def test_a_draft_advance_stays_above_zero(billhook: Billhook) -> None:
    website = project(billhook)
    draft = advance(billhook, website, "10", book=False)
    [line] = draft["lines"]
    nothing = {"invoiceId": draft["id"], "expectedVersion": 1, "updateLines": [{"lineId": line["id"], "unitPrice": "0"}]}
    assert refusal(billhook, "updateDraftInvoice", nothing)[0] == "INVALID_INPUT"
    assert change_draft(billhook, draft, updateLines=[{"lineId": line["id"], "unitPrice": "0.01"}])["net"] == "0.01"
    assert balance(billhook, website) == ("0.00", "0.01")


def test_a_removed_line_of_a_deal_can_be_billed_again(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, ("100", s("21")), ("50", s("9")))
    billed = create(billhook, website, part(sold), book=False)
    [line] = [line["id"] for line in billed["lines"] if line["net"] == "50.00"]
    change_draft(billhook, billed, removeLineIds=[line])
    found = billhook.graphql("query($id: ID!) { node(id: $id) { ... on Deal { remaining { amount } } } }", {"id": sold})
    assert found["node"]["remaining"]["amount"] == "50.00"
    assert balance(billhook, website) == ("0.00", "100.00")


# ---- R15 -----------------------------------------------------------------------------------------------------


def test_an_invoice_is_not_booked_before_the_advance_it_takes_off(billhook: Billhook) -> None:
    website = project(billhook)
    first = advance(billhook, website, "10", book=False)
    work(billhook, website, "50")
    with nothing_written(billhook):
        error = refuse(billhook, website, {"phase": {}}, INVOICES)
    assert (error["code"], error["invoices"]) == ("ADVANCE_NOT_BOOKED", [{"id": first["id"]}])
    draft = phase_invoice(billhook, website, book=False)
    assert draft["lines"][-1]["description"] == "Advance invoice (draft)"
    with nothing_written(billhook):
        [refused] = billhook.refused("bookInvoice", {"invoiceId": draft["id"]}, INVOICES)
    assert (refused["code"], refused["invoices"]) == ("ADVANCE_NOT_BOOKED", [{"id": first["id"]}])
    assert book(billhook, first)["number"] == "INV-00001"
    booked = book(billhook, draft)
    assert (booked["number"], booked["lines"][-1]["description"]) == ("INV-00002", "Advance invoice INV-00001 of 2026-03-10")


def test_booked_advances_come_off_by_date_and_drafts_last(billhook: Billhook) -> None:
    website = project(billhook)
    draft, late = advance(billhook, website, "10", book=False), advance(billhook, website, "20", book=False)
    early = advance(billhook, website, "30", issuedOn="2026-03-08")
    book(billhook, late, issuedOn="2026-03-09")
    work(billhook, website, "60")
    invoice = phase_invoice(billhook, website, book=False)
    assert [each["advance"]["id"] for each in invoice["applications"]] == [early["id"], late["id"], draft["id"]]


@pytest.mark.parametrize("page", ["first: 1, after: $cursor", "last: 1, before: $cursor"])
def test_advances_are_listed_in_the_order_in_which_they_come_off_whatever_date_a_draft_asks_for(billhook: Billhook, page: str) -> None:
    website = project(billhook)
    asked = {"book": False, "issuedOn": "2026-03-08"}
    drafts = [advance(billhook, website, "10", book=False), advance(billhook, website, "20", **asked)]
    booked = advance(billhook, website, "30")
    work(billhook, website, "60")
    invoice = phase_invoice(billhook, website, book=False)
    in_order = [each["advance"]["id"] for each in invoice["applications"]]
    assert in_order == [booked["id"], drafts[0]["id"], drafts[1]["id"]]
    query = f"""query($id: ID!, $cursor: String) {{ project(id: $id) {{ billing {{ advances(openOnly: false, {page}) {{
        nodes {{ invoice {{ id }} }} pageInfo {{ startCursor endCursor }} }} }} }} }}"""
    listed, cursor = [], None
    while True:
        found = billhook.graphql(query, {"id": website, "cursor": cursor})["project"]["billing"]["advances"]
        if not found["nodes"]:
            break
        listed += [node["invoice"]["id"] for node in found["nodes"]]
        cursor = found["pageInfo"]["endCursor" if page.startswith("first") else "startCursor"]
    assert listed == (in_order if page.startswith("first") else in_order[::-1])


def test_dates_follow_the_numbers_and_are_never_in_the_future(billhook: Billhook) -> None:
    website = project(billhook)
    assert advance(billhook, website, "1", issuedOn="2026-03-05")["issuedOn"] == "2026-03-05"
    for day, code in (("2026-03-04", "DATE_BEFORE_LAST_NUMBER"), ("2026-03-11", "INVALID_INPUT"), ("2062-03-10", "INVALID_INPUT")):
        given = {"projectId": website, "source": manual("1"), "book": True, "issuedOn": day}
        assert refusal(billhook, "createInvoice", given)[:2] == (code, "issuedOn")
    assert advance(billhook, website, "1", issuedOn="2026-03-05")["number"] == "INV-00002"
    later = advance(billhook, website, "1")
    assert (later["number"], later["issuedOn"], later["dueOn"]) == ("INV-00003", "2026-03-10", "2026-04-09")
    billhook.clock.move_to(date(2026, 3, 9))
    assert advance(billhook, website, "1")["issuedOn"] == "2026-03-10"


def test_each_seller_has_two_series_without_gaps(billhook: Billhook) -> None:
    other = seller(billhook, "Second", invoiceNumberFormat="B{sequence}", creditNoteNumberFormat="BC{sequence}")
    ours, theirs = project(billhook), project(billhook, "Shop", sellerId=other)
    numbers = []
    for shop in (ours, theirs, ours, theirs):
        invoice = advance(billhook, shop, "1")
        discard(billhook, advance(billhook, shop, "1", book=False))
        refuse(billhook, shop, manual("1"), issuedOn="2026-03-09")
        numbers += [invoice["number"], credit(billhook, invoice)["number"]]
    assert numbers == ["INV-00001", "CN-00001", "B1", "BC1", "INV-00002", "CN-00002", "B2", "BC2"]


def test_seller_and_customer_stay_on_a_booked_document_as_they_were(billhook: Billhook) -> None:
    website = project(billhook)
    parties = "query($id: ID!) { invoice(id: $id) { seller { name } buyer { name } customer { id } } }"
    invoice, draft = advance(billhook, website, "1"), advance(billhook, website, "1", book=False)
    assert billhook.graphql(parties, {"id": draft["id"]})["invoice"]["seller"] is None
    found = billhook.graphql(parties, {"id": invoice["id"]})["invoice"]
    assert (found["seller"], found["buyer"]) == ({"name": "Studio"}, {"name": "Acme"})
    billhook.mutate("updateSeller", {"id": seller(billhook), "party": {"name": "Atelier"}}, "seller { id }")
    billhook.mutate("updateCustomer", {"id": found["customer"]["id"], "party": {"name": "Bolt"}}, "customer { id }")
    assert billhook.graphql(parties, {"id": invoice["id"]})["invoice"] == found
    book(billhook, draft)
    later = billhook.graphql(parties, {"id": draft["id"]})["invoice"]
    assert (later["seller"], later["buyer"]) == ({"name": "Atelier"}, {"name": "Bolt"})
