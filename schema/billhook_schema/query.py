"""The root of all queries."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from billhook.billing.access import access_tokens
from billhook.billing.inputs.common import CurrencyCode
from billhook.billing.reading.audit import audit_log
from billhook.billing.reading.invoices import invoices
from billhook.billing.reading.listing import Wanted
from billhook.billing.reading.people import customers, users, work_types
from billhook.billing.reading.projects import billable_projects, projects
from billhook.billing.reading.time_entries import time_entries
from billhook.domain.ids import decode
from billhook.domain.words import ADMINS
from billhook_schema.access import AccessToken, AuditEntry
from billhook_schema.connection import After, Before, Connection, First, Last, check_size, connect, given
from billhook_schema.context import Info
from billhook_schema.customer import Customer
from billhook_schema.invoice import Invoice
from billhook_schema.invoice_filter import InvoicesInOrder, WhichInvoices, invoice_arguments
from billhook_schema.node import Node, load_node, node_of
from billhook_schema.ordering import sought
from billhook_schema.people import User, WorkType
from billhook_schema.plugin import Plugin, plugins
from billhook_schema.project import Project
from billhook_schema.project_filter import (
    BillableProjectsInOrder,
    ProjectsInOrder,
    WhichBillableProjects,
    WhichCustomers,
    WhichProjects,
    billable_project_arguments,
    project_arguments,
)
from billhook_schema.roles import EVERYONE, MONEY, forbid, only, seen_by
from billhook_schema.seller import Viewer, Workspace
from billhook_schema.source import InvoiceSource
from billhook_schema.time_entry import TimeEntryConnection
from billhook_schema.time_entry_filter import TimeEntriesInOrder, WhichTimeEntries, time_entry_arguments
from billhook_schema.weight import READ, SEARCH, WORK, costs

Id = Annotated[strawberry.ID, strawberry.argument(name="id", description="Its global id.")]
Search = Annotated[str | None, strawberry.argument(description="The name, or a user's email address, holds this; without regard to case.")]


def query_type(previews: Mapping[str, Any]) -> type:
    """Return the Query type of one schema: the fields below, and those of the previews, whose inputs depend on the installed sources."""
    query = type("Query", (Reads,), {"__annotations__": {}, "__module__": __name__, **previews})
    return seen_by(EVERYONE)(strawberry.type(query, description="Everything that can be read."))


@seen_by(EVERYONE)
@strawberry.type
class Reads:
    """The queries that are the same in every schema."""

    @strawberry.field(description="Anything by its global id; null for an id of nothing.")
    async def node(self, info: Info, global_id: Id) -> Node | None:
        return await _node(info, global_id)

    @strawberry.field(
        description="Many things by their global ids, in their order; null for an id of nothing. At most 100.",
        metadata=costs(as_asked=True, lists=("ids",)),
    )
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their global ids.")]
    ) -> list[Node | None]:
        check_size(info, len(ids))
        return list(await asyncio.gather(*(_node(info, each) for each in ids)))

    @strawberry.field(description="Who asks.")
    def viewer(self, info: Info) -> Viewer:
        viewer = info.context.viewer
        return Viewer(role=viewer.role, name=viewer.name, user_key=viewer.user_key)

    @strawberry.field(description="The workspace.")
    def workspace(self, info: Info) -> Workspace:
        settings = info.context.door.workspace.settings
        return Workspace(time_zone=settings.time_zone, currency=CurrencyCode(settings.currency))

    @strawberry.field(
        description=(
            "The projects proposed for invoicing: more unbilled than open advance, or unrated entries. "
            "Amounts, customer and open advance of a page cost two statements, however much time was ever tracked."
        ),
        metadata={**only(MONEY), **costs(extra=READ, search=WORK)},
    )
    def billable_projects(
        self,
        info: Info,
        which: WhichBillableProjects = UNSET,
        order: BillableProjectsInOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Project] | None:
        wanted = Wanted(billable_projects, billable_project_arguments(which, order))
        return connect(info, Connection[Project], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="A project; null when there is none with this id.")
    async def project(self, info: Info, global_id: Id) -> Project | None:
        found = await _node(info, global_id)
        return found if isinstance(found, Project) else None

    @strawberry.field(description="All projects.", metadata=costs(extra=READ, search=WORK))
    def projects(
        self,
        info: Info,
        which: WhichProjects = UNSET,
        order: ProjectsInOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Project] | None:
        by = given(which)
        if by is not None and given(by.not_proposed_because) is not None:
            forbid(info, MONEY, "filter.notProposedBecause")
        wanted = Wanted(projects, project_arguments(which, order))
        return connect(info, Connection[Project], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Time entries of all projects.", metadata=costs(extra=READ, search=SEARCH))
    def time_entries(
        self,
        info: Info,
        which: WhichTimeEntries = UNSET,
        order: TimeEntriesInOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TimeEntryConnection | None:
        wanted = Wanted(time_entries, time_entry_arguments(which, order))
        return connect(info, TimeEntryConnection, node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="An invoice or credit note; null when there is none with this id.", metadata=only(MONEY))
    async def invoice(self, info: Info, global_id: Id) -> Invoice | None:
        found = await _node(info, global_id)
        return found if isinstance(found, Invoice) else None

    @strawberry.field(
        description="Invoices and credit notes of all projects.", metadata={**only(MONEY), **costs(extra=READ, search=SEARCH)}
    )
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
        wanted = Wanted(invoices, invoice_arguments(which, order))
        return connect(info, Connection[Invoice], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="All access tokens, the oldest first, also those that have ended. For admins.", metadata=only(ADMINS))
    async def access_tokens(self, info: Info) -> list[AccessToken] | None:
        return [AccessToken.of(row) for row in await info.context.read(access_tokens)]

    @strawberry.field(
        description="Who booked, credited and discarded which invoice, and who made and revoked which token; the latest first. For admins.",
        metadata=only(ADMINS),
    )
    def audit_log(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[AuditEntry] | None:
        return connect(info, Connection[AuditEntry], AuditEntry.of, Wanted(audit_log), first=first, after=after, last=last, before=before)

    @strawberry.field(description="Customers, by name.", metadata=costs(extra=READ, search=WORK))
    def customers(
        self,
        info: Info,
        which: WhichCustomers = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Customer] | None:
        by = given(which)
        wanted = Wanted(customers, (sought(by.search) if by else None,))
        return connect(info, Connection[Customer], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Users, by name.", metadata=costs(extra=READ, search=WORK))
    def users(
        self,
        info: Info,
        search: Search = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[User] | None:
        wanted = Wanted(users, (sought(search),))
        return connect(info, Connection[User], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Work types, by name.", metadata=costs(extra=READ, search=WORK))
    def work_types(
        self,
        info: Info,
        search: Search = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[WorkType] | None:
        wanted = Wanted(work_types, (sought(search),))
        return connect(info, Connection[WorkType], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="The installed sources, by name.")
    def invoice_sources(self, info: Info) -> list[InvoiceSource]:
        return [InvoiceSource.of(installed) for installed in info.context.door.workspace.sources]

    plugins: list[Plugin] | None = strawberry.field(
        resolver=plugins,
        metadata=only(ADMINS),
        description="All plugins of the server, those that were left out too, with the reason. For admins; others get FORBIDDEN.",
    )


async def _node(info: Info, global_id: str) -> Node | None:
    """Return what has a global id, None for an id of nothing and for what is no id."""
    try:
        name, key = decode(global_id)
    except ValueError:
        return None
    return await load_node(info.context, name, key)
