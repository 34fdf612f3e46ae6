"""Goes through every check in one snapshot, and reports what it found; never repairs (G6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import SQLModel

from billhook.billing.verifying import answers, balances, claims, documents, ledger, numbers, prices, references, worth
from billhook.billing.verifying.check import Breach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billhook.billing.transaction import Transaction
    from billhook.billing.verifying.check import Check

CHECKS: tuple[Check, ...] = tuple(
    check for group in (balances, worth, claims, prices, ledger, documents, numbers, answers, references) for check in group.CHECKS
)
SHOWN = 20
"""Breaches of one check that are kept to be shown; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found: how many rows it went through, how many breaches there are, and the first of them."""

    check: Check
    rows: int
    count: int
    breaches: tuple[Breach, ...]


def verify(tx: Transaction, progress: Callable[[int], None]) -> list[Finding]:
    """Prove every balance and guarantee from the facts; return what each check found, in order (G6).

    `progress` is told the number of checks that are done. Writes nothing, whatever it finds.
    """
    _plan_for_all_rows(tx)
    findings = []
    for done, check in enumerate(CHECKS, start=1):
        findings.append(_finding(tx, check))
        progress(done)
    return findings


def _plan_for_all_rows(tx: Transaction) -> None:
    """Let PostgreSQL join whole tables at once: where it has no statistics yet, as after a restore, it takes them for small."""
    if tx.session.get_bind().dialect.name == "postgresql":
        tx.session.execute(sa.text("SET LOCAL enable_nestloop = off"))
        tx.session.execute(sa.text("SET LOCAL cursor_tuple_fraction = 1"))


def _breaches(tx: Transaction, check: Check) -> Iterator[Breach]:
    """Yield what a check finds; a word that no closed list has is a breach of every check that comes upon it, and ends that check."""
    try:
        yield from check.find(tx.session)
    except LookupError as unknown:
        yield Breach("", f"cannot be read: {unknown}")


def _finding(tx: Transaction, check: Check) -> Finding:
    shown: list[Breach] = []
    count = 0
    for breach in _breaches(tx, check):
        count += 1
        if count <= SHOWN:
            shown.append(breach)
    tables = SQLModel.metadata.sorted_tables if check.looks_at is None else [check.looks_at]
    rows = sum(tx.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)
    return Finding(check=check, rows=rows, count=count, breaches=tuple(shown))
