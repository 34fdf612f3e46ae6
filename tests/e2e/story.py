"""The words that the end-to-end tests are told in: each does one thing through the API and returns what a test looks at.

Amounts in answers are plain strings, such as "400.00": `plain` takes them out of their Money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tests.e2e.client import Client

Json: TypeAlias = Any
"""A value of a JSON document."""
Answer = dict[str, Json]
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


def s(rate: str) -> Answer:
    """VAT of the standard category."""
    return {"category": "S", "rate": rate}


def plain(value: Json) -> Json:
    """Show every Money as its amount."""
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            return value["amount"]
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def made(billhook: Client, mutation: str, field: str, given: Answer) -> str:
    """The id of what a mutation makes."""
    found: str = billhook.mutate(mutation, given, f"{field} {{ id }}")[field]["id"]
    return found


# ---- who and what there is -----------------------------------------------------------------------------------


def seller(billhook: Client, name: str = "Studio", **fields: Json) -> str:
    """The seller of this name, which is created once."""
    given = {"party": {"name": name}, "vat": NO_VAT, "idempotencyKey": f"seller {name}"} | fields
    return made(billhook, "createSeller", "seller", given)


def customer(billhook: Client, name: str = "Acme") -> str:
    return made(billhook, "createCustomer", "customer", {"name": name})


def someone(billhook: Client) -> str:
    """One and the same user, for whom it does not matter who worked."""
    return made(billhook, "createUser", "user", {"name": "Someone", "idempotencyKey": "someone"})


def user(billhook: Client, name: str = "Ann", **hourly_rates: str) -> str:
    return made(billhook, "createUser", "user", {"name": name, "hourlyRates": _rates(hourly_rates)})


def work_type(billhook: Client, name: str, **hourly_rates: str) -> str:
    return made(billhook, "createWorkType", "workType", {"name": name, "hourlyRates": _rates(hourly_rates)})


def project(billhook: Client, title: str = "Website", **fields: Json) -> str:
    """A project at 100.00 an hour without VAT, unless told otherwise."""
    given = {"title": title, "hourlyRate": "100", "vat": NO_VAT} | fields
    if "sellerId" not in given:
        given["sellerId"] = seller(billhook)
    if "customerId" not in given:
        given["customerId"] = customer(billhook)
    return made(billhook, "createProject", "project", given)


def phase(billhook: Client, project_id: str, title: str, **fields: Json) -> str:
    return made(billhook, "createPhase", "phase", {"projectId": project_id, "title": title} | fields)


def fixed_price(billhook: Client, project_id: str, price: str, title: str = "Design") -> str:
    return phase(billhook, project_id, title, billingMethod="FIXED_PRICE", fixedPrice=price)


def deal(billhook: Client, project_id: str, *values: str | tuple[str, Answer]) -> str:
    """A deal with one line a value; a value may bring its VAT."""
    lines = [_line(value) for value in values]
    return made(billhook, "createDeal", "deal", {"projectId": project_id, "title": "Deal", "lines": lines})


def subscription(billhook: Client, project_id: str, starts_on: str, **fields: Json) -> str:
    given = {"projectId": project_id, "title": "Hosting", "startsOn": starts_on, "lines": [_line("50")]} | fields
    return made(billhook, "createSubscription", "subscription", given)


def external_cost(billhook: Client, project_id: str, price: str, **fields: Json) -> str:
    given = {"projectId": project_id, "description": "Licence", "unitPrice": price} | fields
    return made(billhook, "createExternalCost", "externalCost", given)


def _rates(given: dict[str, str]) -> list[Answer]:
    return [{"currency": currency, "hourlyRate": rate} for currency, rate in given.items()]


def _line(value: str | tuple[str, Answer]) -> Answer:
    price, vat = (value, None) if isinstance(value, str) else value
    return {"description": f"For {price}", "unitPrice": price} | ({"vat": vat} if vat else {})


# ---- work ----------------------------------------------------------------------------------------------------


def track(billhook: Client, project_id: str, seconds: int = 3600, **fields: Json) -> str:
    """Track time of one and the same user, unless told otherwise."""
    given = {"projectId": project_id, "seconds": seconds} | fields
    if "userId" not in given:
        given["userId"] = someone(billhook)
    return made(billhook, "trackTime", "timeEntry", given)


def work(billhook: Client, project_id: str, worth: str, **fields: Json) -> str:
    """Track one hour at exactly this rate."""
    return track(billhook, project_id, 3600, **{"hourlyRate": worth} | fields)


def entry(billhook: Client, entry_id: str) -> Answer:
    fields = """seconds hourlyRate { amount currency } hourlyRateFrom amount { amount currency } description workedOn
                project { id } billing { state because }"""
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on TimeEntry {{ {fields} }} }} }}"
    found: Answer = plain(billhook.graphql(query, {"id": entry_id})["node"])
    return found


def change(billhook: Client, entry_id: str, **fields: Json) -> Answer:
    """Change a time entry; return it as it is then."""
    billhook.mutate("saveTimeEntries", {"update": [{"timeEntryId": entry_id, **fields}]}, "updated { id }")
    return entry(billhook, entry_id)


# ---- invoices ------------------------------------------------------------------------------------------------


def manual(*values: str | tuple[str, Answer]) -> Answer:
    return {"manual": {"lines": [_line(value) for value in values]}}


def part(deal_id: str, **portion: str) -> Answer:
    """A part of a deal: a percentage, an amount, or all that remains."""
    return {"deal": {"dealId": deal_id} | ({"portion": portion} if portion else {})}


def create(billhook: Client, project_id: str, source: Answer, **fields: Json) -> Answer:
    """Create an invoice, booked unless told otherwise."""
    given = {"projectId": project_id, "source": source, "book": True} | fields
    return shown(billhook.mutate("createInvoice", given, f"invoice {{ {INVOICE} }}")["invoice"])


def advance(billhook: Client, project_id: str, *values: str | tuple[str, Answer], **fields: Json) -> Answer:
    return create(billhook, project_id, manual(*values), **fields)


def phase_invoice(billhook: Client, project_id: str, options: Answer | None = None, **fields: Json) -> Answer:
    return create(billhook, project_id, {"phase": options or {}}, **fields)


def timetracking(billhook: Client, project_id: str, options: Answer | None = None, **fields: Json) -> Answer:
    return create(billhook, project_id, {"timetracking": options or {}}, **fields)


def refuse(billhook: Client, project_id: str, source: Answer, selection: str = "", **fields: Json) -> Answer:
    """Try to create an invoice; return the one user error."""
    given = {"projectId": project_id, "source": source, "book": True} | fields
    [error] = billhook.refused("createInvoice", given, selection)
    found: Answer = plain(error)
    return found


def preview(billhook: Client, project_id: str, source: Answer, **fields: Json) -> Answer:
    query = f"query($input: PreviewInvoiceInput!) {{ previewInvoice(input: $input) {{ preview {{ {PREVIEW} }} userErrors {{ code }} }} }}"
    payload = billhook.graphql(query, {"input": {"projectId": project_id, "source": source} | fields})["previewInvoice"]
    assert payload["userErrors"] == [], payload["userErrors"]
    found: Answer = plain(payload["preview"])
    return found


def book(billhook: Client, invoice: Answer, **fields: Json) -> Answer:
    return shown(billhook.mutate("bookInvoice", {"invoiceId": invoice["id"]} | fields, f"invoice {{ {INVOICE} }}")["invoice"])


def discard(billhook: Client, invoice: Answer) -> Answer:
    return shown(billhook.mutate("discardInvoice", {"invoiceId": invoice["id"]}, f"invoice {{ {INVOICE} }}")["invoice"])


def change_draft(billhook: Client, invoice: Answer, **fields: Json) -> Answer:
    given = {"invoiceId": invoice["id"], "expectedVersion": invoice["version"]} | fields
    return shown(billhook.mutate("updateDraftInvoice", given, f"invoice {{ {INVOICE} }}")["invoice"])


def credit(billhook: Client, invoice: Answer, *lines: Answer, **fields: Json) -> Answer:
    """Credit these lines, or all that remains; return the credit note."""
    given = {"invoiceId": invoice["id"]} | ({"lines": list(lines)} if lines else {}) | fields
    return shown(billhook.mutate("creditInvoice", given, f"creditNote {{ {INVOICE} }}")["creditNote"])


def refuse_credit(billhook: Client, invoice: Answer, *lines: Answer, **fields: Json) -> Answer:
    given = {"invoiceId": invoice["id"]} | ({"lines": list(lines)} if lines else {}) | fields
    [error] = billhook.refused("creditInvoice", given, "... on ExceedsAmount { available { amount currency } }")
    found: Answer = plain(error)
    return found


def of_line(line: Answer, amount: str | None = None) -> Answer:
    """A line to credit: whole, or an amount of it."""
    return {"lineId": line["id"]} | ({"amount": amount} if amount else {})


def read(billhook: Client, invoice: Answer) -> Answer:
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


def billing(billhook: Client, project_id: str) -> Answer:
    query = f"query($id: ID!) {{ project(id: $id) {{ billing {{ {BILLING} }} }} }}"
    found: Answer = plain(billhook.graphql(query, {"id": project_id})["project"]["billing"])
    return found


def balance(billhook: Client, project_id: str) -> tuple[str, str]:
    """The unbilled amount and the open advance of a project."""
    found = billing(billhook, project_id)
    return found["unbilled"]["amount"], found["openAdvance"]


def is_proposed(billhook: Client, project_id: str) -> bool:
    """Whether a project is proposed: what it says itself and the list over all projects are asked, and agree."""
    query = "query($ids: [ID!]) { billableProjects(filter: { projectIds: $ids }) { totalCount nodes { id } } }"
    listed = billhook.graphql(query, {"ids": [project_id]})["billableProjects"]
    proposed: bool = billing(billhook, project_id)["proposed"]
    assert [node["id"] for node in listed["nodes"]] == ([project_id] if proposed else [])
    assert listed["totalCount"] == int(proposed)
    return proposed


def ledger(billhook: Client, project_id: str) -> list[Answer]:
    """The advance ledger of a project, oldest row first."""
    query = """query($id: ID!) { project(id: $id) { billing { advanceLedger(first: 100) { nodes {
        id kind amount { amount currency } openAfter { amount currency } advance { id } causedBy { id } undoes { id } } } } } }"""
    nodes = billhook.graphql(query, {"id": project_id})["project"]["billing"]["advanceLedger"]["nodes"]
    rows: list[Answer] = plain(nodes)
    assert sum((Decimal(row["amount"]) for row in rows), Decimal(0)) == Decimal(balance(billhook, project_id)[1])
    return rows
