"""The balances are what the facts add up to, and the list holds exactly the projects that are proposed (R1 to R3, M2 to M4, G6)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.property.facts import rounded

from billhook.domain.proposed import is_proposed

if TYPE_CHECKING:
    from tests.property.facts import Facts, Row


def check_balances(facts: Facts, listed: set[int]) -> None:
    _entries_have_the_rate_that_applies(facts)
    unbilled = unbilled_work(facts)
    for balance in facts["project_balance"]:
        key = balance["project_id"]
        entries, costs = unbilled[key]
        unrated = sum(entry["amount_minor"] is None for entry in entries)
        amount = sum(row["amount_minor"] or 0 for row in (*entries, *costs))
        opened = sum(row["amount_minor"] for row in facts["advance_ledger"] if row["project_id"] == key)
        assert balance == {
            "project_id": key,
            "currency": facts.by_id("project")[key]["currency"],
            "unbilled_minor": amount,
            "unbilled_seconds": sum(entry["seconds"] for entry in entries),
            "unbilled_entries": len(entries),
            "unrated_entries": unrated,
            "open_advance_minor": opened,
        }
        assert (key in listed) == (amount > opened or unrated > 0) == is_proposed(amount, opened, unrated)


def unbilled_work(facts: Facts) -> dict[int, tuple[list[Row], list[Row]]]:
    """Unbilled time entries and extra costs per project (R2)."""
    by_time = {phase["id"]: phase["billing_method"] == "TIME_AND_MATERIALS" for phase in facts["phase"]}
    entries = facts.by_id("time_entry")
    found: dict[int, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))

    def counts(entry: Row) -> bool:
        return bool(entry["billable"]) and entry["deleted_at"] is None and by_time.get(entry["phase_id"], True)

    for entry in entries.values():
        if counts(entry) and entry["live_line_id"] is None:
            found[entry["project_id"]][0].append(entry)
    for cost in facts["extra_cost"]:
        entry = entries[cost["time_entry_id"]]
        assert cost["project_id"] == entry["project_id"]
        if counts(entry) and cost["live_line_id"] is None and cost["deleted_at"] is None:
            found[cost["project_id"]][1].append(cost)
    return found


def _entries_have_the_rate_that_applies(facts: Facts) -> None:
    """What is on no live line has the rate of now; what it is worth is rounded once, per entry."""
    projects, phases = facts.by_id("project"), facts.by_id("phase")
    of_user = {(row["user_id"], row["currency"]): row["hourly_rate_minor"] for row in facts["user_rate"]}
    of_work_type = {(row["work_type_id"], row["currency"]): row["hourly_rate_minor"] for row in facts["work_type_rate"]}
    for entry in facts["time_entry"]:
        project = projects[entry["project_id"]]
        policy = {
            "PROJECT": project["hourly_rate_minor"],
            "USER": of_user.get((entry["user_id"], project["currency"])),
            "WORK_TYPE": of_work_type.get((entry["work_type_id"], project["currency"])),
        }[project["rate_policy"]]
        phase = phases[entry["phase_id"]]["hourly_rate_minor"] if entry["phase_id"] is not None else None
        candidates = (("ENTRY", entry["override_rate_minor"]), ("PHASE", phase), (project["rate_policy"], policy))
        applies = next(((origin, rate) for origin, rate in candidates if rate is not None), (None, None))
        if entry["live_line_id"] is None and entry["deleted_at"] is None:
            assert (entry["rate_origin"], entry["hourly_rate_minor"]) == applies
        rate = entry["hourly_rate_minor"]
        assert entry["amount_minor"] == (None if rate is None else rounded(entry["seconds"] * rate, 3600))
