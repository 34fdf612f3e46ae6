"""M1 to M6: exact money, rounding per entry, the way to a rate, unrated work, VAT per group, and the day of an entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook
from tests.e2e.refusals import nothing_written
from tests.e2e.story import (
    Answer,
    advance,
    balance,
    billing,
    change,
    create,
    entry,
    external_cost,
    figures,
    is_proposed,
    manual,
    phase,
    phase_invoice,
    preview,
    project,
    refuse,
    s,
    taxed,
    timetracking,
    track,
    user,
    work_type,
)

from billhook.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "... on RateMissing { count timeEntries { id } }"


@pytest.fixture
def in_amsterdam(billhook: Billhook) -> Iterator[Billhook]:
    """The same billhook, with its workspace in Amsterdam."""
    there = billhook.workspace.settings.model_copy(update={"time_zone": "Europe/Amsterdam"})
    app = create_app(replace(billhook.workspace, settings=there))
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, billhook.workspace, billhook.clock)


# ---- M1 and M2 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "rate", "amount"), [("EUR", "27.5", "6.88"), ("JPY", "2750", "688"), ("KWD", "27.5", "6.875"), ("CLF", "27.5", "6.8750")]
)
def test_amounts_have_the_decimals_of_their_currency(billhook: Billhook, currency: str, rate: str, amount: str) -> None:
    shop = project(billhook, currency=currency, hourlyRate=rate)
    track(billhook, shop, 900)
    assert balance(billhook, shop)[0] == amount
    invoice = timetracking(billhook, shop)
    assert (invoice["net"], invoice["total"]) == (amount, amount)


@pytest.mark.parametrize(
    ("quantity", "price", "net"), [("3", "0.335", "1.01"), ("1", "0.005", "0.01"), ("1", "0.004999", "0.00"), ("0.333333", "3", "1.00")]
)
def test_a_line_is_quantity_times_unit_price_rounded_half_up(billhook: Billhook, quantity: str, price: str, net: str) -> None:
    line = {"description": "A", "quantity": quantity, "unitPrice": price}
    invoice = create(billhook, project(billhook), {"manual": {"lines": [line, {"description": "B", "unitPrice": "1"}]}})
    assert (invoice["lines"][0]["net"], invoice["lines"][0]["unitPrice"]) == (net, price)


@pytest.mark.parametrize(("seconds", "amount"), [(17, "0.00"), (18, "0.01"), (53, "0.01"), (54, "0.02")])
def test_an_entry_is_worth_its_seconds_rounded_half_up(billhook: Billhook, seconds: int, amount: str) -> None:
    assert entry(billhook, track(billhook, project(billhook, hourlyRate="1"), seconds))["amount"] == amount


@pytest.mark.parametrize("group_by", ["ENTRY", "WORK_TYPE", "USER", "PHASE"])
def test_list_preview_and_invoice_are_equal_however_entries_are_grouped(billhook: Billhook, group_by: str) -> None:
    website = project(billhook, vat=s("21"))
    build, design = phase(billhook, website, "Build"), work_type(billhook, "Design")
    for who in (user(billhook, "Ann"), user(billhook, "Bob")):
        for fields in ({}, {"phaseId": build}, {"workTypeId": design}):
            track(billhook, website, 1000, userId=who, **fields)
    options = {"timetracking": {"groupBy": group_by}}
    seen = preview(billhook, website, options)
    assert balance(billhook, website)[0] == seen["net"] == "166.68"
    invoice = create(billhook, website, options)
    assert taxed(invoice) == ("166.68", "35.00", "201.68")
    assert len(invoice["lines"]) == {"ENTRY": 6, "WORK_TYPE": 2, "USER": 2, "PHASE": 2}[group_by]


# ---- M3 and M4 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "rate"), [("PROJECT", "100.00"), ("USER", "80.00"), ("WORK_TYPE", "60.00")])
def test_the_first_rate_that_exists_counts(billhook: Billhook, policy: str, rate: str) -> None:
    website = project(billhook, ratePolicy=policy, hourlyRate="100")
    dear = phase(billhook, website, "Advice", hourlyRate="150")
    given: Answer = {"userId": user(billhook, EUR="80", USD="90"), "workTypeId": work_type(billhook, "Design", EUR="60")}
    own: list[Answer] = [{"phaseId": dear, "hourlyRate": "200"}, {"phaseId": dear}, {}]
    found = [entry(billhook, track(billhook, website, **given, **more)) for more in own]
    assert [(each["hourlyRate"], each["hourlyRateFrom"]) for each in found] == [("200.00", "ENTRY"), ("150.00", "PHASE"), (rate, policy)]


@pytest.mark.parametrize("policy", ["PROJECT", "USER", "WORK_TYPE"])
def test_a_changed_rate_rates_what_is_unbilled_and_leaves_what_is_billed(billhook: Billhook, policy: str) -> None:
    who, what = user(billhook, EUR="100"), work_type(billhook, "Design", EUR="100")
    website = project(billhook, ratePolicy=policy)
    billed = track(billhook, website, userId=who, workTypeId=what)
    invoice = timetracking(billhook, website)
    unbilled = track(billhook, website, userId=who, workTypeId=what)
    rates = [{"currency": "EUR", "hourlyRate": "110"}]
    changes: dict[str, tuple[str, Answer]] = {
        "PROJECT": ("updateProject", {"id": website, "hourlyRate": "110"}),
        "USER": ("updateUser", {"id": who, "hourlyRates": rates}),
        "WORK_TYPE": ("updateWorkType", {"id": what, "hourlyRates": rates}),
    }
    billhook.mutate(*changes[policy], "userErrors { code }")
    assert (entry(billhook, billed)["amount"], entry(billhook, unbilled)["amount"]) == ("100.00", "110.00")
    assert balance(billhook, website) == ("110.00", "0.00")
    assert invoice["net"] == "100.00"


def test_a_rate_in_another_currency_is_no_rate(billhook: Billhook) -> None:
    website = project(billhook, ratePolicy="USER")
    hour = track(billhook, website, userId=user(billhook, USD="90"))
    assert (entry(billhook, hour)["amount"], entry(billhook, hour)["billing"]["state"]) == (None, "UNRATED")


def test_an_unrated_entry_is_proposed_and_never_invoiced_at_nothing(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate=None)
    unrated, free = track(billhook, website), track(billhook, website, hourlyRate="0")
    found = billing(billhook, website)
    assert (found["unbilled"], found["unratedEntries"]) == ({"amount": "0.00", "seconds": 7200, "entries": 2}, 1)
    assert is_proposed(billhook, website)
    sources: list[Answer] = [{"timetracking": {}}, {"phase": {}}]
    for source in sources:
        with nothing_written(billhook):
            error = refuse(billhook, website, source, MISSING)
        assert (error["code"], error["count"], error["timeEntries"]) == ("RATE_MISSING", 1, [{"id": unrated}])
    only = timetracking(billhook, website, {"entryIds": [free]})
    assert (figures(only), only["total"]) == ([("TIME", "0.00")], "0.00")
    change(billhook, unrated, hourlyRate="50")
    assert timetracking(billhook, website)["net"] == "50.00"


def test_a_covered_project_is_refused_as_covered_whatever_is_unrated(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate=None)
    track(billhook, website)
    track(billhook, website, hourlyRate="50")
    advance(billhook, website, "50")
    assert is_proposed(billhook, website)
    assert refuse(billhook, website, {"timetracking": {}})["code"] == "COVERED_BY_ADVANCE"


# ---- M5 ------------------------------------------------------------------------------------------------------


def test_time_takes_the_vat_of_its_phase_and_costs_may_have_their_own(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    low = phase(billhook, website, "Books", vat=s("9"))
    track(billhook, website, extraCosts=[{"description": "Plug", "unitPrice": "10"}])
    track(billhook, website, phaseId=low, extraCosts=[{"description": "Ink", "unitPrice": "20"}])
    external_cost(billhook, website, "30", vat={"category": "E", "rate": "0"})
    invoice = phase_invoice(billhook, website)
    rows = {(row["vat"]["category"], row["vat"]["rate"]): (row["net"], row["tax"]) for row in invoice["vatBreakdown"]}
    assert rows == {("S", "21"): ("110.00", "23.10"), ("S", "9"): ("120.00", "10.80"), ("E", "0"): ("30.00", "0.00")}
    assert taxed(invoice) == ("260.00", "33.90", "293.90")


def test_the_vat_of_an_advance_and_its_invoice_may_differ_by_a_cent_from_that_of_the_whole(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    whole = create(billhook, project(billhook, vat=s("21")), manual("0.05"))
    first = advance(billhook, website, "0.03")
    track(billhook, website, 3600, hourlyRate="0.05")
    second = phase_invoice(billhook, website)
    assert [taxed(each) for each in (whole, first, second)] == [
        ("0.05", "0.01", "0.06"),
        ("0.03", "0.01", "0.04"),
        ("0.02", "0.00", "0.02"),
    ]


# ---- M6 ------------------------------------------------------------------------------------------------------


def test_the_day_of_an_entry_is_that_of_its_start_in_the_workspace(in_amsterdam: Billhook) -> None:
    website = project(in_amsterdam)
    spans = ["2026-03-09T22:59:59Z", "2026-03-09T23:00:00Z", "2026-03-09T19:00:00-04:00"]
    days = [entry(in_amsterdam, track(in_amsterdam, website, startedAt=start))["workedOn"] for start in spans]
    assert days == ["2026-03-09", "2026-03-10", "2026-03-10"]
    given = entry(in_amsterdam, track(in_amsterdam, website, startedAt=spans[0], workedOn="2026-01-01"))
    assert given["workedOn"] == "2026-01-01"


def test_up_to_is_inclusive_and_bounds_time_and_costs_and_no_price(billhook: Billhook) -> None:
    website = project(billhook)
    phase(billhook, website, "Design", billingMethod="FIXED_PRICE", fixedPrice="500")
    for day, price in (("2026-03-08", "1"), ("2026-03-09", "2"), ("2026-03-10", "4")):
        track(billhook, website, workedOn=day, hourlyRate=price, extraCosts=[{"description": "Plug", "unitPrice": f"{price}0"}])
        external_cost(billhook, website, f"{price}00", incurredOn=day)
    assert preview(billhook, website, {"timetracking": {"upTo": "2026-03-09"}})["net"] == "33.00"
    assert preview(billhook, website, {"phase": {"upTo": "2026-03-09"}})["net"] == "833.00"
    assert preview(billhook, website, {"phase": {"upTo": "2026-03-07"}})["net"] == "500.00"
    assert refuse(billhook, website, {"timetracking": {"upTo": "2026-03-07"}})["code"] == "NOTHING_TO_BILL"
