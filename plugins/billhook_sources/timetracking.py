"""Invoices > Invoice timetracking: bills unbilled time and its extra costs, in full (R6)."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from pydantic import Field

from billhook import (
    ClaimLine,
    Effect,
    InvoiceSource,
    PhaseId,
    Proposal,
    SourceContext,
    SourceOptions,
    TimeEntryId,
    TimeEntryView,
    hookimpl,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class GroupBy(Enum):
    """What a line of time holds."""

    ENTRY = "ENTRY"
    WORK_TYPE = "WORK_TYPE"
    USER = "USER"
    PHASE = "PHASE"

    @property
    def description(self) -> str:
        """What the API says of the value."""
        return f"One line per {'time entry' if self is GroupBy.ENTRY else self.name.lower().replace('_', ' ')}."


class TimetrackingOptions(SourceOptions):
    """Which unbilled time to bill, and how to group it."""

    up_to: date | None = Field(default=None, description="Only work up to and including this day.")
    entry_ids: tuple[TimeEntryId, ...] | None = Field(default=None, description="Only these time entries, with their extra costs.")
    group_by: GroupBy = Field(default=GroupBy.ENTRY, description="One line per entry, work type, user or phase.")


class Timetracking(InvoiceSource[TimetrackingOptions]):
    """Bills the selected time; leaves advances alone, so it is refused while they cover the project."""

    name = "timetracking"
    label = "Invoice timetracking"
    description = "Bills unbilled time and its extra costs, in full; for projects that no advance covers."
    effect = Effect.CLEARS_UNBILLED_TIME

    def propose(self, ctx: SourceContext, options: TimetrackingOptions) -> Proposal:
        """Propose lines of time, then one line per extra cost."""
        wanted = None if options.entry_ids is None else frozenset(options.entry_ids)

        def selected(worked_on: date, entry_id: TimeEntryId) -> bool:
            return (options.up_to is None or worked_on <= options.up_to) and (wanted is None or entry_id in wanted)

        titles = {phase.id: phase.title for phase in ctx.phases}
        groups: dict[tuple[str, str], list[TimeEntryView]] = {}
        for entry in ctx.time_entries:
            if selected(entry.worked_on, entry.id):
                groups.setdefault(_group(entry, options.group_by, titles), []).append(entry)
        time = (
            ClaimLine(description=text, claims=tuple(entry.claim for entry in entries), section=_section(entries, titles))
            for (_, text), entries in groups.items()
        )
        costs = (
            ClaimLine(description=cost.description, claims=(cost.claim,), section=titles.get(cost.phase_id, "") if cost.phase_id else "")
            for cost in ctx.extra_costs
            if selected(cost.worked_on, cost.time_entry_id)
        )
        return Proposal(lines=(*time, *costs))

    def example_options(self, ctx: SourceContext) -> Iterable[TimetrackingOptions]:
        """Suggest billing everything, where there is anything."""
        if ctx.time_entries or ctx.extra_costs:
            yield TimetrackingOptions()


def _group(entry: TimeEntryView, by: GroupBy, titles: dict[PhaseId, str]) -> tuple[str, str]:
    """Return what identifies the line of an entry, and the line's text."""
    if by is GroupBy.WORK_TYPE:
        return (entry.work_type.id, entry.work_type.name) if entry.work_type else ("", "Other work")
    if by is GroupBy.USER:
        return entry.user.id, entry.user.name
    if by is GroupBy.PHASE:
        return (entry.phase_id, titles[entry.phase_id]) if entry.phase_id else ("", "Other work")
    work = entry.description.strip() or (entry.work_type.name if entry.work_type else "Work")
    return entry.id, f"{entry.worked_on} {entry.user.name}: {work}"[:5000]


def _section(entries: list[TimeEntryView], titles: dict[PhaseId, str]) -> str:
    """Return the phase that all these entries are in, if it is one."""
    phases = {entry.phase_id for entry in entries}
    only = phases.pop() if len(phases) == 1 else None
    return titles[only] if only else ""


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    """Register the source."""
    return Timetracking()
