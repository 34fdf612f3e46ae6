"""Time entries, and where they stand between being tracked and being billed."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Self

import strawberry

from billhook.billing.reading.costs import extra_costs_of_entries
from billhook.billing.reading.entry_state import because, state_of
from billhook.billing.reading.history import claims_of_entries
from billhook.domain.money import hours_shown
from billhook.store import tables
from billhook_schema.connection import Connection
from billhook_schema.context import Info
from billhook_schema.enums import RateOrigin, TimeEntryState
from billhook_schema.money import Money, money_or_none
from billhook_schema.node import ExtraCostRef, InvoiceLineRef, InvoiceRef, Node, PhaseRef, ProjectRef, node_of, shows
from billhook_schema.people import User, WorkType
from billhook_schema.roles import EVERYONE, MONEY, only, seen_by
from billhook_schema.shown import Shown
from billhook_schema.weight import READ, costs


@strawberry.enum(description="What happened to the billing of a time entry.")
class BillingEventKind(Enum):
    """What happened to the billing of a time entry."""

    CLAIMED = strawberry.enum_value("CLAIMED", description="An invoice line began to bill it.")
    RELEASED = strawberry.enum_value(
        "RELEASED", description="It became unbilled again: its line was removed, its draft discarded, or its line credited."
    )


@seen_by(MONEY)
@strawberry.type(description="One event in the history of a time entry's billing.")
class BillingEvent:
    """One event in the history of a time entry's billing."""

    at: datetime = strawberry.field(description="When it happened.")
    kind: BillingEventKind = strawberry.field(description="What happened.")
    claim: strawberry.Private[tables.Claim]

    @strawberry.field(description="The line that billed it.", metadata=only(MONEY))
    async def line(self, info: Info) -> InvoiceLineRef:
        return node_of(await info.context.loaders.row(tables.InvoiceLine, self.claim.line_id))

    @strawberry.field(description="The document that did it: the invoice, or the credit note that put the work back.")
    async def caused_by(self, info: Info) -> InvoiceRef:
        released_by = self.claim.released_by_id if self.kind is BillingEventKind.RELEASED else None
        return node_of(await info.context.loaders.row(tables.Invoice, released_by or self.claim.invoice_id))


@seen_by(EVERYONE)
@strawberry.type(description="Where a time entry stands, and why.")
class TimeEntryBilling:
    """Where a time entry stands, and why."""

    entry: strawberry.Private[tables.TimeEntry]

    @strawberry.field(description="Where it stands.")
    async def state(self, info: Info) -> TimeEntryState:
        return state_of(self.entry, await self._phase(info), await self._invoice(info))

    @strawberry.field(description="Why it is, or is not, offered for invoicing: a plain sentence in English.")
    async def because(self, info: Info) -> str:
        project = await info.context.loaders.row(tables.Project, self.entry.project_id)
        sees_amounts = info.context.viewer.role in MONEY
        balance = await info.context.loaders.row(tables.ProjectBalance, self.entry.project_id) if sees_amounts else None
        return because(self.entry, await self._phase(info), await self._invoice(info), project, balance)

    @strawberry.field(description="The draft or booked invoice that it is on.", metadata=only(MONEY))
    async def invoice(self, info: Info) -> InvoiceRef | None:
        row = await self._invoice(info)
        return None if row is None else node_of(row)

    @strawberry.field(description="The line that bills it.", metadata=only(MONEY))
    async def line(self, info: Info) -> InvoiceLineRef | None:
        key = self.entry.live_line_id
        return None if key is None else node_of(await info.context.loaders.row(tables.InvoiceLine, key))

    @strawberry.field(description="Every line that ever billed it, and how it came back: oldest first.", metadata=only(MONEY))
    async def history(self, info: Info) -> list[BillingEvent] | None:
        events = []
        for claim in await info.context.loaders.of(claims_of_entries).load(self.entry.id):
            events.append(BillingEvent(at=claim.claimed_at, kind=BillingEventKind.CLAIMED, claim=claim))
            if claim.released_at is not None:
                events.append(BillingEvent(at=claim.released_at, kind=BillingEventKind.RELEASED, claim=claim))
        return events

    async def _phase(self, info: Info) -> tables.Phase | None:
        key = self.entry.phase_id
        return None if key is None else await info.context.loaders.row(tables.Phase, key)

    async def _invoice(self, info: Info) -> tables.Invoice | None:
        if self.entry.live_line_id is None:
            return None
        line = await info.context.loaders.row(tables.InvoiceLine, self.entry.live_line_id)
        return await info.context.loaders.row(tables.Invoice, line.invoice_id)


