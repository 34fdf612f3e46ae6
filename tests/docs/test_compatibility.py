"""The promises of docs/compatibility.md are kept: what a contract of this version has, and what becomes of a source that is gone."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import DOCS
from tests.docs.office import opened
from tests.docs.tide import TIDE, Earlier, beside, shown
from tests.e2e.story import applied, balance, book, change_draft, create, credit, discard, phase_invoice, project, refuse, work

import billhook as public
from billhook import InvoiceSource, SourceContext
from billhook.billing.verifying.verifying import verify
from billhook.sources import Sources, load_sources
from billhook.sources.hooks import Hooks
from billhook.sources.installed import API_VERSION
from billhook.testing.checking import PROMISES

if TYPE_CHECKING:
    from tests.e2e.story import Answer


@pytest.fixture
def built_in(sources: Sources) -> Sources:
    return beside(sources)


# ---- the version of the contract -------------------------------------------------------------------------------


def test_there_is_one_api_version_and_it_is_the_default() -> None:
    assert InvoiceSource.api_version == API_VERSION == 1
    assert list(PROMISES) == [API_VERSION]


def test_the_signatures_are_those_that_stay() -> None:
    assert list(inspect.signature(InvoiceSource.propose).parameters) == ["self", "ctx", "options"]
    assert list(inspect.signature(InvoiceSource.example_options).parameters) == ["self", "ctx"]
    assert list(inspect.signature(Hooks().billhook_invoice_source).parameters) == []


def test_what_a_source_is_given_and_says_is_made_by_keyword_and_the_context_has_defaults() -> None:
    made = {name: fields(kind) for name, kind in vars(public).items() if name in public.__all__ and is_dataclass(kind)}
    positional = {name for name, parts in made.items() if not all(part.kw_only for part in parts)}
    assert positional == {"Claim"}  # which has methods that make it
    assert {"SourceContext", "TimeEntryView", "FreeLine", "Proposal"} <= made.keys()
    required = [field.name for field in fields(SourceContext) if field.default is MISSING and field.default_factory is MISSING]
    assert required == ["as_of", "project"]


def test_nothing_is_deprecated() -> None:
    assert "deprecated" not in (DOCS / "reference.md").read_text(encoding="utf-8").lower()


# ---- a source that is gone -------------------------------------------------------------------------------------


@pytest.fixture
def left_behind(database_url: str, sources: Sources) -> tuple[str, Answer, Answer]:
    """A project with a booked invoice and a draft of the source."""
    with opened(database_url, beside(sources, Earlier())) as billhook:
        website = project(billhook)
        booked = create(billhook, website, TIDE)
        draft = create(billhook, website, {"tide": {"word": "neap"}}, book=False)
    return website, booked, draft


def test_its_invoices_still_show_it(database_url: str, built_in: Sources, left_behind: tuple[str, Answer, Answer]) -> None:
    _, booked, _ = left_behind
    with opened(database_url, built_in) as billhook:
        assert shown(billhook, booked) == {
            "source": {
                "name": "tide",
                "label": "Tides",
                "description": "",
                "effect": "REGISTERS_ADVANCE_CREDIT",
                "settlesAdvances": False,
                "package": "billhook-tide",
                "version": "1.0",
                "installed": False,
                "optionsSchema": None,
            },
            "options": {"word": "spring"},
        }
        assert billhook.graphql('{ invoices(filter: { sources: ["tide"] }) { totalCount } }')["invoices"] == {"totalCount": 2}


def test_they_can_be_changed_booked_discarded_credited_and_settled(
    database_url: str, built_in: Sources, left_behind: tuple[str, Answer, Answer]
) -> None:
    website, booked, draft = left_behind
    with opened(database_url, built_in) as billhook:
        assert balance(billhook, website) == ("0.00", "200.00")
        changed = change_draft(billhook, draft, note="Thanks")
        assert book(billhook, changed)["status"] == "BOOKED"
        work(billhook, website, "150")
        settled = phase_invoice(billhook, website, book=False)
        assert [amount for _, amount in applied(settled)] == ["100.00", "50.00"]
        discard(billhook, settled)
        assert credit(billhook, booked)["net"] == "100.00"
        assert balance(billhook, website) == ("150.00", "100.00")
        with billhook.workspace.reading() as tx:
            assert [found for found in verify(tx, lambda _: None) if found.breaches] == []


def test_a_draft_of_it_can_be_discarded(database_url: str, built_in: Sources, left_behind: tuple[str, Answer, Answer]) -> None:
    _, _, draft = left_behind
    with opened(database_url, built_in) as billhook:
        assert discard(billhook, draft)["status"] == "DISCARDED"


def test_a_request_that_names_it_is_a_graphql_error(database_url: str, built_in: Sources, left_behind: tuple[str, Answer, Answer]) -> None:
    website, _, _ = left_behind
    with opened(database_url, built_in) as billhook:
        query = "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { userErrors { code } } }"
        [error] = billhook.errors(query, {"input": {"projectId": website, "source": TIDE}})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_its_keys_wait_for_it_and_whoever_has_its_name_has_its_keys(
    database_url: str, built_in: Sources, sources: Sources, left_behind: tuple[str, Answer, Answer]
) -> None:
    website, _, draft = left_behind
    with opened(database_url, built_in) as billhook:
        discard(billhook, draft)
    with opened(database_url, beside(sources, Earlier(), package="somebody-else")) as billhook:
        assert refuse(billhook, website, TIDE)["code"] == "ALREADY_BILLED"
        again = create(billhook, website, {"tide": {"word": "neap"}})
        assert shown(billhook, again)["source"]["package"] == "somebody-else"


def test_a_source_of_another_api_version_is_listed_as_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billhook_sources.deal.Deal.api_version", 2)
    sources = load_sources(third_party=False)
    [plugin] = [plugin for plugin in sources.plugins() if plugin.name == "deal"]
    assert (plugin.state.name, plugin.reason) == ("BROKEN", "TypeError: made for api_version 2; this billhook has 1")
    assert list(sources.installed) == ["manual", "phase", "subscription", "timetracking"]
