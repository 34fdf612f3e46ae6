"""Inputs for time entries and the extra costs on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from billhook.billing.inputs.common import ID, NONE_IF_EMPTY, Amount, Change, Day, Input, Keyed, LineText, Moment, Quantity, Text, UnitPrice
from billhook.domain.money import MAX_SECONDS
from billhook.domain.options import Vat

MAX_SAVED_AT_ONCE = 200
Seconds = Annotated[int, Field(gt=0, le=MAX_SECONDS)]


class ExtraCostInput(Input):
    """An article on a time entry."""

    description: LineText = Field(description="What the article is.")
    quantity: Quantity = Field(default=Decimal(1), description="How many, up to 6 decimals.")
    unit_price: UnitPrice = Field(description="Price of one, excluding VAT, up to 6 decimals.")
    vat: Vat | None = Field(default=None, description="VAT; absent: the phase's, else the project's.")


class CreateExtraCost(Keyed):
    """A new extra cost on a time entry."""

    time_entry_id: ID = Field(description="Its time entry.")
    description: LineText = Field(description="What the article is.")
    quantity: Quantity = Field(default=Decimal(1), description="How many, up to 6 decimals.")
    unit_price: UnitPrice = Field(description="Price of one, excluding VAT, up to 6 decimals.")
    vat: Vat | None = Field(default=None, description="VAT; absent: the phase's, else the project's.")


class TrackTime(Keyed):
    """A new time entry. Its length is `seconds`, or `startedAt` to `endedAt`; its day `workedOn`, or the start's day."""

    project_id: ID = Field(description="Its project.")
    phase_id: ID | None = Field(default=None, description="Its phase, of the same project.")
    user_id: ID | None = Field(default=None, description="Who worked; absent: the viewer's user.")
    work_type_id: ID | None = Field(default=None, description="Kind of work.")
    worked_on: Day | None = Field(
        default=None, description="Day of the work; absent: the start's day in the workspace's time zone, else today."
    )
    started_at: Moment | None = Field(default=None, description="When it started.")
    ended_at: Moment | None = Field(default=None, description="When it ended; with startedAt it decides the length.")
    seconds: Seconds | None = Field(default=None, description="Length in seconds; needed unless startedAt and endedAt are given.")
    description: Text = Field(default="", description="What was done; shown on invoices.")
    billable: bool = Field(default=True, description="Whether it is billed.")
    hourly_rate: Amount | None = Field(default=None, description="The entry's own rate; absent: the phase's, else the project's policy.")
    extra_costs: Annotated[tuple[ExtraCostInput, ...] | None, Field(max_length=50), NONE_IF_EMPTY] = Field(
        default=None, description="Articles on it."
    )


class UpdateTimeEntry(Change):
    """Changes of a time entry. Absent: unchanged; null: cleared."""

    time_entry_id: ID = Field(description="Which entry.")
    project_id: ID | None = Field(default=None, description="Move it to this project; its phase is cleared unless given.")
    phase_id: ID | None = Field(default=None, description="Its phase.")
    user_id: ID | None = Field(default=None, description="Who worked.")
    work_type_id: ID | None = Field(default=None, description="Kind of work.")
    worked_on: Day | None = Field(default=None, description="Day of the work.")
    started_at: Moment | None = Field(default=None, description="When it started.")
    seconds: Seconds | None = Field(default=None, description="Length in seconds.")
    description: Text | None = Field(default=None, description="What was done; may change even when it is billed.")
    billable: bool | None = Field(default=None, description="Whether it is billed.")
    hourly_rate: Amount | None = Field(default=None, description="The entry's own rate.")


class SaveTimeEntries(Keyed):
    """A time sheet's changes, all or nothing: at most 200 entries together."""

    track: Annotated[tuple[TrackTime, ...] | None, NONE_IF_EMPTY] = Field(default=None, description="Entries to add.")
    update: Annotated[tuple[UpdateTimeEntry, ...] | None, NONE_IF_EMPTY] = Field(default=None, description="Entries to change.")
    delete_ids: Annotated[tuple[ID, ...] | None, NONE_IF_EMPTY] = Field(default=None, description="Entries to delete.")
