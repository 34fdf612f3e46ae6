"""G1, G3 and G4 at their edges: a token sees every part of a document, a key has one answer, an id and a once-key one owner."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook
from tests.e2e.refusals import nothing_written, refusal
from tests.e2e.story import (
    advance,
    balance,
    book,
    change_draft,
    create,
    credit,
    made,
    phase,
    preview,
    project,
    refuse,
    s,
    seller,
    subscription,
    track,
)
from tests.e2e.test_moved_entries import breaches

from billhook import Claim, Effect, FreeLine, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.http.app import create_app
from billhook.sources import Sources, install

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_USER = {"phase": {"groupBy": "USER"}}


class OnceOptions(SourceOptions):
    """What to bill, and under which key."""

    key: str
    fee: Decimal


class Once(InvoiceSource[OnceOptions]):
    """Bills a fee once per key."""

    label = "Once"
    description = "Bills a fee once per key."
    effect = Effect.REGISTERS_ADVANCE_CREDIT

    def __init__(self, name: str) -> None:
        """Take a name, so that there can be two."""
        self.name = name  # type: ignore[misc]

    def propose(self, ctx: SourceContext, options: OnceOptions) -> Proposal:  # noqa: ARG002 - the contract's signature
        """Propose the fee."""
        return Proposal(lines=(FreeLine(description="Fee", unit_price=options.fee, claims=(Claim.once(options.key),)),))


@pytest.fixture
def two_sources(billhook: Billhook) -> Iterator[Billhook]:
    """The same billhook, with two sources more that bill once per key."""
    workspace = billhook.workspace
    more = {name: install(Once(name), f"billhook-{name}", "1.0") for name in ("fees", "dues")}
    several = Sources(dict(sorted({**workspace.sources.installed, **more}.items())))
    with TestClient(create_app(replace(workspace, sources=several)), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, workspace, billhook.clock)


def test_g1_a_once_key_is_live_once_per_project_and_source(two_sources: Billhook) -> None:
    here, there = project(two_sources), project(two_sources, "Shop")
    fee = {"key": "2026-03", "fee": "10"}
    assert [refused["code"] for refused in _fees(two_sources, here, fee, times=2)] == ["ALREADY_BILLED"]
    assert _fees(two_sources, there, fee, times=1) == []
    assert two_sources.mutate("createInvoice", {"projectId": here, "source": {"dues": fee}}, "invoice { id }")["invoice"]
    assert (balance(two_sources, here)[1], balance(two_sources, there)[1]) == ("20.00", "10.00")


def test_m5_a_once_key_has_the_vat_of_its_line_when_that_is_changed(two_sources: Billhook) -> None:
    draft = create(two_sources, project(two_sources, vat=s("21")), {"fees": {"key": "2026-03", "fee": "10"}}, book=False)
    changed = change_draft(two_sources, draft, updateLines=[{"lineId": draft["lines"][0]["id"], "vat": s("9")}])
    assert (draft["vat"], changed["vat"]) == ("2.10", "0.90")
    assert breaches(two_sources) == []
    credit(two_sources, book(two_sources, changed))
    assert breaches(two_sources) == []


def _fees(billhook: Billhook, project_id: str, fee: dict[str, str], times: int) -> list[dict[str, str]]:
    """Bill a fee so many times; return the refusals of all but the first."""
    given = {"projectId": project_id, "source": {"fees": fee}}
    billhook.mutate("createInvoice", given, "invoice { id }")
    return [refuse(billhook, project_id, {"fees": fee}) for _ in range(times - 1)]


def test_g3_a_token_holds_the_entries_that_a_line_bills(billhook: Billhook) -> None:
    website = project(billhook)
    first = track(billhook, website)
    token = preview(billhook, website, BY_USER)["token"]
    billhook.mutate("saveTimeEntries", {"deleteIds": [first]}, "deletedIds")
    track(billhook, website)
    assert refuse(billhook, website, BY_USER, previewToken=token)["code"] == "STATE_CHANGED"


def test_g3_a_token_holds_the_hours_that_a_line_shows(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate="100")
    first, _ = track(billhook, website), track(billhook, website)
    token = preview(billhook, website, BY_USER)["token"]
    changes = [{"timeEntryId": first, "seconds": 7200, "hourlyRate": "50"}]
    billhook.mutate("saveTimeEntries", {"update": changes}, "updated { id }")
    assert balance(billhook, website)[0] == "200.00"
    assert refuse(billhook, website, BY_USER, previewToken=token)["code"] == "STATE_CHANGED"


def test_g3_a_token_holds_the_advance_that_is_taken_off(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website)
    before = advance(billhook, website, "50")
    token = preview(billhook, website, BY_USER)["token"]
    credit(billhook, before)
    advance(billhook, website, "50")
    assert refuse(billhook, website, BY_USER, previewToken=token)["code"] == "STATE_CHANGED"


def test_g4_the_answer_of_a_key_is_gone_with_its_record_and_never_another_one(billhook: Billhook) -> None:
    website, shop = project(billhook), project(billhook, "Shop")
    person = made(billhook, "createUser", "user", {"name": "Ben"})
    keyed = {"projectId": website, "userId": person, "seconds": 60, "idempotencyKey": "once"}
    gone = made(billhook, "trackTime", "timeEntry", keyed)
    billhook.mutate("saveTimeEntries", {"deleteIds": [gone]}, "deletedIds")
    assert track(billhook, shop, 9999) != gone
    with nothing_written(billhook):
        assert billhook.mutate("trackTime", keyed, "timeEntry { id }") == {"timeEntry": None, "userErrors": []}
    assert refusal(billhook, "saveTimeEntries", {"deleteIds": [gone]})[:2] == ("NOT_FOUND", "deleteIds.0")


def test_g4_a_period_that_was_refused_is_tried_again_under_the_same_key(billhook: Billhook) -> None:
    second = seller(billhook, "Second", invoiceNumberFormat="A1{sequence}")
    website = project(billhook, sellerId=second)
    advance(billhook, website, "1")
    billhook.mutate("updateSeller", {"id": second, "invoiceNumberFormat": "A{sequence}"}, "seller { id }")
    for _ in range(2, 11):
        advance(billhook, website, "1")
    subscription(billhook, website, "2026-03-01", book=True)
    run = {"asOf": "2026-03-10", "idempotencyKey": "march"}
    selection = "results { invoice { number } userErrors { code } }"
    refused = {"invoice": None, "userErrors": [{"code": "CONFLICT"}]}
    assert billhook.mutate("runSubscriptions", run, selection)["results"] == [refused]
    billhook.mutate("updateSeller", {"id": second, "invoiceNumberFormat": "B{sequence}"}, "seller { id }")
    done = [{"invoice": {"number": "B11"}, "userErrors": []}]
    assert billhook.mutate("runSubscriptions", run, selection)["results"] == done
    assert billhook.mutate("runSubscriptions", run, selection)["results"] == done


def test_m1_a_price_never_changes_its_currency(billhook: Billhook) -> None:
    website, tokyo = project(billhook), project(billhook, "Tokyo", currency="JPY")
    phase(billhook, website, "Build", hourlyRate="90")
    assert refusal(billhook, "updateProject", {"id": website, "currency": "JPY"})[:2] == ("IN_USE", "currency")
    shop = project(billhook, "Shop")
    code, path, message = refusal(billhook, "updateProject", {"id": shop, "currency": "JPY"})
    assert (code, path) == ("INVALID_INPUT", "hourlyRate")
    assert message == "The hourly rate of 'Shop' is one in EUR. Give the one in JPY, or null, too."
    entry = track(billhook, shop)
    made(billhook, "createExtraCost", "extraCost", {"timeEntryId": entry, "description": "Plug", "unitPrice": "5"})
    moved = {"update": [{"timeEntryId": entry, "projectId": tokyo}]}
    assert refusal(billhook, "saveTimeEntries", moved)[:2] == ("CURRENCY_MISMATCH", "update.0.projectId")
