"""Advance credit is never negative, and every row of the ledger is what the documents say (G2, R8, R17, R18)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.property.facts import VatGroup, summed, vat_of

if TYPE_CHECKING:
    from tests.property.facts import Facts, Row

Group = tuple[int, VatGroup]
"""One VAT group of one advance invoice."""


def check_ledger(facts: Facts) -> None:
    _releases_undo_no_more_than_their_row(facts)
    _open_credit_is_never_negative(facts)
    _registered_is_what_the_advances_say(facts)
    _applied_is_what_the_settlement_lines_say(facts)
    _credited_is_what_the_notes_say(facts)


def _releases_undo_no_more_than_their_row(facts: Facts) -> None:
    rows = facts.by_id("advance_ledger")
    undone: dict[int, int] = defaultdict(int)
    for row in rows.values():
        assert (row["undoes_id"] is not None) == (row["kind"] == "RELEASED")
        assert row["amount_minor"] != 0
        if row["kind"] == "RELEASED":
            original = rows[row["undoes_id"]]
            assert original["kind"] in {"REGISTERED", "APPLIED"}
            assert original["id"] < row["id"]
            assert (original["advance_id"], vat_of(original)) == (row["advance_id"], vat_of(row))
            undone[original["id"]] += row["amount_minor"]
    for key, amount in undone.items():
        original = rows[key]["amount_minor"]
        assert 0 < -amount * (1 if original > 0 else -1) <= abs(original), f"{amount} undone of {original}"


def _open_credit_is_never_negative(facts: Facts) -> None:
    invoices = facts.by_id("invoice")
    opened: dict[Group, int] = defaultdict(int)
    for row in facts["advance_ledger"]:
        advance = invoices[row["advance_id"]]
        assert advance["kind"] == "ADVANCE"
        assert row["project_id"] == advance["project_id"] == invoices[row["caused_by_id"]]["project_id"]
        assert (row["amount_minor"] > 0) == _adds(facts, row)
        opened[row["advance_id"], vat_of(row)] += row["amount_minor"]
        assert opened[row["advance_id"], vat_of(row)] >= 0, f"open advance below zero: {row}"


def _adds(facts: Facts, row: Row) -> bool:
    if row["kind"] == "RELEASED":
        return any(undone["id"] == row["undoes_id"] and undone["kind"] == "APPLIED" for undone in facts["advance_ledger"])
    return bool(row["kind"] == "REGISTERED")


def _in_force(facts: Facts, kind: str) -> dict[int, int]:
    """What of each row of a kind was not undone, signed."""
    left = {row["id"]: row["amount_minor"] for row in facts["advance_ledger"] if row["kind"] == kind}
    for row in facts["advance_ledger"]:
        if row["undoes_id"] in left:
            left[row["undoes_id"]] += row["amount_minor"]
    return left


def _registered_is_what_the_advances_say(facts: Facts) -> None:
    rows = facts.by_id("advance_ledger")
    registered: dict[Group, int] = defaultdict(int)
    for key, amount in _in_force(facts, "REGISTERED").items():
        registered[rows[key]["advance_id"], vat_of(rows[key])] += amount
    said = {
        (invoice["id"], vat): net
        for invoice in facts["invoice"]
        if invoice["kind"] == "ADVANCE" and invoice["status"] != "DISCARDED"
        for vat, net in summed(facts.lines_of(invoice)).items()
    }
    assert _without_zeros(registered) == _without_zeros(said)


def _applied_is_what_the_settlement_lines_say(facts: Facts) -> None:
    rows, invoices, credited = facts.by_id("advance_ledger"), facts.by_id("invoice"), facts.credited()
    applied: dict[int, int] = defaultdict(int)
    for key, amount in _in_force(facts, "APPLIED").items():
        line = next(line for line in facts["invoice_line"] if line["id"] == rows[key]["line_id"])
        assert (line["settles_id"], vat_of(line)) == (rows[key]["advance_id"], vat_of(rows[key]))
        applied[line["id"]] += amount
    said = {
        line["id"]: line["net_minor"] + credited.get(line["id"], 0)
        for line in facts["invoice_line"]
        if line["kind"] == "SETTLEMENT" and line["corrects_line_id"] is None and line["removed_at"] is None
        if invoices[line["invoice_id"]]["status"] != "DISCARDED"
    }
    assert _without_zeros(applied) == _without_zeros(said)


def _credited_is_what_the_notes_say(facts: Facts) -> None:
    invoices = facts.by_id("invoice")
    credited: dict[Group, int] = defaultdict(int)
    for row in facts["advance_ledger"]:
        if row["kind"] == "CREDITED":
            credited[row["advance_id"], vat_of(row)] -= row["amount_minor"]
    said: dict[Group, int] = defaultdict(int)
    for invoice in facts["invoice"]:
        if invoice["corrects_id"] is not None and invoices[invoice["corrects_id"]]["kind"] == "ADVANCE":
            for vat, net in summed(facts.lines_of(invoice)).items():
                said[invoice["corrects_id"], vat] += net
    assert _without_zeros(credited) == _without_zeros(said)


def _without_zeros(amounts: dict[int, int] | dict[Group, int]) -> dict[object, int]:
    return {key: amount for key, amount in amounts.items() if amount}
