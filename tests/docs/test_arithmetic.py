"""The examples of docs/proposals.md come out as they stand there, on a billhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.docs.markdown import DOCS, rows
from tests.e2e.story import (
    NO_VAT,
    Answer,
    advance,
    applied,
    balance,
    create,
    deal,
    external_cost,
    fixed_price,
    manual,
    part,
    phase_invoice,
    plain,
    preview,
    project,
    s,
    track,
    work,
)

from billhook.domain.guard import ALLOWED
from billhook.domain.source import Effect

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

PROPOSALS = DOCS / "proposals.md"
LINES = """query($input: PreviewInvoiceInput!) { previewInvoice(input: $input) {
  preview {
    lines { quantity unit unitPrice net { amount currency } vat { rate } }
    vat { amount currency } total { amount currency }
  }
  userErrors { code }
} }"""


def examples(header: str) -> list[tuple[str, ...]]:
    """The rows of a table, with nothing where a cell is empty."""
    return rows(PROPOSALS, header)


def each(cell: str) -> list[str]:
    """What is listed in a cell."""
    return [value.strip() for value in cell.split(",") if value.strip()]


def at_rate(text: str) -> tuple[str, Answer]:
    """An amount and its VAT: of `1.00 at 21 %`."""
    amount, _, rate = text.removesuffix(" %").partition(" at ")
    return amount, s(rate) if rate != "0" else NO_VAT


def seen(billhook: Billhook, project_id: str, source: Answer, **more: Any) -> Answer:  # noqa: ANN401 - JSON
    """Preview, and return the document or the code that it is refused with."""
    answer = plain(billhook.graphql(LINES, {"input": {"projectId": project_id, "source": source} | more}))["previewInvoice"]
    found: Answer = answer["preview"] or answer["userErrors"][0]
    return found


@pytest.mark.parametrize(("unbilled", "advanced", "outcome"), examples("unbilled"))
def test_the_comparison_with_advances(billhook: Billhook, unbilled: str, advanced: str, outcome: str) -> None:
    website = project(billhook)
    work(billhook, website, unbilled)
    if advanced != "0.00":
        advance(billhook, website, advanced)
    found = seen(billhook, website, {"timetracking": {}})
    assert outcome == ("refused" if found.get("code") == "COVERED_BY_ADVANCE" else "billed in full")
    if outcome == "billed in full":
        assert [line["net"] for line in found["lines"]] == [unbilled]


def test_a_source_that_claims_neither_time_nor_extra_costs_is_not_compared(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "100")
    advance(billhook, website, "400")
    external_cost(billhook, website, "80")
    assert [line["net"] for line in seen(billhook, website, {"expenses": {"markup": "0"}})["lines"]] == ["80.00"]


@pytest.mark.parametrize(("seconds", "hourly_rate", "worth", "line"), examples("seconds"))
def test_time_entries(billhook: Billhook, seconds: str, hourly_rate: str, worth: str, line: str) -> None:
    website = project(billhook, hourlyRate=hourly_rate)
    for length in each(seconds):
        track(billhook, website, int(length))
    single = seen(billhook, website, {"timetracking": {"groupBy": "ENTRY"}})["lines"]
    assert sorted(one["net"] for one in single) == sorted(each(worth))
    [whole] = seen(billhook, website, {"timetracking": {"groupBy": "USER"}})["lines"]
    assert f"{whole['quantity']} {whole['unit']} x {whole['unitPrice']} = {whole['net']}" == line


@pytest.mark.parametrize(("quantity", "unit_price", "currency", "net"), examples("quantity"))
def test_free_lines(billhook: Billhook, quantity: str, unit_price: str, currency: str, net: str) -> None:
    line = {"description": "Work", "quantity": quantity, "unitPrice": unit_price}
    found = seen(billhook, project(billhook, currency=currency, hourlyRate=None), {"manual": {"lines": [line]}})
    assert [line["net"] for line in found["lines"]] == [net]


def portion(text: str) -> dict[str, str]:
    """A portion: of `10 %`, `250.00` or `all that remains`."""
    if text == "all that remains":
        return {}
    return {"percentage": text.removesuffix(" %")} if text.endswith("%") else {"amount": text}


@pytest.mark.parametrize(("price", "before", "asked", "bills"), examples("price"))
def test_portions(billhook: Billhook, price: str, before: str, asked: str, bills: str) -> None:
    website = project(billhook)
    sold = deal(billhook, website, *values_of(price))
    for earlier in each(before):
        create(billhook, website, part(sold, **portion(earlier)))
    assert_bills(seen(billhook, website, part(sold, **portion(asked))), bills)


def assert_bills(found: Answer, bills: str) -> None:
    """Assert that a document has these lines, with their VAT where that is told, or that it is refused with this code."""
    if " at " in bills:
        shown = {(line["net"], line["vat"]["rate"].partition(".")[0]) for line in found["lines"]}
        assert shown == {(amount, vat["rate"]) for amount, vat in map(at_rate, each(bills))}
    else:
        assert bills == (found.get("code") or ", ".join(line["net"] for line in found["lines"]))


@pytest.mark.parametrize("example", examples("agreed"), ids=" | ".join)
def test_portions_of_a_price_that_has_changed(billhook: Billhook, example: tuple[str, ...]) -> None:
    agreed, before, price, asked, bills = example
    website = project(billhook)
    sold = deal(billhook, website, *values_of(agreed))
    create(billhook, website, part(sold, **portion(before)))
    billhook.mutate("updateDeal", {"id": sold, "lines": [deal_line(value) for value in values_of(price)]}, "deal { id }")
    assert_bills(seen(billhook, website, part(sold, **portion(asked))), bills)
    if " at " in agreed:
        return
    design = fixed_price(billhook, website, agreed)
    phase_invoice(billhook, website, of_phase(design, before), advances={"mode": "NONE"})
    billhook.mutate("updatePhase", {"id": design, "fixedPrice": price}, "phase { id }")
    assert_bills(seen(billhook, website, {"phase": of_phase(design, asked)}, advances={"mode": "NONE"}), bills)


def values_of(price: str) -> list[str | tuple[str, Answer]]:
    """The values of a deal, each with its VAT where that is told."""
    return [at_rate(value) if " at " in value else value for value in each(price)]


def deal_line(value: str | tuple[str, Answer]) -> Answer:
    """The line of a deal that is worth this."""
    line: Answer = manual(value)["manual"]["lines"][0]
    return line


def of_phase(phase_id: str, text: str) -> Answer:
    """The options that bill a portion of the fixed price of one phase."""
    return {"phases": [{"phaseId": phase_id} | ({"portion": portion(text)} if portion(text) else {})]}


@pytest.mark.parametrize("example", examples("work"), ids=" | ".join)
def test_advances(billhook: Billhook, example: tuple[str, ...]) -> None:
    done, advances, asked, taken, stays, warning = example
    amount, vat = at_rate(done)
    website = project(billhook, vat=vat)
    numbers = [advance(billhook, website, at_rate(each_one))["number"] for each_one in each(advances)]
    work(billhook, website, amount)
    mode, _, ceiling = asked.partition(" ")
    chosen = {"mode": mode} | ({"upTo": ceiling} if ceiling else {})
    assert [found["code"] for found in preview(billhook, website, {"phase": {}}, advances=chosen)["warnings"]] == each(warning)
    off = applied(phase_invoice(billhook, website, advances=chosen))
    assert [amount for _, amount in off] == ([] if taken == "nothing" else each(taken))
    assert [number for number, _ in off] == numbers[: len(off)]
    assert balance(billhook, website)[1] == stays


@pytest.mark.parametrize(("lines", "vat", "total"), examples("lines"))
def test_vat_on_a_document(billhook: Billhook, lines: str, vat: str, total: str) -> None:
    found = seen(billhook, project(billhook), manual(*map(at_rate, each(lines))))
    assert (found["vat"], found["total"]) == (vat, total)


def test_the_kinds_that_an_effect_may_claim() -> None:
    said = {effect.strip("`"): kinds for effect, kinds in rows(DOCS / "sources.md", "effect")}
    assert {effect: {kind.strip("`") for kind in each(kinds)} for effect, kinds in said.items()} == {
        effect.name: {kind.value for kind in ALLOWED[effect]} for effect in Effect
    }
