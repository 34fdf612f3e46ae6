"""Which time entries, and in what order: the filter and order inputs of every list of them."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from billhook.billing.reading.time_entries import TimeEntryChoice, TimeEntryOrderField
from billhook_schema.connection import given
from billhook_schema.enums import TimeEntryState
from billhook_schema.ordering import OrderDirection, chosen, keys, shown_order, sought

shown_order(
    TimeEntryOrderField,
    "What time entries can be ordered by.",
    WORKED_ON="Day of the work.",
    CREATED_AT="When they were tracked.",
)


@strawberry.input(description="Which time entries: all that is given must hold. An empty list selects nothing.")
class TimeEntryFilter:
    """Which time entries."""

    project_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="On one of these projects.")
    phase_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="In one of these phases.")
    user_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Of one of these users.")
    work_type_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Of one of these work types.")
    worked_from: date | None = strawberry.field(default=UNSET, description="Worked on or after this day.")
    worked_up_to: date | None = strawberry.field(default=UNSET, description="Worked on or before this day.")
    states: list[TimeEntryState] | None = strawberry.field(default=UNSET, description="In one of these states.")
    search: str | None = strawberry.field(default=UNSET, description="The description holds this, without regard to case.")


@strawberry.input(description="The order of time entries.")
class TimeEntryOrder:
    """The order of time entries."""

    field: TimeEntryOrderField = strawberry.field(default=TimeEntryOrderField.WORKED_ON, description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which way.")


WhichTimeEntries: TypeAlias = Annotated[
    TimeEntryFilter | None, strawberry.argument(name="filter", description="Which of them; all unless given.")
]
TimeEntriesInOrder: TypeAlias = Annotated[
    TimeEntryOrder | None, strawberry.argument(name="orderBy", description="In what order; latest day first unless given.")
]


def time_entry_arguments(
    wanted: TimeEntryFilter | None, order: TimeEntryOrder | None
) -> tuple[TimeEntryChoice, TimeEntryOrderField, OrderDirection]:
    """Turn the inputs into the arguments of a list of time entries."""
    choice = TimeEntryChoice()
    if (by := given(wanted)) is not None:
        choice = TimeEntryChoice(
            project_keys=keys("Project", by.project_ids),
            phase_keys=keys("Phase", by.phase_ids),
            user_keys=keys("User", by.user_ids),
            work_type_keys=keys("WorkType", by.work_type_ids),
            worked_from=given(by.worked_from),
            worked_up_to=given(by.worked_up_to),
            states=chosen(by.states),
            search=sought(by.search),
        )
    ordered = given(order) or TimeEntryOrder()
    return choice, ordered.field, ordered.direction
