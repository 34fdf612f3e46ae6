"""The table of the six ways to invoice a project: the effect of each, whether it settles advances, and what it may bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import dump
from tests.e2e.story import (
    Answer,
    advance,
    balance,
    billing,
    create,
    deal,
    external_cost,
    figures,
    fixed_price,
    manual,
    part,
    phase_invoice,
    preview,
    project,
    refuse,
    subscription,
    sums,
    timetracking,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

COST = {"description": "Plug", "quantity": "2", "unitPrice": "12.50"}
BOTH = "... on CoveredByAdvance { unbilled { amount currency } openAdvance { amount currency } }"


def everything(billhook: Billhook) -> str:
    """A project with 100.00 of time, 25.00 of extra costs, 40.00 of external costs and a price of 500.00."""
    website = project(billhook)
    track(billhook, website, extraCosts=[COST])
    external_cost(billhook, website, "40")
    fixed_price(billhook, website, "500")
    return website


def test_each_source_declares_its_effect_and_phase_alone_settles_advances(billhook: Billhook) -> None:
    sources = billhook.graphql("{ invoiceSources { name effect settlesAdvances installed } }")["invoiceSources"]
    assert sources == [
        {"name": name, "effect": effect, "settlesAdvances": settles, "installed": True}
        for name, effect, settles in [
            ("deal", "REGISTERS_ADVANCE_CREDIT", False),
            ("manual", "REGISTERS_ADVANCE_CREDIT", False),
            ("phase", "CLEARS_UNBILLED_TIME", True),
            ("subscription", "REGISTERS_ADVANCE_CREDIT", False),
            ("timetracking", "CLEARS_UNBILLED_TIME", False),
        ]
    ]


def test_invoice_timetracking_bills_unbilled_time_and_its_extra_costs(billhook: Billhook) -> None:
    website = everything(billhook)
    invoice = timetracking(billhook, website)
    assert invoice["kind"] == "REGULAR"
    assert figures(invoice) == [("TIME", "100.00"), ("EXTRA_COST", "25.00")]
    left = billing(billhook, website)
    assert (left["unbilled"]["amount"], left["unbilledExternalCosts"], left["unbilledFixedPrice"]) == ("0.00", "40.00", "500.00")


def test_invoice_timetracking_bills_in_full_and_leaves_the_advance(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "100")
    work(billhook, website, "100.01")
    seen = preview(billhook, website, {"timetracking": {}})
    assert [(warning["code"], warning["amount"]) for warning in seen["warnings"]] == [("OPEN_ADVANCE_NOT_SETTLED", "100.00")]
    assert sums(timetracking(billhook, website)) == ("100.01", "0.00", "100.01")
    assert balance(billhook, website) == ("0.00", "100.00")


def test_invoice_timetracking_is_refused_while_the_advance_covers_the_project(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "100")
    first = work(billhook, website, "60")
    work(billhook, website, "40")
    before = dump(billhook.workspace)
    for options in ({}, {"entryIds": [first]}):
        error = refuse(billhook, website, {"timetracking": options}, BOTH)
        assert (error["code"], error["unbilled"], error["openAdvance"]) == ("COVERED_BY_ADVANCE", "100.00", "100.00")
        assert "'phase'" in error["message"]
    assert dump(billhook.workspace) == before


def test_based_on_phases_bills_time_costs_and_prices_and_takes_the_advance_off(billhook: Billhook) -> None:
    website = everything(billhook)
    advance(billhook, website, "600")
    invoice = phase_invoice(billhook, website)
    assert invoice["kind"] == "REGULAR"
    assert sorted(figures(invoice)) == [
        ("EXTERNAL_COST", "40.00"),
        ("EXTRA_COST", "25.00"),
        ("FIXED_PRICE", "500.00"),
        ("SETTLEMENT", "-600.00"),
        ("TIME", "100.00"),
    ]
    assert sums(invoice) == ("665.00", "600.00", "65.00")
    assert balance(billhook, website) == ("0.00", "0.00")


@pytest.mark.parametrize("entry_point", ["PROJECT", "INVOICING_MODULE"])
def test_lines_composed_by_hand_register_advance_credit(billhook: Billhook, entry_point: str) -> None:
    website = everything(billhook)
    source = manual("80")
    source["manual"]["entryPoint"] = entry_point
    invoice = create(billhook, website, source)
    assert (invoice["kind"], figures(invoice)) == ("ADVANCE", [("FREE", "80.00")])
    assert balance(billhook, website) == ("125.00", "80.00")


@pytest.mark.parametrize(
    ("portion", "net"),
    [({}, "1000.00"), ({"percentage": "30"}, "300.00"), ({"amount": "123.45"}, "123.45")],
    ids=["whole", "share", "amount"],
)
def test_a_deal_registers_advance_credit(billhook: Billhook, portion: dict[str, str], net: str) -> None:
    website = everything(billhook)
    invoice = create(billhook, website, part(deal(billhook, website, "1000"), **portion))
    assert (invoice["kind"], figures(invoice)) == ("ADVANCE", [("DEAL", net)])
    assert balance(billhook, website) == ("125.00", net)


def test_a_subscription_registers_advance_credit_one_period_each(billhook: Billhook) -> None:
    website = everything(billhook)
    hosting = subscription(billhook, website, "2026-02-01")
    source = {"subscription": {"subscriptionId": hosting}}
    for registered in ("50.00", "100.00"):
        invoice = create(billhook, website, source)
        assert (invoice["kind"], figures(invoice)) == ("ADVANCE", [("SUBSCRIPTION", "50.00")])
        assert balance(billhook, website) == ("125.00", registered)
    assert refuse(billhook, website, source)["code"] == "NOTHING_TO_BILL"


def test_no_way_but_phases_settles_when_asked_to(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "10")
    work(billhook, website, "100")
    before = dump(billhook.workspace)
    sources: list[Answer] = [{"timetracking": {}}, manual("5")]
    for source in sources:
        error = refuse(billhook, website, source, advances={"mode": "UP_TO", "upTo": "5"})
        assert (error["code"], error["path"]) == ("INVALID_INPUT", ["advances"])
    assert dump(billhook.workspace) == before


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"mode": "AUTO"}, ("100.00", "70.00", "30.00")),
        ({"mode": "NONE"}, ("100.00", "0.00", "100.00")),
        ({"mode": "UP_TO", "upTo": "69.99"}, ("100.00", "69.99", "30.01")),
        ({"mode": "UP_TO", "upTo": "70"}, ("100.00", "70.00", "30.00")),
        ({"mode": "UP_TO", "upTo": "70.01"}, ("100.00", "70.00", "30.00")),
        ({"mode": "UP_TO", "upTo": "0"}, ("100.00", "0.00", "100.00")),
    ],
)
def test_based_on_phases_takes_off_what_is_asked(billhook: Billhook, choice: Answer, expected: tuple[str, str, str]) -> None:
    website = project(billhook)
    advance(billhook, website, "30")
    advance(billhook, website, "40")
    work(billhook, website, "100")
    assert sums(phase_invoice(billhook, website, advances=choice)) == expected


def test_an_article_without_an_advance_is_a_cost(billhook: Billhook) -> None:
    website = project(billhook)
    external_cost(billhook, website, "40")
    invoice = phase_invoice(billhook, website)
    assert (invoice["kind"], figures(invoice)) == ("REGULAR", [("EXTERNAL_COST", "40.00")])
    assert balance(billhook, website) == ("0.00", "0.00")
