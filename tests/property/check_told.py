"""What is told of each commit, against the rows before and after it: no change of an invoice or a balance is forgotten."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from billhook.store.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.property.facts import Facts

AMOUNTS = ("unbilled_minor", "unbilled_seconds", "unbilled_entries", "unrated_entries", "open_advance_minor", "currency")


def check_told(before: Facts, after: Facts, told: Iterable[Changes]) -> None:
    """Exactly the invoices that were made or changed were told, with what happened; and every project whose balance changed."""
    told = list(told)
    assert len(told) <= 1, "one transaction is told at once"
    changes = told[0] if told else Changes()
    assert not changes.everything
    happened = {(each.key, each.project_key): {kind.value for kind in each.kinds} for each in changes.invoices}
    assert happened == _invoices(before, after)
    had = {row["project_id"]: [row[name] for name in AMOUNTS] for row in before["project_balance"]}
    now = {row["project_id"]: [row[name] for name in AMOUNTS] for row in after["project_balance"]}
    moved = {key for key in had.keys() & now.keys() if had[key] != now[key]}
    moved |= {key for key in now.keys() - had.keys() if any(now[key][:-1])}
    assert moved <= set(changes.balances) <= now.keys()


def _invoices(before: Facts, after: Facts) -> dict[tuple[int, int], set[str]]:
    was = before.by_id("invoice")
    happened: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for key, row in after.by_id("invoice").items():
        if row == was.get(key):
            continue
        kinds = happened[key, row["project_id"]]
        if key not in was:
            kinds.add("CREATED")
        if row["status"] != (was[key]["status"] if key in was else "DRAFT"):
            kinds.add(row["status"])
        elif key in was:
            kinds.add("CHANGED")
        if key not in was and row["corrects_id"] is not None:
            happened[row["corrects_id"], row["project_id"]].add("CREDITED")
    return dict(happened)
