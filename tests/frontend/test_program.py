"""The example of a front end, run against a real server: what it shows of the demo, and what it does when something comes between."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.docs.markdown import ROOT
from tests.e2e.client import Client
from tests.e2e.server import serving
from tests.e2e.story import track
from tests.frontend.conftest import BAD_GATEWAY, CONFLICT, UNAVAILABLE, Between, Said
from tests.node import node, printed, running

from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from billhook.billing.workspace import Workspace

FRONTEND = ROOT / "examples" / "frontend"
LIST = FRONTEND / "src" / "gql" / "persisted-documents.json"
MAIN = "src/main.ts"
LISTED = """\
Projects to invoice:
   2842.50 EUR  Audio tour, Museum Lichtwacht; open advance 2440.00
   2537.50 EUR  Collection search, Museum Lichtwacht; open advance 1085.00
   1690.00 EUR  Tour app, Brouwerij De Kraan; open advance 0.00
   1642.50 EUR  Exhibition guide, Museum Lichtwacht; open advance 1000.00
   1151.25 EUR  Web shop, Harbour & Pine; open advance 0.00
   1137.50 EUR  Loyalty app, Harbour & Pine; open advance 0.00
    575.42 EUR  Online ordering, Brouwerij De Kraan; open advance 0.00
    401.67 EUR  Website, Harbour & Pine; open advance 400.00
    387.92 EUR  Packaging, Harbour & Pine; open advance 0.00
    358.75 EUR  Bottle caps, Brouwerij De Kraan; open advance 0.00
    247.50 EUR  Donor wall, Museum Lichtwacht; open advance 0.00
    226.67 EUR  Calendar, Brouwerij De Kraan; open advance 0.00
    225.00 EUR  Gift cards, Harbour & Pine; open advance 0.00
    205.83 EUR  Beer labels, Brouwerij De Kraan; open advance 0.00
    155.83 EUR  Shop signs, Harbour & Pine; open advance 0.00
    133.33 EUR  Annual report, Museum Lichtwacht; open advance 0.00
    118.75 EUR  Catalogue shoot, Harbour & Pine; open advance 0.00
     87.50 EUR  Ticket desk, Museum Lichtwacht; open advance 0.00
     84.99 EUR  Signposts, Museum Lichtwacht; open advance 0.00
   1850.00 USD  US web shop, Harbour & Pine; open advance 1500.00

Why is Newsletter templates not among them?
400.00 is unbilled, and 400.00 of advances is open. It is proposed as soon as more than 0.00 EUR is added.

The invoice of Website:
"""
QUESTION = "Make it? (yes or no)\n"
ASKED = f"""\
    401.67  Website
   -400.00  Advance invoice INV-00033 of 2026-02-26
      0.35  VAT
      2.02  EUR in all
{QUESTION}"""
CHANGED = f"""\
    501.67  Website
   -400.00  Advance invoice INV-00033 of 2026-02-26
     21.35  VAT
    123.02  EUR in all
{QUESTION}"""
MADE = "INV-00034 is BOOKED: 2.02 EUR.\n"
USED_UP = """\
NOTHING_TO_BILL: There is nothing to bill with these options: what they choose is invoiced already, or worth 0.00. Choose more.
"""
WEBSITE = '{ projects(filter: {search: "Website"}) { nodes { id invoices { totalCount } billing { openAdvance { amount } } } } }'


def website(address: str, token: str = "") -> tuple[int, str]:
    """How many invoices there are of the project, and what is left of its advance."""
    headers = {"Authorization": f"Bearer {token}"} if token else None
    [project] = httpx2.post(f"{address}/graphql", json={"query": WEBSITE}, headers=headers).json()["data"]["projects"]["nodes"]
    return project["invoices"]["totalCount"], project["billing"]["openAdvance"]["amount"]


def test_it_lists_says_why_and_invoices_to_the_cent(demo: Workspace) -> None:
    with serving(create_app(demo)) as address:
        assert website(address) == (1, "400.00")
        assert printed(node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql")) == LISTED + ASKED + MADE
        assert website(address) == (2, "0.00")


def test_a_project_that_is_used_up_is_told_of(demo: Workspace) -> None:
    with serving(create_app(demo)) as address:
        printed(node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql"))
        again = printed(node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql"))
        assert again.endswith(f"The invoice of Website:\n{USED_UP}")
        other = printed(node(FRONTEND, MAIN, "Newsletter templates", "Packaging", typed="yes\n", API_URL=f"{address}/graphql"))
        assert other.endswith(f"{QUESTION}INV-00035 is BOOKED: 4609.28 EUR.\n")


@pytest.mark.parametrize("typed", ["no\n", ""])
def test_without_a_yes_nothing_is_made(demo: Workspace, typed: str) -> None:
    with serving(create_app(demo)) as address:
        assert printed(node(FRONTEND, MAIN, typed=typed, API_URL=f"{address}/graphql")) == LISTED + ASKED + "Nothing was made.\n"
        assert website(address) == (1, "400.00")


def test_what_has_changed_since_the_preview_is_shown_and_asked_anew(demo: Workspace) -> None:
    with serving(create_app(demo)) as address, running(FRONTEND, MAIN, API_URL=f"{address}/graphql") as program:
        assert until_asked(program) == LISTED + ASKED
        with httpx2.Client(base_url=address) as http:
            billhook = Client(http)
            track(billhook, billhook.graphql(WEBSITE)["projects"]["nodes"][0]["id"])
        assert until_asked(program, typed="yes\n") == CHANGED
        assert program.communicate("yes\n") == ("INV-00034 is BOOKED: 123.02 EUR.\n", "")


def until_asked(program: subprocess.Popen[str], typed: str = "") -> str:
    """Type something, and return what is printed until the program waits for the next line."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(typed)
    program.stdin.flush()
    said = ""
    while not said.endswith(QUESTION) and (line := program.stdout.readline()):
        said += line
    return said


