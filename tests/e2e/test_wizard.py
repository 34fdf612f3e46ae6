"""A source that a client has never heard of is a form that works: what it needs to know is in the API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook, FixedClock
from tests.e2e.conftest import ADDRESS
from tests.e2e.oddments import Oddments
from tests.e2e.settings import settings_for
from tests.e2e.story import advance, balance, billing, deal, external_cost, phase, project, s, subscription, track, work
from tests.e2e.wizard import Wizard, prefilled

import billhook_expenses
import billhook_retainer
from billhook.billing.workspace import Workspace, engine_of
from billhook.http.app import create_app, served_schema
from billhook.settings import GivenSettings
from billhook.sources import Sources, install

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strawberry import Schema

    from billhook import InvoiceSource


def beside(sources: Sources, stranger: InvoiceSource) -> tuple[Sources, Schema]:
    """The built-in sources and one more, as if it had come from a distribution; and their schema."""
    built_in = {name: source for name, source in sources.installed.items() if source.package == "billhook"}
    found = Sources(built_in | {stranger.name: install(stranger, f"billhook-{stranger.name}", "1.0")})
    return found, served_schema(found, GivenSettings())


@contextmanager
def opened(url: str, sources: Sources, schema: Schema, clock: FixedClock) -> Iterator[Billhook]:
    workspace = Workspace(engine_of(settings_for(url)), settings_for(url), sources, clock)
    with TestClient(create_app(workspace, schema), base_url=ADDRESS, client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, workspace, clock)
    workspace.engine.dispose()


@pytest.fixture(scope="session")
def with_retainer(sources: Sources) -> tuple[Sources, Schema]:
    return beside(sources, billhook_retainer.billhook_invoice_source())


@pytest.fixture(scope="session")
def with_expenses(sources: Sources) -> tuple[Sources, Schema]:
    return beside(sources, billhook_expenses.billhook_invoice_source())


@pytest.fixture(scope="session")
def with_oddments(sources: Sources) -> tuple[Sources, Schema]:
    return beside(sources, Oddments())


@pytest.fixture
def retainer(database_url: str, with_retainer: tuple[Sources, Schema], clock: FixedClock) -> Iterator[Billhook]:
    with opened(database_url, *with_retainer, clock) as billhook:
        yield billhook


@pytest.fixture
def expenses(database_url: str, with_expenses: tuple[Sources, Schema], clock: FixedClock) -> Iterator[Billhook]:
    with opened(database_url, *with_expenses, clock) as billhook:
        yield billhook


@pytest.fixture
def oddments(database_url: str, with_oddments: tuple[Sources, Schema], clock: FixedClock) -> Iterator[Billhook]:
    with opened(database_url, *with_oddments, clock) as billhook:
        yield billhook


def lines(invoice: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Section, description and net of each line."""
    return [(line["section"], line["description"], line["net"]) for line in invoice["lines"]["nodes"]]


def test_an_advance_is_made_from_a_form_that_nobody_wrote(retainer: Billhook) -> None:
    website = project(retainer)
    work(retainer, website, "300")
    wizard = Wizard(retainer, website)
    page = wizard.page()
    assert (page.label, page.available, page.because) == ("Monthly retainer", True, None)
    wizard.compare(page)
    answers = prefilled(page)
    seen = wizard.preview(page, answers)["preview"]
    assert (seen["kind"], seen["net"], seen["openAdvanceAfter"], seen["unbilledAfter"]) == ("ADVANCE", "500.00", "500.00", "300.00")
    made = wizard.create(page, answers, seen["token"])
    invoice = made["invoice"]
    assert made["userErrors"] == []
    assert (invoice["kind"], invoice["status"], invoice["net"]) == ("ADVANCE", "DRAFT", "500.00")
    assert lines(invoice) == [("", "Retainer 2026-03", "500.00")]
    assert invoice["source"] == {
        "name": "retainer",
        "label": "Monthly retainer",
        "package": "billhook-retainer",
        "version": "1.0",
        "effect": "REGISTERS_ADVANCE_CREDIT",
        "installed": True,
    }
    assert invoice["project"]["billing"]["openAdvance"] == "500.00"
    assert balance(retainer, website) == ("300.00", "500.00")


def test_what_is_invoiced_is_refused_and_the_next_suggestion_is_another(retainer: Billhook) -> None:
    website = project(retainer)
    wizard = Wizard(retainer, website)
    page = wizard.page()
    answers = prefilled(page)
    assert wizard.create(page, answers, wizard.preview(page, answers)["preview"]["token"])["userErrors"] == []
    for asked in (wizard.preview(page, answers), wizard.create(page, answers)):
        [refused] = asked["userErrors"]
        assert (refused["code"], refused["path"]) == ("ALREADY_BILLED", ["source", page.name])
    assert balance(retainer, website) == ("0.00", "500.00")
    turned = wizard.page()
    assert (turned.available, turned.form) == (True, page.form)
    assert page.suggestions == [{"month": "2026-03-10", "fee": "500"}]
    assert turned.suggestions == [{"month": "2026-04-01", "fee": "500"}]
    assert wizard.create(turned, prefilled(turned))["invoice"]["lines"]["nodes"][0]["description"] == "Retainer 2026-04"


def test_what_a_person_mistypes_is_refused_at_its_field(retainer: Billhook) -> None:
    wizard = Wizard(retainer, project(retainer))
    page = wizard.page()
    mistyped = prefilled(page) | {"fee": "0"}
    [refused] = wizard.preview(page, mistyped)["userErrors"]
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["source", page.name, "fee"])
    assert refused["path"][-1] in page.form


