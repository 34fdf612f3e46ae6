"""A server on which every faulty source of the gallery is installed: each can be refused, and none of them moves a cent (G5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.refusals import nothing_written
from tests.gallery import claims, conduct, impure, lines
from tests.gallery.exhibit import GALLERY, Exhibit

from billhook.billing.verifying.verifying import verify
from billhook.sources import Sources, install, load_sources
from billhook.testing.projects import Filling, mixed_vat
from billhook_schema.compose import build_schema, check_options

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace

ROOMS = (claims, conduct, impure, lines)
REFUSED = [pytest.param(exhibit, id=name) for name, exhibit in GALLERY.items() if exhibit.code]
LET_IN = [pytest.param(exhibit, id=name) for name, exhibit in GALLERY.items() if not exhibit.code]
INVOICE = "invoice { id kind net { amount } lines(first: 100) { nodes { net { amount } } } } userErrors { code path }"
AMOUNTS = "query($id: ID!) { project(id: $id) { billing { unbilled { amount { amount } } openAdvance { amount } invoiced { amount } } } }"
OFFERS = "query($id: ID!) { project(id: $id) { sources { source { name } available unavailableBecause { code } suggestions } } }"
MANUAL = {"manual": {"lines": [{"description": "Work", "unitPrice": "1"}]}}


@pytest.fixture(scope="session")
def sources() -> Sources:
    faulty = [install(exhibit.source, "gallery", "1") for exhibit in GALLERY.values()]
    check_options(faulty[0])
    return Sources({**load_sources(third_party=False).installed, **{each.name: each for each in faulty}})


@pytest.fixture(scope="session")
def schema(sources: Sources) -> Schema:
    return build_schema(sources)


@pytest.fixture
def project(workspace: Workspace) -> str:
    """A project with time, costs, a phase, a deal and a subscription."""
    return mixed_vat(Filling(workspace))


def asked(exhibit: Exhibit) -> dict[str, Any]:
    return {exhibit.source.name: {}}


def breaches(workspace: Workspace) -> list[str]:
    with workspace.reading() as tx:
        return [f"{found.check.name}: {breach.says}" for found in verify(tx, lambda _: None) for breach in found.breaches]


@pytest.mark.parametrize("exhibit", REFUSED)
def test_a_faulty_proposal_is_refused_changes_nothing_and_voids_no_other_answer(exhibit: Exhibit, billhook: Billhook, project: str) -> None:
    given = {"projectId": project, "source": asked(exhibit)}
    with nothing_written(billhook):
        previewed = billhook.graphql(
            "query($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { preview { token } userErrors { code path } } }",
            {"input": given},
        )["previewInvoice"]
        created = billhook.attempt("createInvoice", given | {"book": True}, INVOICE)
    error = {"code": exhibit.code, "path": ["source", exhibit.source.name]}
    assert previewed == {"preview": None, "userErrors": [error]}
    assert created == {"invoice": None, "userErrors": [error]}
    bulk = {"invoices": [{"projectId": project, "source": source} for source in (MANUAL, asked(exhibit), MANUAL)]}
    made = {"invoice": {"net": {"amount": "1.00"}}, "userErrors": []}
    results = billhook.attempt("createInvoices", bulk, "results { invoice { net { amount } } userErrors { code } }")["results"]
    assert results == [made, {"invoice": None, "userErrors": [{"code": exhibit.code}]}, made]
    assert breaches(billhook.workspace) == []


@pytest.mark.parametrize("exhibit", LET_IN)
def test_what_a_server_cannot_know_to_be_faulty_is_an_invoice_as_any_other(exhibit: Exhibit, billhook: Billhook, project: str) -> None:
    def amounts() -> dict[str, Any]:
        found: dict[str, Any] = billhook.graphql(AMOUNTS, {"id": project})["project"]["billing"]
        return found

    before = amounts()
    for _ in range(2):
        billhook.attempt("createInvoice", {"projectId": project, "source": asked(exhibit), "book": True}, INVOICE)
    assert breaches(billhook.workspace) == []
    invoices = billhook.graphql("{ invoices(first: 10) { nodes { id kind net { amount } } } }")["invoices"]["nodes"]
    assert invoices
    for invoice in invoices:
        billhook.mutate("creditInvoice", {"invoiceId": invoice["id"]}, "creditNote { number }")
    assert amounts() == before
    assert breaches(billhook.workspace) == []


def test_no_source_hides_what_the_others_offer(billhook: Billhook, project: str, sources: Sources) -> None:
    offers = {each["source"]["name"]: each for each in billhook.graphql(OFFERS, {"id": project})["project"]["sources"]}
    assert list(offers) == list(sources.installed)
    assert {name for name, offer in offers.items() if offer["available"]} >= {"deal", "manual", "phase", "subscription", "timetracking"}
    unavailable = {name: offer["unavailableBecause"]["code"] for name, offer in offers.items() if not offer["available"]}
    assert {name: unavailable[name] for name in ("raises", "exits", "recurses", "suggestsadict")} == dict.fromkeys(
        ("raises", "exits", "recurses", "suggestsadict"), "PLUGIN_FAULT"
    )
    assert unavailable["suggestsnothing"] == "NOTHING_TO_BILL"
