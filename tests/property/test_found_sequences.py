"""The shortest sequences in which the state machine once found a guarantee broken; each is checked as the machine checks."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.property.as_previewed import assert_as_previewed
from tests.property.beginnings import S21
from tests.property.check_documents import check_documents
from tests.property.check_ledger import check_ledger
from tests.property.facts import Facts, open_file, read_facts

from billhook.billing.drafts import preview_draft_update
from billhook.billing.inputs.invoice import UpdateDraftInvoice
from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import Workspace
from billhook.domain.ids import encode
from billhook.settings import Settings
from billhook.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from billhook.billing.operation import Keys
    from billhook.sources import Sources

PROJECT = encode("Project", 1)


class Sequence:
    """Performs mutations on a copy of an office's beginnings."""

    def __init__(self, file: Path, sources: Sources) -> None:
        self.file = file
        settings = Settings(database_url=f"sqlite:///{file}")
        self.workspace = Workspace(open_engine(settings.database_url, 1), settings, sources)

    def do(self, name: str, /, **raw: Any) -> Keys:  # noqa: ANN401 - inputs are of any type
        with self.workspace.writing() as tx:
            return OPERATIONS[name].perform(tx, raw)

    def facts(self) -> Facts:
        connection = open_file(self.file)
        found = read_facts(connection)
        connection.close()
        return found

    def advance(self, price: str) -> int:
        """A draft of an advance with one line; its key."""
        lines = [{"description": "Advance", "unitPrice": price, "vat": S21}]
        key: int = self.do("createInvoice", projectId=PROJECT, source={"manual": {"lines": lines}})["invoice"]
        return key

    def phase_invoice(self) -> int:
        """A draft of everything on the project, advances taken off; its key."""
        key: int = self.do("createInvoice", projectId=PROJECT, source={"phase": {}})["invoice"]
        return key

    def lines_of(self, invoice: int, kind: str) -> list[int]:
        facts = self.facts()
        return [line["id"] for line in facts.lines_of(facts.by_id("invoice")[invoice]) if line["kind"] == kind]


@pytest.fixture
def sequence(beginnings: Path, tmp_path: Path, sources: Sources) -> Iterator[Sequence]:
    shutil.copyfile(beginnings, tmp_path / "office.db")
    made = Sequence(tmp_path / "office.db", sources)
    yield made
    made.workspace.engine.dispose()


def test_a_settlement_line_names_a_line_that_is_still_on_the_advance(sequence: Sequence) -> None:
    advance = sequence.advance("20.00")
    settled = sequence.phase_invoice()
    [first] = sequence.lines_of(advance, "FREE")
    another = [{"description": "Another", "unitPrice": "25.00", "vat": S21}]
    removal = {"removeLineIds": [encode("InvoiceLine", first)], "addLines": another}
    sequence.do("updateDraftInvoice", invoiceId=encode("Invoice", advance), expectedVersion=1, **removal)
    [settlement] = sequence.lines_of(settled, "SETTLEMENT")
    named = sequence.facts().by_id("invoice_line")[settlement]["settles_line_id"]
    assert [named] == sequence.lines_of(advance, "FREE")
    check_documents(sequence.facts())
    check_ledger(sequence.facts())


def test_a_changed_draft_is_previewed_with_the_price_of_its_lowered_settlement_line(sequence: Sequence) -> None:
    sequence.advance("100.00")
    settled = sequence.phase_invoice()
    removed = [encode("InvoiceLine", key) for kind in ("TIME", "FIXED_PRICE") for key in sequence.lines_of(settled, kind)]
    raw = {"invoiceId": encode("Invoice", settled), "expectedVersion": 1, "removeLineIds": removed}
    with sequence.workspace.reading() as tx:
        preview = preview_draft_update(tx, UpdateDraftInvoice.model_validate(raw))
    sequence.do("updateDraftInvoice", **raw)
    assert_as_previewed(sequence.facts(), settled, preview)
    settlement = preview.lines[-1]
    assert (settlement.kind.value, str(settlement.unit_price), settlement.net_minor) == ("SETTLEMENT", "60.35", -6035)
