"""Due dates, issue dates and number formats that would make a document nobody can use are refused, and nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import nothing_written, refusal
from tests.e2e.story import advance, book, manual, project, seller

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

PREVIEW = "query($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { preview { token } userErrors { code path } } }"


@pytest.mark.parametrize(("due_on", "accepted"), [("2026-03-08", False), ("2026-03-09", True)])
def test_a_draft_is_not_due_before_it_is_issued(billhook: Billhook, due_on: str, accepted: bool) -> None:  # noqa: FBT001
    draft = advance(billhook, project(billhook), "100", book=False, issuedOn="2026-03-09")
    given = {"invoiceId": draft["id"], "expectedVersion": 1, "dueOn": due_on}
    if accepted:
        assert billhook.mutate("updateDraftInvoice", given, "invoice { dueOn }")["invoice"] == {"dueOn": due_on}
    else:
        with nothing_written(billhook):
            assert refusal(billhook, "updateDraftInvoice", given)[:2] == ("INVALID_INPUT", "dueOn")


def test_a_draft_with_a_due_date_is_not_booked_after_it(billhook: Billhook) -> None:
    draft = advance(billhook, project(billhook), "100", book=False)
    billhook.mutate("updateDraftInvoice", {"invoiceId": draft["id"], "expectedVersion": 1, "dueOn": "2026-03-09"}, "invoice { id }")
    with nothing_written(billhook):
        assert refusal(billhook, "bookInvoice", {"invoiceId": draft["id"]})[:2] == ("INVALID_INPUT", "invoiceId")
    booked = book(billhook, draft, issuedOn="2026-03-09")
    assert (booked["issuedOn"], booked["dueOn"]) == ("2026-03-09", "2026-03-09")


@pytest.mark.parametrize("query", ["previewInvoice", "createInvoice"])
def test_r15_an_issue_date_in_the_future_is_refused_for_a_preview_and_a_draft_too(billhook: Billhook, query: str) -> None:
    given = {"projectId": project(billhook), "source": manual("1"), "issuedOn": "2062-03-10"}
    with nothing_written(billhook):
        if query == "createInvoice":
            assert refusal(billhook, query, given)[:2] == ("INVALID_INPUT", "issuedOn")
        else:
            document = (
                "query($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { preview { token } userErrors { code path } } }"
            )
            answer = billhook.graphql(document, {"input": given})["previewInvoice"]
            assert answer == {"preview": None, "userErrors": [{"code": "INVALID_INPUT", "path": ["issuedOn"]}]}


@pytest.mark.parametrize(
    "number_format",
    ["INV", "{number}", "{sequence:>1000000000}", "{sequence.__class__}", "{sequence}{sequence}", "X" * 35 + "{sequence}", "{"],
)
def test_a_number_format_has_the_sequence_once_and_nothing_else_to_fill_in(billhook: Billhook, number_format: str) -> None:
    given = {"party": {"name": "Second"}, "vat": {"category": "Z", "rate": "0"}, "invoiceNumberFormat": number_format}
    with nothing_written(billhook):
        assert refusal(billhook, "createSeller", given)[:2] == ("INVALID_INPUT", "invoiceNumberFormat")


def test_invoices_and_credit_notes_of_a_seller_never_share_a_format(billhook: Billhook) -> None:
    formats = {"invoiceNumberFormat": "A{sequence}", "creditNoteNumberFormat": "A{sequence}"}
    with nothing_written(billhook):
        code, _, message = refusal(
            billhook, "createSeller", {"party": {"name": "Second"}, "vat": {"category": "Z", "rate": "0"}, **formats}
        )
    assert (code, "two documents get the same number" in message) == ("INVALID_INPUT", True)


def test_a_changed_format_never_gives_a_number_twice(billhook: Billhook) -> None:
    second = seller(billhook, "Second", invoiceNumberFormat="A1{sequence}")
    website = project(billhook, sellerId=second)
    assert advance(billhook, website, "1")["number"] == "A11"
    billhook.mutate("updateSeller", {"id": second, "invoiceNumberFormat": "A{sequence}"}, "seller { id }")
    assert [advance(billhook, website, "1")["number"] for _ in range(2, 11)] == [f"A{sequence}" for sequence in range(2, 11)]
    code, path, message = refusal(billhook, "createInvoice", {"projectId": website, "source": manual("1"), "book": True})
    assert (code, path) == ("CONFLICT", "book")
    assert message == "The seller has a document A11 already. Change its number format with updateSeller, and book again."
    billhook.mutate("updateSeller", {"id": second, "invoiceNumberFormat": "B{sequence}"}, "seller { id }")
    assert advance(billhook, website, "1")["number"] == "B11"