def test_a_source_without_anything_to_bill_is_shown_and_cannot_be_chosen(expenses: Billhook) -> None:
    wizard = Wizard(expenses, project(expenses))
    page = wizard.page()
    assert (page.label, page.available, page.because, page.suggestions) == (
        "External costs with a markup",
        False,
        "NOTHING_TO_BILL",
        [],
    )
    wizard.compare(page)


def test_a_regular_invoice_is_made_from_a_form_that_nobody_wrote(expenses: Billhook) -> None:
    website = project(expenses, vat=s("21"))
    advance(expenses, website, "500")
    track(expenses, website)
    print_ = phase(expenses, website, "Print", vat=s("6"))
    external_cost(expenses, website, "23.31", phaseId=print_)
    external_cost(expenses, website, "100")
    external_cost(expenses, website, "0")
    external_cost(expenses, website, "9.99", phaseId=print_, vat=s("21"))
    wizard = Wizard(expenses, website)
    page = wizard.page()
    assert (page.available, page.suggestions) == (True, [{"markup": "10"}])
    wizard.compare(page)
    answers = prefilled(page)
    assert answers == {"upTo": None, "costIds": None, "markup": "10"}
    seen = wizard.preview(page, answers)["preview"]
    assert (seen["kind"], seen["net"], seen["openAdvanceAfter"]) == ("REGULAR", "146.63", "500.00")
    assert [warning["code"] for warning in seen["warnings"]] == ["OPEN_ADVANCE_NOT_SETTLED"]
    invoice = wizard.create(page, answers, seen["token"])["invoice"]
    assert (invoice["kind"], invoice["net"]) == ("REGULAR", "146.63")
    assert lines(invoice) == [
        ("Print", "Licence", "23.31"),
        ("Print", "Licence", "9.99"),
        ("Other costs", "Licence", "100.00"),
        ("Other costs", "Licence", "0.00"),
        ("Markup", "Markup of 10 %", "2.33"),
        ("Markup", "Markup of 10 %", "11.00"),
    ]
    assert invoice["source"]["package"] == "billhook-expenses"
    assert balance(expenses, website) == ("100.00", "500.00"), "neither time nor the advance is touched"
    assert billing(expenses, website)["unbilledExternalCosts"] == "0.00"
    assert (wizard.page().available, wizard.page().because) == (False, "NOTHING_TO_BILL")


def test_a_form_says_of_what_its_ids_are_and_takes_them(expenses: Billhook) -> None:
    website = project(expenses)
    one, other = external_cost(expenses, website, "40"), external_cost(expenses, website, "60")
    wizard = Wizard(expenses, website)
    page = wizard.page()
    [(name, field)] = [(name, widget) for name, widget in page.form.items() if widget.item is not None and widget.item.kind == "ID"]
    assert field.item is not None
    assert field.item.of == "ExternalCost"
    assert wizard.preview(page, {name: [one], "markup": "12.5"})["preview"]["net"] == "45.00"
    assert wizard.preview(page, {name: [other, one], "markup": "0"})["preview"]["net"] == "100.00"
    [refused] = wizard.preview(page, {name: [one, one]})["userErrors"]
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["source", "expenses", name, "1"])
    assert refused["message"] == "This cost is chosen twice; choose it once."


@pytest.mark.parametrize(("currency", "price", "net"), [("JPY", "333", "366"), ("BHD", "1.005", "1.106"), ("CLF", "0.0005", "0.0006")])
def test_a_markup_is_rounded_to_the_currency(expenses: Billhook, currency: str, price: str, net: str) -> None:
    website = project(expenses, currency=currency)
    external_cost(expenses, website, price)
    wizard = Wizard(expenses, website)
    page = wizard.page()
    assert wizard.preview(page, prefilled(page))["preview"]["net"] == net


def test_every_kind_of_option_is_suggested_and_defaulted_as_it_can_be_sent(oddments: Billhook) -> None:
    wizard = Wizard(oddments, project(oddments))
    page = wizard.page()
    wizard.compare(page)
    assert page.suggestions == [
        {
            "price": "1500",
            "speed": "VERY_FAST",
            "priority": "NOW",
            "times": 2,
            "rush": False,
            "on": "2026-03-10",
            "at": "2026-03-10T09:00:00Z",
            "stops": [{"place": {"name": "Here"}, "speeds": ["SLOW", "VERY_FAST"]}],
            "line": {"description": "More", "quantity": "1", "unit": "", "unitPrice": "50", "section": ""},
            "portion": {"percentage": "50"},
        },
        {"price": "100", "speed": "SLOW", "times": 1, "rush": False, "stops": []},
    ]
    by_default = {name: widget.default for name, widget in page.form.items()}
    assert {name: value for name, value in by_default.items() if value is not None} == page.suggestions[1]
    said = "very fast, 1, 2, False, 2026-03-10, 2026-03-10 09:00:00+00:00, Here slow/very fast"
    invoice = wizard.create(page, prefilled(page))["invoice"]
    assert lines(invoice) == [("", said, "1500.00"), ("", "More", "50.00")]
    assert lines(wizard.create(page, by_default)["invoice"]) == [("", "slow, None, 1, False, None, None", "100.00")]


def test_the_form_of_every_source_is_its_input(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "100")
    deal(billhook, website, "500")
    subscription(billhook, website, "2026-01-01")
    wizard = Wizard(billhook, website)
    pages = wizard.pages()
    assert [page.name for page in pages] == ["deal", "manual", "phase", "subscription", "timetracking"]
    for page in pages:
        wizard.compare(page)
        assert wizard.preview(page, prefilled(page))["userErrors"] == []
