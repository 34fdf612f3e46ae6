"""Everything in a database, as plain rows: what the guarantees are computed from, apart from the code under test."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
"""Columns as SQLite has them: enums by name, rates and quantities in millionths, days as text."""
VatGroup = tuple[str, int]
MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Facts:
    """Every row of every table; two are equal when the databases are."""

    tables: dict[str, list[Row]]

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def by_id(self, table: str) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables[table]}

    def lines_of(self, invoice: Row) -> list[Row]:
        """The lines that stand on a document, in its order."""
        lines = [line for line in self["invoice_line"] if line["invoice_id"] == invoice["id"] and line["removed_at"] is None]
        return sorted(lines, key=lambda line: (line["position"], line["id"]))

    def credited(self) -> dict[int, int]:
        """What credit notes took of each line that they name, positive."""
        taken: dict[int, int] = defaultdict(int)
        for line in self["invoice_line"]:
            if line["corrects_line_id"] is not None:
                taken[line["corrects_line_id"]] += abs(line["net_minor"])
        return dict(taken)


def vat_of(row: Row) -> VatGroup:
    return row["vat_category"], row["vat_rate"]


def summed(rows: Iterable[Row]) -> dict[VatGroup, int]:
    """The net of lines per VAT group."""
    groups: dict[VatGroup, int] = defaultdict(int)
    for row in rows:
        groups[vat_of(row)] += row["net_minor"]
    return dict(groups)


def rounded(numerator: int, denominator: int) -> int:
    """A fraction to the nearest whole number, halves away from zero."""
    sign = -1 if numerator < 0 else 1
    return sign * ((abs(numerator) * 2 + denominator) // (denominator * 2))
