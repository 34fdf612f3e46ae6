"""What a legal, structured e-invoice needs stands on every document from the first day, and stays as it was at booking."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import refusal
from tests.e2e.story import Answer, advance, book, change_draft, create, credit, made, manual, project, s, subscription

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

DATA = """
    dueOn taxPointOn buyerReference bookedAt bookedBy createdBy options period { startsOn endsOn }
    seller { name country vatNumber } sellerIban sellerBic sellerLegalText buyer { name }
    lines(first: 10) { nodes { unit vat { category rate } vatExemptionReason period { startsOn endsOn } settlesLine { id } } }
"""
REVERSE_CHARGE = {"category": "AE", "rate": "0"}
SELLER = {
    "party": {"name": "Studio", "country": "NL", "vatNumber": "NL004495445B01"},
    "vat": {"category": "Z", "rate": "0"},
    "iban": "NL91ABNA0417164300",
    "bic": "ABNANL2A",
    "legalText": "Court of Utrecht",
}


def data(billhook: Billhook, invoice: Answer) -> Answer:
    """What stands on a document beside its amounts."""
    found: Answer = billhook.graphql(f"query($id: ID!) {{ invoice(id: $id) {{ {DATA} }} }}", {"id": invoice["id"]})["invoice"]
    return found


@pytest.fixture
def shop(billhook: Billhook) -> str:
    """A project of a seller and a customer with everything that a document takes over from them."""
    sold_by = made(billhook, "createSeller", "seller", SELLER)
    sold_to = {"name": "Bolt", "paymentTermDays": 14, "buyerReference": "PO-7"}
    given = {"customerId": made(billhook, "createCustomer", "customer", sold_to), "title": "Shop", "sellerId": sold_by}
    return made(billhook, "createProject", "project", given)


def test_a_booked_document_takes_over_what_seller_and_customer_are_then(billhook: Billhook, shop: str) -> None:
    invoice = advance(billhook, shop, "100")
    stands = data(billhook, invoice)
    assert (stands["dueOn"], stands["taxPointOn"], stands["buyerReference"]) == ("2026-03-24", "2026-03-10", "PO-7")
    assert (stands["createdBy"], stands["bookedBy"], stands["bookedAt"][:10]) == ("local", "local", "2026-03-10")
    assert stands["seller"] == {"name": "Studio", "country": "NL", "vatNumber": "NL004495445B01"}
    assert (stands["sellerIban"], stands["sellerBic"], stands["sellerLegalText"]) == ("NL91ABNA0417164300", "ABNANL2A", "Court of Utrecht")
    assert stands["options"]["lines"][0]["unitPrice"] == "100"
    owner = billhook.graphql("query($id: ID!) { project(id: $id) { seller { id } } }", {"id": shop})["project"]["seller"]["id"]
    billhook.mutate("updateSeller", {"id": owner, "iban": None, "bic": None, "legalText": "Other"}, "seller { id }")
    assert data(billhook, invoice) == stands


def test_the_vat_of_a_document_becomes_due_on_the_day_that_it_is_issued(billhook: Billhook, shop: str) -> None:
    draft = advance(billhook, shop, "100", book=False, issuedOn="2026-03-08")
    assert data(billhook, draft)["taxPointOn"] is None
    booked = book(billhook, draft)
    assert (booked["issuedOn"], data(billhook, booked)["taxPointOn"]) == ("2026-03-08", "2026-03-08")
    note = credit(billhook, booked)
    assert (note["issuedOn"], data(billhook, note)["taxPointOn"]) == ("2026-03-10", "2026-03-10")


def test_a_draft_has_none_of_it_yet(billhook: Billhook, shop: str) -> None:
    stands = data(billhook, advance(billhook, shop, "100", book=False))
    fixed = ("dueOn", "taxPointOn", "bookedAt", "bookedBy", "seller", "sellerIban", "sellerBic", "sellerLegalText", "buyer")
    assert {name: stands[name] for name in fixed} == dict.fromkeys(fixed)


def test_a_line_without_vat_says_why_also_after_its_vat_was_changed(billhook: Billhook) -> None:
    website = project(billhook)
    draft = advance(billhook, website, ("1", s("21")), ("2", REVERSE_CHARGE), book=False)
    standard, reverse = draft["lines"]
    swapped = [{"lineId": standard["id"], "vat": REVERSE_CHARGE, "unit": ""}, {"lineId": reverse["id"], "vat": s("21"), "unit": "HUR"}]
    changed = change_draft(billhook, draft, updateLines=swapped)
    lines = data(billhook, book(billhook, changed))["lines"]["nodes"]
    assert [(line["vat"]["category"], line["vatExemptionReason"], line["unit"]) for line in lines] == [
        ("AE", "Reverse charge", "C62"),
        ("S", None, "HUR"),
    ]
    note = credit(billhook, draft)
    assert [line["vatExemptionReason"] for line in data(billhook, note)["lines"]["nodes"]] == ["Reverse charge", None]


def test_the_period_is_that_of_its_lines_also_after_one_was_removed(billhook: Billhook) -> None:
    website = project(billhook)
    hosting = subscription(billhook, website, "2026-03-01")
    draft = create(billhook, website, {"subscription": {"subscriptionId": hosting}}, book=False)
    march = {"startsOn": "2026-03-01", "endsOn": "2026-03-31"}
    assert data(billhook, draft)["period"] == march
    assert data(billhook, draft)["lines"]["nodes"][0]["period"] == march
    [line] = draft["lines"]
    free = [{"description": "Free", "unitPrice": "1"}]
    changed = change_draft(billhook, draft, removeLineIds=[line["id"]], addLines=free)
    assert data(billhook, book(billhook, changed))["period"] is None


def test_a_settlement_line_names_the_advance_and_its_line(billhook: Billhook) -> None:
    website = project(billhook)
    first = advance(billhook, website, "40")
    made(billhook, "createExternalCost", "externalCost", {"projectId": website, "description": "Font", "unitPrice": "100"})
    invoice = create(billhook, website, {"phase": {}})
    settlement = data(billhook, invoice)["lines"]["nodes"][-1]
    assert settlement["settlesLine"] == {"id": first["lines"][0]["id"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [("vatNumber", "hello"), ("vatNumber", "NL123"), ("vatNumber", "GB123"), ("language", "klingon"), ("country", "Holland")],
)
def test_a_party_with_a_number_or_code_that_cannot_be_is_refused(billhook: Billhook, field: str, value: str) -> None:
    given = {"name": "Bolt", "party": {"name": "Bolt", field: value}}
    assert refusal(billhook, "createCustomer", given)[:2] == ("INVALID_INPUT", f"party.{field}")


@pytest.mark.parametrize("number", ["GB980780684", "NL 0044.95.445.B01", "CHE-107.787.577", "NO987654321MVA"])
def test_a_vat_number_that_can_be_is_taken(billhook: Billhook, number: str) -> None:
    made(billhook, "createCustomer", "customer", {"name": "Bolt", "party": {"name": "Bolt", "vatNumber": number, "language": "nl-BE"}})


def test_a_day_that_was_given_stays_when_the_hour_of_the_start_changes(billhook: Billhook) -> None:
    website = project(billhook)
    worker = made(billhook, "createUser", "user", {"name": "Ben"})
    given = {"projectId": website, "userId": worker, "seconds": 60, "startedAt": "2026-03-05T09:00:00Z"}
    kept = made(billhook, "trackTime", "timeEntry", given | {"workedOn": "2026-03-01"})
    derived = made(billhook, "trackTime", "timeEntry", given)
    changes = [{"timeEntryId": each, "startedAt": "2026-03-06T09:00:00Z"} for each in (kept, derived)]
    answer = billhook.mutate("saveTimeEntries", {"update": changes}, "updated { workedOn }")
    assert [each["workedOn"] for each in answer["updated"]] == ["2026-03-01", str(date(2026, 3, 6))]


def test_an_invoice_of_a_price_shows_what_it_was_asked_for(billhook: Billhook) -> None:
    draft = create(billhook, project(billhook), manual("1"))
    assert data(billhook, draft)["options"] == {
        "entryPoint": "PROJECT",
        "lines": [{"description": "For 1", "quantity": "1", "unit": "", "unitPrice": "1", "section": ""}],
    }
