"""Which invoices, and in what order: the filter and order inputs of every list of them."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from billhook.billing.reading.invoices import InvoiceChoice, InvoiceOrderField
from billhook_schema.connection import given
from billhook_schema.enums import InvoiceKind, InvoiceStatus
from billhook_schema.ordering import OrderDirection, chosen, keys, shown_order, sought

shown_order(
    InvoiceOrderField,
    "What invoices can be ordered by.",
    CREATED_AT="When they were created.",
    ISSUED_ON="Issue date; those without one count as latest.",
    NUMBER="Series, then number; those without a number count as last.",
)


@strawberry.input(description="Which invoices: all that is given must hold. An empty list selects nothing.")
class InvoiceFilter:
    """Which invoices."""

    project_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Of one of these projects.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Of one of these customers.")
    kinds: list[InvoiceKind] | None = strawberry.field(default=UNSET, description="Of one of these kinds.")
    statuses: list[InvoiceStatus] | None = strawberry.field(default=UNSET, description="In one of these states.")
    sources: list[str] | None = strawberry.field(
        default=UNSET, description="Made by one of these sources, by name; also ones that are gone."
    )
    issued_from: date | None = strawberry.field(default=UNSET, description="Issued on or after this day.")
    issued_up_to: date | None = strawberry.field(default=UNSET, description="Issued on or before this day.")
    search: str | None = strawberry.field(
        default=UNSET, description="Number, customer's name or project's title holds this, without regard to case."
    )


@strawberry.input(description="The order of invoices.")
class InvoiceOrder:
    """The order of invoices."""

    field: InvoiceOrderField = strawberry.field(default=InvoiceOrderField.CREATED_AT, description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which way.")


WhichInvoices: TypeAlias = Annotated[
    InvoiceFilter | None, strawberry.argument(name="filter", description="Which of them; all unless given.")
]
InvoicesInOrder: TypeAlias = Annotated[
    InvoiceOrder | None, strawberry.argument(name="orderBy", description="In what order; latest first unless given.")
]


def invoice_arguments(wanted: InvoiceFilter | None, order: InvoiceOrder | None) -> tuple[InvoiceChoice, InvoiceOrderField, OrderDirection]:
    """Turn the inputs into the arguments of a list of invoices."""
    choice = InvoiceChoice()
    if (by := given(wanted)) is not None:
        choice = InvoiceChoice(
            project_keys=keys("Project", by.project_ids),
            customer_keys=keys("Customer", by.customer_ids),
            kinds=chosen(by.kinds),
            statuses=chosen(by.statuses),
            sources=chosen(by.sources),
            issued_from=given(by.issued_from),
            issued_up_to=given(by.issued_up_to),
            search=sought(by.search),
        )
    ordered = given(order) or InvoiceOrder()
    return choice, ordered.field, ordered.direction
