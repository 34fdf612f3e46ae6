"""R1 to R4: what is billable; and each record created, changed, cleared and deleted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import refusal
from tests.e2e.story import (
    NO_VAT,
    Answer,
    balance,
    billing,
    change,
    create,
    customer,
    entry,
    manual,
    phase,
    project,
    seller,
    timetracking,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


def refuse_change(billhook: Billhook, entry_id: str, **fields: object) -> str:
    return refusal(billhook, "saveTimeEntries", {"update": [{"timeEntryId": entry_id, **fields}]})[0]


# ---- R1 to R4: what is billable ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "state", "amount"),
    [("TIME_AND_MATERIALS", "UNBILLED", "105.00"), ("FIXED_PRICE", "IN_FIXED_PRICE", "0.00"), ("NON_BILLABLE", "NOT_BILLABLE", "0.00")],
)
def test_only_time_in_time_and_materials_is_unbilled_with_its_extra_costs(billhook: Billhook, method: str, state: str, amount: str) -> None:
    website = project(billhook)
    price = {"fixedPrice": "10"} if method == "FIXED_PRICE" else {}
    build = phase(billhook, website, "Build", billingMethod=method, **price)
    hour = track(billhook, website, phaseId=build, extraCosts=[{"description": "Plug", "unitPrice": "5"}])
    assert entry(billhook, hour)["billing"]["state"] == state
    assert balance(billhook, website)[0] == amount


def test_an_entry_is_billable_until_it_is_marked(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website, extraCosts=[{"description": "Plug", "unitPrice": "5"}])
    assert balance(billhook, website)[0] == "105.00"
    assert change(billhook, hour, billable=False)["billing"]["state"] == "NOT_BILLABLE"
    assert balance(billhook, website)[0] == "0.00"
    change(billhook, hour, billable=True)
    assert balance(billhook, website)[0] == "105.00"


def test_an_extra_cost_on_a_billed_entry_is_unbilled(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website)
    timetracking(billhook, website)
    cost = {"timeEntryId": hour, "description": "Plug", "quantity": "3", "unitPrice": "1.005"}
    billhook.mutate("createExtraCost", cost, "extraCost { id }")
    assert balance(billhook, website)[0] == "3.02"
    assert timetracking(billhook, website)["net"] == "3.02"


def test_a_changed_billing_method_counts_at_once(billhook: Billhook) -> None:
    website = project(billhook)
    build = phase(billhook, website, "Build")
    track(billhook, website, phaseId=build)
    for fields, amount in (
        ({"billingMethod": "NON_BILLABLE"}, "0.00"),
        ({"billingMethod": "TIME_AND_MATERIALS"}, "100.00"),
        ({"billingMethod": "FIXED_PRICE", "fixedPrice": "70"}, "0.00"),
    ):
        billhook.mutate("updatePhase", {"id": build, **fields}, "phase { id }")
        assert balance(billhook, website)[0] == amount
    assert billing(billhook, website)["unbilledFixedPrice"] == "70.00"


def test_a_deleted_entry_takes_its_unbilled_costs_along_and_a_billed_cost_keeps_it(billhook: Billhook) -> None:
    website = project(billhook)
    cost = [{"description": "Plug", "unitPrice": "5"}]
    gone, kept = track(billhook, website, extraCosts=cost), track(billhook, website)
    billhook.mutate("saveTimeEntries", {"deleteIds": [gone]}, "deletedIds")
    assert balance(billhook, website)[0] == "100.00"
    timetracking(billhook, website)
    billhook.mutate("createExtraCost", {"timeEntryId": kept} | cost[0], "extraCost { id }")
    assert refusal(billhook, "saveTimeEntries", {"deleteIds": [kept]})[:2] == ("ALREADY_BILLED", "deleteIds.0")


# ---- every record, created, changed and deleted --------------------------------------------------------------


def test_every_record_is_created_changed_cleared_and_deleted(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website)
    line, year = {"description": "A", "unitPrice": "10"}, {"startsOn": "2026-01-01", "endsOn": "2026-12-31"}
    owner = {"customerId": customer(billhook), "sellerId": seller(billhook)}
    records: list[tuple[str, Answer, Answer, str]] = [
        ("Seller", {"party": {"name": "S"}, "vat": NO_VAT, "iban": "NL91ABNA0417164300"}, {"iban": None}, "iban"),
        ("Customer", {"name": "C", "buyerReference": "R"}, {"buyerReference": None}, "buyerReference"),
        ("Project", owner | {"title": "P", "hourlyRate": "1"}, {"hourlyRate": None}, "hourlyRate"),
        ("Phase", {"projectId": website, "title": "P", "hourlyRate": "1"}, {"hourlyRate": None}, "hourlyRate"),
        ("User", {"name": "U", "email": "u@x.example"}, {"email": None}, "email"),
        ("WorkType", {"name": "W", "hourlyRates": [{"currency": "EUR", "hourlyRate": "1"}]}, {"hourlyRates": None}, "hourlyRates"),
        ("ExtraCost", {"timeEntryId": hour, "quantity": "2", **line}, {"unitPrice": "11"}, "unitPrice"),
        ("ExternalCost", {"projectId": website, "quantity": "2", **line}, {"unitPrice": "11"}, "unitPrice"),
        ("Deal", {"projectId": website, "title": "D", "lines": [line]}, {"title": "E"}, "title"),
        ("Subscription", {"projectId": website, "title": "S", "lines": [line], **year}, {"endsOn": None}, "endsOn"),
    ]
    sub = {"hourlyRate": "hourlyRate { amount }", "hourlyRates": "hourlyRates { amount }", "unitPrice": "unitPrice { amount }"}
    for noun, given, changes, field in records:
        name = noun[0].lower() + noun[1:]
        selection = f"{name} {{ id {sub.get(field, field)} }}"
        created = billhook.mutate(f"create{noun}", given, selection)[name]
        assert created[field] not in (None, [])
        assert billhook.mutate(f"update{noun}", {"id": created["id"]}, selection)[name] == created
        changed = billhook.mutate(f"update{noun}", {"id": created["id"], **changes}, selection)[name]
        expected = {"title": "E", "unitPrice": {"amount": "11.00"}, "hourlyRates": []}.get(field)
        assert changed[field] == expected, noun
        assert billhook.mutate(f"delete{noun}", {"id": created["id"]}, "deletedId")["deletedId"] == created["id"]
        assert billhook.graphql("query($id: ID!) { node(id: $id) { id } }", {"id": created["id"]}) == {"node": None}
        assert refusal(billhook, f"delete{noun}", {"id": created["id"]})[:2] == ("NOT_FOUND", "id")


def test_null_clears_and_absent_keeps_on_a_time_entry(billhook: Billhook) -> None:
    website = project(billhook)
    build = phase(billhook, website, "Build")
    hour = track(billhook, website, phaseId=build, hourlyRate="50", description="Old")
    assert change(billhook, hour, seconds=7200)["amount"] == "100.00"
    cleared = change(billhook, hour, hourlyRate=None, phaseId=None)
    assert (cleared["amount"], cleared["hourlyRateFrom"], cleared["description"]) == ("200.00", "PROJECT", "Old")
    for field in ("projectId", "userId", "workedOn", "seconds", "description", "billable"):
        assert refuse_change(billhook, hour, **{field: None}) == "INVALID_INPUT"
    title = {"id": website, "title": None}
    assert refusal(billhook, "updateProject", title)[:2] == ("INVALID_INPUT", "title")


def test_an_entry_that_moves_to_another_currency_has_no_prices_of_its_own(billhook: Billhook) -> None:
    website, shop = project(billhook), project(billhook, "Shop", currency="USD", hourlyRate="80")
    priced, free = work(billhook, website, "50"), track(billhook, website)
    assert refuse_change(billhook, priced, projectId=shop) == "CURRENCY_MISMATCH"
    assert change(billhook, priced, projectId=shop, hourlyRate=None)["amount"] == "80.00"
    assert change(billhook, free, projectId=shop)["amount"] == "80.00"
    assert (balance(billhook, website)[0], balance(billhook, shop)[0]) == ("0.00", "160.00")
    create(billhook, shop, manual("160"))
    assert balance(billhook, shop) == ("160.00", "160.00")
