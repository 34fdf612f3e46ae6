"""Apollo Client and urql ask with the documents of the example, by their hashes, from a server with a list of them and from one without."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import ROOT
from tests.e2e.server import serving
from tests.frontend.conftest import BAD_GATEWAY, UNAVAILABLE, Between, Said
from tests.node import node, printed

from billhook.billing.access import create_access_token
from billhook.billing.inputs.access import CreateAccessToken
from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    from billhook.billing.workspace import Workspace

FRONTEND = ROOT / "examples" / "frontend"
LIST = FRONTEND / "clients" / "gql" / "persisted-documents.json"
ONCE = ["BillableProjects", "WhyNotProposed", "PreviewInvoice", "CreateInvoice"]
ASKED = """\
2842.50 of Audio tour
2537.50 of Collection search
COVERED_BY_ADVANCE: The unbilled 400.00 EUR is covered by the open advance of 400.00 EUR, so it was invoiced already. \
Invoice it with the source 'phase', which takes the advance off. (400.00 unbilled, 400.00 open)
"""
MADE = """\
2.02 of Website is a DRAFT
Website is no longer proposed
"""
REFUSED = """\
NOTHING_TO_BILL: There is nothing to bill with these options: what they choose is invoiced already, or worth 0.00. Choose more.
"""
CLIENTS = pytest.mark.parametrize("client", ["apollo", "urql"])


@CLIENTS
@pytest.mark.parametrize("listed", [False, True])
def test_it_asks_by_hash_and_shows_the_exact_amounts(demo: Workspace, client: str, *, listed: bool) -> None:
    settings = demo.settings.model_copy(update={"persisted_documents": str(LIST)}) if listed else demo.settings
    token = demo.write(partial(create_access_token, given=CreateAccessToken(name="Front end", role=Role.BILLER)))[1]
    between = Between(create_app(replace(demo, settings=settings)))
    words = [client, *(["listed"] if listed else [])]
    with serving(between) as address:
        ran = node(FRONTEND, "clients/main.ts", *words, API_URL=f"{address}/graphql", API_TOKEN=token)
        assert printed(ran) == ASKED + MADE
    assert all("persistedQuery" in asked["extensions"] for asked in between.asked)
    named = [(asked["operationName"], "query" in asked) for asked in between.asked]
    assert [name for name, text in named if not text] == [*ONCE[:3], "WhyNotProposed", ONCE[3]]
    assert [name for name, text in named if text] == ([] if listed else ONCE)


@CLIENTS
@pytest.mark.parametrize("instead", [BAD_GATEWAY, UNAVAILABLE], ids=["a proxy's page", "UNAVAILABLE"])
def test_what_fails_is_sent_again_and_done_once(demo: Workspace, client: str, instead: Said) -> None:
    between = Between(create_app(demo), losing={"createInvoice": 1}, instead=instead)
    with serving(between) as address:
        assert printed(node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql")) == ASKED + MADE
    sent = [asked["variables"]["input"]["idempotencyKey"] for asked in between.asked if asked["operationName"] == "CreateInvoice"]
    assert (len(sent), len(set(sent))) == (3, 1)  # the hash, the document whose answer is lost, and the same again


@CLIENTS
def test_a_refusal_is_shown_with_its_code(demo: Workspace, client: str) -> None:
    with serving(create_app(demo)) as address:
        printed(node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql"))
        assert node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql") == (1, ASKED + REFUSED, "")
