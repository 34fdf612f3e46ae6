"""Every document adds up, has its VAT, is numbered without a gap, and is never negative, also after credits (M1, M5, R8, R14 to R16)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.property.facts import MILLION, VatGroup, rounded, summed, vat_of

from billhook.domain.money import decimals_of

if TYPE_CHECKING:
    from tests.property.facts import Facts, Row


def check_documents(facts: Facts) -> None:
    for invoice in facts["invoice"]:
        lines = facts.lines_of(invoice)
        _adds_up(facts, invoice, lines)
        _has_its_lines_in_order(invoice, lines)
        _is_numbered_when_booked(invoice)
        _settles_what_is_there(facts, invoice, lines)
    _numbers_have_no_gap(facts)
    _credit_leaves_nothing_negative(facts)


def _adds_up(facts: Facts, invoice: Row, lines: list[Row]) -> None:
    for line in lines:
        exact = line["quantity"] * line["unit_price"] * 10 ** decimals_of(invoice["currency"])
        assert line["net_minor"] == rounded(exact, MILLION * MILLION), line
    nets = summed(lines)
    assert all(net >= 0 for net in nets.values()), f"a VAT group below zero: {nets}"
    rows = {vat_of(row): (row["net_minor"], row["tax_minor"]) for row in facts["invoice_vat"] if row["invoice_id"] == invoice["id"]}
    assert rows == {vat: (net, rounded(vat[1] * net, 100 * MILLION)) for vat, net in nets.items()}
    settled = -sum(line["net_minor"] for line in lines if line["kind"] == "SETTLEMENT")
    net, tax = sum(nets.values()), sum(tax for _, tax in rows.values())
    assert (invoice["work_minor"], invoice["advances_applied_minor"], invoice["net_minor"]) == (net + settled, settled, net)
    assert (invoice["vat_minor"], invoice["total_minor"]) == (tax, net + tax)


def _has_its_lines_in_order(invoice: Row, lines: list[Row]) -> None:
    assert len({line["position"] for line in lines}) == len(lines)
    settles = [line["kind"] == "SETTLEMENT" for line in lines]
    if invoice["kind"] == "CREDIT_NOTE":
        return
    assert settles == sorted(settles), "settlement lines come last"
    assert not all(settles), "a document has at least one line of work"
    assert invoice["kind"] == "REGULAR" or (not any(settles) and invoice["net_minor"] > 0)
    pairs = [(line["settles_id"], vat_of(line)) for line in lines if line["kind"] == "SETTLEMENT"]
    assert len(set(pairs)) == len(pairs), "one settlement line per advance and VAT group"


def _is_numbered_when_booked(invoice: Row) -> None:
    given = [invoice[name] for name in ("number", "sequence", "series", "booked_at", "seller_party", "buyer_party")]
    if invoice["status"] == "BOOKED":
        assert None not in given
        assert invoice["issued_on"] is not None
        assert invoice["series"] == ("CREDIT_NOTE" if invoice["kind"] == "CREDIT_NOTE" else "INVOICE")
    else:
        assert given == [None] * len(given)
        assert invoice["kind"] != "CREDIT_NOTE"


def _settles_what_is_there(facts: Facts, invoice: Row, lines: list[Row]) -> None:
    """A live invoice takes off live advances; a booked one only booked ones, which its text names."""
    advances = facts.by_id("invoice")
    lines_by_id = facts.by_id("invoice_line")
    for line in lines:
        if line["kind"] != "SETTLEMENT" or invoice["status"] == "DISCARDED":
            continue
        advance, its_line = advances[line["settles_id"]], lines_by_id[line["settles_line_id"]]
        assert advance["kind"] == "ADVANCE"
        assert advance["project_id"] == invoice["project_id"]
        assert advance["status"] != "DISCARDED"
        assert (its_line["invoice_id"], vat_of(its_line), its_line["removed_at"]) == (advance["id"], vat_of(line), None)
        if invoice["status"] == "BOOKED":
            assert advance["status"] == "BOOKED"
            assert advance["number"] in line["description"]


def _numbers_have_no_gap(facts: Facts) -> None:
    invoices = facts.by_id("invoice")
    for counter in facts["number_series"]:
        documents = [row for row in invoices.values() if (row["seller_id"], row["series"]) == (counter["seller_id"], counter["series"])]
        documents.sort(key=lambda document: document["sequence"])
        assert [document["sequence"] for document in documents] == list(range(1, counter["last_sequence"] + 1))
        days = [document["issued_on"] for document in documents]
        assert days == sorted(days), "dates follow the numbers"
        assert counter["last_issued_on"] == (days[-1] if days else None)
        assert all(row["issued_on"] >= invoices[row["corrects_id"]]["issued_on"] for row in documents if row["corrects_id"])


def _credit_leaves_nothing_negative(facts: Facts) -> None:
    credited, invoices = facts.credited(), facts.by_id("invoice")
    left: dict[tuple[int, VatGroup], int] = defaultdict(int)
    for line in facts["invoice_line"]:
        invoice = invoices[line["invoice_id"]]
        if line["corrects_line_id"] is not None:
            original = next(each for each in facts["invoice_line"] if each["id"] == line["corrects_line_id"])
            assert original["invoice_id"] == invoice["corrects_id"]
            assert (vat_of(original), original["kind"]) == (vat_of(line), line["kind"])
            assert line["net_minor"] * original["net_minor"] >= 0
            continue
        taken = credited.get(line["id"], 0)
        assert taken <= abs(line["net_minor"])
        if invoice["status"] == "BOOKED" and line["removed_at"] is None:
            left[invoice["id"], vat_of(line)] += line["net_minor"] + (taken if line["net_minor"] < 0 else -taken)
    assert all(net >= 0 for net in left.values()), left
