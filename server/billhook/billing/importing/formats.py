"""The exports that billhook reads, as a table: which columns a tool writes, and how to recognise it by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billhook.domain.errors import ErrorCode, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

CLIENT, PROJECT, CURRENCY = "Client", "Project", "Currency"
"""Columns that have the same name in every export that has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Columns of an export that knows when work started and, where the columns are there, ended."""

    start_date: str
    start_time: str
    end_date: str
    end_time: str
    duration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Columns of an export that knows only the day and the decimal hours."""

    date: str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One tool's detailed export. Columns come in any order, may be missing unless needed, and unknown ones are ignored."""

    name: str
    """Part of the import key of every entry: never change it."""
    tool: str
    needs: frozenset[str]
    needs_one_of: tuple[frozenset[str], ...] = (frozenset(),)
    excludes: frozenset[str] = frozenset()
    when: Clock | Hours
    person: tuple[str, ...]
    email: str | None = None
    work_type: tuple[str, ...]
    """The first of these that says something."""
    description: str
    billable: str
    invoiced: str | None = None
    invoice_id: str | None = None

    def fits(self, header: Collection[str]) -> bool:
        """Return whether a file with this header is this tool's export."""
        columns = frozenset(header)
        return self.needs <= columns and any(group <= columns for group in self.needs_one_of) and not self.excludes & columns


TOGGL = Format(
    name="toggl",
    tool="Toggl Track",
    needs=frozenset({"Start date", "Start time", "Duration"}),
    excludes=frozenset({"Duration (decimal)"}),
    when=Clock(start_date="Start date", start_time="Start time", end_date="End date", end_time="End time", duration="Duration"),
    person=("User",),
    email="Email",
    work_type=("Task",),
    description="Description",
    billable="Billable",
)
CLOCKIFY = Format(
    name="clockify",
    tool="Clockify",
    needs=frozenset({"Start Date", "Start Time"}),
    needs_one_of=(frozenset({"Duration (h)"}), frozenset({"End Date", "End Time"})),
    when=Clock(start_date="Start Date", start_time="Start Time", end_date="End Date", end_time="End Time", duration="Duration (h)"),
    person=("User",),
    email="Email",
    work_type=("Task", "Activity"),
    description="Description",
    billable="Billable",
    invoiced="Invoiced",
    invoice_id="Invoice ID",
)
HARVEST = Format(
    name="harvest",
    tool="Harvest",
    needs=frozenset({"Date", "Hours", "First Name", "Last Name", "Billable?"}),
    when=Hours(date="Date", hours="Hours"),
    person=("First Name", "Last Name"),
    work_type=("Task",),
    description="Notes",
    billable="Billable?",
    invoiced="Invoiced?",
)
FORMATS = (TOGGL, CLOCKIFY, HARVEST)


def recognise(header: Collection[str], file_name: str) -> Format:
    """Return the format that a header is of. Raises INVALID_INPUT when it is of none."""
    for known in FORMATS:
        if known.fits(header):
            return known
    tools = ", ".join(known.tool for known in FORMATS)
    raise Refusal(
        ErrorCode.INVALID_INPUT,
        f"'{file_name}' is of no known tool: its columns are {', '.join(header)[:300]!r}. "
        f"Export a detailed time report as comma-separated CSV with English column names from one of: {tools}.",
    )
