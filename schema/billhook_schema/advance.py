"""Advance credit: what each advance invoice registered, what was taken off where, and the ledger of it all."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Self

import strawberry

from billhook.billing.reading.advances import Application, CreditGroup, applications_by_key, applications_of_advances, credit_groups
from billhook.billing.reading.ledger import open_after
from billhook.domain.words import InvoiceKind
from billhook.store import tables
from billhook_schema.connection import Connection, Edge
from billhook_schema.context import Context, Info
from billhook_schema.enums import LedgerKind
from billhook_schema.money import Money, Vat, money, vat_of
from billhook_schema.node import InvoiceLineRef, InvoiceRef, Node, findable, node_of, shows
from billhook_schema.roles import EVERYONE, MONEY, seen_by
from billhook_schema.shown import Shown
from billhook_schema.weight import costs


@seen_by(MONEY)
@strawberry.type(description="The credit of an advance invoice in one VAT group. Open = registered - credited - applied.")
class AdvanceCreditByVat:
    """The credit of an advance invoice in one VAT group."""

    vat: Vat = strawberry.field(description="The category and rate.")
    registered: Money = strawberry.field(description="What the advance invoice was for.")
    credited: Money = strawberry.field(description="What credit notes took back of it.")
    applied: Money = strawberry.field(description="What was taken off regular invoices, drafts included.")
    open: Money = strawberry.field(description="What is left to take off.")


@seen_by(MONEY)
@findable
@strawberry.type(description="The credit of an advance invoice, excluding VAT. Open = registered - credited - applied.")
class AdvanceCredit(Node):
    """The credit of an advance invoice."""

    row: strawberry.Private[tables.Invoice]

    @classmethod
    async def load(cls, context: Context, key: int) -> Self | None:
        """Return the credit of an advance invoice, None for any other."""
        row = await context.loaders.rows(tables.Invoice).load(key)
        return cls.of(row) if row is not None and row.kind is InvoiceKind.ADVANCE else None

    @strawberry.field(description="The advance invoice.")
    def invoice(self) -> InvoiceRef:
        return node_of(self.row)

    @strawberry.field(description="What the advance invoice was for; 0 once its draft was discarded.")
    async def registered(self, info: Info) -> Money:
        return money(sum(group.registered_minor for group in await self._groups(info)), self.row.currency)

    @strawberry.field(description="What credit notes took back of it.")
    async def credited(self, info: Info) -> Money:
        return money(sum(group.credited_minor for group in await self._groups(info)), self.row.currency)

    @strawberry.field(description="What was taken off regular invoices, drafts included.")
    async def applied(self, info: Info) -> Money:
        return money(sum(group.applied_minor for group in await self._groups(info)), self.row.currency)

    @strawberry.field(description="What is left to take off.")
    async def open(self, info: Info) -> Money:
        return money(sum(group.open_minor for group in await self._groups(info)), self.row.currency)

    @strawberry.field(description="The same per VAT group: an advance is only taken off work with the same VAT.")
    async def by_vat(self, info: Info) -> Sequence[AdvanceCreditByVat]:
        return Shown(await self._groups(info), partial(_by_vat, currency=self.row.currency))

    @strawberry.field(description="Where it was taken off, undone ones included: oldest first.")
    async def applications(self, info: Info) -> Sequence["AdvanceApplication"]:
        return Shown(await info.context.loaders.of(applications_of_advances).load(self.key), AdvanceApplication.of)

    async def _groups(self, info: Info) -> list[CreditGroup]:
        return await info.context.loaders.of(credit_groups).load(self.key)


@seen_by(MONEY)
@findable
@strawberry.type(description="An amount of an advance invoice that was taken off a regular invoice.")
class AdvanceApplication(Node):
    """An amount of an advance invoice that was taken off a regular invoice."""

    row: strawberry.Private[tables.AdvanceLedger]
    amount_minor: strawberry.Private[int]
    vat: Vat = strawberry.field(description="The VAT group; taken off before VAT.")
    released: bool = strawberry.field(description="All of it was undone: by a changed or discarded draft, or by a credit note.")

    @classmethod
    def of(cls, row: Application) -> Self:
        """Show an application."""
        applied = row.row
        vat = vat_of(applied.vat_category, applied.vat_rate)
        return cls(key=applied.id, row=applied, amount_minor=row.amount_minor, vat=vat, released=row.released)

    @classmethod
    async def load(cls, context: Context, key: int) -> Self | None:
        """Return the application with a key of its ledger row, None for any other row."""
        found = await context.loaders.of(applications_by_key).load(key)
        return None if found is None else cls.of(found)

    @strawberry.field(description="What is taken off, excluding VAT; once all of it was undone, what had been.")
    async def amount(self, info: Info) -> Money:
        return money(self.amount_minor, await _currency(info, self.row))

    @strawberry.field(description="The advance invoice.")
    async def advance(self, info: Info) -> InvoiceRef:
        return node_of(await info.context.loaders.row(tables.Invoice, self.row.advance_id))

    @strawberry.field(description="The regular invoice that it was taken off.")
    async def invoice(self, info: Info) -> InvoiceRef:
        return node_of(await info.context.loaders.row(tables.Invoice, self.row.caused_by_id))

    @strawberry.field(description="The settlement line of the regular invoice.")
    async def line(self, info: Info) -> InvoiceLineRef:
        if self.row.line_id is None:
            raise LookupError(f"the application {self.row.id} names no settlement line")
        return node_of(await info.context.loaders.row(tables.InvoiceLine, self.row.line_id))


@seen_by(MONEY)
@shows(tables.AdvanceLedger)
@strawberry.type(description="A movement of advance credit. The ledger only grows; the open advance is the sum of its signed amounts.")
class AdvanceLedgerEntry(Node):
    """A movement of advance credit."""

    row: strawberry.Private[tables.AdvanceLedger]
    kind: LedgerKind = strawberry.field(description="What moved.")
    at: datetime = strawberry.field(description="When it was recorded.")
    recorded_on: date = strawberry.field(
        description="The workspace's day then, never before an earlier movement's; `openAdvance(asOf:)` compares with it."
    )
    vat: Vat = strawberry.field(description="The VAT group.")

    @classmethod
    def of(cls, row: tables.AdvanceLedger) -> Self:
        """Show a row."""
        vat = vat_of(row.vat_category, row.vat_rate)
        return cls(key=row.id, row=row, kind=row.kind, at=row.at, recorded_on=row.recorded_on, vat=vat)

    @strawberry.field(description="How much, excluding VAT and signed: what raises the open advance is positive.")
    async def amount(self, info: Info) -> Money:
        return money(self.row.amount_minor, await _currency(info, self.row))

    @strawberry.field(description="The project's open advance after it.")
    async def open_after(self, info: Info) -> Money:
        return money(await info.context.loaders.of(open_after).load(self.key), await _currency(info, self.row))

    @strawberry.field(description="The advance invoice whose credit moved.")
    async def advance(self, info: Info) -> InvoiceRef:
        return node_of(await info.context.loaders.row(tables.Invoice, self.row.advance_id))

    @strawberry.field(description="The document that moved it.")
    async def caused_by(self, info: Info) -> InvoiceRef:
        return node_of(await info.context.loaders.row(tables.Invoice, self.row.caused_by_id))

    @strawberry.field(description="Of an application: the settlement line.")
    async def line(self, info: Info) -> InvoiceLineRef | None:
        return None if self.row.line_id is None else node_of(await info.context.loaders.row(tables.InvoiceLine, self.row.line_id))

    @strawberry.field(description="Of RELEASED: the movement that it undoes, wholly or in part.")
    async def undoes(self, info: Info) -> "AdvanceLedgerEntry | None":
        if self.row.undoes_id is None:
            return None
        return AdvanceLedgerEntry.of(await info.context.loaders.row(tables.AdvanceLedger, self.row.undoes_id))


@seen_by(EVERYONE)
@strawberry.type(description="A movement, with its place in the ledger.")
class AdvanceLedgerEdge(Edge[AdvanceLedgerEntry]):
    """A movement, with its place in the ledger."""


@seen_by(EVERYONE)
@strawberry.type(description="A page of the advance ledger.")
class AdvanceLedgerConnection(Connection[AdvanceLedgerEntry]):
    """A page of the advance ledger."""

    @strawberry.field(description="The movements with their cursors.", metadata=costs(as_asked=True))
    async def edges(self) -> list[AdvanceLedgerEdge]:
        page = await self.page()
        return [AdvanceLedgerEdge(cursor=cursor, node=self.show(row)) for cursor, row in zip(page.cursors, page.rows, strict=True)]


def _by_vat(group: CreditGroup, currency: str) -> AdvanceCreditByVat:
    return AdvanceCreditByVat(
        vat=vat_of(group.vat_category, group.vat_rate),
        registered=money(group.registered_minor, currency),
        credited=money(group.credited_minor, currency),
        applied=money(group.applied_minor, currency),
        open=money(group.open_minor, currency),
    )


async def _currency(info: Info, movement: tables.AdvanceLedger) -> str:
    """Return what a movement was in: that of its advance, as the project may have another currency since all of it was undone."""
    return (await info.context.loaders.row(tables.Invoice, movement.advance_id)).currency
