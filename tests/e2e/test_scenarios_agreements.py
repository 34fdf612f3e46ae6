"""S08, S09, S19, S20 and S22: deals, fixed prices, subscriptions and failing sources in the field, with their exact numbers."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread
from typing import TYPE_CHECKING

from starlette.testclient import TestClient
from tests.e2e.client import Billhook, FixedClock
from tests.e2e.settings import settings_for
from tests.e2e.story import (
    balance,
    create,
    deal,
    dump,
    fixed_price,
    part,
    phase_invoice,
    project,
    refuse,
    s,
    subscription,
    taxed,
    work,
)

from billhook import ClaimLine, Effect, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.billing.workspace import Workspace
from billhook.http.app import create_app, served_schema

if TYPE_CHECKING:
    from billhook.sources import Sources

AVAILABLE = "... on ExceedsAmount { available { amount currency } }"


def test_s08_the_percentage_that_reaches_a_hundred_takes_what_remains(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, "100.01")
    shares = [create(billhook, website, part(sold, percentage=share))["net"] for share in ("33.3333", "33.3333", "33.3334")]
    assert shares == ["33.34", "33.34", "33.33"]
    before = dump(billhook.workspace)
    error = refuse(billhook, website, part(sold, percentage="0.01"), AVAILABLE)
    assert (error["code"], error["available"]) == ("EXCEEDS_REMAINING", "0.00")
    assert dump(billhook.workspace) == before


def test_s08_ten_times_ten_percent_is_the_whole(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, "100.05")
    shares = [create(billhook, website, part(sold, percentage="10"))["net"] for _ in range(10)]
    assert shares == ["10.01"] * 9 + ["9.96"]
    assert balance(billhook, website) == ("0.00", "100.05")


def test_s08_thirds_of_a_deal_at_three_vat_rates_end_at_the_whole_of_each(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, ("1.00", s("25")), ("1.00", s("10")), ("1.00", s("6")))
    billed = [create(billhook, website, part(sold, percentage=share)) for share in ("33.3333", "33.3333", "33.3334")]
    nets = [[(row["vat"]["rate"], row["net"]) for row in invoice["vatBreakdown"]] for invoice in billed]
    third, rest = ["0.33", "0.33"], "0.34"
    for rate in ("25", "10", "6"):
        assert [net for invoice in nets for found, net in invoice if found == rate] == [*third, rest]
    assert balance(billhook, website) == ("0.00", "3.00")


def test_s09_half_of_a_deal_with_three_vat_rates_has_the_vat_of_each(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, ("200", s("25")), ("400", s("10")), ("200", {"category": "Z", "rate": "0"}))
    invoice = create(billhook, website, part(sold, percentage="50"))
    rows = [(row["vat"]["rate"], row["net"], row["tax"]) for row in invoice["vatBreakdown"]]
    assert sorted(rows) == [("0", "100.00", "0.00"), ("10", "200.00", "20.00"), ("25", "100.00", "25.00")]
    assert taxed(invoice) == ("400.00", "45.00", "445.00")


def test_s22_a_portion_of_a_fixed_price_and_then_what_is_left_of_it(billhook: Billhook) -> None:
    website = project(billhook)
    design = fixed_price(billhook, website, "1000")
    portion = {"phases": [{"phaseId": design, "portion": {"percentage": "30"}}]}
    assert phase_invoice(billhook, website, portion)["net"] == "300.00"
    assert phase_invoice(billhook, website)["net"] == "700.00"
    before = dump(billhook.workspace)
    assert refuse(billhook, website, {"phase": {}})["code"] == "NOTHING_TO_BILL"
    assert dump(billhook.workspace) == before


RUN = "results { period { startsOn endsOn } invoice { id status number } userErrors { code message } }"


def test_s20_three_runs_two_of_them_in_parallel_make_exactly_four_advances(served_billhook: Billhook) -> None:
    served_billhook.clock.move_to(date(2026, 4, 30))
    website = project(served_billhook)
    subscription(served_billhook, website, "2026-01-31", book=True)
    start, runs = Barrier(2), list[int]()

    def run() -> None:
        start.wait()
        runs.append(len(served_billhook.mutate("runSubscriptions", {"asOf": "2026-04-30"}, RUN)["results"]))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(runs) == [0, 4]
    assert served_billhook.mutate("runSubscriptions", {"asOf": "2026-04-30"}, RUN)["results"] == []
    query = """query($id: ID!) { project(id: $id) { invoices(orderBy: { field: CREATED_AT, direction: ASC }) { nodes {
        number kind status issuedOn lines { nodes { period { startsOn endsOn } } } } } } }"""
    invoices = served_billhook.graphql(query, {"id": website})["project"]["invoices"]["nodes"]
    assert [(each["kind"], each["status"], each["issuedOn"]) for each in invoices] == [("ADVANCE", "BOOKED", "2026-04-30")] * 4
    periods = [line["period"] for each in invoices for line in each["lines"]["nodes"]]
    assert periods == [
        {"startsOn": "2026-01-31", "endsOn": "2026-02-27"},
        {"startsOn": "2026-02-28", "endsOn": "2026-03-30"},
        {"startsOn": "2026-03-31", "endsOn": "2026-04-29"},
        {"startsOn": "2026-04-30", "endsOn": "2026-05-30"},
    ]
    assert [each["number"] for each in invoices] == ["INV-00001", "INV-00002", "INV-00003", "INV-00004"]
    assert balance(served_billhook, website) == ("0.00", "200.00")
