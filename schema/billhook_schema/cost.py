"""Extra costs of time entries, and external costs of projects."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self

import strawberry

from billhook.store import tables
from billhook_schema.context import Info
from billhook_schema.money import Money, Vat, money, unit_money
from billhook_schema.node import InvoiceRef, Node, PhaseRef, ProjectRef, TimeEntryRef, node_of, shows
from billhook_schema.phase import resulting_vat
from billhook_schema.roles import EVERYONE, MONEY, only, seen_by


@seen_by(EVERYONE)
@shows(tables.ExtraCost)
@strawberry.type(description="An article on a time entry, billed with or after its time.")
class ExtraCost(Node):
    """An article on a time entry."""

    row: strawberry.Private[tables.ExtraCost]
    description: str = strawberry.field(description="What the article is.")
    quantity: Decimal = strawberry.field(description="How many.")

    @classmethod
    def of(cls, row: tables.ExtraCost) -> Self:
        """Show a row."""
        return cls(key=row.id, row=row, description=row.description, quantity=row.quantity)

    @strawberry.field(description="Its time entry.")
    async def time_entry(self, info: Info) -> TimeEntryRef:
        return node_of(await info.context.loaders.row(tables.TimeEntry, self.row.time_entry_id))

    @strawberry.field(description="Price of one, excluding VAT; it may have more decimals than the currency.", metadata=only(MONEY))
    async def unit_price(self, info: Info) -> Money:
        return unit_money(self.row.unit_price, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="Quantity x unit price, rounded.", metadata=only(MONEY))
    async def amount(self, info: Info) -> Money:
        return money(self.row.amount_minor, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="Its VAT: its own, else its phase's, else the project's.")
    async def vat(self, info: Info) -> Vat:
        entry = await info.context.loaders.row(tables.TimeEntry, self.row.time_entry_id)
        phase_key = entry.phase_id if entry.project_id == self.row.project_id else None  # a deleted one stays where it was billed
        return await resulting_vat(info, self.row, phase_key, self.row.project_id)

    @strawberry.field(description="The draft or booked invoice that it is on; null while it is unbilled.", metadata=only(MONEY))
    async def invoice(self, info: Info) -> InvoiceRef | None:
        return await billing_invoice(info, self.row.live_line_id)


@seen_by(MONEY)
@shows(tables.ExternalCost)
@strawberry.type(description="A cost of the project or of a phase, not tied to a time entry.")
class ExternalCost(Node):
    """A cost of the project or of a phase."""

    row: strawberry.Private[tables.ExternalCost]
    description: str = strawberry.field(description="What it was for.")
    incurred_on: date = strawberry.field(description="Day of the cost.")
    quantity: Decimal = strawberry.field(description="How many.")
    billable: bool = strawberry.field(description="Whether it is billed to the customer.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: tables.ExternalCost) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            description=row.description,
            incurred_on=row.incurred_on,
            quantity=row.quantity,
            billable=row.billable,
            created_at=row.created_at,
        )

    @strawberry.field(description="Its project.")
    async def project(self, info: Info) -> ProjectRef:
        return node_of(await info.context.loaders.row(tables.Project, self.row.project_id))

    @strawberry.field(description="Its phase, if any.")
    async def phase(self, info: Info) -> PhaseRef | None:
        return None if self.row.phase_id is None else node_of(await info.context.loaders.row(tables.Phase, self.row.phase_id))

    @strawberry.field(description="Price of one, excluding VAT; it may have more decimals than the currency.")
    async def unit_price(self, info: Info) -> Money:
        return unit_money(self.row.unit_price, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="Quantity x unit price, rounded.")
    async def amount(self, info: Info) -> Money:
        return money(self.row.amount_minor, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="Its VAT: its own, else its phase's, else the project's.")
    async def vat(self, info: Info) -> Vat:
        return await resulting_vat(info, self.row, self.row.phase_id, self.row.project_id)

    @strawberry.field(description="The draft or booked invoice that it is on; null while it is unbilled.")
    async def invoice(self, info: Info) -> InvoiceRef | None:
        return await billing_invoice(info, self.row.live_line_id)


async def billing_invoice(info: Info, live_line_key: int | None) -> InvoiceRef | None:
    """Return the invoice of a live line, None where there is no such line."""
    if live_line_key is None:
        return None
    line = await info.context.loaders.row(tables.InvoiceLine, live_line_key)
    return node_of(await info.context.loaders.row(tables.Invoice, line.invoice_id))
