"""Apollo Client and urql ask with the documents of the example, by their hashes, from a server with a list of them and from one without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import ROOT
from tests.e2e.server import serving
from tests.frontend.conftest import BAD_GATEWAY, NONE_LEFT, UNAVAILABLE, Between, Said
from tests.node import node, printed

from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from billhook.billing.workspace import Workspace

FRONTEND = ROOT / "examples" / "frontend"
LIST = FRONTEND / "clients" / "gql" / "persisted-documents.json"
ONCE = ["BillableProjects", "WhyNotProposed", "PreviewInvoice", "CreateInvoice"]
COVERED = """\
COVERED_BY_ADVANCE: The unbilled 400.00 EUR is covered by the open advance of 400.00 EUR, so it was invoiced already. \
Invoice it with the source 'phase', which takes the advance off. (400.00 unbilled, 400.00 open)
"""
ASKED = f"""\
2842.50 of Audio tour
2537.50 of Collection search
{COVERED}"""
MADE = """\
922.63 of Audio tour is a DRAFT
Audio tour is no longer proposed
"""
NEXT = f"""\
2537.50 of Collection search
1690.00 of Tour app
{COVERED}1757.53 of Collection search is a DRAFT
Collection search is no longer proposed
"""
THIRD = f"""\
1690.00 of Tour app
1642.50 of Exhibition guide
{COVERED}RATE_MISSING: Of the time entries, 2 cannot be priced without an hourly rate. \
Give them, their phase, user, work type or project a rate (0 is a rate), or choose others: timetracking takes entryIds.
2407.27 of Exhibition guide is a DRAFT
Exhibition guide is no longer proposed
"""
FORBIDDEN = "FORBIDDEN: Subscription.billableProjectsChanged is not for a timekeeper.\n"
WRONG = "bh_wrong"
CLOSED = "the connection was closed with 4403 Forbidden\n"
NO_ADDRESS = "{} is no address of a server: that begins with http:// or https://, and has no #\n"
UNLISTED = "PERSISTED_QUERY_NOT_IN_LIST: This server answers the documents of its list only, and this is none of them.\n"
CLIENTS = pytest.mark.parametrize("client", ["apollo", "urql"])


@CLIENTS
@pytest.mark.parametrize("listed", [False, True])
def test_it_asks_by_hash_and_shows_the_exact_amounts(
    demo: Workspace, token_of: Callable[[Role], str], client: str, *, listed: bool
) -> None:
    between = Between(create_app(with_list(demo) if listed else demo))
    token = token_of(Role.BILLER)
    words = [client, *(["listed"] if listed else [])]
    with serving(between) as address:
        ran = node(FRONTEND, "clients/main.ts", *words, API_URL=f"{address}/graphql", API_TOKEN=token)
        assert printed(ran) == ASKED + MADE
    assert all("persistedQuery" in asked["extensions"] for asked in between.asked)
    named = [(asked["operationName"], "query" in asked) for asked in between.asked]
    assert [name for name, text in named if not text] == ONCE
    assert [name for name, text in named if text] == ([] if listed else ONCE)


@CLIENTS
@pytest.mark.parametrize("instead", [BAD_GATEWAY, UNAVAILABLE, None], ids=["a proxy's page", "UNAVAILABLE", "half an answer"])
def test_what_fails_is_sent_again_and_done_once(demo: Workspace, client: str, instead: Said | None) -> None:
    between = Between(create_app(demo), losing={"createInvoice": 1}, instead=instead)
    with serving(between) as address:
        assert printed(node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql")) == ASKED + MADE
    sent = [asked["variables"]["input"]["idempotencyKey"] for asked in between.asked if asked["operationName"] == "CreateInvoice"]
    assert (len(sent), len(set(sent))) == (3, 1)  # the hash, the document whose answer is lost, and the same again


def test_each_run_invoices_the_next_project_and_says_why_another_is_refused(demo: Workspace) -> None:
    with serving(create_app(demo)) as address:
        ran = [printed(node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql")) for client in ("apollo", "urql", "apollo")]
    assert ran == [ASKED + MADE, NEXT, THIRD]


def test_where_nothing_is_left_it_says_so(demo: Workspace) -> None:
    between = Between(create_app(demo), losing={"billableProjects": 2}, instead=NONE_LEFT)
    with serving(between) as address:
        ran = node(FRONTEND, "clients/main.ts", "urql", API_URL=f"{address}/graphql")
    assert printed(ran) == f"{COVERED}There is nothing left to invoice.\n"


@CLIENTS
def test_a_subscription_that_the_role_may_not_follow_is_asked_for_once_and_says_why(
    demo: Workspace, token_of: Callable[[Role], str], client: str
) -> None:
    between = Between(create_app(demo))
    with serving(between) as address:
        ran = node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql", API_TOKEN=token_of(Role.TIMEKEEPER))
    assert ran == (1, "", FORBIDDEN)
    assert (between.connected, [asked["operationName"] for asked in between.followed]) == (1, ["ProjectChanges"])


@CLIENTS
def test_a_wrong_token_connects_once_and_is_told_of(demo: Workspace, token_of: Callable[[Role], str], client: str) -> None:
    token_of(Role.ADMIN)
    between = Between(create_app(demo))
    with serving(between) as address:
        ran = node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql", API_TOKEN=WRONG)
    assert ran == (1, "", CLOSED if client == "apollo" else f"[Network] {CLOSED}")
    assert (between.connected, between.followed) == (1, [])


@CLIENTS
@pytest.mark.parametrize("wrong", ["nowhere", "127.0.0.1:9/graphql", "localhost:9/graphql", "http://127.0.0.1:9/graphql#token=bh_wrong"])
def test_an_address_that_is_none_is_one_line(client: str, wrong: str) -> None:
    assert node(FRONTEND, "clients/main.ts", client, API_URL=wrong) == (1, "", NO_ADDRESS.format(wrong))


@CLIENTS
def test_a_query_with_a_wrong_token_is_asked_once(demo: Workspace, token_of: Callable[[Role], str], client: str) -> None:
    token_of(Role.ADMIN)
    between = Between(create_app(demo))
    with serving(between) as address:
        ran = node(FRONTEND, "../../tests/frontend/asking.mts", client, API_URL=f"{address}/graphql", API_TOKEN=WRONG)
    assert printed(ran).startswith("UNAUTHENTICATED: This token is not valid: it is wrong, expired or revoked. ")
    assert len(between.asked) == 1


@CLIENTS
def test_a_subscription_that_is_not_in_the_list_is_asked_for_once_and_says_why(demo: Workspace, client: str) -> None:
    between = Between(create_app(with_list(demo)))
    with serving(between) as address:
        assert node(FRONTEND, "clients/main.ts", client, API_URL=f"{address}/graphql") == (1, "", UNLISTED)
    assert (between.connected, len(between.followed)) == (1, 1)


def with_list(demo: Workspace) -> Workspace:
    """Return the same with a server that answers the documents of the example only."""
    return replace(demo, settings=demo.settings.model_copy(update={"persisted_documents": str(LIST)}))
