"""S01 to S07, S13, S17, S18, S21 and S24: what happened with advances in the field, with its exact numbers."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.refusals import dump
from tests.e2e.story import (
    advance,
    applied,
    balance,
    billing,
    create,
    credit,
    figures,
    is_proposed,
    ledger,
    manual,
    of_line,
    phase,
    phase_invoice,
    preview,
    project,
    read,
    refuse_credit,
    s,
    sums,
    taxed,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


def test_s01_an_advance_above_the_work_pays_all_of_it_and_the_rest_stays_open(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "5000")
    track(billhook, website, 20 * 3600)
    assert sums(phase_invoice(billhook, website)) == ("2000.00", "2000.00", "0.00")
    assert balance(billhook, website) == ("0.00", "3000.00")


def test_s02_an_advance_below_the_work_leaves_the_rest_to_pay(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "100")
    work(billhook, website, "300")
    assert sums(phase_invoice(billhook, website)) == ("300.00", "100.00", "200.00")
    assert balance(billhook, website) == ("0.00", "0.00")


def test_s03_a_phase_invoice_every_week_uses_the_advance_up_and_the_ninth_is_payable(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "400")
    seen = []
    for _ in range(9):
        work(billhook, website, "50")
        seen.append((*sums(phase_invoice(billhook, website)), balance(billhook, website)[1]))
    assert seen[:8] == [("50.00", "50.00", "0.00", f"{left}.00") for left in (350, 300, 250, 200, 150, 100, 50, 0)]
    assert seen[8] == ("50.00", "0.00", "50.00", "0.00")


def test_s04_an_advance_comes_off_before_vat(billhook: Billhook) -> None:
    website = project(billhook, vat=s("20"))
    assert taxed(advance(billhook, website, "50")) == ("50.00", "10.00", "60.00")
    work(billhook, website, "100")
    assert taxed(phase_invoice(billhook, website)) == ("50.00", "10.00", "60.00")


def test_s05_the_oldest_advance_comes_off_first_and_each_has_its_own_settlement_line(billhook: Billhook) -> None:
    website = project(billhook)
    first, second = advance(billhook, website, "30"), advance(billhook, website, "50")
    work(billhook, website, "60")
    invoice = phase_invoice(billhook, website)
    assert applied(invoice) == [("INV-00001", "30.00"), ("INV-00002", "30.00")]
    settlements = [(line["settles"]["id"], line["net"]) for line in invoice["lines"] if line["kind"] == "SETTLEMENT"]
    assert settlements == [(first["id"], "-30.00"), (second["id"], "-30.00")]
    query = "query($id: ID!) { invoice(id: $id) { advance { open { amount } } } }"
    still_open = [billhook.graphql(query, {"id": each["id"]})["invoice"]["advance"]["open"]["amount"] for each in (first, second)]
    assert still_open == ["0.00", "20.00"]


def test_s06_two_phase_invoices_are_two_applied_rows(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "100")
    for worth in ("25", "35"):
        work(billhook, website, worth)
        assert sums(phase_invoice(billhook, website)) == (f"{worth}.00", f"{worth}.00", "0.00")
    rows = [(row["kind"], row["amount"], row["openAfter"]) for row in ledger(billhook, website)]
    assert rows == [("REGISTERED", "100.00", "100.00"), ("APPLIED", "-25.00", "75.00"), ("APPLIED", "-35.00", "40.00")]
    assert balance(billhook, website) == ("0.00", "40.00")


def test_s07_phase_invoices_of_two_phases_at_the_same_moment_share_one_advance(served_billhook: Billhook) -> None:
    website = project(served_billhook)
    advance(served_billhook, website, "100")
    phases = {worth: phase(served_billhook, website, f"Phase of {worth}") for worth in ("30", "40")}
    for worth, phase_id in phases.items():
        work(served_billhook, website, worth, phaseId=phase_id)
    start, invoices = Barrier(2), dict[str, Any]()

    def bill(worth: str, phase_id: str) -> None:
        start.wait()
        invoices[worth] = phase_invoice(served_billhook, website, {"phases": [{"phaseId": phase_id}]})

    threads = [Thread(target=bill, args=each) for each in phases.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums(invoices["30"]) == ("30.00", "30.00", "0.00")
    assert sums(invoices["40"]) == ("40.00", "40.00", "0.00")
    assert {invoice["number"] for invoice in invoices.values()} == {"INV-00002", "INV-00003"}
    assert balance(served_billhook, website) == ("0.00", "30.00")


def test_s13_a_credited_invoice_is_made_again_and_the_advance_is_taken_off_once(billhook: Billhook) -> None:
    website = project(billhook, vat=s("15"))
    advance(billhook, website, "43.48")
    work(billhook, website, "100")
    first = phase_invoice(billhook, website)
    assert taxed(first) == ("56.52", "8.48", "65.00")
    assert taxed(credit(billhook, first)) == ("56.52", "8.48", "65.00")
    assert balance(billhook, website) == ("100.00", "43.48")
    assert taxed(phase_invoice(billhook, website)) == ("56.52", "8.48", "65.00")
    assert balance(billhook, website) == ("0.00", "0.00")
    query = "query($id: ID!) { project(id: $id) { billing { advances(openOnly: false) { nodes { applied { amount } } } } } }"
    [credited] = billhook.graphql(query, {"id": website})["project"]["billing"]["advances"]["nodes"]
    assert credited["applied"]["amount"] == "43.48"


def test_s17_an_advance_credited_before_use_covers_nothing(billhook: Billhook) -> None:
    website = project(billhook)
    credit(billhook, advance(billhook, website, "200"))
    assert billing(billhook, website)["openAdvance"] == "0.00"
    work(billhook, website, "150")
    assert is_proposed(billhook, website)
    assert sums(phase_invoice(billhook, website)) == ("150.00", "0.00", "150.00")


@pytest.mark.parametrize("too_much", ["50.01", "100.00"])
def test_s18_an_advance_is_credited_only_as_far_as_it_is_open(billhook: Billhook, too_much: str) -> None:
    website = project(billhook)
    paid_before = advance(billhook, website, "200")
    work(billhook, website, "150")
    phase_invoice(billhook, website)
    [line] = paid_before["lines"]
    before = dump(billhook.workspace)
    for lines in ([of_line(line, too_much)], []):
        error = refuse_credit(billhook, paid_before, *lines)
        assert (error["code"], error["available"]) == ("EXCEEDS_OPEN_ADVANCE", "50.00")
        assert "50.00 EUR is still open" in error["message"]
    assert dump(billhook.workspace) == before
    assert taxed(credit(billhook, paid_before, of_line(line, "50"))) == ("50.00", "0.00", "50.00")
    assert balance(billhook, website) == ("0.00", "0.00")


def test_s21_settlement_is_credited_along_where_what_is_left_would_be_negative(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "400")
    for title, worth in (("Build", "630"), ("Test", "357")):
        work(billhook, website, worth, phaseId=phase(billhook, website, title))
    invoice = phase_invoice(billhook, website)
    assert sums(invoice) == ("987.00", "400.00", "587.00")
    [line] = [line for line in invoice["lines"] if line["net"] == "630.00"]
    note = credit(billhook, invoice, of_line(line))
    assert figures(note) == [("TIME", "630.00"), ("SETTLEMENT", "-43.00")]
    assert note["net"] == "587.00"
    assert balance(billhook, website) == ("630.00", "43.00")
    left = read(billhook, invoice)
    assert (left["credited"], left["creditable"]) == ("587.00", "0.00")
    assert [line["creditable"] for line in left["lines"]] == ["0.00", "357.00", "357.00"]


def test_s24_an_advance_is_never_taken_off_work_with_another_vat_rate(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    build = phase(billhook, website, "Build", vat=s("6"))
    create(billhook, website, manual(("200", s("21"))))
    work(billhook, website, "300", phaseId=build)
    seen = preview(billhook, website, {"phase": {}})
    assert [(warning["code"], warning["amount"]) for warning in seen["warnings"]] == [("ADVANCE_OF_OTHER_VAT", "200.00")]
    assert sums(phase_invoice(billhook, website)) == ("300.00", "0.00", "300.00")
    assert balance(billhook, website) == ("0.00", "200.00")
    work(billhook, website, "100")
    assert sums(phase_invoice(billhook, website)) == ("100.00", "100.00", "0.00")
    assert balance(billhook, website) == ("0.00", "100.00")
