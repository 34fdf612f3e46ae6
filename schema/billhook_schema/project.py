"""Projects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from billhook.billing.inputs.common import CurrencyCode
from billhook.billing.reading.agreements import deals_of_projects, phases_of_projects, subscriptions_of_projects
from billhook.billing.reading.costs import external_costs_of_project
from billhook.billing.reading.invoices import invoices_of_project
from billhook.billing.reading.listing import Wanted
from billhook.billing.reading.time_entries import time_entries_of_project
from billhook.store import tables
from billhook_schema.agreement import BillingSubscription, Deal
from billhook_schema.connection import After, Before, Connection, First, Last, connect, given
from billhook_schema.context import Info
from billhook_schema.cost import ExternalCost
from billhook_schema.customer import Customer
from billhook_schema.enums import ProjectStatus, RatePolicy
from billhook_schema.invoice import Invoice
from billhook_schema.invoice_filter import InvoicesInOrder, WhichInvoices, invoice_arguments
from billhook_schema.money import Money, Vat, money_or_none, vat_of
from billhook_schema.node import Node, node_of, shows
from billhook_schema.phase import Phase
from billhook_schema.project_billing import ProjectBilling
from billhook_schema.project_source import ProjectSource, sources_of
from billhook_schema.roles import EVERYONE, MONEY, only, seen_by
from billhook_schema.seller import Seller
from billhook_schema.shown import Shown
from billhook_schema.time_entry import TimeEntryConnection
from billhook_schema.time_entry_filter import TimeEntriesInOrder, WhichTimeEntries, time_entry_arguments
from billhook_schema.weight import READ, SEARCH, WORK, costs


@seen_by(EVERYONE)
@shows(tables.Project)
@strawberry.type(description="What work is done on and invoiced for; everything on it is in its currency.")
class Project(Node):
    """What work is done on and invoiced for."""

    row: strawberry.Private[tables.Project]
    title: str = strawberry.field(description="Title.")
    currency: CurrencyCode = strawberry.field(description="Currency of everything on it; frozen at its first live invoice.")
    status: ProjectStatus = strawberry.field(description="How far it is. Billing does not look at it.")
    vat: Vat = strawberry.field(description="Default VAT of its work and costs.")
    rate_policy: RatePolicy = strawberry.field(description="Where hourly rates come from.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: tables.Project) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            title=row.title,
            currency=CurrencyCode(row.currency),
            status=row.status,
            vat=vat_of(row.vat_category, row.vat_rate),
            rate_policy=row.rate_policy,
            created_at=row.created_at,
        )

    @strawberry.field(description="Whose project it is; frozen at its first live invoice.")
    async def customer(self, info: Info) -> Customer:
        return node_of(await info.context.loaders.row(tables.Customer, self.row.customer_id))

    @strawberry.field(description="Who invoices it.")
    async def seller(self, info: Info) -> Seller:
        return node_of(await info.context.loaders.row(tables.Seller, self.row.seller_id))

    @strawberry.field(description="The project's rate, used with rate policy PROJECT.", metadata=only(MONEY))
    def hourly_rate(self) -> Money | None:
        return money_or_none(self.row.hourly_rate_minor, self.row.currency)

    @strawberry.field(description="Its phases, oldest first, closed ones included.")
    async def phases(self, info: Info) -> Sequence[Phase]:
        return Shown(await info.context.loaders.of(phases_of_projects).load(self.key), node_of)

    @strawberry.field(description="Its deals, oldest first.", metadata=only(MONEY))
    async def deals(self, info: Info) -> Sequence[Deal] | None:
        return Shown(await info.context.loaders.of(deals_of_projects).load(self.key), node_of)

    @strawberry.field(description="Its subscriptions, oldest first.", metadata=only(MONEY))
    async def subscriptions(self, info: Info) -> Sequence[BillingSubscription] | None:
        return Shown(await info.context.loaders.of(subscriptions_of_projects).load(self.key), node_of)

    @strawberry.field(description="Its external costs, by day.", metadata=only(MONEY))
    def external_costs(
        self,
        info: Info,
        unbilled: Annotated[
            bool | None, strawberry.argument(description="Only the unbilled ones (true) or the others (false); absent: all.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ExternalCost] | None:
        wanted = Wanted(external_costs_of_project, (given(unbilled),), self.key)
        return connect(info, Connection[ExternalCost], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Its time entries.", metadata=costs(extra=READ, search=SEARCH))
    def time_entries(
        self,
        info: Info,
        which: WhichTimeEntries = UNSET,
        order: TimeEntriesInOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TimeEntryConnection:
        wanted = Wanted(time_entries_of_project, time_entry_arguments(which, order), self.key)
        return connect(info, TimeEntryConnection, node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Its invoices and credit notes.", metadata={**only(MONEY), **costs(extra=READ, search=SEARCH)})
    def invoices(
        self,
        info: Info,
        which: WhichInvoices = UNSET,
        order: InvoicesInOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Invoice] | None:
        wanted = Wanted(invoices_of_project, invoice_arguments(which, order), self.key)
        return connect(info, Connection[Invoice], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(
        description="What is unbilled, what was invoiced in advance, and whether it is proposed for invoicing.", metadata=only(MONEY)
    )
    async def billing(self, info: Info) -> ProjectBilling | None:
        return ProjectBilling.of(await info.context.loaders.row(tables.ProjectBalance, self.key))

    @strawberry.field(description="What each installed source can do for it now, by name.", metadata={**only(MONEY), **costs(extra=WORK)})
    async def sources(self, info: Info) -> list[ProjectSource] | None:
        return await sources_of(info.context, self.key)