@pytest.mark.parametrize("instead", [BAD_GATEWAY, UNAVAILABLE, CONFLICT], ids=["a proxy's page", "UNAVAILABLE", "CONFLICT"])
def test_an_answer_that_is_lost_is_asked_for_again_and_the_invoice_is_made_once(demo: Workspace, instead: Said) -> None:
    between = Between(create_app(demo), losing={"createInvoice": 2}, instead=instead)
    with serving(between) as address:
        assert printed(node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql")) == LISTED + ASKED + MADE
        sent = [asked["variables"]["input"] for asked in between.asked if "previewToken" in asked["variables"].get("input", {})]
        assert (len(sent), len({asked["idempotencyKey"] for asked in sent})) == (4, 1)
        assert website(address) == (2, "0.00")


def test_half_an_answer_is_none(demo: Workspace) -> None:
    between = Between(create_app(demo), losing={"previewInvoice": 1}, instead=(200, "application/json", '{"data":'))
    with serving(between) as address:
        status, said, complained = node(FRONTEND, MAIN, API_URL=f"{address}/graphql")
    assert (status, QUESTION in said) == (1, False)
    assert complained == f"{address}/graphql does not answer: Unexpected end of JSON input\n"


def test_each_document_is_sent_once_and_then_its_hash(demo: Workspace) -> None:
    between = Between(create_app(demo))
    with serving(between) as address:
        for _ in range(2):
            printed(node(FRONTEND, MAIN, typed="no\n", API_URL=f"{address}/graphql"))
    assert ["query" in asked for asked in between.asked] == [
        *(False, True, False),  # the list: the hash, the document, and the hash again for its second page
        *(False, True, False),  # a project by its title, twice
        *(False, True),  # the preview
        *(False,) * 5,
    ]


def test_a_server_with_the_list_of_its_documents_answers_it_and_nothing_else(demo: Workspace) -> None:
    settings = demo.settings.model_copy(update={"persisted_documents": str(LIST)})
    between = Between(create_app(replace(demo, settings=settings)))
    with serving(between) as address:
        assert printed(node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql")) == LISTED + ASKED + MADE
        assert [asked for asked in between.asked if "query" in asked] == []
        refused = httpx2.post(f"{address}/graphql", json={"query": WEBSITE}).json()["errors"]
        assert [error["extensions"]["code"] for error in refused] == ["PERSISTED_QUERY_NOT_IN_LIST"]


def test_it_may_do_what_its_token_may(demo: Workspace, token_of: Callable[[Role], str]) -> None:
    token = token_of(Role.BILLER)
    with serving(create_app(demo)) as address:
        ran = node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql", API_TOKEN=token)
        assert printed(ran) == LISTED + ASKED + MADE
        assert website(address, token) == (2, "0.00")


@pytest.mark.parametrize(
    ("right", "shown", "complaint"),
    [
        (False, "Projects to invoice:\n", "UNAUTHENTICATED: This token is not valid: it is wrong, expired or revoked. "),
        (True, LISTED + ASKED, "FORBIDDEN: "),
    ],
)
def test_what_it_may_not_do_is_told_by_its_code_and_the_id_to_ask_about(
    demo: Workspace, token_of: Callable[[Role], str], *, right: bool, shown: str, complaint: str
) -> None:
    token = token_of(Role.VIEWER)
    with serving(create_app(demo)) as address:
        ran = node(FRONTEND, MAIN, typed="yes\n", API_URL=f"{address}/graphql", API_TOKEN=token if right else "bh_wrong")
    status, said, complained = ran
    assert (status, said) == (1, shown)
    assert complained.startswith(complaint)
    assert re.search(r" \(request [0-9a-f]{32}\)\n$", complained)


def test_a_project_that_is_not_there_is_one_line(demo: Workspace) -> None:
    with serving(create_app(demo)) as address:
        covered = node(FRONTEND, MAIN, "Nothing", API_URL=f"{address}/graphql")
        billed = node(FRONTEND, MAIN, "Newsletter templates", "Websites", API_URL=f"{address}/graphql")
    listed, _, _ = LISTED.split("\n\n")
    assert covered == (1, f"{listed}\n", "there is no project Nothing\n")
    assert billed == (1, LISTED.replace("of Website", "of Websites"), "there is no project Websites\n")


def test_a_server_that_is_not_there_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/graphql"
    assert node(FRONTEND, MAIN, API_URL=url) == (1, "Projects to invoice:\n", f"{url} does not answer: ECONNREFUSED\n")
    no_address = "nowhere is no address of a server: that begins with http:// or https://, and has no #\n"
    assert node(FRONTEND, MAIN, API_URL="nowhere") == (1, "", no_address)
