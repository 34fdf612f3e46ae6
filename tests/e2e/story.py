"""The words that the end-to-end tests are told in: each does one thing through the API and returns what a test looks at.

Amounts in answers are plain strings, such as "400.00": `plain` takes them out of their Money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace

Answer = dict[str, Any]
NO_VAT = {"category": "Z", "rate": "0"}
INVOICE = """
    id version status kind number issuedOn dueOn
    work { amount currency } advancesApplied { amount currency } net { amount currency } vat { amount currency } total { amount currency }
    creditable { amount currency } credited { amount currency }
    vatBreakdown { vat { category rate } net { amount currency } tax { amount currency } }
    applications { id released amount { amount currency } vat { category rate } advance { id number } }
    lines(first: 100) { nodes {
        id kind section description quantity unit unitPrice hours net { amount currency } creditable { amount currency }
        vat { category rate } settles { id number } corrects { id } timeEntries(first: 100) { nodes { id } }
    } }
"""
PREVIEW = """
    token kind
    work { amount currency } advancesApplied { amount currency } net { amount currency } vat { amount currency } total { amount currency }
    openAdvanceAfter { amount currency } unbilledAfter { amount currency }
    lines { kind description net { amount currency } timeEntryCount }
    warnings { code message amount { amount currency } }
"""
BILLING = """
    unbilled { amount { amount currency } seconds entries } openAdvance { amount currency } proposed notProposedBecause
    untilProposed { amount currency } unratedEntries invoiced { amount currency }
    unbilledExternalCosts { amount currency } unbilledFixedPrice { amount currency }
"""
LEDGER = "kind amount { amount currency } openAfter { amount currency } advance { id } causedBy { id } undoes { id } id"


def s(rate: str) -> Answer:
    """VAT of the standard category."""
    return {"category": "S", "rate": rate}


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Show every Money as its amount."""
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            return value["amount"]
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


# ---- who and what there is -----------------------------------------------------------------------------------


def seller(billhook: Billhook, name: str = "Studio", **fields: Any) -> str:  # noqa: ANN401 - the fields of CreateSellerInput
    """The seller of this name, which is created once."""
    given = {"party": {"name": name}, "vat": NO_VAT, "idempotencyKey": f"seller {name}"} | fields
    created: str = billhook.mutate("createSeller", given, "seller { id }")["seller"]["id"]
    return created


def customer(billhook: Billhook, name: str = "Acme") -> str:
    created: str = billhook.mutate("createCustomer", {"name": name}, "customer { id }")["customer"]["id"]
    return created


def someone(billhook: Billhook) -> str:
    """One and the same user, for whom it does not matter who worked."""
    created: str = billhook.mutate("createUser", {"name": "Someone", "idempotencyKey": "someone"}, "user { id }")["user"]["id"]
    return created


def user(billhook: Billhook, name: str = "Ann", **hourly_rates: str) -> str:
    rates = [{"currency": currency, "hourlyRate": rate} for currency, rate in hourly_rates.items()]
    created: str = billhook.mutate("createUser", {"name": name, "hourlyRates": rates}, "user { id }")["user"]["id"]
    return created


def work_type(billhook: Billhook, name: str, **hourly_rates: str) -> str:
    rates = [{"currency": currency, "hourlyRate": rate} for currency, rate in hourly_rates.items()]
    created: str = billhook.mutate("createWorkType", {"name": name, "hourlyRates": rates}, "workType { id }")["workType"]["id"]
    return created


def project(billhook: Billhook, title: str = "Website", **fields: Any) -> str:  # noqa: ANN401 - the fields of CreateProjectInput
    """A project at 100.00 an hour without VAT, unless told otherwise."""
    given = {"title": title, "hourlyRate": "100", "vat": NO_VAT} | fields
    if "sellerId" not in given:
        given["sellerId"] = seller(billhook)
    if "customerId" not in given:
        given["customerId"] = customer(billhook)
    created: str = billhook.mutate("createProject", given, "project { id }")["project"]["id"]
    return created


def phase(billhook: Billhook, project_id: str, title: str, **fields: Any) -> str:  # noqa: ANN401 - the fields of CreatePhaseInput
    created: str = billhook.mutate("createPhase", {"projectId": project_id, "title": title} | fields, "phase { id }")["phase"]["id"]
    return created


def fixed_price(billhook: Billhook, project_id: str, price: str, title: str = "Design") -> str:
    return phase(billhook, project_id, title, billingMethod="FIXED_PRICE", fixedPrice=price)


def deal(billhook: Billhook, project_id: str, *values: str | tuple[str, Answer]) -> str:
    """A deal with one line a value; a value may bring its VAT."""
    lines = [_line(value) for value in values]
    created: str = billhook.mutate("createDeal", {"projectId": project_id, "title": "Deal", "lines": lines}, "deal { id }")["deal"]["id"]
    return created


