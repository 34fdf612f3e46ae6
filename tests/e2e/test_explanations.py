"""G5 and G7: one refusal among many changes nothing of its own, and every cent is explained from entry to release."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.e2e.story import (
    Answer,
    advance,
    balance,
    book,
    create,
    credit,
    deal,
    discard,
    entry,
    fixed_price,
    ledger,
    manual,
    part,
    phase,
    phase_invoice,
    plain,
    project,
    subscription,
    timetracking,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

HISTORY = """query($id: ID!) { node(id: $id) { ... on TimeEntry { billing {
    state because invoice { number } line { id }
    history { kind line { id net { amount currency } invoice { number status } } causedBy { number kind corrects { number } } } } } } }"""


def history(billhook: Billhook, entry_id: str) -> Answer:
    found: Answer = plain(billhook.graphql(HISTORY, {"id": entry_id})["node"]["billing"])
    return found


def test_one_refusal_among_many_invoices_stops_none_of_the_others(billhook: Billhook) -> None:
    shops = [project(billhook, title) for title in ("A", "B", "C")]
    for shop in (shops[0], shops[2]):
        work(billhook, shop, "10")
    given = {"invoices": [{"projectId": shop, "source": {"timetracking": {}}, "book": True} for shop in shops]}
    query = """mutation($input: CreateInvoicesInput!) { createInvoices(input: $input) {
        results { invoice { number } userErrors { code } } userErrors { code } } }"""
    answer = billhook.graphql(query, {"input": given})["createInvoices"]
    assert answer == {
        "results": [
            {"invoice": {"number": "INV-00001"}, "userErrors": []},
            {"invoice": None, "userErrors": [{"code": "NOTHING_TO_BILL"}]},
            {"invoice": {"number": "INV-00002"}, "userErrors": []},
        ],
        "userErrors": [],
    }


def test_an_entry_tells_its_way_from_line_to_credit_note_and_back(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website)
    assert history(billhook, hour)["history"] == []
    invoice = timetracking(billhook, website)
    [line] = invoice["lines"]
    billed = history(billhook, hour)
    assert (billed["state"], billed["because"]) == ("BILLED", "It is billed on invoice INV-00001.")
    assert (billed["invoice"], billed["line"]) == ({"number": "INV-00001"}, {"id": line["id"]})
    credit(billhook, invoice)
    released = history(billhook, hour)
    assert (released["state"], released["invoice"], released["line"]) == ("UNBILLED", None, None)
    on = {"id": line["id"], "net": "100.00", "invoice": {"number": "INV-00001", "status": "BOOKED"}}
    assert released["history"] == [
        {"kind": "CLAIMED", "line": on, "causedBy": {"number": "INV-00001", "kind": "REGULAR", "corrects": None}},
        {"kind": "RELEASED", "line": on, "causedBy": {"number": "CN-00001", "kind": "CREDIT_NOTE", "corrects": {"number": "INV-00001"}}},
    ]
    lines = "query($id: ID!) { invoice(id: $id) { creditNotes { number } lines { nodes { timeEntries { nodes { id } } } } } }"
    assert billhook.graphql(lines, {"id": invoice["id"]})["invoice"] == {
        "creditNotes": [{"number": "CN-00001"}],
        "lines": {"nodes": [{"timeEntries": {"nodes": [{"id": hour}]}}]},
    }


def test_a_discarded_draft_leaves_its_trace_too(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website)
    draft = timetracking(billhook, website, book=False)
    assert history(billhook, hour)["state"] == "ON_DRAFT"
    discard(billhook, draft)
    found = history(billhook, hour)
    assert [(event["kind"], event["line"]["invoice"]["status"]) for event in found["history"]] == [
        ("CLAIMED", "DISCARDED"),
        ("RELEASED", "DISCARDED"),
    ]
    timetracking(billhook, website)
    assert [event["kind"] for event in history(billhook, hour)["history"]] == ["CLAIMED", "RELEASED", "CLAIMED"]


def test_a_deleted_entry_that_was_billed_once_is_hidden_and_still_explained(billhook: Billhook) -> None:
    website = project(billhook)
    hour, never = track(billhook, website), track(billhook, website, 60)
    invoice = timetracking(billhook, website, {"entryIds": [hour]})
    credit(billhook, invoice)
    billhook.mutate("saveTimeEntries", {"deleteIds": [hour, never]}, "deletedIds")
    assert balance(billhook, website) == ("0.00", "0.00")
    listed = billhook.graphql("{ timeEntries { totalCount nodes { id } } }")["timeEntries"]
    assert listed == {"totalCount": 0, "nodes": []}
    found = history(billhook, hour)
    assert (found["state"], found["because"]) == ("NOT_BILLABLE", "It was deleted; what billed it once is kept in its history.")
    assert [event["kind"] for event in found["history"]] == ["CLAIMED", "RELEASED"]
    assert billhook.graphql(HISTORY, {"id": never}) == {"node": None}


def test_each_entry_says_why_it_is_or_is_not_offered(billhook: Billhook) -> None:
    website = project(billhook)
    covered = work(billhook, website, "100")
    found = entry(billhook, covered)["billing"]
    assert found["because"] == (
        "It is unbilled. The project is proposed for invoicing: 100.00 EUR is unbilled, and 0.00 EUR of advances is open."
    )
    advance(billhook, website, "100")
    assert entry(billhook, covered)["billing"]["because"] == (
        "It is unbilled. The project is not proposed for invoicing: its open advance of 100.00 EUR covers the 100.00 EUR unbilled. "
        "An invoice based on phases can bill it, and takes the advance off."
    )
    never = phase(billhook, website, "Sales", billingMethod="NON_BILLABLE")
    fixed = fixed_price(billhook, website, "10")
    unrated = project(billhook, "Shop", hourlyRate=None)
    sentences = {
        track(billhook, website, billable=False): ("NOT_BILLABLE", "It is marked as not billable."),
        track(billhook, website, phaseId=never): ("NOT_BILLABLE", "Its phase 'Sales' is not billable."),
        track(billhook, website, phaseId=fixed): (
            "IN_FIXED_PRICE",
            "Its phase 'Design' has a fixed price; the price is billed, not the time.",
        ),
        track(billhook, unrated): (
            "UNRATED",
            "It has no hourly rate: neither the entry, nor its phase, nor the project has one. It cannot be invoiced before it has one.",
        ),
    }
    for entry_id, (state, because) in sentences.items():
        assert entry(billhook, entry_id)["billing"] == {"state": state, "because": because}


def test_the_ledger_tells_every_movement_of_an_advance(billhook: Billhook) -> None:
    website = project(billhook)
    paid_before = advance(billhook, website, "100")
    work(billhook, website, "60")
    discard(billhook, phase_invoice(billhook, website, book=False))
    invoice = phase_invoice(billhook, website)
    [line] = [line for line in invoice["lines"] if line["kind"] == "TIME"]
    credit(billhook, invoice, {"lineId": line["id"], "amount": "25"})
    credit(billhook, paid_before, {"lineId": paid_before["lines"][0]["id"], "amount": "65"})
    rows = ledger(billhook, website)
    assert [(row["kind"], row["amount"], row["openAfter"]) for row in rows] == [
        ("REGISTERED", "100.00", "100.00"),
        ("APPLIED", "-60.00", "40.00"),
        ("RELEASED", "60.00", "100.00"),
        ("APPLIED", "-60.00", "40.00"),
        ("RELEASED", "25.00", "65.00"),
        ("CREDITED", "-65.00", "0.00"),
    ]
    assert [row["undoes"] and row["undoes"]["id"] for row in rows] == [None, None, rows[1]["id"], None, rows[3]["id"], None]
    assert {row["advance"]["id"] for row in rows} == {paid_before["id"]}


def test_the_open_advance_of_an_earlier_day_is_what_was_recorded_by_then(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "100")
    billhook.clock.move_to(date(2026, 3, 12))
    work(billhook, website, "60")
    phase_invoice(billhook, website)
    query = "query($id: ID!, $day: Date) { project(id: $id) { billing { openAdvance(asOf: $day) { amount } } } }"
    days = ["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", None]
    amounts = [billhook.graphql(query, {"id": website, "day": day})["project"]["billing"]["openAdvance"]["amount"] for day in days]
    assert amounts == ["0.00", "100.00", "100.00", "40.00", "40.00"]


def test_g2_no_credit_is_applied_on_a_day_before_it_was_registered_whatever_the_clock_says(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "100")
    billhook.clock.move_to(date(2026, 3, 9))  # as a transaction that began before midnight, and waited
    work(billhook, website, "60")
    phase_invoice(billhook, website)
    recorded = "advanceLedger { nodes { recordedOn } } openAdvance(asOf: $day) { amount }"
    query = f"query($id: ID!, $day: Date) {{ project(id: $id) {{ billing {{ {recorded} }} }} }}"
    found = [billhook.graphql(query, {"id": website, "day": day})["project"]["billing"] for day in ("2026-03-09", "2026-03-10")]
    assert [each["openAdvance"]["amount"] for each in found] == ["0.00", "40.00"]
    assert [row["recordedOn"] for row in found[0]["advanceLedger"]["nodes"]] == ["2026-03-10", "2026-03-10"]


@pytest.mark.parametrize("kind", ["deal", "subscription", "fixed price", "extra cost", "external cost"])
def test_whatever_is_billed_knows_its_line_and_the_line_knows_it(billhook: Billhook, kind: str) -> None:
    website = project(billhook)
    found: Answer
    query = """query($id: ID!) { invoice(id: $id) { lines { nodes {
        kind deal { id } subscription { id } phase { id } extraCosts { id } externalCost { id } } } } }"""
    if kind == "deal":
        item = deal(billhook, website, "10")
        invoice, found = create(billhook, website, part(item)), {"deal": {"id": item}}
    elif kind == "subscription":
        item = subscription(billhook, website, "2026-03-01")
        invoice, found = create(billhook, website, {"subscription": {"subscriptionId": item}}), {"subscription": {"id": item}}
    elif kind == "fixed price":
        item = fixed_price(billhook, website, "10")
        invoice, found = phase_invoice(billhook, website), {"phase": {"id": item}}
    elif kind == "extra cost":
        given = {"timeEntryId": track(billhook, website, hourlyRate="0"), "description": "Plug", "unitPrice": "1"}
        item = billhook.mutate("createExtraCost", given, "extraCost { id }")["extraCost"]["id"]
        invoice, found = phase_invoice(billhook, website), {"extraCosts": [{"id": item}]}
    else:
        given = {"projectId": website, "description": "Licence", "unitPrice": "1"}
        item = billhook.mutate("createExternalCost", given, "externalCost { id }")["externalCost"]["id"]
        invoice, found = phase_invoice(billhook, website), {"externalCost": {"id": item}}
    lines = billhook.graphql(query, {"id": invoice["id"]})["invoice"]["lines"]["nodes"]
    [line] = [line for line in lines if line["kind"] == kind.upper().replace(" ", "_")]
    assert {name: line[name] for name in found} == found


def test_booking_a_draft_asks_no_source_and_changes_no_amount(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "10")
    draft = phase_invoice(billhook, website, book=False)
    work(billhook, website, "90")
    create(billhook, website, manual("5"))
    booked = book(billhook, draft)
    assert (booked["net"], [line | {"creditable": "0.00"} for line in booked["lines"]]) == ("10.00", draft["lines"])
    assert balance(billhook, website) == ("90.00", "5.00")
