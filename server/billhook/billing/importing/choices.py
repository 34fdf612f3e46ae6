"""What the user decides about one import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from billhook.billing.importing.dates import DateOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChoices:
    """The options of `billhook import time`, one field each."""

    skip_bad_rows: bool = False
    """Import the good rows of a file that also has refused ones."""
    dry_run: bool = False
    """Report, and write nothing."""
    include_invoiced: bool = False
    """Import also what the other tool has invoiced."""
    keep_rates: bool = False
    """Store the export's rate as the entry's own (M3)."""
    default_project: str | None = None
    """Title of the project of rows that name none."""
    date_order: DateOrder | None = None
    """How to read 03/04/2024; absent: decided from the file."""
    timezone: ZoneInfo | None = None
    """Where the file's local times are; absent: the workspace's."""
