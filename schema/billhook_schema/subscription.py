"""The Subscription type: what changes, told to those who wait for it. A project's own subscriptions are `BillingSubscription`s."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry
from graphql import GraphQLError

from billhook.billing.access import require_access
from billhook.domain.errors import Unauthenticated, Unavailable
from billhook.domain.ids import decode, encode
from billhook.store.changes import MISSED, Changes
from billhook_schema.context import Context, Info
from billhook_schema.enums import InvoiceChangeKind
from billhook_schema.invoice import Invoice
from billhook_schema.node import load_node
from billhook_schema.project import Project
from billhook_schema.roles import MONEY, seen_by
from billhook_schema.scalars import BAD_USER_INPUT
from billhook_schema.weight import costs

if TYPE_CHECKING:
    from billhook_schema.hub import Wanted

Event = TypeVar("Event")
MOST_PROJECTS = 100
"""That one event lists; more are a `refetch`. So what an event may cost is known before there is any."""
SECONDS_UNTIL_AGAIN = 1.0
"""How long a subscription waits for a database that cannot answer now."""
REFETCH = (
    "Ask anew for all that you show: anything may have changed. So it is in the first event, when events were missed, "
    "and when too much changed to be listed."
)


@seen_by(MONEY)
@strawberry.type(description="What happened to an invoice or credit note of a project.")
class InvoiceChange:
    """What happened to an invoice or credit note of a project."""

    invoice_key: strawberry.Private[int | None]
    project_key: strawberry.Private[int]
    kinds: list[InvoiceChangeKind] = strawberry.field(
        description="What happened, in order; several when they were committed at once, or before the event before was taken."
    )
    refetch: bool = strawberry.field(description=REFETCH)

    @strawberry.field(description="Which document; null with `refetch`.")
    def invoice_id(self) -> strawberry.ID | None:
        return None if self.invoice_key is None else strawberry.ID(encode("Invoice", self.invoice_key))

    @strawberry.field(description="The document as it is now, also when it was discarded; null with `refetch`.")
    async def invoice(self, info: Info) -> Invoice | None:
        found = None if self.invoice_key is None else await load_node(info.context, "Invoice", self.invoice_key)
        return found if isinstance(found, Invoice) else None

    @strawberry.field(description="Its project as it is now; null once that was deleted.")
    async def project(self, info: Info) -> Project | None:
        return await _project(info.context, self.project_key)


@seen_by(MONEY)
@strawberry.type(description="Projects whose unbilled work or open advance was written.")
class BillableProjectsChange:
    """Projects whose unbilled work or open advance was written."""

    project_keys: strawberry.Private[tuple[int, ...]]
    refetch: bool = strawberry.field(description=REFETCH)

    @strawberry.field(
        description="These projects as they are now, at most 100, proposed for invoicing or not: `billing` says it. None with `refetch`.",
        metadata=costs(length=MOST_PROJECTS),
    )
    async def projects(self, info: Info) -> list[Project]:
        found = await asyncio.gather(*(_project(info.context, key) for key in self.project_keys))
        return [project for project in found if project is not None]


@seen_by(MONEY)
@strawberry.type(
    description=(
        "Events, over WebSocket or SSE. Each is read from a snapshot of its own when it is sent: it tells of the state after its change, "
        "or of a later one. What changes faster than a client takes it is put together."
    )
)
class Subscription:
    """Events, over WebSocket or SSE."""

    @strawberry.subscription(description="Whenever an invoice or credit note of a project is made, changed, booked, credited or discarded.")
    async def invoice_changed(
        self, info: Info, project_id: Annotated[strawberry.ID, strawberry.argument(description="The project.")]
    ) -> AsyncGenerator[InvoiceChange, None]:
        key = await _key_of_project(info.context, project_id)
        info.context.door.hub.require_place(info.context.viewer)
        return _invoices(info.context, key)

    @strawberry.subscription(description="Whenever unbilled work or the open advance of projects is written.")
    async def billable_projects_changed(self, info: Info) -> AsyncGenerator[BillableProjectsChange, None]:
        info.context.door.hub.require_place(info.context.viewer)
        return _balances(info.context)


def _invoices(context: Context, project_key: int) -> AsyncGenerator[InvoiceChange, None]:
    def wanted(changes: Changes) -> Changes:
        invoices = tuple(each for each in changes.invoices if each.project_key == project_key)
        return Changes(invoices, access=changes.access, everything=changes.everything)

    def events(changes: Changes) -> list[InvoiceChange]:
        if changes.everything:
            return [InvoiceChange(invoice_key=None, project_key=project_key, kinds=[], refetch=True)]
        told = ((each.key, list(each.kinds)) for each in changes.invoices)
        return [InvoiceChange(invoice_key=key, project_key=project_key, kinds=kinds, refetch=False) for key, kinds in told]

    return _told(context, wanted, events)


def _balances(context: Context) -> AsyncGenerator[BillableProjectsChange, None]:
    def wanted(changes: Changes) -> Changes:
        return Changes(balances=changes.balances, access=changes.access, everything=changes.everything)

    def events(changes: Changes) -> list[BillableProjectsChange]:
        if not changes.everything and not changes.balances:
            return []
        refetch = changes.everything or len(changes.balances) > MOST_PROJECTS
        return [BillableProjectsChange(project_keys=() if refetch else changes.balances, refetch=refetch)]

    return _told(context, wanted, events)


async def _told(context: Context, wanted: "Wanted", events: Callable[[Changes], list[Event]]) -> AsyncGenerator[Event, None]:
    """Give the events of what changes, until the server stops. Raises Unauthenticated as soon as the viewer may no longer ask.

    Between events nothing is held: no snapshot, no connection, no place in the pool.
    """
    hub = context.door.hub
    async with hub.following(wanted, context.viewer) as follower:
        while True:
            changes = await follower.heard(context.door.workspace.settings.heartbeat)
            if follower.ended:
                return
            due: list[Event | None] = [*events(changes)] or [None]  # access is looked up in any case
            for event in due:
                try:
                    await _look_again(context)
                except Unavailable as unavailable:
                    hub.waits(unavailable)
                    await asyncio.sleep(SECONDS_UNTIL_AGAIN)
                    follower.hear(MISSED)
                    break
                hub.goes_on()
                if event is not None:
                    yield event
                await context.close()


async def _look_again(context: Context) -> None:
    """Begin a new snapshot. Raises Unauthenticated for a viewer whose access has ended, Unavailable when the database cannot answer now."""
    await context.renew()
    try:
        await context.read(require_access)
    except Unauthenticated:
        context.shut_out = True
        raise


async def _key_of_project(context: Context, project_id: str) -> int:
    """Return the key of a project. Raises BAD_USER_INPUT for an id of nothing."""
    try:
        name, key = decode(project_id)
    except ValueError:
        name, key = "", 0
    if name != "Project" or await _project(context, key) is None:
        message = "There is no project with this id. Query for the id, and send it as it is."
        raise GraphQLError(message, extensions={"code": BAD_USER_INPUT})
    await context.close()
    return key


async def _project(context: Context, key: int) -> Project | None:
    found = await load_node(context, "Project", key)
    return found if isinstance(found, Project) else None
