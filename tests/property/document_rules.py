"""Rules for what happens to a document: its draft is changed, booked or discarded, and what is booked is credited (R13 to R17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.property.as_previewed import assert_as_previewed
from tests.property.drawing import Raw, advances, day, free_lines, given, positive_amounts, quantities, some, subset, unit_prices, vats
from tests.property.office import Refused
from tests.property.rules import Rules

from billhook.billing.crediting import preview_credit
from billhook.billing.drafts import preview_draft_update
from billhook.billing.inputs.invoice import CreditInvoice, UpdateDraftInvoice
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject
    from tests.property.facts import Row


def is_draft(row: Row) -> bool:
    return bool(row["status"] == "DRAFT")


def is_creditable(row: Row) -> bool:
    return bool(row["status"] == "BOOKED" and row["kind"] != "CREDIT_NOTE")


class DocumentRules(Rules):
    """Everything after creation."""

    def document(self, data: DataObject, keys: list[int]) -> Row:
        return self.facts.by_id("invoice")[data.draw(st.sampled_from(keys), "invoice")]

    @precondition(lambda self: self.keys("invoice", is_draft))
    @rule(data=st.data())
    def change_a_draft(self, data: DataObject) -> None:
        draft = self.document(data, self.keys("invoice", is_draft))
        raw: Raw = {"invoiceId": encode("Invoice", draft["id"]), "expectedVersion": draft["version"]} | self.changes_of(data, draft)
        preview = self.office.ask(preview_draft_update, UpdateDraftInvoice, **raw)
        answer = self.perform(data, "updateDraftInvoice", **raw)
        if isinstance(preview, Refused) or isinstance(answer, Refused):
            assert answer == preview
        else:
            assert_as_previewed(self.facts, draft["id"], preview)

    def changes_of(self, data: DataObject, draft: Row) -> Raw:
        lines = self.facts.lines_of(draft)
        removed = subset(data, [line["id"] for line in lines], "removed")
        stay = [line for line in lines if line["id"] not in removed]
        raw: Raw = {"removeLineIds": [encode("InvoiceLine", key) for key in removed]}
        if data.draw(st.booleans(), "reword"):
            raw["updateLines"] = [self.rewording(data, line) for line in stay if line["kind"] != "SETTLEMENT"]
        if data.draw(st.booleans(), "add"):
            raw["addLines"] = data.draw(free_lines(), "added")
        if data.draw(st.booleans(), "reorder"):
            work = [encode("InvoiceLine", line["id"]) for line in stay if line["kind"] != "SETTLEMENT"]
            raw["lineOrder"] = data.draw(st.permutations(work), "order")
        if draft["advances_mode"] is not None:
            raw |= given(advances=data.draw(advances(draft["currency"]), "advances"))
        if data.draw(st.integers(0, 4), "with a date") == 4:
            raw["issuedOn"] = day(data, self.office.calendar.today, 3, 3, "issued")
        return raw

    def rewording(self, data: DataObject, line: Row) -> Raw:
        raw: Raw = {"lineId": encode("InvoiceLine", line["id"]), "description": "Reworded"}
        if line["kind"] == "FREE":
            figures = {"quantity": quantities, "unitPrice": unit_prices, "vat": vats}
            name = data.draw(st.sampled_from(sorted(figures)), "figure")
            raw[name] = data.draw(figures[name], name)
        return raw

    @precondition(lambda self: self.keys("invoice", is_draft))
    @rule(data=st.data())
    def book(self, data: DataObject) -> None:
        issued_on = day(data, self.office.calendar.today, 3, 1, "issued") if data.draw(st.integers(0, 4), "with a date") == 4 else None
        draft = some(data, "Invoice", self.keys("invoice", is_draft), "draft")
        self.perform(data, "bookInvoice", invoiceId=draft, **given(issuedOn=issued_on))

    @precondition(lambda self: self.keys("invoice", is_draft))
    @rule(data=st.data())
    def discard(self, data: DataObject) -> None:
        self.perform(data, "discardInvoice", invoiceId=some(data, "Invoice", self.keys("invoice", is_draft), "draft"))

    @precondition(lambda self: self.keys("invoice", is_creditable))
    @rule(data=st.data(), release=st.booleans())
    def credit(self, data: DataObject, release: bool) -> None:  # noqa: FBT001 - hypothesis names it
        invoice = self.document(data, self.keys("invoice", is_creditable))
        raw: Raw = {"invoiceId": encode("Invoice", invoice["id"]), "releaseWork": release}
        if data.draw(st.booleans(), "per line"):
            keys = subset(data, [line["id"] for line in self.facts.lines_of(invoice)], "lines", least=1)
            raw["lines"] = [self.credited(data, invoice, self.facts.by_id("invoice_line")[key]) for key in keys]
        if data.draw(st.integers(0, 4), "with a date") == 4:
            raw["issuedOn"] = day(data, self.office.calendar.today, 3, 0, "issued")
        preview = self.office.ask(preview_credit, CreditInvoice, **raw)
        live = self.live_lines(invoice)
        token = None if isinstance(preview, Refused) or data.draw(st.booleans(), "no token") else preview.token
        answer = self.perform(data, "creditInvoice", **raw, **given(previewToken=token))
        if isinstance(preview, Refused):
            assert answer == preview
        elif isinstance(answer, Refused):
            assert "issuedOn" in raw
        else:
            assert_as_previewed(self.facts, answer["creditNote"], preview)
            self.releases_exactly(invoice, answer["creditNote"], live, release=release)

    def credited(self, data: DataObject, invoice: Row, line: Row) -> Raw:
        amount = data.draw(st.one_of(st.none(), positive_amounts(invoice["currency"], abs(line["net_minor"]))), "amount")
        return {"lineId": encode("InvoiceLine", line["id"])} | given(amount=amount)

    def live_lines(self, invoice: Row) -> set[int]:
        """Lines of a document with a live claim."""
        return {claim["line_id"] for claim in self.facts["claim"] if claim["invoice_id"] == invoice["id"] and claim["released_at"] is None}

    def releases_exactly(self, invoice: Row, note: int, live: set[int], *, release: bool) -> None:
        """Work of the lines that this note credits in full is unbilled again, and nothing else (R16)."""
        credited = self.facts.credited()
        named = {line["corrects_line_id"] for line in self.facts["invoice_line"] if line["invoice_id"] == note}
        lines = self.facts.by_id("invoice_line")
        in_full = {key for key in named if credited[key] == abs(lines[key]["net_minor"])}
        assert live - self.live_lines(invoice) == (in_full & live if release else set())
