"""The shortest sequences in which the state machine once found a guarantee broken; each is checked on both databases as it checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.property.as_previewed import assert_as_previewed
from tests.property.beginnings import S21
from tests.property.check_documents import check_documents
from tests.property.check_ledger import check_ledger
from tests.property.office import Refused

from billhook.billing.drafts import preview_draft_update
from billhook.billing.inputs.invoice import UpdateDraftInvoice
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from tests.property.office import Office

    from billhook.billing.operation import Keys

PROJECT = encode("Project", 1)


def an_advance(office: Office, price: str) -> int:
    """Make a draft of an advance with one line; return its key."""
    lines = [{"description": "Advance", "unitPrice": price, "vat": S21}]
    return made(office.do("createInvoice", projectId=PROJECT, source={"manual": {"lines": lines}}))


def a_phase_invoice(office: Office) -> int:
    """Make a draft of everything on the project, advances taken off; return its key."""
    return made(office.do("createInvoice", projectId=PROJECT, source={"phase": {}}))


def made(answer: Keys | Refused) -> int:
    assert not isinstance(answer, Refused), answer
    key: int = answer["invoice"]
    return key


def lines_of(office: Office, invoice: int, kind: str) -> list[int]:
    return [line["id"] for line in office.facts.lines_of(office.facts.by_id("invoice")[invoice]) if line["kind"] == kind]


def test_a_settlement_line_names_a_line_that_is_still_on_the_advance(office: Office) -> None:
    advance = an_advance(office, "20.00")
    settled = a_phase_invoice(office)
    [first] = lines_of(office, advance, "FREE")
    another = [{"description": "Another", "unitPrice": "25.00", "vat": S21}]
    removal = {"removeLineIds": [encode("InvoiceLine", first)], "addLines": another}
    made(office.do("updateDraftInvoice", invoiceId=encode("Invoice", advance), expectedVersion=1, **removal))
    [settlement] = lines_of(office, settled, "SETTLEMENT")
    named = office.facts.by_id("invoice_line")[settlement]["settles_line_id"]
    assert [named] == lines_of(office, advance, "FREE")
    check_documents(office.facts)
    check_ledger(office.facts)


def test_a_changed_draft_is_previewed_with_the_price_of_its_lowered_settlement_line(office: Office) -> None:
    an_advance(office, "100.00")
    settled = a_phase_invoice(office)
    removed = [encode("InvoiceLine", key) for kind in ("TIME", "FIXED_PRICE") for key in lines_of(office, settled, kind)]
    raw = {"invoiceId": encode("Invoice", settled), "expectedVersion": 1, "removeLineIds": removed}
    preview = office.ask(preview_draft_update, UpdateDraftInvoice, **raw)
    assert not isinstance(preview, Refused)
    made(office.do("updateDraftInvoice", **raw))
    assert_as_previewed(office.facts, settled, preview)
    settlement = preview.lines[-1]
    assert (settlement.kind.value, str(settlement.unit_price), settlement.net_minor) == ("SETTLEMENT", "60.35", -6035)
