"""R5, R5a and R11: what is on a live line or was invoiced once does not change under it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import nothing_written, refusal
from tests.e2e.story import (
    Answer,
    advance,
    balance,
    change,
    create,
    credit,
    customer,
    deal,
    discard,
    entry,
    fixed_price,
    part,
    phase,
    phase_invoice,
    plain,
    project,
    s,
    someone,
    subscription,
    timetracking,
    track,
    work_type,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


def refuse_change(billhook: Billhook, entry_id: str, **fields: object) -> str:
    return refusal(billhook, "saveTimeEntries", {"update": [{"timeEntryId": entry_id, **fields}]})[0]


# ---- R5 and R5a: what freezes --------------------------------------------------------------------------------


@pytest.mark.parametrize("book", [True, False])
def test_on_a_live_line_only_the_description_changes(billhook: Billhook, *, book: bool) -> None:
    website, design = project(billhook), work_type(billhook, "Design")
    shop, build = project(billhook, "Shop"), phase(billhook, website, "Build")
    hour = track(billhook, website, extraCosts=[{"description": "Plug", "unitPrice": "5"}])
    invoice = timetracking(billhook, website, book=book)
    changes: list[dict[str, object]] = [
        {"seconds": 60},
        {"hourlyRate": "1"},
        {"billable": False},
        {"userId": billhook.mutate("createUser", {"name": "Bob"}, "user { id }")["user"]["id"]},
        {"workTypeId": design},
        {"startedAt": "2026-03-09T09:00:00Z"},
        {"workedOn": "2026-03-09"},
        {"phaseId": build},
        {"projectId": shop},
    ]
    for fields in changes:
        assert refuse_change(billhook, hour, **fields) == "ALREADY_BILLED", fields
    assert refusal(billhook, "saveTimeEntries", {"deleteIds": [hour]})[0] == "ALREADY_BILLED"
    assert change(billhook, hour, description="New", seconds=3600)["description"] == "New"
    assert timetracking_is_unchanged(billhook, invoice)


def timetracking_is_unchanged(billhook: Billhook, invoice: Answer) -> bool:
    query = "query($id: ID!) { invoice(id: $id) { net { amount } lines { nodes { description } } } }"
    found = billhook.graphql(query, {"id": invoice["id"]})["invoice"]
    return bool(found["net"]["amount"] == invoice["net"] and "New" not in str(found["lines"]))


def test_costs_on_a_live_line_change_only_their_description(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website)
    given = {"description": "Plug", "unitPrice": "5"}
    extra = billhook.mutate("createExtraCost", {"timeEntryId": hour} | given, "extraCost { id }")["extraCost"]["id"]
    external = billhook.mutate("createExternalCost", {"projectId": website} | given, "externalCost { id }")["externalCost"]["id"]
    phase_invoice(billhook, website)
    for noun, cost in (("ExtraCost", extra), ("ExternalCost", external)):
        field = noun[0].lower() + noun[1:]
        for fields in ({"unitPrice": "6"}, {"quantity": "2"}, {"vat": s("9")}):
            assert refusal(billhook, f"update{noun}", {"id": cost, **fields})[0] == "ALREADY_BILLED"
        assert refusal(billhook, f"delete{noun}", {"id": cost})[0] == "ALREADY_BILLED"
        changed = billhook.mutate(f"update{noun}", {"id": cost, "description": "Socket"}, f"{field} {{ description }}")
        assert changed[field] == {"description": "Socket"}


def test_a_fixed_price_and_its_method_are_held_by_what_is_billed(billhook: Billhook) -> None:
    website = project(billhook)
    design = fixed_price(billhook, website, "100")
    invoice = phase_invoice(billhook, website, {"phases": [{"phaseId": design, "portion": {"amount": "60"}}]})
    billed = "... on AlreadyBilled { items { item { ... on Phase { id } } invoice { id } } }"
    with nothing_written(billhook):
        [error] = billhook.refused("updatePhase", {"id": design, "billingMethod": "NON_BILLABLE", "fixedPrice": None}, billed)
    assert (error["code"], error["items"]) == ("ALREADY_BILLED", [{"item": {"id": design}, "invoice": {"id": invoice["id"]}}])
    assert refusal(billhook, "updatePhase", {"id": design, "fixedPrice": "59.99"})[:2] == ("ALREADY_BILLED", "fixedPrice")
    found = billhook.mutate("updatePhase", {"id": design, "fixedPrice": "60"}, "phase { remaining { amount currency } }")
    assert plain(found["phase"]) == {"remaining": "0.00"}
    credit(billhook, invoice)
    billhook.mutate("updatePhase", {"id": design, "billingMethod": "NON_BILLABLE", "fixedPrice": None}, "phase { id }")


def test_a_deal_is_never_worth_less_than_is_billed_of_it(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, "100")
    invoice = create(billhook, website, part(sold, percentage="60"))
    lines = [{"description": "Less", "unitPrice": "59.99"}]
    assert refusal(billhook, "updateDeal", {"id": sold, "lines": lines})[:2] == ("ALREADY_BILLED", "lines")
    assert refusal(billhook, "deleteDeal", {"id": sold})[:2] == ("IN_USE", "id")
    lines = [{"description": "As much", "unitPrice": "60"}]
    found = billhook.mutate("updateDeal", {"id": sold, "lines": lines}, "deal { value { amount } remaining { amount } }")["deal"]
    assert (found["value"]["amount"], found["remaining"]["amount"]) == ("60.00", "0.00")
    credit(billhook, invoice)
    lines = [{"description": "Less", "unitPrice": "1"}]
    billhook.mutate("updateDeal", {"id": sold, "lines": lines}, "deal { id }")


def test_customer_and_currency_freeze_at_the_first_live_invoice(billhook: Billhook) -> None:
    website, other = project(billhook), customer(billhook, "Bolt")
    draft = advance(billhook, website, "1", book=False)
    for fields in ({"customerId": other}, {"currency": "USD"}):
        assert refusal(billhook, "updateProject", {"id": website, **fields})[:2] == ("IN_USE", next(iter(fields)))
    discard(billhook, draft)
    given = {"id": website, "customerId": other, "currency": "USD", "hourlyRate": "100"}
    found = billhook.mutate("updateProject", given, "project { currency customer { name } }")["project"]
    assert found == {"currency": "USD", "customer": {"name": "Bolt"}}


def test_what_was_undone_in_another_currency_is_still_shown_in_it(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate="100.50")
    paid = advance(billhook, website, "400", book=False)
    track(billhook, website, seconds=3600)
    discard(billhook, phase_invoice(billhook, website, book=False))
    discard(billhook, paid)
    billhook.mutate("updateProject", {"id": website, "currency": "JPY", "hourlyRate": "9000"}, "project { id }")
    money = "{ amount currency }"
    ledger = f"advanceLedger {{ nodes {{ kind amount {money} openAfter {money} }} }} openAdvance {money}"
    invoices = f"invoices {{ nodes {{ applications {{ amount {money} }} }} }}"
    found = billhook.graphql(f'{{ project(id: "{website}") {{ billing {{ {ledger} }} {invoices} }} }}')["project"]
    assert found["billing"]["openAdvance"] == {"amount": "0", "currency": "JPY"}
    asked = "query($id: ID!, $day: Date) { project(id: $id) { billing { openAdvance(asOf: $day) { amount currency } } } }"
    then = billhook.graphql(asked, {"id": website, "day": "2026-03-10"})["project"]["billing"]["openAdvance"]
    assert then == {"amount": "0.00", "currency": "EUR"}
    assert billhook.graphql(asked, {"id": website, "day": "2026-03-09"})["project"]["billing"]["openAdvance"]["currency"] == "JPY"
    movements = [
        (each["kind"], *each["amount"].values(), *each["openAfter"].values()) for each in found["billing"]["advanceLedger"]["nodes"]
    ]
    assert movements == [
        ("REGISTERED", "400.00", "EUR", "400.00", "EUR"),
        ("APPLIED", "-100.50", "EUR", "299.50", "EUR"),
        ("RELEASED", "100.50", "EUR", "400.00", "EUR"),
        ("RELEASED", "-400.00", "EUR", "0.00", "EUR"),
    ]
    applications = [each["amount"] for invoice in found["invoices"]["nodes"] for each in invoice["applications"]]
    assert applications == [{"amount": "100.50", "currency": "EUR"}]


def test_a_deleted_entry_keeps_its_price_and_so_its_currency(billhook: Billhook) -> None:
    website = project(billhook, hourlyRate="100.50")
    hour = track(billhook, website, seconds=3600)
    discard(billhook, phase_invoice(billhook, website, book=False))
    billhook.mutate("saveTimeEntries", {"deleteIds": [hour]}, "deletedIds")
    assert refusal(billhook, "updateProject", {"id": website, "currency": "JPY", "hourlyRate": "9000"})[:2] == ("IN_USE", "currency")
    shown = billhook.graphql(f'{{ node(id: "{hour}") {{ ... on TimeEntry {{ amount {{ amount currency }} }} }} }}')["node"]
    assert shown == {"amount": {"amount": "100.50", "currency": "EUR"}}


def test_what_has_work_or_invoices_is_closed_and_not_deleted(billhook: Billhook) -> None:
    website = project(billhook)
    build = phase(billhook, website, "Build")
    hour = track(billhook, website, phaseId=build)
    assert refusal(billhook, "deletePhase", {"id": build})[:2] == ("IN_USE", "id")
    assert refusal(billhook, "deleteProject", {"id": website})[:2] == ("IN_USE", "id")
    assert refusal(billhook, "deleteUser", {"id": someone(billhook)})[:2] == ("IN_USE", "id")
    billhook.mutate("updatePhase", {"id": build, "status": "CLOSED"}, "phase { id }")
    billhook.mutate("updateProject", {"id": website, "status": "DONE"}, "project { id }")
    assert timetracking(billhook, website)["net"] == "100.00"
    assert entry(billhook, hour)["billing"]["state"] == "BILLED"
    owner = billhook.graphql("query($id: ID!) { project(id: $id) { customer { id } seller { id } } }", {"id": website})["project"]
    assert refusal(billhook, "deleteCustomer", {"id": owner["customer"]["id"]})[:2] == ("IN_USE", "id")
    assert refusal(billhook, "deleteSeller", {"id": owner["seller"]["id"]})[:2] == ("IN_USE", "id")


# ---- R11 -----------------------------------------------------------------------------------------------------


def test_start_and_cycle_of_a_subscription_freeze_after_its_first_period(billhook: Billhook) -> None:
    website = project(billhook)
    hosting = subscription(billhook, website, "2026-03-01")
    billhook.mutate("updateSubscription", {"id": hosting, "startsOn": "2026-02-01"}, "subscription { id }")
    credit(billhook, create(billhook, website, {"subscription": {"subscriptionId": hosting}}))
    for fields in ({"startsOn": "2026-01-01"}, {"every": 2}, {"unit": "WEEK"}):
        assert refusal(billhook, "updateSubscription", {"id": hosting, **fields})[:2] == ("IN_USE", next(iter(fields)))
    assert refusal(billhook, "deleteSubscription", {"id": hosting})[0] == "IN_USE"
    billhook.mutate("updateSubscription", {"id": hosting, "title": "New", "endsOn": "2026-12-31", "book": True}, "subscription { id }")


def test_a_period_comes_back_only_when_it_is_asked_for(billhook: Billhook) -> None:
    website = project(billhook)
    hosting = subscription(billhook, website, "2026-02-01")
    run = "results { period { startsOn } invoice { id status } userErrors { code } }"
    made = billhook.mutate("runSubscriptions", {"asOf": "2026-03-10"}, run)["results"]
    assert [(each["period"]["startsOn"], each["invoice"]["status"]) for each in made] == [("2026-02-01", "DRAFT"), ("2026-03-01", "DRAFT")]
    discard(billhook, made[0]["invoice"])
    assert billhook.mutate("runSubscriptions", {"asOf": "2026-03-10"}, run)["results"] == []
    source = {"subscription": {"subscriptionId": hosting, "periodStart": "2026-02-01"}}
    assert create(billhook, website, source)["net"] == "50.00"
    twice = {"projectId": website, "source": source}
    assert refusal(billhook, "createInvoice", twice)[:2] == ("ALREADY_BILLED", "source.subscription.subscriptionId")
    billhook.clock.move_to(date(2026, 4, 1))
    assert create(billhook, website, {"subscription": {"subscriptionId": hosting}})["issuedOn"] == "2026-04-01"
    assert balance(billhook, website) == ("0.00", "150.00")
