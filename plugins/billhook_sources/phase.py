"""Project > Invoices > Based on phases: bills the work and prices of phases, and takes open advances off (R7)."""

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
    PhaseView,
    Portion,
    Proposal,
    Refused,
    SourceContext,
    SourceOptions,
    TimeEntryView,
    hookimpl,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NO_PHASE = "Other work"


class GroupBy(Enum):
    """What a line of time holds."""

    PHASE = "PHASE"
    ENTRY = "ENTRY"
    WORK_TYPE = "WORK_TYPE"
    USER = "USER"

    @property
    def description(self) -> str:
        """What the API says of the value."""
        return f"One line of time per {'time entry' if self is GroupBy.ENTRY else self.name.lower().replace('_', ' ')}."


class Choice(SourceOptions):
    """One phase to bill."""

    phase_id: PhaseId = Field(description="Which phase of the project.")
    portion: Portion | None = Field(default=None, description="Part of a fixed price; absent: all that is left of it.")


class PhaseOptions(SourceOptions):
    """Which phases to bill, and how to group their time."""

    phases: tuple[Choice, ...] | None = Field(default=None, description="Absent: all phases, and work without a phase. Empty: none.")
    without_phase: bool | None = Field(default=None, description="Bill work without a phase; absent: when phases is absent.")
    up_to: date | None = Field(default=None, description="Only work and costs up to and including this day; fixed prices have no day.")
    group_by: GroupBy = Field(default=GroupBy.PHASE, description="One line of time per phase, entry, work type or user.")


class Phase(InvoiceSource[PhaseOptions]):
    """Bills phases; the only built-in source that settles advances."""

    name = "phase"
    label = "Based on phases"
    description = "Bills the time, costs and fixed prices of phases, and takes open advances off."
    effect = Effect.CLEARS_UNBILLED_TIME
    settles_advances = True

    def propose(self, ctx: SourceContext, options: PhaseOptions) -> Proposal:
        """Propose, phase by phase, its price, time, extra costs and external costs."""
        known = {phase.id: phase for phase in ctx.phases}
        if options.phases is None:
            chosen: dict[PhaseId, Portion | None] = dict.fromkeys(known)
        else:
            chosen = dict(_checked(options.phases, known))
        without_phase = options.phases is None if options.without_phase is None else options.without_phase
        lines = [line for phase_id, portion in chosen.items() for line in _of_phase(ctx, options, known[phase_id], portion)]
        if without_phase:
            lines += _work(ctx, options, None, NO_PHASE if ctx.phases else ctx.project.title)
        return Proposal(lines=tuple(lines))

    def example_options(self, ctx: SourceContext) -> Iterable[PhaseOptions]:
        """Suggest billing everything, where there is anything."""
        prices_left = any(phase.fixed_price is not None and phase.billed < phase.fixed_price for phase in ctx.phases)
        if ctx.time_entries or ctx.extra_costs or ctx.external_costs or prices_left:
            yield PhaseOptions()


def _checked(choices: Iterable[Choice], known: dict[PhaseId, PhaseView]) -> Iterator[tuple[PhaseId, Portion | None]]:
    seen: set[PhaseId] = set()
    for index, choice in enumerate(choices):
        if choice.phase_id in seen:
            raise Refused("This phase is chosen twice; choose it once.", "phases", index, "phase_id")
        if choice.portion is not None and known[choice.phase_id].fixed_price is None:
            raise Refused("Only a fixed-price phase is billed in portions; leave the portion out.", "phases", index, "portion")
        seen.add(choice.phase_id)
        yield choice.phase_id, choice.portion


def _of_phase(ctx: SourceContext, options: PhaseOptions, phase: PhaseView, portion: Portion | None) -> Iterator[ClaimLine]:
    if phase.fixed_price is not None and (portion is not None or phase.billed < phase.fixed_price):
        yield ClaimLine(description=_price_text(phase, portion), claims=(phase.part(portion),), section=phase.title)
    yield from _work(ctx, options, phase.id, phase.title)


def _price_text(phase: PhaseView, portion: Portion | None) -> str:
    if portion is not None and portion.percentage is not None:
        return f"{phase.title}: {portion.percentage.normalize():f} % of the fixed price"
    whole = portion is None and phase.billed == 0
    return f"{phase.title}: fixed price" if whole else f"{phase.title}: part of the fixed price"


def _work(ctx: SourceContext, options: PhaseOptions, phase_id: PhaseId | None, title: str) -> Iterator[ClaimLine]:
    """Yield the time, extra costs and external costs of one phase, or of none."""
    section = title if phase_id else ""

    def selected(day: date, of_phase: PhaseId | None) -> bool:
        return of_phase == phase_id and (options.up_to is None or day <= options.up_to)

    groups: dict[tuple[str, str], list[TimeEntryView]] = {}
    for entry in ctx.time_entries:
        if selected(entry.worked_on, entry.phase_id):
            groups.setdefault(_group(entry, options.group_by, title), []).append(entry)
    for (_, text), entries in groups.items():
        yield ClaimLine(description=text, claims=tuple(entry.claim for entry in entries), section=section)
    for extra in ctx.extra_costs:
        if selected(extra.worked_on, extra.phase_id):
            yield ClaimLine(description=extra.description, claims=(extra.claim,), section=section)
    for external in ctx.external_costs:
        if selected(external.incurred_on, external.phase_id):
            yield ClaimLine(description=external.description, claims=(external.claim,), section=section)


def _group(entry: TimeEntryView, by: GroupBy, title: str) -> tuple[str, str]:
    """Return what identifies the line of an entry within its phase, and the line's text."""
    if by is GroupBy.PHASE:
        return "", title
    if by is GroupBy.WORK_TYPE:
        return (entry.work_type.id, entry.work_type.name) if entry.work_type else ("", NO_PHASE)
    if by is GroupBy.USER:
        return entry.user.id, entry.user.name
    work = entry.description.strip() or (entry.work_type.name if entry.work_type else "Work")
    return entry.id, f"{entry.worked_on} {entry.user.name}: {work}"[:5000]


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    """Register the source."""
    return Phase()
