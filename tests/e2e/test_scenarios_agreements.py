"""S08, S09, S19, S20 and S22: deals, fixed prices, subscriptions and failing sources in the field, with their exact numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import Billhook
from tests.e2e.refusals import dump
from tests.e2e.story import (
    balance,
    create,
    deal,
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

from billhook import Effect, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.http.app import create_app
from billhook.sources import Sources, install

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AVAILABLE = "... on ExceedsAmount { available { amount currency } }"
RUN = "results { period { startsOn endsOn } invoice { id status number } userErrors { code message } }"


class HourlyOptions(SourceOptions):
    up_to: date | None = None


class FallsOver(InvoiceSource[HourlyOptions]):
    """A source with a bug in it."""

    name = "falls"
    label = "Falls over"
    description = "Raises before it proposes anything."
    effect = Effect.CLEARS_UNBILLED_TIME

    def propose(self, ctx: SourceContext, options: HourlyOptions) -> Proposal:
        raise ZeroDivisionError(f"{ctx.project.title} {options.up_to}")

    def example_options(self, ctx: SourceContext) -> Iterable[HourlyOptions]:  # noqa: ARG002 - the contract's signature
        return ()


@pytest.fixture
def faulty_billhook(billhook: Billhook) -> Iterator[Billhook]:
    """The same billhook, with a source installed that raises."""
    workspace = billhook.workspace
    faulty = install(FallsOver(), "billhook-falls", "3.1")
    several = Sources({**workspace.sources.installed, faulty.name: faulty})
    with TestClient(create_app(replace(workspace, sources=several)), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as http:
        yield Billhook(http, workspace, billhook.clock)


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


def test_s19_a_source_that_raises_is_named_and_nothing_is_changed(faulty_billhook: Billhook) -> None:
    website = project(faulty_billhook)
    work(faulty_billhook, website, "250")
    before = dump(faulty_billhook.workspace)
    error = refuse(faulty_billhook, website, {"falls": {}}, "... on PluginFault { source { name package version } }")
    assert (error["code"], error["path"]) == ("PLUGIN_FAULT", ["source", "falls"])
    assert error["source"] == {"name": "falls", "package": "billhook-falls", "version": "3.1"}
    assert "'falls' of billhook-falls 3.1" in error["message"]
    assert "ZeroDivisionError" in error["message"]
    assert dump(faulty_billhook.workspace) == before
    assert balance(faulty_billhook, website) == ("250.00", "0.00")
    assert phase_invoice(faulty_billhook, website)["number"] == "INV-00001"


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
