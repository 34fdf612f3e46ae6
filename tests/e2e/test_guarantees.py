"""G3, G4, G5 and G7: what was seen is what is made, a request sent twice is done once, and every cent can be explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import nothing_written, refusal
from tests.e2e.story import (
    PREVIEW,
    Answer,
    advance,
    balance,
    book,
    credit,
    customer,
    manual,
    of_line,
    phase,
    phase_invoice,
    plain,
    preview,
    project,
    refuse,
    seller,
    someone,
    subscription,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

PHASE: Answer = {"phase": {}}
CHANGED = f"... on StateChanged {{ netBefore {{ amount currency }} totalBefore {{ amount currency }} version now {{ {PREVIEW} }} }}"

# ---- G3: tokens ----------------------------------------------------------------------------------------------


def test_a_token_makes_exactly_the_document_that_was_seen(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "30")
    work(billhook, website, "100")
    seen = preview(billhook, website, PHASE)
    made = phase_invoice(billhook, website, previewToken=seen["token"])
    assert all(made[name] == seen[name] for name in ("work", "advancesApplied", "net", "vat", "total"))
    assert [line["net"] for line in made["lines"]] == [line["net"] for line in seen["lines"]]
    assert balance(billhook, website) == (seen["unbilledAfter"], seen["openAdvanceAfter"]) == ("0.00", "0.00")


@pytest.mark.parametrize("what", ["time", "advance", "rate", "text"])
def test_a_changed_document_is_refused_with_the_new_preview(billhook: Billhook, what: str) -> None:
    website = project(billhook)
    first = track(billhook, website, description="Old")
    seen = preview(billhook, website, {"phase": {"groupBy": "ENTRY"}})
    if what == "time":
        work(billhook, website, "50")
    elif what == "advance":
        advance(billhook, website, "30")
    elif what == "rate":
        billhook.mutate("updateProject", {"id": website, "hourlyRate": "101"}, "project { id }")
    else:
        billhook.mutate("saveTimeEntries", {"update": [{"timeEntryId": first, "description": "New"}]}, "updated { id }")
    total = {"time": "150.00", "advance": "70.00", "rate": "101.00", "text": "100.00"}[what]
    with nothing_written(billhook):
        error = refuse(billhook, website, {"phase": {"groupBy": "ENTRY"}}, CHANGED, previewToken=seen["token"])
    assert (error["code"], error["path"]) == ("STATE_CHANGED", ["previewToken"])
    assert (error["netBefore"], error["totalBefore"], error["now"]["total"]) == ("100.00", "100.00", total)
    told = "its total is 100.00 EUR as it was, but not all else" if what == "text" else f"its total was 100.00 EUR, now {total} EUR"
    assert error["message"] == f"The document is not what you saw: {told}. Look at the new preview, and send its token."
    made = phase_invoice(billhook, website, {"groupBy": "ENTRY"}, previewToken=error["now"]["token"])
    assert made["total"] == total


@pytest.mark.parametrize("what", ["currency", "customer", "seller"])
def test_a_token_is_of_a_document_in_its_currency_from_its_seller_to_its_customer(billhook: Billhook, what: str) -> None:
    website = project(billhook)
    track(billhook, website)
    seen = preview(billhook, website, PHASE)
    changes: dict[str, Answer] = {
        "currency": {"currency": "CHF", "hourlyRate": "100"},
        "customer": {"customerId": customer(billhook, "Bolt")},
        "seller": {"sellerId": seller(billhook, "Second")},
    }
    billhook.mutate("updateProject", {"id": website, **changes[what]}, "project { id }")
    with nothing_written(billhook):
        error = refuse(billhook, website, PHASE, CHANGED, previewToken=seen["token"])
    was = seen["total"]
    told = f"its total was {was} EUR, now {was} CHF" if what == "currency" else f"its total is {was} EUR as it was, but not all else"
    assert error["code"] == "STATE_CHANGED"
    assert error["message"] == f"The document is not what you saw: {told}. Look at the new preview, and send its token."
    assert phase_invoice(billhook, website, previewToken=error["now"]["token"])["total"] == seen["total"]


def test_what_a_token_saw_is_told_in_its_own_currency(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website)
    seen = preview(billhook, website, PHASE)
    billhook.mutate("updateProject", {"id": website, "currency": "JPY", "hourlyRate": "9000"}, "project { id }")
    given = {"projectId": website, "source": PHASE, "previewToken": seen["token"]}
    money = "{ amount currency }"
    selection = f"userErrors {{ ... on StateChanged {{ netBefore {money} totalBefore {money} now {{ net {money} }} }} }}"
    [error] = billhook.attempt("createInvoice", given, selection)["userErrors"]
    before = {"amount": seen["net"], "currency": "EUR"}
    assert error == {"netBefore": before, "totalBefore": before, "now": {"net": {"amount": "9000", "currency": "JPY"}}}


def test_a_token_of_another_version_is_of_another_document(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website)
    error = refuse(billhook, website, PHASE, CHANGED, previewToken=f"v1.10000.10000.{'0' * 64}")
    assert (error["code"], error["netBefore"], error["totalBefore"]) == ("STATE_CHANGED", None, None)
    assert error["message"] == "The token is of another version of billhook. Look at the new preview, and send its token."
    assert phase_invoice(billhook, website, previewToken=error["now"]["token"])["net"] == "100.00"


def test_a_token_of_a_credit_note_is_of_what_it_releases(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website)
    invoice = phase_invoice(billhook, website)
    [line] = invoice["lines"]
    part = {"invoiceId": invoice["id"], "lines": [{"lineId": line["id"], "amount": "30"}]}
    seen = billhook.graphql(
        "query($i: CreditInvoiceInput!) { previewCredit(input: $i) { preview { token unbilledAfter { amount } } } }", {"i": part}
    )["previewCredit"]["preview"]
    assert seen["unbilledAfter"]["amount"] == "0.00"
    billhook.mutate("creditInvoice", {"invoiceId": invoice["id"], "lines": [{"lineId": line["id"], "amount": "70"}]}, "creditNote { id }")
    [error] = billhook.refused(
        "creditInvoice", part | {"previewToken": seen["token"]}, "... on StateChanged { now { unbilledAfter { amount } } }"
    )
    assert (error["code"], error["now"]["unbilledAfter"]["amount"]) == ("STATE_CHANGED", "100.00")


@pytest.mark.parametrize("work_released", [False, True])
def test_a_token_of_a_credit_note_stays_where_it_releases_as_little_as_before(billhook: Billhook, *, work_released: bool) -> None:
    """A line of time is not released where that was not asked for, and a free line has nothing to release."""
    website = project(billhook)
    work(billhook, website, "100")
    invoice = advance(billhook, website, "100") if work_released else phase_invoice(billhook, website)
    [line] = invoice["lines"]
    part = {"invoiceId": invoice["id"], "lines": [of_line(line, "30")], "releaseWork": work_released}
    query = "query($i: CreditInvoiceInput!) { previewCredit(input: $i) { preview { token } } }"
    token = billhook.graphql(query, {"i": part})["previewCredit"]["preview"]["token"]
    credit(billhook, invoice, of_line(line, "70"))
    made = billhook.mutate("creditInvoice", part | {"previewToken": token}, "creditNote { total { amount } }")
    assert made["creditNote"]["total"]["amount"] == "30.00"


def test_unrelated_changes_do_not_matter_to_a_token(billhook: Billhook) -> None:
    website, other = project(billhook), project(billhook, "Shop")
    build = phase(billhook, website, "Build")
    work(billhook, website, "100", phaseId=build)
    source = {"phase": {"phases": [{"phaseId": build}]}}
    token = preview(billhook, website, source)["token"]
    work(billhook, other, "50")
    work(billhook, website, "50")
    track(billhook, website, billable=False, phaseId=build)
    billhook.mutate("updateProject", {"id": website, "title": "Renamed", "status": "DONE"}, "project { id }")
    assert preview(billhook, website, source)["token"] == token
    made = billhook.mutate("createInvoice", {"projectId": website, "source": source, "previewToken": token}, "invoice { net { amount } }")
    assert made["invoice"]["net"]["amount"] == "100.00"


def test_a_token_is_of_one_input_and_rules_still_refuse(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "100")
    token = preview(billhook, website, {"timetracking": {}})["token"]
    assert refuse(billhook, website, PHASE, previewToken=token)["code"] == "STATE_CHANGED"
    advance(billhook, website, "100")
    with nothing_written(billhook):
        assert refuse(billhook, website, {"timetracking": {}}, previewToken=token)["code"] == "COVERED_BY_ADVANCE"


def test_the_token_of_a_credit_note_is_held_to_it(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "100")
    invoice = phase_invoice(billhook, website)
    query = f"query($input: CreditInvoiceInput!) {{ previewCredit(input: $input) {{ preview {{ {PREVIEW} }} userErrors {{ code }} }} }}"
    seen = plain(billhook.graphql(query, {"input": {"invoiceId": invoice["id"]}})["previewCredit"]["preview"])
    credit(billhook, invoice, {"lineId": invoice["lines"][0]["id"], "amount": "40"})
    with nothing_written(billhook):
        [error] = billhook.refused("creditInvoice", {"invoiceId": invoice["id"], "previewToken": seen["token"]}, CHANGED)
    assert (error["code"], error["totalBefore"]["amount"], error["now"]["total"]["amount"]) == ("STATE_CHANGED", "100.00", "60.00")


# ---- G4: idempotency -----------------------------------------------------------------------------------------

Once = tuple[str, Answer, Answer, str]
"""A mutation, its input, what makes it another input, and the field of the payload that it answers with."""


def every_kind_of_mutation(billhook: Billhook) -> list[Once]:
    website = project(billhook)
    work(billhook, website, "100")
    draft, other = advance(billhook, website, "5", book=False), advance(billhook, website, "6", book=False)
    changing, booked = advance(billhook, website, "7", book=False), advance(billhook, website, "8")
    subscription(billhook, website, "2026-03-01")
    gone = track(billhook, website)
    user = someone(billhook)
    return [
        ("createInvoice", {"projectId": website, "source": manual("1")}, {"book": True}, "invoice"),
        ("updateDraftInvoice", {"invoiceId": changing["id"], "expectedVersion": 1, "note": "A"}, {"note": None}, "invoice"),
        ("bookInvoice", {"invoiceId": draft["id"]}, {"issuedOn": "2026-03-10"}, "invoice"),
        ("discardInvoice", {"invoiceId": other["id"]}, {"expectedVersion": 1}, "invoice"),
        ("creditInvoice", {"invoiceId": booked["id"]}, {"reason": "Wrong"}, "creditNote"),
        ("runSubscriptions", {"asOf": "2026-03-10"}, {"asOf": "2026-03-09"}, "results { invoice"),
        ("trackTime", {"projectId": website, "userId": user, "seconds": 60}, {"seconds": 61}, "timeEntry"),
        ("saveTimeEntries", {"track": [{"projectId": website, "userId": user, "seconds": 60}]}, {"deleteIds": [gone]}, "tracked"),
        ("createPhase", {"projectId": website, "title": "Build"}, {"title": "Test"}, "phase"),
        ("createDeal", {"projectId": website, "title": "A", "lines": [{"description": "A", "unitPrice": "1"}]}, {"title": "B"}, "deal"),
        ("createCustomer", {"name": "Acme"}, {"kind": "PUBLIC"}, "customer"),
        ("updateProject", {"id": website, "title": "Shop"}, {"hourlyRate": None}, "project"),
        ("createExtraCost", {"timeEntryId": gone, "description": "Plug", "unitPrice": "1"}, {"quantity": "2"}, "extraCost"),
    ]


@pytest.mark.parametrize("kind", range(13))
def test_the_same_key_and_input_give_the_same_result_and_change_nothing(billhook: Billhook, kind: int) -> None:
    mutation, given, other, field = every_kind_of_mutation(billhook)[kind]
    keyed = given | {"idempotencyKey": "once"}
    selection = f"{field} {{ id }}" + " }" * field.count("{")
    first = billhook.mutate(mutation, keyed, selection)
    with nothing_written(billhook):
        assert billhook.mutate(mutation, keyed, selection) == first
    code, path, message = refusal(billhook, mutation, keyed | other)
    assert (code, path) == ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    assert f"'once' was used before, for {mutation}" in message


def test_a_key_is_of_one_mutation_in_the_whole_workspace(billhook: Billhook) -> None:
    customer_of = billhook.mutate("createCustomer", {"name": "Acme", "idempotencyKey": "once"}, "customer { id }")
    assert customer_of["customer"]["id"]
    assert refusal(billhook, "createUser", {"name": "Acme", "idempotencyKey": "once"})[0] == "IDEMPOTENCY_KEY_REUSED"


def test_an_input_is_the_same_after_its_defaults(billhook: Billhook) -> None:
    website = project(billhook)
    short = {"projectId": website, "source": manual("1"), "idempotencyKey": "once"}
    lines = [{"description": "For 1", "unitPrice": "1.00", "quantity": "1", "unit": "", "section": "", "vat": None}]
    source = {"manual": {"entryPoint": "PROJECT", "lines": lines}}
    long = {"projectId": website, "source": source, "book": False, "issuedOn": None, "advances": None, "idempotencyKey": "once"}
    first = billhook.mutate("createInvoice", short, "invoice { id }")
    assert billhook.mutate("createInvoice", long, "invoice { id }") == first


def test_a_result_comes_back_in_its_present_state(billhook: Billhook) -> None:
    website = project(billhook)
    given = {"projectId": website, "source": manual("1"), "idempotencyKey": "once"}
    first = billhook.mutate("createInvoice", given, "invoice { id status number }")["invoice"]
    assert (first["status"], first["number"]) == ("DRAFT", None)
    book(billhook, first)
    again = billhook.mutate("createInvoice", given, "invoice { id status number }")["invoice"]
    assert again == {"id": first["id"], "status": "BOOKED", "number": "INV-00001"}


def test_a_refusal_is_not_stored_under_its_key(billhook: Billhook) -> None:
    website = project(billhook)
    given = {"projectId": website, "source": PHASE, "idempotencyKey": "once"}
    assert refusal(billhook, "createInvoice", given)[0] == "NOTHING_TO_BILL"
    work(billhook, website, "10")
    assert billhook.mutate("createInvoice", given, "invoice { net { amount } }")["invoice"]["net"]["amount"] == "10.00"


def test_each_of_many_invoices_has_its_own_key(billhook: Billhook) -> None:
    website = project(billhook)
    given = {"invoices": [{"projectId": website, "source": manual("1"), "idempotencyKey": key} for key in ("a", "b")]}
    first = billhook.mutate("createInvoices", given, "results { invoice { id } }")
    with nothing_written(billhook):
        assert billhook.mutate("createInvoices", given, "results { invoice { id } }") == first
    assert balance(billhook, website) == ("0.00", "2.00")
