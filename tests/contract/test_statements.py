"""Creating an invoice takes as many SQL statements for 500 entries as for 5."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from billhook.billing.operations import OPERATIONS
from billhook.testing.projects import Filling

if TYPE_CHECKING:
    from billhook.billing.transaction import Transaction
    from billhook.testing.workshop import Workshop

SIZES = (5, 50, 500)
KEY = r"(\?|%\(\w+\)s::\w+)"
LISTED = re.compile(rf"\({KEY}(, {KEY})*\)")


@pytest.fixture(scope="module")
def sized(workshop: Workshop) -> dict[int, str]:
    """A project with so many entries, five of them in a phase, each with an extra cost: lines of time and of costs take turns."""
    filling, made = Filling(workshop.workspace), {}
    for size in SIZES:
        made[size] = filling.project(title=f"{size} entries")
        for _ in range(size // 5):
            phase = filling.phase(made[size])
            filling.track(made[size], 5, phaseId=phase, extraCosts=[{"description": "Font", "unitPrice": "1"}])
    return made


def statements_to_create(tx: Transaction, source: str, project: str) -> list[str]:
    """The statements of one creation; where they list keys, however many."""
    seen: list[str] = []

    def record(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(LISTED.sub("(...)", statement))

    connection = tx.session.connection()
    event.listen(connection, "before_cursor_execute", record)
    try:
        OPERATIONS["createInvoice"].perform(tx, {"projectId": project, "source": {source: {"groupBy": "ENTRY"}}, "book": True})
    finally:
        event.remove(connection, "before_cursor_execute", record)
    return seen


@pytest.mark.parametrize("source", ["timetracking", "phase"])
def test_an_invoice_takes_the_same_statements_however_many_entries_it_bills(source: str, sized: dict[int, str], workshop: Workshop) -> None:
    found = []
    for size in SIZES:
        with workshop.trying() as tx:
            found.append(statements_to_create(tx, source, sized[size]))
    assert sum(statement.startswith("INSERT") for statement in found[0]) == 5, "the invoice, its lines, its claims, its VAT, the audit log"
    assert found == [found[0]] * len(SIZES)
