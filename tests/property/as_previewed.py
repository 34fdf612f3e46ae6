"""Compares a document, and what it did, with the preview that was shown right before it was made (G3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.property.facts import MILLION, vat_of

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.property.facts import Facts, VatGroup

    from billhook.domain.options import Vat
    from billhook.domain.preview import Preview

AMOUNTS = ("work_minor", "advances_applied_minor", "net_minor", "vat_minor", "total_minor")


def assert_as_previewed(facts: Facts, key: int, preview: Preview) -> None:
    """The document has the previewed lines, amounts and VAT, and left the balances that the preview said it would."""
    invoice = facts.by_id("invoice")[key]
    shown = [
        (
            line.kind.name,
            line.section,
            line.description,
            _micros(line.quantity),
            line.unit,
            _micros(line.unit_price),
            line.net_minor,
            line.seconds,
            _group(line.vat),
            line.settles_key,
        )
        for line in preview.lines
    ]
    columns = ("kind", "section", "description", "quantity", "unit", "unit_price", "net_minor", "seconds")
    made = [(*(line[column] for column in columns), vat_of(line), line["settles_id"]) for line in facts.lines_of(invoice)]
    assert made == shown
    assert {name: invoice[name] for name in AMOUNTS} == {name: getattr(preview, name) for name in AMOUNTS}
    rows = {vat_of(row): (row["net_minor"], row["tax_minor"]) for row in facts["invoice_vat"] if row["invoice_id"] == key}
    assert rows == {_group(row.vat): (row.net_minor, row.tax_minor) for row in preview.vat_rows}
    _assert_balances(facts, invoice["project_id"], preview)
    if invoice["corrects_id"] is None:
        applied = {(line["settles_id"], vat_of(line)): -line["net_minor"] for line in facts.lines_of(invoice) if line["settles_id"]}
        assert applied == {(each.advance_key, _group(each.vat)): each.amount_minor for each in preview.applications}


def _assert_balances(facts: Facts, project: int, preview: Preview) -> None:
    [balance] = [row for row in facts["project_balance"] if row["project_id"] == project]
    assert balance["unbilled_minor"] == preview.unbilled_after_minor
    assert balance["open_advance_minor"] == preview.open_advance_after_minor


def _group(vat: Vat) -> VatGroup:
    return vat.category.name, _micros(vat.rate)


def _micros(number: Decimal) -> int:
    return int(number * MILLION)
