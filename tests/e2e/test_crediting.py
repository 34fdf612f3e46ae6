"""R16 and R17: a credit note mirrors what it corrects, never more than is left of it, and gives back what it must."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import nothing_written, refusal
from tests.e2e.story import (
    advance,
    applied,
    balance,
    billing,
    create,
    credit,
    deal,
    entry,
    external_cost,
    figures,
    fixed_price,
    manual,
    of_line,
    part,
    phase,
    phase_invoice,
    project,
    read,
    refuse_credit,
    s,
    subscription,
    taxed,
    timetracking,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


def test_a_credit_note_is_booked_at_once_and_not_creditable(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    invoice = create(billhook, website, manual("100", ("50", s("9"))))
    note = credit(billhook, invoice, reason="Sent to the wrong customer")
    assert (note["kind"], note["status"], note["number"], note["issuedOn"]) == ("CREDIT_NOTE", "BOOKED", "CN-00001", "2026-03-10")
    assert taxed(note) == taxed(invoice) == ("150.00", "25.50", "175.50")
    assert [line["corrects"]["id"] for line in note["lines"]] == [line["id"] for line in invoice["lines"]]
    assert refusal(billhook, "creditInvoice", {"invoiceId": note["id"]})[:2] == ("WRONG_STATUS", "invoiceId")
    assert billing(billhook, website)["invoiced"] == "0.00"


def test_a_draft_is_not_credited(billhook: Billhook) -> None:
    draft = advance(billhook, project(billhook), "1", book=False)
    assert refusal(billhook, "creditInvoice", {"invoiceId": draft["id"]})[:2] == ("WRONG_STATUS", "invoiceId")


def test_never_more_is_credited_than_remains(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "100")
    invoice = phase_invoice(billhook, website)
    [line] = invoice["lines"]
    assert credit(billhook, invoice, of_line(line, "60"))["net"] == "60.00"
    with nothing_written(billhook):
        error = refuse_credit(billhook, invoice, of_line(line, "40.01"))
    assert (error["code"], error["available"], error["path"]) == ("EXCEEDS_REMAINING", "40.00", ["lines", "0", "amount"])
    assert credit(billhook, invoice)["net"] == "40.00"
    with nothing_written(billhook):
        errors = [refuse_credit(billhook, invoice), refuse_credit(billhook, invoice, of_line(line))]
    assert [(each["code"], each["available"]) for each in errors] == [("EXCEEDS_REMAINING", "0.00")] * 2
    assert read(billhook, invoice)["credited"] == "100.00"


def test_a_partial_amount_releases_no_work_and_the_amount_that_remains_does(billhook: Billhook) -> None:
    website = project(billhook)
    hour = work(billhook, website, "100")
    invoice = phase_invoice(billhook, website)
    [line] = invoice["lines"]
    credit(billhook, invoice, of_line(line, "99.99"))
    assert (entry(billhook, hour)["billing"]["state"], balance(billhook, website)) == ("BILLED", ("0.00", "0.00"))
    credit(billhook, invoice, of_line(line, "0.01"))
    assert (entry(billhook, hour)["billing"]["state"], balance(billhook, website)) == ("UNBILLED", ("100.00", "0.00"))


def test_work_stays_billed_when_it_is_not_to_be_released(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "30")
    hour = work(billhook, website, "100")
    credit(billhook, phase_invoice(billhook, website), releaseWork=False)
    assert entry(billhook, hour)["billing"]["state"] == "BILLED"
    assert balance(billhook, website) == ("0.00", "30.00")


def test_everything_that_was_billed_goes_back_with_its_line(billhook: Billhook) -> None:
    website = project(billhook)
    track(billhook, website, extraCosts=[{"description": "Plug", "unitPrice": "5"}])
    external_cost(billhook, website, "40")
    design, sold, hosting = (
        fixed_price(billhook, website, "500"),
        deal(billhook, website, "200"),
        subscription(billhook, website, "2026-03-01"),
    )
    before = billing(billhook, website)
    period = {"subscription": {"subscriptionId": hosting, "periodStart": "2026-03-01"}}
    invoices = [phase_invoice(billhook, website), create(billhook, website, part(sold)), create(billhook, website, period)]
    assert [invoice["net"] for invoice in invoices] == ["645.00", "200.00", "50.00"]
    for invoice in reversed(invoices):
        credit(billhook, invoice)
    assert billing(billhook, website) == before
    assert create(billhook, website, part(sold, percentage="100"))["net"] == "200.00"
    assert create(billhook, website, period)["net"] == "50.00"
    again = phase_invoice(billhook, website, {"phases": [{"phaseId": design, "portion": {"percentage": "100"}}]}, advances={"mode": "NONE"})
    assert again["net"] == "500.00"


def test_a_zero_line_is_credited_by_naming_it_once(billhook: Billhook) -> None:
    website = project(billhook)
    free = track(billhook, website, hourlyRate="0")
    work(billhook, website, "10")
    invoice = timetracking(billhook, website)
    [line] = [line for line in invoice["lines"] if line["net"] == "0.00"]
    note = credit(billhook, invoice, of_line(line))
    assert (figures(note), note["total"]) == ([("TIME", "0.00")], "0.00")
    assert entry(billhook, free)["billing"]["state"] == "UNBILLED"
    with nothing_written(billhook):
        assert refuse_credit(billhook, invoice, of_line(line))["code"] == "EXCEEDS_REMAINING"


def test_a_settlement_line_alone_is_not_credited(billhook: Billhook) -> None:
    website = project(billhook)
    advance(billhook, website, "30")
    work(billhook, website, "100")
    invoice = phase_invoice(billhook, website)
    time, settlement = invoice["lines"]
    with nothing_written(billhook):
        errors = [refuse_credit(billhook, invoice, of_line(settlement)), refuse_credit(billhook, invoice, of_line(settlement, "10"))]
    assert [(each["code"], each["path"]) for each in errors] == [("INVALID_INPUT", ["lines"])] * 2
    with nothing_written(billhook):
        assert refuse_credit(billhook, invoice, of_line(time, "10"), of_line(settlement, "10.01"))["code"] == "INVALID_INPUT"
    assert credit(billhook, invoice, of_line(time, "10"), of_line(settlement, "10"))["net"] == "0.00"
    assert balance(billhook, website) == ("0.00", "10.00")


def test_the_newest_advance_is_credited_along_first(billhook: Billhook) -> None:
    website = project(billhook)
    for amount in ("30", "50"):
        advance(billhook, website, amount)
    work(billhook, website, "100")
    invoice = phase_invoice(billhook, website)
    credit(billhook, invoice, of_line(invoice["lines"][0], "20"))
    assert balance(billhook, website) == ("0.00", "0.00")
    note = credit(billhook, invoice, of_line(invoice["lines"][0], "60"))
    assert figures(note) == [("TIME", "60.00"), ("SETTLEMENT", "-10.00"), ("SETTLEMENT", "-50.00")]
    assert [line["settles"]["number"] for line in note["lines"][1:]] == ["INV-00001", "INV-00002"]
    assert (note["net"], balance(billhook, website)) == ("0.00", ("0.00", "60.00"))
    assert applied(read(billhook, invoice)) == [("INV-00001", "20.00")]


def test_settlement_is_credited_along_in_its_own_vat_group_only(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    build = phase(billhook, website, "Build", vat=s("9"))
    create(billhook, website, manual("40", ("40", s("9"))))
    work(billhook, website, "100")
    work(billhook, website, "100", phaseId=build)
    invoice = phase_invoice(billhook, website)
    [low] = [line for line in invoice["lines"] if line["kind"] == "TIME" and line["vat"]["rate"] == "9"]
    note = credit(billhook, invoice, of_line(low))
    assert (figures(note), taxed(note)) == ([("TIME", "100.00"), ("SETTLEMENT", "-40.00")], ("60.00", "5.40", "65.40"))
    assert {line["vat"]["rate"] for line in note["lines"]} == {"9"}
    assert balance(billhook, website) == ("100.00", "40.00")


def test_a_note_is_never_dated_before_its_invoice_or_the_last_note_or_in_the_future(billhook: Billhook) -> None:
    website = project(billhook)
    invoice = advance(billhook, website, "10")
    billhook.clock.move_to(date(2026, 3, 20))
    for day, code in (("2026-03-09", "INVALID_INPUT"), ("2026-03-21", "INVALID_INPUT")):
        assert refusal(billhook, "creditInvoice", {"invoiceId": invoice["id"], "issuedOn": day})[:2] == (code, "issuedOn")
    [line] = invoice["lines"]
    assert credit(billhook, invoice, of_line(line, "1"), issuedOn="2026-03-15")["issuedOn"] == "2026-03-15"
    earlier = {"invoiceId": invoice["id"], "issuedOn": "2026-03-14"}
    assert refusal(billhook, "creditInvoice", earlier)[:2] == ("DATE_BEFORE_LAST_NUMBER", "issuedOn")
    assert credit(billhook, invoice)["issuedOn"] == "2026-03-20"


@pytest.mark.parametrize(("asked", "available"), [("20.01", "20.00"), (None, "20.00")])
def test_an_advance_is_credited_per_vat_group_as_far_as_it_is_open(billhook: Billhook, asked: str | None, available: str) -> None:
    website = project(billhook, vat=s("21"))
    invoice = create(billhook, website, manual("100", ("50", s("9"))))
    work(billhook, website, "80")
    phase_invoice(billhook, website)
    high, low = invoice["lines"]
    with nothing_written(billhook):
        error = refuse_credit(billhook, invoice, of_line(high, asked))
    assert (error["code"], error["available"]) == ("EXCEEDS_OPEN_ADVANCE", available)
    assert taxed(credit(billhook, invoice, of_line(high, "20"), of_line(low))) == ("70.00", "8.70", "78.70")
    assert balance(billhook, website) == ("0.00", "0.00")


def test_r17_a_line_of_an_advance_says_no_more_can_be_credited_of_it_than_is_open_in_its_vat_group(billhook: Billhook) -> None:
    website = project(billhook, vat=s("21"))
    invoice = create(billhook, website, manual("60", "40", ("50", s("9"))))
    assert [line["creditable"] for line in invoice["lines"]] == ["60.00", "40.00", "50.00"]
    work(billhook, website, "45")
    phase_invoice(billhook, website)
    assert [line["creditable"] for line in read(billhook, invoice)["lines"]] == ["55.00", "40.00", "50.00"]
    credit(billhook, invoice, of_line(invoice["lines"][1], "25"))
    assert [line["creditable"] for line in read(billhook, invoice)["lines"]] == ["30.00", "15.00", "50.00"]
    with nothing_written(billhook):
        assert refuse_credit(billhook, invoice, of_line(invoice["lines"][0], "30.01"))["available"] == "30.00"
    credit(billhook, invoice, of_line(invoice["lines"][0], "30"))
    assert [line["creditable"] for line in read(billhook, invoice)["lines"]] == ["0.00", "0.00", "50.00"]


def test_lines_of_another_invoice_and_lines_named_twice_are_refused(billhook: Billhook) -> None:
    website = project(billhook)
    one, other = advance(billhook, website, "1"), advance(billhook, website, "2")
    [line], [theirs] = one["lines"], other["lines"]
    given = {"invoiceId": one["id"]}
    assert refusal(billhook, "creditInvoice", given | {"lines": [of_line(theirs)]})[:2] == ("NOT_FOUND", "lines.0.lineId")
    assert refusal(billhook, "creditInvoice", given | {"lines": [of_line(line), of_line(line)]})[:2] == ("INVALID_INPUT", "lines.1.lineId")
    assert refusal(billhook, "creditInvoice", given | {"lines": [of_line(line, "0")]})[:2] == ("INVALID_INPUT", "lines.0.amount")
    assert refusal(billhook, "creditInvoice", given | {"lines": [of_line(line, "0.001")]})[:2] == ("INVALID_INPUT", "lines.0.amount")


def test_released_work_takes_the_rate_of_now(billhook: Billhook) -> None:
    website = project(billhook)
    hour = track(billhook, website)
    invoice = timetracking(billhook, website)
    billhook.mutate("updateProject", {"id": website, "hourlyRate": "120"}, "project { id }")
    assert entry(billhook, hour)["amount"] == "100.00"
    credit(billhook, invoice)
    assert (entry(billhook, hour)["amount"], balance(billhook, website)) == ("120.00", ("120.00", "0.00"))
