"""billhook as a program without its care would be: `python -m bench.naive serve` is `billhook serve` with two things replaced.

What an invoice claims is written entry by entry with the ORM, and on SQLite nobody waits for a turn to write: each connection asks
for the write lock itself and tries again until the busy timeout.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import Session, col

from billhook.cli import main
from billhook.domain.errors import ErrorCode, Refusal
from billhook.http import app
from billhook.store import claims
from billhook.store.tables import Claim, TimeEntry
from billhook_schema.context import Door, open_door

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from billhook.billing.workspace import Workspace
    from billhook.domain.document import Line
    from billhook.store.tables import Invoice


def take(session: Session, invoice: Invoice, lines: Mapping[int, Line], at: datetime) -> None:
    """Write the claims of lines that bill time, entry by entry: an INSERT of the claim, and a guarded UPDATE of the entry.

    As safe as the product's: raises CONFLICT when an entry was taken or changed meanwhile.
    """
    for line_key, line in lines.items():
        for claim in line.claims:
            session.add(
                Claim(
                    project_id=invoice.project_id,
                    invoice_id=invoice.id,
                    line_id=line_key,
                    kind=claim.kind,
                    time_entry_id=claim.key,
                    source_name=invoice.source_name,
                    vat_category=line.vat.category,
                    vat_rate=line.vat.rate,
                    amount_minor=claim.amount_minor,
                    claimed_at=at,
                )
            )
            session.flush()
            still_so = (
                col(TimeEntry.id) == claim.key,
                col(TimeEntry.live_line_id).is_(None),
                col(TimeEntry.amount_minor) == claim.amount_minor,
            )
            mark = sa.update(TimeEntry).where(*still_so).values(live_line_id=line_key)
            if session.execute(mark.execution_options(synchronize_session=False)).rowcount != 1:  # type: ignore[attr-defined]
                raise Refusal(ErrorCode.CONFLICT, "Some of this work was billed or changed at the same moment.")


def open_door_for_all(workspace: Workspace) -> Door:
    """Return a door at which nobody waits for a turn to write."""
    return replace(open_door(workspace), turn_to_write=nullcontext())


def become_naive() -> None:
    """Replace both in this process."""
    claims.take = take
    app.__dict__["open_door"] = open_door_for_all  # the name that `create_app` looks up


if __name__ == "__main__":
    become_naive()
    main()
