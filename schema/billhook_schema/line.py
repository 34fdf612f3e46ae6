"""Lines of invoices and credit notes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Self

import strawberry
from strawberry import UNSET

from billhook.billing.reading.advances import credit_groups
from billhook.billing.reading.costs import external_costs_of_lines, extra_costs_of_lines
from billhook.billing.reading.credited import credited_of_lines
from billhook.billing.reading.listing import Wanted
from billhook.billing.reading.time_entries import time_entries_of_line
from billhook.domain.money import hours_shown
from billhook.domain.words import InvoiceKind, InvoiceStatus
from billhook.store import tables
from billhook_schema.agreement import BillingSubscription, Deal, Period
from billhook_schema.connection import After, Before, First, Last, connect
from billhook_schema.context import Info
from billhook_schema.cost import ExternalCost, ExtraCost
from billhook_schema.enums import LineKind
from billhook_schema.money import Money, Vat, money, vat_of
from billhook_schema.node import InvoiceLineRef, InvoiceRef, Node, node_of, shows
from billhook_schema.phase import Phase
from billhook_schema.roles import MONEY, seen_by
from billhook_schema.shown import Shown
from billhook_schema.time_entry import TimeEntryConnection


@seen_by(MONEY)
@shows(tables.InvoiceLine)
@strawberry.type(description="A line of an invoice or credit note.")
class InvoiceLine(Node):
    """A line of an invoice or credit note."""

    row: strawberry.Private[tables.InvoiceLine]
    kind: LineKind = strawberry.field(description="What it bills.")
    section: str = strawberry.field(description="A heading to group lines under; empty: none.")
    description: str = strawberry.field(description="What the customer reads.")
    quantity: Decimal = strawberry.field(description="How many; 1 where the line groups entries, -1 on a settlement line.")
    unit: str = strawberry.field(description="UN/ECE Recommendation 20 code, such as HUR or C62.")
    unit_price: Decimal = strawberry.field(description="Price of one, excluding VAT, in the invoice's currency.")
    hours: Decimal | None = strawberry.field(description="Hours of the time it bills, for display; null where it bills no time.")
    vat: Vat = strawberry.field(description="Its VAT.")
    vat_exemption_reason: str | None = strawberry.field(description="Why no VAT is charged, as it stands on the document.")
    period: Period | None = strawberry.field(description="The period it is for, where it has one.")
    removed: bool = strawberry.field(description="It was removed from the draft: shown only as a trace of what it had billed.")

    @classmethod
    def of(cls, row: tables.InvoiceLine) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            kind=row.kind,
            section=row.section,
            description=row.description,
            quantity=row.quantity,
            unit=row.unit,
            unit_price=row.unit_price,
            hours=None if row.seconds is None else hours_shown(row.seconds),
            vat=vat_of(row.vat_category, row.vat_rate),
            vat_exemption_reason=row.vat_exemption_reason,
            period=Period(starts_on=row.period_start, ends_on=row.period_end) if row.period_start and row.period_end else None,
            removed=row.removed_at is not None,
        )

    @strawberry.field(description="Its document.")
    async def invoice(self, info: Info) -> InvoiceRef:
        return node_of(await self._invoice(info))

    @strawberry.field(description="Quantity x unit price, rounded: excluding VAT, and negative on a settlement line.")
    async def net(self, info: Info) -> Money:
        return money(self.row.net_minor, (await self._invoice(info)).currency)

    @strawberry.field(
        description=(
            "What can still be credited of it, excluding VAT and without its sign; 0 unless its invoice is booked. "
            "Of a line of an advance invoice at most what is open of it in the line's VAT group."
        )
    )
    async def creditable(self, info: Info) -> Money:
        invoice = await self._invoice(info)
        if invoice.status is not InvoiceStatus.BOOKED or invoice.kind is InvoiceKind.CREDIT_NOTE:
            return money(0, invoice.currency)
        credited = await info.context.loaders.of(credited_of_lines).load(self.key)
        left = abs(self.row.net_minor) - credited
        if invoice.kind is InvoiceKind.ADVANCE:
            left = min(left, await self._open(info))
        return money(left, invoice.currency)

    @strawberry.field(description="Of a line of a credit note: the line that it corrects.")
    async def corrects(self, info: Info) -> InvoiceLineRef | None:
        key = self.row.corrects_line_id
        return None if key is None else node_of(await info.context.loaders.row(tables.InvoiceLine, key))

    @strawberry.field(description="Time entries that it bills, or billed before it was removed, discarded or credited; by day.")
    def time_entries(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> TimeEntryConnection:
        wanted = Wanted(time_entries_of_line, parent=self.key)
        return connect(info, TimeEntryConnection, node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Extra costs that it bills, or billed before it was removed, discarded or credited.")
    async def extra_costs(self, info: Info) -> Sequence[ExtraCost]:
        return Shown(await info.context.loaders.of(extra_costs_of_lines).load(self.key), node_of)

    @strawberry.field(description="The external cost that it bills or billed.")
    async def external_cost(self, info: Info) -> ExternalCost | None:
        rows = await info.context.loaders.of(external_costs_of_lines).load(self.key)
        return node_of(rows[0]) if rows else None

    @strawberry.field(description="The phase that it is for, where it is for one.")
    async def phase(self, info: Info) -> Phase | None:
        return None if self.row.phase_id is None else node_of(await info.context.loaders.row(tables.Phase, self.row.phase_id))

    @strawberry.field(description="The deal that it bills.")
    async def deal(self, info: Info) -> Deal | None:
        return None if self.row.deal_id is None else node_of(await info.context.loaders.row(tables.Deal, self.row.deal_id))

    @strawberry.field(description="The subscription that it bills a period of.")
    async def subscription(self, info: Info) -> BillingSubscription | None:
        key = self.row.subscription_id
        return None if key is None else node_of(await info.context.loaders.row(tables.Subscription, key))

    @strawberry.field(description="Of a settlement line: the advance invoice that it takes off.")
    async def settles(self, info: Info) -> InvoiceRef | None:
        return None if self.row.settles_id is None else node_of(await info.context.loaders.row(tables.Invoice, self.row.settles_id))

    @strawberry.field(description="Of a settlement line: the line of the advance invoice, where it is one.")
    async def settles_line(self, info: Info) -> InvoiceLineRef | None:
        key = self.row.settles_line_id
        return None if key is None else node_of(await info.context.loaders.row(tables.InvoiceLine, key))

    async def _open(self, info: Info) -> int:
        """Return what is open of its advance invoice in its VAT group, in minor units (R17)."""
        vat = (self.row.vat_category, self.row.vat_rate)
        groups = await info.context.loaders.of(credit_groups).load(self.row.invoice_id)
        return sum(group.open_minor for group in groups if (group.vat_category, group.vat_rate) == vat)

    async def _invoice(self, info: Info) -> tables.Invoice:
        return await info.context.loaders.row(tables.Invoice, self.row.invoice_id)
