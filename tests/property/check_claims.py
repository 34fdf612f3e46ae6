"""No item is on two live lines, a live line is on a live document, and no price is billed beyond its value (G1, R5, R10, R11, R13)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.property.facts import MILLION, Row, VatGroup, summed, vat_of

if TYPE_CHECKING:
    from tests.property.facts import Facts

WHOLE = {"time_entry": "TIME", "extra_cost": "EXTRA_COST", "external_cost": "EXTERNAL_COST"}
"""Tables whose rows are billed whole, and the kind of line that does it."""
LINE_KIND = {"TIME_ENTRY": "TIME", "PHASE": "FIXED_PRICE", "SUBSCRIPTION_PERIOD": "SUBSCRIPTION"}
"""Of the other claims, the line has the same name."""


def check_claims(facts: Facts) -> None:
    live = [claim for claim in facts["claim"] if claim["released_at"] is None]
    for table in WHOLE:
        _items_are_on_one_line(facts, table, live)
    _lines_are_worth_what_they_claim(facts)
    _claims_live_as_long_as_their_line(facts)
    _prices_are_not_exceeded(facts, live)
    _deals_are_not_exceeded(facts, live)
    _periods_are_billed_once(live)


def _items_are_on_one_line(facts: Facts, table: str, live: list[Row]) -> None:
    lines: dict[int, list[Row]] = defaultdict(list)
    for claim in live:
        if claim[f"{table}_id"] is not None:
            lines[claim[f"{table}_id"]].append(claim)
    for item in facts[table]:
        claims = lines.pop(item["id"], [])
        assert [claim["line_id"] for claim in claims] == [item["live_line_id"]] * bool(item["live_line_id"]), (table, item, claims)
        for claim in claims:
            assert (item["project_id"], item["amount_minor"], item["deleted_at"]) == (claim["project_id"], claim["amount_minor"], None)
    assert not lines, f"live claims on rows of {table} that are gone: {lines}"


def _lines_are_worth_what_they_claim(facts: Facts) -> None:
    claims: dict[int, list[Row]] = defaultdict(list)
    for claim in facts["claim"]:
        claims[claim["line_id"]].append(claim)
    for line in facts["invoice_line"]:
        if line["corrects_line_id"] is not None or line["kind"] in {"FREE", "SETTLEMENT"}:
            assert line["id"] not in claims
            continue
        assert sum(claim["amount_minor"] for claim in claims[line["id"]]) == line["net_minor"]
        for claim in claims[line["id"]]:
            assert LINE_KIND.get(claim["kind"], claim["kind"]) == line["kind"]
            assert vat_of(claim) == vat_of(line)
            assert claim["invoice_id"] == line["invoice_id"]


def _claims_live_as_long_as_their_line(facts: Facts) -> None:
    """Of a draft until the line is removed, of a booked invoice until the line is credited in full."""
    invoices, lines, credited = facts.by_id("invoice"), facts.by_id("invoice_line"), facts.credited()
    for claim in facts["claim"]:
        invoice, line = invoices[claim["invoice_id"]], lines[claim["line_id"]]
        released = claim["released_at"] is not None
        assert released == (claim["released_by_id"] is not None)
        assert claim["project_id"] == invoice["project_id"]
        if invoice["status"] == "DISCARDED" or line["removed_at"] is not None:
            assert released, "a discarded or removed line bills nothing"
        elif invoice["status"] == "DRAFT":
            assert not released
        elif released:
            assert credited.get(line["id"]) == abs(line["net_minor"]), "released without being credited in full"


def _prices_are_not_exceeded(facts: Facts, live: list[Row]) -> None:
    for phase in facts["phase"]:
        claims = [claim for claim in live if claim["phase_id"] == phase["id"]]
        if claims:
            assert phase["billing_method"] == "FIXED_PRICE"
            assert sum(claim["amount_minor"] for claim in claims) <= phase["fixed_price_minor"]
            assert sum(claim["percentage"] or 0 for claim in claims) <= 100 * MILLION


def _deals_are_not_exceeded(facts: Facts, live: list[Row]) -> None:
    for deal in facts["deal"]:
        value = summed(line for line in facts["deal_line"] if line["deal_id"] == deal["id"])
        billed: dict[VatGroup, int] = defaultdict(int)
        for claim in live:
            if claim["deal_id"] == deal["id"]:
                billed[vat_of(claim)] += claim["amount_minor"]
        for group, amount in billed.items():
            assert 0 <= amount <= value[group]


def _periods_are_billed_once(live: list[Row]) -> None:
    invoices: dict[tuple[int, str], set[int]] = defaultdict(set)
    groups: dict[tuple[int, str], list[VatGroup]] = defaultdict(list)
    for claim in live:
        if claim["subscription_id"] is not None:
            period = claim["subscription_id"], claim["period_start"]
            invoices[period].add(claim["invoice_id"])
            groups[period].append(vat_of(claim))
    for period, keys in invoices.items():
        assert len(keys) == 1, f"period {period} is on invoices {keys}"
        assert len(set(groups[period])) == len(groups[period])
