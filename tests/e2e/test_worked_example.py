"""The worked example of the domain, step by step: an advance of 400.00, work up to it and past it, its invoice and its credit note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.story import advance, balance, billing, credit, is_proposed, phase_invoice, preview, project, read, s, taxed, track

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


def test_the_worked_example_comes_out_to_the_cent(billhook: Billhook) -> None:
    website = project(billhook, "Website", hourlyRate="100.00", vat=s("21"))

    paid_before = advance(billhook, website, "400.00")
    assert taxed(paid_before) == ("400.00", "84.00", "484.00")
    assert paid_before["number"] == "INV-00001"
    assert balance(billhook, website) == ("0.00", "400.00")
    assert not is_proposed(billhook, website)
    assert billing(billhook, website)["notProposedBecause"] == "NOTHING_UNBILLED"

    track(billhook, website, 5400)
    assert balance(billhook, website) == ("150.00", "400.00")
    assert not is_proposed(billhook, website)
    assert billing(billhook, website)["notProposedBecause"] == "COVERED_BY_ADVANCE"
    assert billing(billhook, website)["untilProposed"] == "250.00"

    track(billhook, website, 9000)
    assert balance(billhook, website) == ("400.00", "400.00")
    assert not is_proposed(billhook, website)
    assert billing(billhook, website)["untilProposed"] == "0.00"

    track(billhook, website, 60)
    assert balance(billhook, website) == ("401.67", "400.00")
    assert is_proposed(billhook, website)
    assert billing(billhook, website)["untilProposed"] is None

    seen = preview(billhook, website, {"phase": {}})
    invoice = phase_invoice(billhook, website)
    for document in (seen, invoice):
        assert (document["work"], document["advancesApplied"]) == ("401.67", "400.00")
        assert taxed(document) == ("1.67", "0.35", "2.02")
    assert (seen["unbilledAfter"], seen["openAdvanceAfter"]) == ("0.00", "0.00")
    assert balance(billhook, website) == ("0.00", "0.00")
    assert not is_proposed(billhook, website)
    settlement = invoice["lines"][-1]
    assert (settlement["kind"], settlement["quantity"], settlement["net"]) == ("SETTLEMENT", "-1", "-400.00")
    assert settlement["settles"] == {"id": paid_before["id"], "number": "INV-00001"}
    assert settlement["description"] == "Advance invoice INV-00001 of 2026-03-10"
    assert billing(billhook, website)["invoiced"] == "401.67"

    note = credit(billhook, invoice)
    assert taxed(note) == ("1.67", "0.35", "2.02")
    assert note["number"] == "CN-00001"
    assert balance(billhook, website) == ("401.67", "400.00")
    assert is_proposed(billhook, website)
    assert read(billhook, invoice)["creditable"] == "0.00"
    assert billing(billhook, website)["invoiced"] == "400.00"
