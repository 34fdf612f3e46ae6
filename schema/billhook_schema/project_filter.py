"""Which projects, and in what order: the filter and order inputs of the lists of them; and which customers."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from billhook.billing.inputs.common import CurrencyCode
from billhook.billing.reading.projects import BillableProjectChoice, BillableProjectOrderField, ProjectChoice, ProjectOrderField
from billhook_schema.connection import given
from billhook_schema.enums import NotProposedReason, ProjectStatus
from billhook_schema.ordering import OrderDirection, chosen, keys, shown_order, sought

shown_order(
    BillableProjectOrderField,
    "What the projects to invoice can be ordered by.",
    UNBILLED_AMOUNT="By currency code, then by unbilled amount: amounts of two currencies are never compared.",
    TITLE="Title, without regard to case.",
)
shown_order(
    ProjectOrderField,
    "What projects can be ordered by.",
    TITLE="Title, without regard to case.",
    CREATED_AT="When they were created.",
)


@strawberry.input(description="Which of the projects to invoice: all that is given must hold. An empty list selects nothing.")
class BillableProjectFilter:
    """Which of the projects to invoice."""

    customer_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Of one of these customers.")
    project_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="One of these.")
    currency: CurrencyCode | None = strawberry.field(default=UNSET, description="In this currency.")
    search: str | None = strawberry.field(default=UNSET, description="The title holds this, without regard to case.")
    has_unrated_entries: bool | None = strawberry.field(
        default=UNSET, description="With (true) or without (false) unbilled entries that have no hourly rate."
    )


@strawberry.input(description="The order of the projects to invoice.")
class BillableProjectOrder:
    """The order of the projects to invoice."""

    field: BillableProjectOrderField = strawberry.field(default=BillableProjectOrderField.UNBILLED_AMOUNT, description="What to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC, description="Which way; currency codes always go from A to Z."
    )


@strawberry.input(description="Which projects: all that is given must hold. An empty list selects nothing.")
class ProjectFilter:
    """Which projects."""

    customer_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Of one of these customers.")
    statuses: list[ProjectStatus] | None = strawberry.field(default=UNSET, description="In one of these states.")
    not_proposed_because: list[NotProposedReason] | None = strawberry.field(
        default=UNSET, description="Not proposed for invoicing, for one of these reasons."
    )
    search: str | None = strawberry.field(default=UNSET, description="The title holds this, without regard to case.")


@strawberry.input(description="The order of projects.")
class ProjectOrder:
    """The order of projects."""

    field: ProjectOrderField = strawberry.field(default=ProjectOrderField.TITLE, description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which way.")


@strawberry.input(description="Which customers.")
class CustomerFilter:
    """Which customers."""

    search: str | None = strawberry.field(default=UNSET, description="The name holds this, without regard to case.")


WhichBillableProjects: TypeAlias = Annotated[
    BillableProjectFilter | None, strawberry.argument(name="filter", description="Which of them; all unless given.")
]
BillableProjectsInOrder: TypeAlias = Annotated[
    BillableProjectOrder | None, strawberry.argument(name="orderBy", description="In what order; largest amount first unless given.")
]
WhichProjects: TypeAlias = Annotated[
    ProjectFilter | None, strawberry.argument(name="filter", description="Which of them; all unless given.")
]
ProjectsInOrder: TypeAlias = Annotated[
    ProjectOrder | None, strawberry.argument(name="orderBy", description="In what order; by title unless given.")
]
WhichCustomers: TypeAlias = Annotated[
    CustomerFilter | None, strawberry.argument(name="filter", description="Which of them; all unless given.")
]


def billable_project_arguments(
    wanted: BillableProjectFilter | None, order: BillableProjectOrder | None
) -> tuple[BillableProjectChoice, BillableProjectOrderField, OrderDirection]:
    """Turn the inputs into the arguments of the list of projects to invoice."""
    choice = BillableProjectChoice()
    if (by := given(wanted)) is not None:
        choice = BillableProjectChoice(
            customer_keys=keys("Customer", by.customer_ids),
            project_keys=keys("Project", by.project_ids),
            currency=given(by.currency),
            search=sought(by.search),
            has_unrated_entries=given(by.has_unrated_entries),
        )
    ordered = given(order) or BillableProjectOrder()
    return choice, ordered.field, ordered.direction


def project_arguments(wanted: ProjectFilter | None, order: ProjectOrder | None) -> tuple[ProjectChoice, ProjectOrderField, OrderDirection]:
    """Turn the inputs into the arguments of the list of projects."""
    choice = ProjectChoice()
    if (by := given(wanted)) is not None:
        choice = ProjectChoice(
            customer_keys=keys("Customer", by.customer_ids),
            statuses=chosen(by.statuses),
            not_proposed_because=chosen(by.not_proposed_because),
            search=sought(by.search),
        )
    ordered = given(order) or ProjectOrder()
    return choice, ordered.field, ordered.direction