def subscription(billhook: Billhook, project_id: str, starts_on: str, **fields: Any) -> str:  # noqa: ANN401 - of CreateSubscriptionInput
    given = {"projectId": project_id, "title": "Hosting", "startsOn": starts_on, "lines": [_line("50")]} | fields
    created: str = billhook.mutate("createSubscription", given, "subscription { id }")["subscription"]["id"]
    return created


def external_cost(billhook: Billhook, project_id: str, price: str, **fields: Any) -> str:  # noqa: ANN401 - of CreateExternalCostInput
    given = {"projectId": project_id, "description": "Licence", "unitPrice": price} | fields
    created: str = billhook.mutate("createExternalCost", given, "externalCost { id }")["externalCost"]["id"]
    return created


def _line(value: str | tuple[str, Answer]) -> Answer:
    price, vat = (value, None) if isinstance(value, str) else value
    return {"description": f"For {price}", "unitPrice": price} | ({"vat": vat} if vat else {})


# ---- work ----------------------------------------------------------------------------------------------------


def track(billhook: Billhook, project_id: str, seconds: int = 3600, **fields: Any) -> str:  # noqa: ANN401 - of TrackTimeInput
    """Track time of one and the same user, unless told otherwise."""
    given = {"projectId": project_id, "seconds": seconds} | fields
    if "userId" not in given:
        given["userId"] = someone(billhook)
    created: str = billhook.mutate("trackTime", given, "timeEntry { id }")["timeEntry"]["id"]
    return created


def work(billhook: Billhook, project_id: str, worth: str, **fields: Any) -> str:  # noqa: ANN401 - of TrackTimeInput
    """Track one hour at exactly this rate."""
    return track(billhook, project_id, 3600, **{"hourlyRate": worth} | fields)


def entry(billhook: Billhook, entry_id: str) -> Answer:
    fields = """seconds hourlyRate { amount currency } hourlyRateFrom amount { amount currency } description workedOn
                project { id } billing { state because }"""
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on TimeEntry {{ {fields} }} }} }}"
    found: Answer = plain(billhook.graphql(query, {"id": entry_id})["node"])
    return found


# ---- invoices ------------------------------------------------------------------------------------------------


def manual(*values: str | tuple[str, Answer]) -> Answer:
    return {"manual": {"lines": [_line(value) for value in values]}}


def part(deal_id: str, **portion: str) -> Answer:
    """A part of a deal: a percentage, an amount, or all that remains."""
    return {"deal": {"dealId": deal_id} | ({"portion": portion} if portion else {})}


def create(billhook: Billhook, project_id: str, source: Answer, **fields: Any) -> Answer:  # noqa: ANN401 - of CreateInvoiceInput
    """Create an invoice, booked unless told otherwise."""
    given = {"projectId": project_id, "source": source, "book": True} | fields
    return shown(billhook.mutate("createInvoice", given, f"invoice {{ {INVOICE} }}")["invoice"])


def advance(billhook: Billhook, project_id: str, *values: str | tuple[str, Answer], **fields: Any) -> Answer:  # noqa: ANN401 - of CreateInvoiceInput
    return create(billhook, project_id, manual(*values), **fields)


def phase_invoice(billhook: Billhook, project_id: str, options: Answer | None = None, **fields: Any) -> Answer:  # noqa: ANN401 - of CreateInvoiceInput
    return create(billhook, project_id, {"phase": options or {}}, **fields)


def timetracking(billhook: Billhook, project_id: str, options: Answer | None = None, **fields: Any) -> Answer:  # noqa: ANN401 - of CreateInvoiceInput
    return create(billhook, project_id, {"timetracking": options or {}}, **fields)


def refuse(billhook: Billhook, project_id: str, source: Answer, selection: str = "", **fields: Any) -> Answer:  # noqa: ANN401 - of CreateInvoiceInput
    """Try to create an invoice; return the one user error."""
    given = {"projectId": project_id, "source": source, "book": True} | fields
    [error] = billhook.refused("createInvoice", given, selection)
    found: Answer = plain(error)
    return found


def preview(billhook: Billhook, project_id: str, source: Answer, **fields: Any) -> Answer:  # noqa: ANN401 - of PreviewInvoiceInput
    query = f"query($input: PreviewInvoiceInput!) {{ previewInvoice(input: $input) {{ preview {{ {PREVIEW} }} userErrors {{ code message }} }} }}"
    payload = billhook.graphql(query, {"input": {"projectId": project_id, "source": source} | fields})["previewInvoice"]
    assert payload["userErrors"] == [], payload["userErrors"]
    found: Answer = plain(payload["preview"])
    return found


def book(billhook: Billhook, invoice: Answer, **fields: Any) -> Answer:  # noqa: ANN401 - of BookInvoiceInput
    return shown(billhook.mutate("bookInvoice", {"invoiceId": invoice["id"]} | fields, f"invoice {{ {INVOICE} }}")["invoice"])


