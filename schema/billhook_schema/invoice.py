"""Invoices and credit notes."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Self

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from billhook.billing.inputs.common import CurrencyCode
from billhook.billing.reading.advances import applications_of_invoices
from billhook.billing.reading.credited import credited_of_invoices, open_of_advances
from billhook.billing.reading.invoices import credit_notes, lines_of_invoice, vat_rows
from billhook.billing.reading.listing import Wanted
from billhook.store import tables
from billhook_schema.advance import AdvanceApplication, AdvanceCredit
from billhook_schema.agreement import Period
from billhook_schema.connection import After, Before, Connection, First, Last, connect
from billhook_schema.context import Info
from billhook_schema.customer import Customer
from billhook_schema.enums import AdvancesMode, InvoiceKind, InvoiceStatus
from billhook_schema.line import InvoiceLine
from billhook_schema.money import Money, VatBreakdown, breakdown_of, money, money_or_none
from billhook_schema.node import Node, ProjectRef, node_of, shows
from billhook_schema.roles import MONEY, seen_by
from billhook_schema.seller import Party, party_of
from billhook_schema.shown import Shown
from billhook_schema.source import InvoiceSource


@seen_by(MONEY)
@strawberry.type(description="Which advances an invoice was asked to take off.")
class AdvancesChoice:
    """Which advances an invoice was asked to take off."""

    mode: AdvancesMode = strawberry.field(description="How it takes them off.")
    up_to: Money | None = strawberry.field(description="The most it takes off, excluding VAT; with UP_TO only.")


@seen_by(MONEY)
@shows(tables.Invoice)
@strawberry.type(
    description=(
        "A regular invoice, an advance invoice or a credit note. It counts from its creation, as a draft already. "
        "The amounts of a credit note are positive where they take from the invoice that it corrects."
    )
)
class Invoice(Node):
    """A regular invoice, an advance invoice or a credit note."""

    row: strawberry.Private[tables.Invoice]
    number: str | None = strawberry.field(description="Its number; null until it is booked.")
    kind: InvoiceKind = strawberry.field(description="What kind of document it is.")
    status: InvoiceStatus = strawberry.field(description="Where it stands.")
    version: int = strawberry.field(description="Grows with every change; send it as `expectedVersion`.")
    issued_on: date | None = strawberry.field(description="Issue date; of a draft: the one asked for, if any.")
    due_on: date | None = strawberry.field(description="Due date.")
    tax_point_on: date | None = strawberry.field(
        description=(
            "Day on which its VAT becomes due: set to the issue date when it is booked, null before. "
            "BT-7 of a structured invoice is for another day only."
        )
    )
    period: Period | None = strawberry.field(description="The period that it is for, where it has one.")
    currency: CurrencyCode = strawberry.field(description="Currency of all its amounts: its project's.")
    work: Money = strawberry.field(description="Net of its lines other than settlement lines.")
    advances_applied: Money = strawberry.field(description="Advances taken off, as a positive amount.")
    net: Money = strawberry.field(description="Payable excluding VAT: work minus advances applied.")
    vat: Money = strawberry.field(description="VAT: the sum over its VAT groups.")
    total: Money = strawberry.field(description="Payable, VAT included.")
    buyer_reference: str | None = strawberry.field(description="Buyer reference (BT-10).")
    order_reference: str | None = strawberry.field(description="Purchase order (BT-13).")
    contract_reference: str | None = strawberry.field(description="Contract (BT-12).")
    payment_reference: str | None = strawberry.field(description="Payment reference (BT-83).")
    note: str | None = strawberry.field(description="Note on the document (BT-22).")
    reason: str | None = strawberry.field(description="Of a credit note: why.")
    options: JSON | None = strawberry.field(description="The options that its source was given.")
    created_at: datetime = strawberry.field(description="When it was created.")
    created_by: str = strawberry.field(description="Who created it.")
    booked_at: datetime | None = strawberry.field(description="When it was booked.")
    booked_by: str | None = strawberry.field(description="Who booked it.")
    discarded_at: datetime | None = strawberry.field(description="When the draft was discarded.")
    discarded_by: str | None = strawberry.field(description="Who discarded it.")

    @classmethod
    def of(cls, row: tables.Invoice) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            number=row.number,
            kind=row.kind,
            status=row.status,
            version=row.version,
            issued_on=row.issued_on,
            due_on=row.due_on,
            tax_point_on=row.tax_point_on,
            period=Period(starts_on=row.period_start, ends_on=row.period_end) if row.period_start and row.period_end else None,
            currency=CurrencyCode(row.currency),
            work=money(row.work_minor, row.currency),
            advances_applied=money(row.advances_applied_minor, row.currency),
            net=money(row.net_minor, row.currency),
            vat=money(row.vat_minor, row.currency),
            total=money(row.total_minor, row.currency),
            buyer_reference=row.buyer_reference,
            order_reference=row.order_reference,
            contract_reference=row.contract_reference,
            payment_reference=row.payment_reference,
            note=row.note,
            reason=row.reason,
            options=None if row.options is None else JSON(row.options),
            created_at=row.created_at,
            created_by=row.created_by,
            booked_at=row.booked_at,
            booked_by=row.booked_by,
            discarded_at=row.discarded_at,
            discarded_by=row.discarded_by,
        )

    @strawberry.field(description="The source that made it, as it was then; a credit note names that of the invoice it corrects.")
    async def source(self, info: Info) -> InvoiceSource:
        made = await self._corrected(info) or self.row
        return InvoiceSource.of_invoice(made, info.context.door.workspace.sources.get(made.source_name))

    @strawberry.field(description="Its one project.")
    async def project(self, info: Info) -> ProjectRef:
        return node_of(await info.context.loaders.row(tables.Project, self.row.project_id))

    @strawberry.field(description="Who buys, as it is now; `buyer` is what stands on the document.")
    async def customer(self, info: Info) -> Customer:
        return node_of(await info.context.loaders.row(tables.Customer, self.row.customer_id))

    @strawberry.field(description="The seller as it stands on the document, fixed at booking; null on a draft.")
    def seller(self) -> Party | None:
        return None if self.row.seller_party is None else party_of(self.row.seller_party)

    @strawberry.field(description="The seller's bank account as it stands on the document; null on a draft.")
    def seller_iban(self) -> str | None:
        return self.row.seller_iban

    @strawberry.field(description="The BIC of the seller's bank as it stands on the document; null on a draft.")
    def seller_bic(self) -> str | None:
        return self.row.seller_bic

    @strawberry.field(description="The seller's legal text as it stands on the document; null on a draft.")
    def seller_legal_text(self) -> str | None:
        return self.row.seller_legal_text

    @strawberry.field(description="The buyer as it stands on the document, fixed at booking; null on a draft.")
    def buyer(self) -> Party | None:
        return None if self.row.buyer_party is None else party_of(self.row.buyer_party)

    @strawberry.field(description="Its lines, in their order; those removed from the draft are left out.")
    def lines(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[InvoiceLine]:
        wanted = Wanted(lines_of_invoice, parent=self.key)
        return connect(info, Connection[InvoiceLine], node_of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="VAT per category and rate.")
    async def vat_breakdown(self, info: Info) -> Sequence[VatBreakdown]:
        return Shown(await info.context.loaders.of(vat_rows).load(self.key), partial(breakdown_of, currency=self.row.currency))

    @strawberry.field(
        description=(
            "What can still be credited, excluding VAT; of an advance invoice at most what is open of it. "
            "0 of a credit note, and unless it is booked."
        )
    )
    async def creditable(self, info: Info) -> Money:
        if self.row.status is not InvoiceStatus.BOOKED or self.row.kind is InvoiceKind.CREDIT_NOTE:
            return money(0, self.row.currency)
        left = self.row.net_minor - await info.context.loaders.of(credited_of_invoices).load(self.key)
        if self.row.kind is InvoiceKind.ADVANCE:
            left = min(left, await info.context.loaders.of(open_of_advances).load(self.key))
        return money(left, self.row.currency)

    @strawberry.field(description="What credit notes took back of it, excluding VAT.")
    async def credited(self, info: Info) -> Money:
        return money(await info.context.loaders.of(credited_of_invoices).load(self.key), self.row.currency)

    @strawberry.field(description="Which advances it was asked to take off; null where its source settles none.")
    def advances_input(self) -> AdvancesChoice | None:
        if self.row.advances_mode is None:
            return None
        return AdvancesChoice(mode=self.row.advances_mode, up_to=money_or_none(self.row.advances_up_to_minor, self.row.currency))

    @strawberry.field(description="What it takes off of which advance invoice, undone ones included.")
    async def applications(self, info: Info) -> Sequence[AdvanceApplication]:
        return Shown(await info.context.loaders.of(applications_of_invoices).load(self.key), AdvanceApplication.of)

    @strawberry.field(description="Of an advance invoice: its credit.")
    def advance(self) -> AdvanceCredit | None:
        return AdvanceCredit.of(self.row) if self.row.kind is InvoiceKind.ADVANCE else None

    @strawberry.field(description="Its credit notes, oldest first.")
    async def credit_notes(self, info: Info) -> Sequence["Invoice"]:
        return Shown(await info.context.loaders.of(credit_notes).load(self.key), Invoice.of)

    @strawberry.field(description="Of a credit note: the invoice that it corrects.")
    async def corrects(self, info: Info) -> "Invoice | None":
        row = await self._corrected(info)
        return None if row is None else Invoice.of(row)

    async def _corrected(self, info: Info) -> tables.Invoice | None:
        return None if self.row.corrects_id is None else await info.context.loaders.row(tables.Invoice, self.row.corrects_id)
