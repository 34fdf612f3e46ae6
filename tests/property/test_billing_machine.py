"""Every mutation that moves money, in any order; after each, every guarantee is computed anew from the facts (G1 to G6)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from tests.property.agreement_rules import AgreementRules
from tests.property.check_balances import check_balances, unbilled_work
from tests.property.check_claims import check_claims
from tests.property.check_documents import check_documents
from tests.property.check_ledger import check_ledger
from tests.property.document_rules import DocumentRules
from tests.property.invoice_rules import InvoiceRules
from tests.property.office import Refused
from tests.property.reading_rules import ReadingRules
from tests.property.work_rules import WorkRules

from billhook.billing.inputs.invoice import PreviewInvoice
from billhook.billing.invoicing import preview_invoice
from billhook.domain.errors import ErrorCode
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.property.conftest import Opening
    from tests.property.facts import Row
    from tests.property.office import Office

EXAMPLES = int(os.environ.get("BILLHOOK_EXAMPLES", "20"))
"""A long run: BILLHOOK_EXAMPLES=2000 pytest tests/property"""
STEPS = 30


class BillingMachine(WorkRules, AgreementRules, InvoiceRules, DocumentRules, ReadingRules):
    """All rules together, and what must hold after each of them."""

    def __init__(self, opening: AbstractContextManager[Office]) -> None:
        super().__init__(opening)
        self.booked: dict[int, list[Row]] = {}
        self.ledger: list[Row] = []
        self.balances: list[Row] = []

    @invariant()
    def the_facts_hold_together(self) -> None:
        check_claims(self.facts)
        check_ledger(self.facts)
        check_documents(self.facts)
        check_balances(self.facts, self.listed())

    @invariant()
    def what_is_written_stays(self) -> None:
        """Booked documents and rows of the ledger never change (R16, R18)."""
        before = self.booked
        self.booked = {row["id"]: [row, *self.facts.lines_of(row)] for row in self.facts["invoice"] if row["status"] == "BOOKED"}
        assert {key: self.booked.get(key) for key in before} == before
        assert self.facts["advance_ledger"][: len(self.ledger)] == self.ledger
        self.ledger = self.facts["advance_ledger"]

    @invariant()
    def time_is_offered_as_listed(self) -> None:
        """Invoicing all time of a project comes to its unbilled amount, or is refused for the reason that the rules give (R3, R6, M4)."""
        before, work = self.balances, unbilled_work(self.facts)
        self.balances = self.facts["project_balance"]
        for balance in self.balances:
            if balance in before:
                continue
            entries, costs = work[balance["project_id"]]
            expected: object = sum(row["amount_minor"] or 0 for row in (*entries, *costs))
            if not entries and not costs:
                expected = ErrorCode.NOTHING_TO_BILL
            elif 0 < balance["unbilled_minor"] <= balance["open_advance_minor"]:
                expected = ErrorCode.COVERED_BY_ADVANCE
            elif any(entry["amount_minor"] is None for entry in entries):
                expected = ErrorCode.RATE_MISSING
            project = encode("Project", balance["project_id"])
            preview = self.office.ask(preview_invoice, PreviewInvoice, projectId=project, source={"timetracking": {}})
            assert (preview.codes[0] if isinstance(preview, Refused) else preview.work_minor) == expected


def test_both_databases_answer_the_same_and_every_guarantee_holds_after_any_mutations_in_any_order(opening: Opening) -> None:
    class OnCopies(BillingMachine):
        def __init__(self) -> None:
            super().__init__(opening())

    run_state_machine_as_test(
        OnCopies,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