def discard(billhook: Billhook, invoice: Answer) -> Answer:
    return shown(billhook.mutate("discardInvoice", {"invoiceId": invoice["id"]}, f"invoice {{ {INVOICE} }}")["invoice"])


def change_draft(billhook: Billhook, invoice: Answer, **fields: Any) -> Answer:  # noqa: ANN401 - of UpdateDraftInvoiceInput
    given = {"invoiceId": invoice["id"], "expectedVersion": invoice["version"]} | fields
    return shown(billhook.mutate("updateDraftInvoice", given, f"invoice {{ {INVOICE} }}")["invoice"])


def credit(billhook: Billhook, invoice: Answer, *lines: Answer, **fields: Any) -> Answer:  # noqa: ANN401 - of CreditInvoiceInput
    """Credit these lines, or all that remains; return the credit note."""
    given = {"invoiceId": invoice["id"]} | ({"lines": list(lines)} if lines else {}) | fields
    return shown(billhook.mutate("creditInvoice", given, f"creditNote {{ {INVOICE} }}")["creditNote"])


def refuse_credit(billhook: Billhook, invoice: Answer, *lines: Answer, **fields: Any) -> Answer:  # noqa: ANN401 - of CreditInvoiceInput
    given = {"invoiceId": invoice["id"]} | ({"lines": list(lines)} if lines else {}) | fields
    [error] = billhook.refused("creditInvoice", given, "... on ExceedsAmount { available { amount currency } }")
    found: Answer = plain(error)
    return found


def of_line(line: Answer, amount: str | None = None) -> Answer:
    """A line to credit: whole, or an amount of it."""
    return {"lineId": line["id"]} | ({"amount": amount} if amount else {})


def read(billhook: Billhook, invoice: Answer) -> Answer:
    """An invoice as it is now."""
    query = f"query($id: ID!) {{ invoice(id: $id) {{ {INVOICE} }} }}"
    return shown(billhook.graphql(query, {"id": invoice["id"]})["invoice"])


def shown(invoice: Answer) -> Answer:
    """An invoice with plain amounts, and its lines as a list."""
    found: Answer = plain(invoice)
    return found | {"lines": found["lines"]["nodes"]}


def sums(invoice: Answer) -> tuple[str, str, str]:
    """Work, advances applied, and net: what is payable excluding VAT."""
    return invoice["work"], invoice["advancesApplied"], invoice["net"]


def taxed(invoice: Answer) -> tuple[str, str, str]:
    """Net, VAT and total."""
    return invoice["net"], invoice["vat"], invoice["total"]


def applied(invoice: Answer) -> list[tuple[str, str]]:
    """Which advances are taken off, by number, and how much of each."""
    return [(each["advance"]["number"], each["amount"]) for each in invoice["applications"] if not each["released"]]


def figures(invoice: Answer) -> list[tuple[str, str]]:
    """Kind and net of each line."""
    return [(line["kind"], line["net"]) for line in invoice["lines"]]


# ---- where a project stands ----------------------------------------------------------------------------------


def billing(billhook: Billhook, project_id: str) -> Answer:
    query = f"query($id: ID!) {{ project(id: $id) {{ billing {{ {BILLING} }} }} }}"
    found: Answer = plain(billhook.graphql(query, {"id": project_id})["project"]["billing"])
    return found


def balance(billhook: Billhook, project_id: str) -> tuple[str, str]:
    """The unbilled amount and the open advance of a project."""
    found = billing(billhook, project_id)
    return found["unbilled"]["amount"], found["openAdvance"]


def is_proposed(billhook: Billhook, project_id: str) -> bool:
    """Whether a project is proposed: what it says itself and the list over all projects are asked, and agree."""
    query = "query($ids: [ID!]) { billableProjects(filter: { projectIds: $ids }) { totalCount nodes { id } } }"
    listed = billhook.graphql(query, {"ids": [project_id]})["billableProjects"]
    proposed: bool = billing(billhook, project_id)["proposed"]
    assert [node["id"] for node in listed["nodes"]] == ([project_id] if proposed else [])
    assert listed["totalCount"] == int(proposed)
    return proposed


def ledger(billhook: Billhook, project_id: str) -> list[Answer]:
    """The advance ledger of a project, oldest row first."""
    query = f"query($id: ID!) {{ project(id: $id) {{ billing {{ advanceLedger(first: 100) {{ nodes {{ {LEDGER} }} }} }} }} }}"
    nodes = billhook.graphql(query, {"id": project_id})["project"]["billing"]["advanceLedger"]["nodes"]
    rows: list[Answer] = plain(nodes)
    assert sum((Decimal(row["amount"]) for row in rows), Decimal(0)) == Decimal(balance(billhook, project_id)[1])
    return rows


def dump(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored, to show that a refusal changed nothing."""
    with workspace.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in SQLModel.metadata.sorted_tables
        }
