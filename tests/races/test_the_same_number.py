"""Formats of invoices and credit notes that meet: whoever books while the other series takes the number is refused (R15)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.e2e import story
from tests.e2e.settings import settings_for
from tests.fleet import Fleet, Server, start
from tests.races.outcomes import numbers, ready

from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import Workspace, engine_of
from billhook.sources import load_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.client import Client
    from tests.e2e.story import Answer
    from tests.races.outcomes import Call

MEETING = {"invoiceNumberFormat": "N-{sequence}", "creditNoteNumberFormat": "N-{sequence:01d}"}
"""Different texts, but the same numbers."""
USED = "The seller has a document N-2 already. Change its number format with updateSeller, and book again."
RESULTS = "results { invoice { id } userErrors { code message path } }"
WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def hasty(running_fleet: Fleet) -> Iterator[Server]:
    """A server that tries nothing twice: who is refused here is refused by the first try."""
    server = start(running_fleet.url, running_fleet.folder, BILLHOOK_WRITE_ATTEMPTS="1")
    yield server
    server.stop()
    assert server.log.read_text() == ""


@pytest.fixture
def workspace(fleet: Fleet) -> Iterator[Workspace]:
    """The database of the fleet, for a transaction that ends when the test wants it to."""
    settings = settings_for(fleet.url)
    opened = Workspace(engine_of(settings), settings, load_sources())
    yield opened
    opened.engine.dispose()


def meeting(billhook: Client, name: str) -> tuple[str, str, Answer]:
    """Two projects of a new seller whose next invoice and next credit note are both to be N-2, and a line that can be credited."""
    seller = story.seller(billhook, name)
    project, other = (story.project(billhook, name, sellerId=seller) for _ in range(2))
    invoice = story.advance(billhook, project, "1", "1")
    story.credit(billhook, invoice, story.of_line(invoice["lines"][0]))
    billhook.mutate("updateSeller", {"id": seller, **MEETING}, "seller { id }")
    return project, other, {"invoiceId": invoice["id"], "lines": [story.of_line(invoice["lines"][1])]}


def answered_meanwhile(workspace: Workspace, first: tuple[str, Answer], call: Callable[[], Answer]) -> Answer:
    """Do the first, then make a call; commit the first as soon as the call waits for it, or was answered without waiting."""
    with ThreadPoolExecutor(1) as threads:
        with workspace.writing() as tx:
            OPERATIONS[first[0]].perform(tx, first[1])
            answer = threads.submit(call)
            if workspace.engine.dialect.name == "postgresql":  # of SQLite it is known: there is one writer
                with psycopg.connect(workspace.settings.database_url, autocommit=True) as looking:
                    while not answer.done() and not looking.execute(WAITS).fetchall():
                        time.sleep(0.01)
        return answer.result()


def a_draft(billhook: Client, project: str) -> Call:
    made = story.create(billhook, project, story.manual("5"), book=False)
    return "bookInvoice", {"invoiceId": made["id"]}, "invoice"


def a_new_invoice(_billhook: Client, project: str) -> Call:
    return "createInvoice", {"projectId": project, "source": story.manual("5"), "book": True}, "invoice"


@pytest.mark.parametrize(("booking", "path"), [(a_draft, ["invoiceId"]), (a_new_invoice, ["book"])], ids=["a draft", "a new invoice"])
def test_an_invoice_booked_while_a_credit_note_takes_its_number_is_refused(
    workspace: Workspace, billhook: Client, hasty: Server, booking: Callable[[Client, str], Call], path: list[str]
) -> None:
    project, other, line = meeting(billhook, f"A note first, then {path[0]}")
    call = booking(billhook, other)
    refused = answered_meanwhile(workspace, ("creditInvoice", line), ready(hasty.client, *call))
    assert refused == {"invoice": None, "userErrors": [{"code": "CONFLICT", "message": USED, "path": path}]}
    assert numbers(billhook, project, other) == ["CN-00001", "INV-00001", "N-2"]


def test_a_credit_note_made_while_an_invoice_takes_its_number_is_refused(workspace: Workspace, billhook: Client, hasty: Server) -> None:
    project, other, line = meeting(billhook, "An invoice first")
    booked = a_new_invoice(billhook, other)[:2]
    refused = answered_meanwhile(workspace, booked, ready(hasty.client, "creditInvoice", line, "creditNote"))
    assert refused == {"creditNote": None, "userErrors": [{"code": "CONFLICT", "message": USED, "path": ["invoiceId"]}]}
    assert numbers(billhook, project, other) == ["CN-00001", "INV-00001", "N-2"]


def test_of_a_run_only_the_periods_of_that_seller_are_refused(workspace: Workspace, billhook: Client, hasty: Server) -> None:
    project, other, line = meeting(billhook, "A note first, then a run")
    third = story.project(billhook, sellerId=story.seller(billhook, "Of another seller"))
    for each in (other, third):
        story.subscription(billhook, each, "2020-01-31", book=True)
    run = {"asOf": "2020-02-29", "projectIds": [other, third]}
    ran = answered_meanwhile(workspace, ("creditInvoice", line), ready(hasty.client, "runSubscriptions", run, RESULTS))
    assert ran["userErrors"] == []
    refused = {"invoice": None, "userErrors": [{"code": "CONFLICT", "message": USED, "path": ["invoiceId"]}]}
    assert ran["results"][:2] == [refused, refused]
    assert [result["userErrors"] for result in ran["results"][2:]] == [[], []]
    assert numbers(billhook, project, other) == ["CN-00001", "INV-00001", "N-2"]
    assert numbers(billhook, third) == ["INV-00001", "INV-00002"]
