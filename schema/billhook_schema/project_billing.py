"""What is unbilled of a project, what was invoiced in advance, and whether it is proposed for invoicing."""

from datetime import date
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from billhook.billing.reading.advances import advances_of_project
from billhook.billing.reading.ledger import ledger_of_project, open_as_of
from billhook.billing.reading.listing import Wanted
from billhook.billing.reading.project_amounts import invoiced, unbilled_external_costs, unbilled_fixed_price
from billhook.domain.proposed import is_proposed, not_proposed_because, until_proposed
from billhook.store import tables
from billhook_schema.advance import AdvanceCredit, AdvanceLedgerConnection, AdvanceLedgerEntry
from billhook_schema.connection import After, Before, Connection, First, Last, connect, given
from billhook_schema.context import Info
from billhook_schema.enums import NotProposedReason
from billhook_schema.money import Money, money, money_or_none
from billhook_schema.node import Node, shows
from billhook_schema.roles import MONEY, seen_by


@seen_by(MONEY)
@strawberry.type(description="What is unbilled: time in phases billed by time (or in none), and the extra costs on it.")
class Unbilled:
    """What is unbilled."""

    amount: Money = strawberry.field(description="Its worth; unrated entries count as nothing.")
    seconds: int = strawberry.field(description="Seconds of the unbilled time, unrated entries included.")
    entries: int = strawberry.field(description="How many time entries, unrated ones included.")


@seen_by(MONEY)
@shows(tables.ProjectBalance)
@strawberry.type(description="What is unbilled of a project, what was invoiced in advance, and whether it is proposed for invoicing.")
class ProjectBilling(Node):
    """What is unbilled of a project, and what was invoiced in advance."""

    row: strawberry.Private[tables.ProjectBalance]
    unbilled: Unbilled = strawberry.field(description="What is unbilled; external costs and fixed prices are never in it.")
    unrated_entries: int = strawberry.field(description="Unbilled time entries without an hourly rate.")

    @classmethod
    def of(cls, row: tables.ProjectBalance) -> Self:
        """Show a row."""
        amount = money(row.unbilled_minor, row.currency)
        unbilled = Unbilled(amount=amount, seconds=row.unbilled_seconds, entries=row.unbilled_entries)
        return cls(key=row.project_id, row=row, unbilled=unbilled, unrated_entries=row.unrated_entries)

    @strawberry.field(description="Advances invoiced, minus credited, minus applied, excluding VAT; drafts and unpaid ones count.")
    async def open_advance(
        self,
        info: Info,
        as_of: Annotated[date | None, strawberry.argument(description="As it was at the end of this day; absent: now.")] = UNSET,
    ) -> Money:
        day = given(as_of)
        if day is None:
            return money(self.row.open_advance_minor, self.row.currency)
        minor, currency = await info.context.loaders.of(open_as_of).load((self.key, day))
        return money(minor, currency or self.row.currency)

    @strawberry.field(
        description="Whether it is in the list of projects to invoice: more unbilled than open advance, or something unrated."
    )
    def proposed(self) -> bool:
        return is_proposed(self.row.unbilled_minor, self.row.open_advance_minor, self.row.unrated_entries)

    @strawberry.field(description="Why it is not proposed; null when it is.")
    def not_proposed_because(self) -> NotProposedReason | None:
        return not_proposed_because(self.row.unbilled_minor, self.row.open_advance_minor, self.row.unrated_entries)

    @strawberry.field(description="Proposed as soon as MORE than this is added (0.00 when exactly covered); null when proposed.")
    def until_proposed(self) -> Money | None:
        minor = until_proposed(self.row.unbilled_minor, self.row.open_advance_minor, self.row.unrated_entries)
        return money_or_none(minor, self.row.currency)

    @strawberry.field(description="Billable external costs that are on no invoice; billed by the source `phase`.")
    async def unbilled_external_costs(self, info: Info) -> Money:
        return money(await info.context.loaders.of(unbilled_external_costs).load(self.key), self.row.currency)

    @strawberry.field(description="What is left of the prices of its fixed-price phases; billed by the source `phase`.")
    async def unbilled_fixed_price(self, info: Info) -> Money:
        return money(await info.context.loaders.of(unbilled_fixed_price).load(self.key), self.row.currency)

    @strawberry.field(description="Booked net: regular and advance invoices, minus credit notes.")
    async def invoiced(self, info: Info) -> Money:
        return money(await info.context.loaders.of(invoiced).load(self.key), self.row.currency)

    @strawberry.field(description="Its advance invoices in the order they come off: booked ones by issue date, then drafts by creation.")
    def advances(
        self,
        info: Info,
        open_only: Annotated[bool, strawberry.argument(description="Only those with something left to take off.")] = True,  # noqa: FBT002 - a default of the API
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[AdvanceCredit]:
        wanted = Wanted(advances_of_project, (open_only,), parent=self.key)
        return connect(info, Connection[AdvanceCredit], AdvanceCredit.of, wanted, first=first, after=after, last=last, before=before)

    @strawberry.field(description="Every movement of its advance credit, oldest first.")
    def advance_ledger(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> AdvanceLedgerConnection:
        wanted = Wanted(ledger_of_project, parent=self.key)
        return connect(info, AdvanceLedgerConnection, AdvanceLedgerEntry.of, wanted, first=first, after=after, last=last, before=before)
