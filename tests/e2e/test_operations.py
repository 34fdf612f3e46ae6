"""The operations behind six screens of a front end, each run as it is written down in operations.graphql."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from graphql import parse, validate
from tests.e2e.story import Answer, advance, balance, phase, phase_invoice, plain, project, read, s, someone, subscription, track, work

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

DOCUMENT = (Path(__file__).parent / "operations.graphql").read_text()


def run(billhook: Billhook, operation: str, **variables: object) -> Answer:
    """Run one operation of the document and return its one answer, with plain amounts."""
    response = billhook.http.post("/graphql", json={"query": DOCUMENT, "operationName": operation, "variables": variables})
    answer = response.json()
    assert (response.status_code, "errors" in answer) == (200, False), answer
    data: Answer = plain(answer["data"])
    return data


def send(billhook: Billhook, operation: str, **given: object) -> Answer:
    """Run an operation that takes one `input` and refuses nothing."""
    [payload] = run(billhook, operation, input=given).values()
    assert payload["userErrors"] == []
    found: Answer = payload
    return found


@pytest.fixture
def website(billhook: Billhook) -> str:
    """The project of the worked example: 400.00 in advance, 401.67 unbilled."""
    website = project(billhook, vat=s("21"))
    advance(billhook, website, "400")
    track(billhook, website, 14_460, phaseId=phase(billhook, website, "Build"))
    return website


def test_the_document_is_valid(schema: Schema) -> None:
    assert validate(schema._schema, parse(DOCUMENT)) == []  # noqa: SLF001 - strawberry has no other way to it


def test_the_list_is_ticked_previewed_and_invoiced(billhook: Billhook) -> None:
    shops = [project(billhook, title) for title in ("Small", "Large", "Covered")]
    for shop, worth in zip(shops, ("10", "30", "20"), strict=True):
        work(billhook, shop, worth)
    advance(billhook, shops[2], "20")
    listed = run(billhook, "BillableList", first=1)["billableProjects"]
    assert (listed["totalCount"], [row["title"] for row in listed["nodes"]]) == (2, ["Large"])
    assert listed["nodes"][0]["billing"]["unbilled"] == {"amount": "30.00", "seconds": 3600, "entries": 1}
    assert listed["pageInfo"]["hasNextPage"]
    rest = run(billhook, "BillableList", first=1, after=listed["pageInfo"]["endCursor"])["billableProjects"]
    assert ([row["title"] for row in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["Small"], False)

    ticked = [{"projectId": shop, "source": {"timetracking": {}}} for shop in shops]
    seen = send(billhook, "PreviewTicked", invoices=ticked)["results"]
    assert [result["preview"] and result["preview"]["total"] for result in seen] == ["10.00", "30.00", None]
    [covered] = seen[2]["userErrors"]
    assert (covered["__typename"], covered["unbilled"], covered["openAdvance"]) == ("CoveredByAdvance", "20.00", "20.00")
    with_tokens = [{**tick, "previewToken": result["preview"]["token"]} for tick, result in zip(ticked[:2], seen[:2], strict=True)]
    made = send(billhook, "InvoiceTicked", invoices=[*with_tokens, ticked[2]])["results"]
    assert [result["invoice"] and result["invoice"]["net"] for result in made] == ["10.00", "30.00", None]
    assert [error["code"] for error in made[2]["userErrors"]] == ["COVERED_BY_ADVANCE"]
    assert not made[0]["invoice"]["project"]["billing"]["proposed"]
    assert run(billhook, "BillableList")["billableProjects"]["totalCount"] == 0


def test_the_billing_tab_explains_where_a_project_stands(billhook: Billhook, website: str) -> None:
    phase_invoice(billhook, website)
    work(billhook, website, "5")
    tab = run(billhook, "BillingTab", id=website)["project"]
    billing = tab["billing"]
    assert (billing["proposed"], billing["notProposedBecause"], billing["untilProposed"]) == (True, None, None)
    assert (billing["invoiced"], billing["openAdvance"], billing["unbilled"]["amount"]) == ("401.67", "0.00", "5.00")
    assert billing["advances"]["nodes"] == []
    moves = [(row["kind"], row["amount"], row["openAfter"], row["advance"]["number"]) for row in billing["advanceLedger"]["nodes"]]
    assert sorted(moves) == [("APPLIED", "-400.00", "0.00", "INV-00001"), ("REGISTERED", "400.00", "400.00", "INV-00001")]
    assert {(each["number"], each["kind"], each["total"]) for each in tab["invoices"]["nodes"]} == {
        ("INV-00001", "ADVANCE", "484.00"),
        ("INV-00002", "REGULAR", "2.02"),
    }
    assert [(each["amount"], each["billing"]["state"]) for each in tab["timeEntries"]["nodes"]] == [("5.00", "UNBILLED")]
    assert [(each["title"], each["remaining"]) for each in tab["phases"]] == [("Build", None)]


def test_a_draft_is_seen_changing_saved_and_booked(billhook: Billhook, website: str) -> None:
    draft = phase_invoice(billhook, website, book=False)
    found = run(billhook, "Draft", id=draft["id"])["invoice"]
    assert found["advancesInput"] == {"mode": "AUTO", "upTo": None}
    assert [(line["kind"], line["net"], line["timeEntries"]["totalCount"]) for line in found["lines"]["nodes"]] == [
        ("TIME", "401.67", 1),
        ("SETTLEMENT", "-400.00", 0),
    ]
    change = {
        "invoiceId": draft["id"],
        "expectedVersion": found["version"],
        "addLines": [{"description": "Travel", "unitPrice": "10"}],
        "advances": {"mode": "UP_TO", "upTo": "100"},
    }
    live = send(billhook, "DraftLive", **change)["preview"]
    assert (live["net"], live["vat"], live["total"]) == ("311.67", "65.45", "377.12")
    assert [(each["amount"], each["advance"]["number"]) for each in live["applications"]] == [("100.00", "INV-00001")]
    assert read(billhook, draft) == draft
    saved = send(billhook, "DraftSave", **change)["invoice"]
    assert (saved["net"], saved["vat"], saved["total"]) == ("311.67", "65.45", "377.12")
    assert saved["project"]["billing"]["openAdvance"] == "300.00"
    booked = send(billhook, "Book", invoiceId=draft["id"], expectedVersion=saved["version"])["invoice"]
    assert (booked["number"], booked["status"], booked["issuedOn"]) == ("INV-00002", "BOOKED", "2026-03-10")


def test_an_invoice_that_takes_off_a_draft_advance_names_it_when_it_is_booked(billhook: Billhook) -> None:
    shop = project(billhook)
    draft = advance(billhook, shop, "10", book=False)
    work(billhook, shop, "50")
    invoice = phase_invoice(billhook, shop, book=False)
    [error] = run(billhook, "Book", input={"invoiceId": invoice["id"]})["bookInvoice"]["userErrors"]
    assert (error["__typename"], error["code"]) == ("AdvanceProblem", "ADVANCE_NOT_BOOKED")
    assert error["invoices"] == [{"id": draft["id"], "status": "DRAFT"}]


def test_a_line_is_credited_as_the_dialog_previewed_it(billhook: Billhook, website: str) -> None:
    invoice = phase_invoice(billhook, website)
    dialog = run(billhook, "CreditDialog", id=invoice["id"])["invoice"]
    assert (dialog["creditable"], dialog["credited"], dialog["creditNotes"]) == ("1.67", "0.00", [])
    time, settlement = dialog["lines"]["nodes"]
    assert (time["creditable"], settlement["creditable"]) == ("401.67", "400.00")
    lines = {"invoiceId": invoice["id"], "lines": [{"lineId": time["id"]}]}
    seen = send(billhook, "CreditLive", **lines)["preview"]
    assert (seen["net"], seen["vat"], seen["total"]) == ("1.67", "0.35", "2.02")
    assert (seen["openAdvanceAfter"], seen["unbilledAfter"]) == ("400.00", "401.67")
    made = send(billhook, "Credit", **lines, previewToken=seen["token"])
    assert (made["creditNote"]["kind"], made["creditNote"]["total"]) == ("CREDIT_NOTE", "2.02")
    assert (made["invoice"]["creditable"], made["invoice"]["credited"]) == ("0.00", "1.67")
    assert balance(billhook, website) == ("401.67", "400.00")
    again = run(billhook, "CreditDialog", id=invoice["id"])["invoice"]
    assert [note["total"] for note in again["creditNotes"]] == ["2.02"]


def test_the_wizard_makes_what_it_suggests(billhook: Billhook, website: str) -> None:
    subscription(billhook, website, "2026-03-01")
    offered = run(billhook, "Wizard", projectId=website)["project"]["sources"]
    available = {offer["source"]["name"]: offer["suggestions"] for offer in offered if offer["available"]}
    assert set(available) == {"manual", "phase", "subscription", "timetracking"}
    reasons = {offer["source"]["name"]: offer["unavailableBecause"]["code"] for offer in offered if not offer["available"]}
    assert reasons == {"deal": "NOTHING_TO_BILL"}
    for name, net in (("manual", "1.67"), ("subscription", "50.00"), ("phase", "0.00")):
        [offer] = [offer for offer in run(billhook, "Wizard", projectId=website)["project"]["sources"] if offer["source"]["name"] == name]
        given = {"projectId": website, "source": {name: offer["suggestions"][0]}}
        seen = send(billhook, "WizardPreview", **given)["preview"]
        made = send(billhook, "WizardCreate", **given, previewToken=seen["token"])["invoice"]
        assert (seen["net"], made["net"], made["total"]) == (net, net, seen["total"])


def test_a_time_sheet_is_shown_and_saved(billhook: Billhook, website: str) -> None:
    user = someone(billhook)
    shown = run(billhook, "Sheet", user=user, **{"from": "2026-03-09", "upTo": "2026-03-15"})
    assert shown["viewer"]["role"] == "ADMIN"
    assert (shown["timeEntries"]["totalCount"], shown["timeEntries"]["hours"]) == (1, "4.0167")
    [entry] = shown["timeEntries"]["nodes"]
    assert (entry["workedOn"], entry["phase"]["title"], entry["billing"]["state"]) == ("2026-03-10", "Build", "UNBILLED")
    [listed] = shown["projects"]["nodes"]
    gone = track(billhook, website, 60)
    saved = send(
        billhook,
        "SaveSheet",
        track=[{"projectId": listed["id"], "userId": user, "seconds": 1800}],
        update=[{"timeEntryId": entry["id"], "seconds": 3600, "phaseId": None}],
        deleteIds=[gone],
    )
    assert len(saved["tracked"]) == 1
    assert saved["updated"] == [{"id": entry["id"], "seconds": 3600, "phase": None, "billing": {"state": "UNBILLED"}}]
    assert saved["deletedIds"] == [gone]
    assert [row["billing"]["unbilled"] for row in saved["projects"]] == [{"amount": "150.00", "seconds": 5400, "entries": 2}]