@seen_by(EVERYONE)
@shows(tables.TimeEntry)
@strawberry.type(description="Seconds of work by a user on a project.")
class TimeEntry(Node):
    """Seconds of work by a user on a project."""

    row: strawberry.Private[tables.TimeEntry]
    worked_on: date = strawberry.field(description="Day of the work, in the workspace's time zone; fixed when it was saved.")
    started_at: datetime | None = strawberry.field(description="When it started; some tools know only days.")
    seconds: int = strawberry.field(description="Length in seconds.")
    description: str = strawberry.field(description="What was done; shown on invoices.")
    billable: bool = strawberry.field(description="Whether it is billed.")
    hourly_rate_from: RateOrigin | None = strawberry.field(description="What gave it its rate; null while it has none.")
    created_at: datetime = strawberry.field(description="When it was tracked.")
    deleted_at: datetime | None = strawberry.field(
        description="When it was deleted. Lists never show it then; a trace of what billed it stays."
    )

    @classmethod
    def of(cls, row: tables.TimeEntry) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            worked_on=row.worked_on,
            started_at=row.started_at,
            seconds=row.seconds,
            description=row.description,
            billable=row.billable,
            hourly_rate_from=row.rate_origin,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
        )

    @strawberry.field(description="Its project.")
    async def project(self, info: Info) -> ProjectRef:
        return node_of(await info.context.loaders.row(tables.Project, self.row.project_id))

    @strawberry.field(description="Its phase, if any.")
    async def phase(self, info: Info) -> PhaseRef | None:
        return None if self.row.phase_id is None else node_of(await info.context.loaders.row(tables.Phase, self.row.phase_id))

    @strawberry.field(description="Who worked.")
    async def user(self, info: Info) -> User:
        return node_of(await info.context.loaders.row(tables.User, self.row.user_id))

    @strawberry.field(description="Kind of work, if given.")
    async def work_type(self, info: Info) -> WorkType | None:
        key = self.row.work_type_id
        return None if key is None else node_of(await info.context.loaders.row(tables.WorkType, key))

    @strawberry.field(description="The rate that applies; null: it is unrated, which is not the same as a rate of 0.", metadata=only(MONEY))
    async def hourly_rate(self, info: Info) -> Money | None:
        return money_or_none(self.row.hourly_rate_minor, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="The entry's own rate, if it has one.", metadata=only(MONEY))
    async def hourly_rate_override(self, info: Info) -> Money | None:
        return money_or_none(self.row.override_rate_minor, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(
        description="What it is worth, excluding VAT: its seconds x hourly rate, rounded by itself. Null while it is unrated.",
        metadata=only(MONEY),
    )
    async def amount(self, info: Info) -> Money | None:
        return money_or_none(self.row.amount_minor, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="Articles on it.")
    async def extra_costs(self, info: Info) -> Sequence[ExtraCostRef] | None:
        return Shown(await info.context.loaders.of(extra_costs_of_entries).load(self.key), node_of)

    @strawberry.field(description="Where it stands between being tracked and being billed.")
    def billing(self) -> TimeEntryBilling:
        return TimeEntryBilling(entry=self.row)


@seen_by(EVERYONE)
@strawberry.type(description="A page of time entries.")
class TimeEntryConnection(Connection[TimeEntry]):
    """A page of time entries."""

    @strawberry.field(description="Hours of all of them, on all pages, for display: no amount comes from them.", metadata=costs(extra=READ))
    async def hours(self) -> Decimal:
        return hours_shown((await self.totals())[1])
