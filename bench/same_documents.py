"""The gate before invoicing is timed: both variants make the same documents, which bill exactly the work there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bench.assignments import ENTRIES, Assignment
from bench.load import Request, send
from bench.reading import connected, shown
from billhook.domain.ids import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

CREATE = """
mutation Create($input: CreateInvoiceInput!) {
  createInvoice(input: $input) { invoice { id status net { amount currency } } userErrors { code message } }
}
"""
DOCUMENT = """
query Document($id: ID!) {
  invoice(id: $id) {
    kind status work { amount currency } advancesApplied { amount } net { amount } vat { amount } total { amount }
    vatBreakdown { vat { category rate } net { amount } tax { amount } }
    lines(first: 100) { totalCount nodes {
      kind section description quantity unit unitPrice hours net { amount } vat { category rate }
      timeEntries(first: 100) { nodes { workedOn seconds user { name } workType { name } amount { amount } billing { state } } }
    } }
  }
}
"""
LEFT = "SELECT COUNT(*) FROM time_entry WHERE live_line_id IS NULL AND project_id IN :keys"


def require_same_documents(url: str, addresses: tuple[str, str], twins: Sequence[tuple[Assignment, Assignment]]) -> None:
    """Invoice twins at two servers, one after the other. Raises RuntimeError unless the documents are the same and complete."""
    documents = [_documents(url, address, [pair[variant] for pair in twins]) for variant, address in enumerate(addresses)]
    for one, other in zip(*documents, strict=True):
        if one != other:
            raise RuntimeError(f"the two variants made different documents:\n{one}\n{other}")


def is_refused(answer: dict[str, Any]) -> bool:
    """Whether an invoice was not created."""
    payload = (answer.get("data") or {}).get("createInvoice")
    return payload is None or bool(payload["userErrors"])


def _documents(url: str, address: str, assignments: Sequence[Assignment]) -> list[Any]:
    """Invoice these projects, and return the documents without their ids."""
    inputs = [{"projectId": each.project_id, "source": {"timetracking": {}}} for each in assignments]
    answered = send([[Request(address, CREATE, {"input": each}) for each in inputs]])
    documents = []
    for assignment, each in zip(assignments, answered, strict=True):
        invoice = None if is_refused(each.answer) else each.answer["data"]["createInvoice"]["invoice"]
        if invoice is None or invoice["net"] != shown(assignment.unbilled_minor, assignment.currency):
            raise RuntimeError(f"the answer {each.answer} is not the invoice of {assignment}")
        [read] = send([[Request(address, DOCUMENT, {"id": invoice["id"]})]])
        documents.append(read.answer["data"]["invoice"])
    _require_all_billed(url, assignments, documents)
    return documents


def _require_all_billed(url: str, assignments: Sequence[Assignment], documents: Sequence[Any]) -> None:
    keys: sa.BindParameter[list[int]] = sa.bindparam("keys", [decode(each.project_id)[1] for each in assignments], expanding=True)
    with connected(url) as connection:
        left = connection.execute(sa.text(LEFT).bindparams(keys)).scalar_one()
    billed = sum(len(line["timeEntries"]["nodes"]) for document in documents for line in document["lines"]["nodes"])
    if left or billed != ENTRIES * len(assignments):
        raise RuntimeError(f"{billed} entries are billed, {left} of the projects' entries are not")
