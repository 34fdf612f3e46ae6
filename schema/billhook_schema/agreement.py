"""What was agreed beforehand: deals and subscriptions, their lines and periods."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from billhook.billing.reading.agreements import (
    DealGroup,
    amounts_of_subscriptions,
    deal_groups,
    deal_lines,
    due_periods,
    invoiced_starts,
    next_period,
    subscription_lines,
)
from billhook.billing.transaction import Transaction
from billhook.store import tables
from billhook.store.tables.agreement import AgreedLine as AgreedLineRow
from billhook_schema.connection import given
from billhook_schema.context import Info
from billhook_schema.enums import CycleUnit
from billhook_schema.money import Money, Vat, money, vat_of
from billhook_schema.node import Node, ProjectRef, node_of, shows
from billhook_schema.roles import EVERYONE, MONEY, seen_by
from billhook_schema.shown import Shown


@seen_by(MONEY)
@strawberry.type(description="A line of a deal or a subscription.")
class AgreedLine:
    """A line of a deal or a subscription."""

    description: str = strawberry.field(description="What the customer reads.")
    section: str = strawberry.field(description="A heading to group lines under; empty: none.")
    quantity: Decimal = strawberry.field(description="How many.")
    unit: str = strawberry.field(description="UN/ECE Recommendation 20 code, such as HUR or C62.")
    unit_price: Decimal = strawberry.field(description="Price of one, excluding VAT, in the project's currency.")
    net: Money = strawberry.field(description="Quantity x unit price, rounded.")
    vat: Vat = strawberry.field(description="Its VAT.")


@seen_by(MONEY)
@strawberry.type(description="A deal's value in one VAT group.")
class DealPart:
    """A deal's value in one VAT group."""

    vat: Vat = strawberry.field(description="The category and rate.")
    value: Money = strawberry.field(description="What was sold.")
    billed: Money = strawberry.field(description="What of it is on drafts and booked invoices.")
    remaining: Money = strawberry.field(description="What can still be billed.")


@seen_by(EVERYONE)
@strawberry.type(description="A period of a subscription.")
class Period:
    """A period of a subscription."""

    starts_on: date = strawberry.field(description="First day.")
    ends_on: date = strawberry.field(description="Last day, inclusive.")


@seen_by(MONEY)
@shows(tables.Deal)
@strawberry.type(description="A value sold beforehand, invoiced in advance: whole or in portions.")
class Deal(Node):
    """A value sold beforehand."""

    row: strawberry.Private[tables.Deal]
    title: str = strawberry.field(description="Title.")

    @classmethod
    def of(cls, row: tables.Deal) -> Self:
        """Show a row."""
        return cls(key=row.id, row=row, title=row.title)

    @strawberry.field(description="The one project it belongs to.")
    async def project(self, info: Info) -> ProjectRef:
        return node_of(await info.context.loaders.row(tables.Project, self.row.project_id))

    @strawberry.field(description="What was sold, excluding VAT: the sum of its lines.")
    async def value(self, info: Info) -> Money:
        return await self._sum(info, "value_minor")

    @strawberry.field(description="What of it is on drafts and booked invoices.")
    async def billed(self, info: Info) -> Money:
        return await self._sum(info, "billed_minor")

    @strawberry.field(description="What can still be billed.")
    async def remaining(self, info: Info) -> Money:
        return await self._sum(info, "remaining_minor")

    @strawberry.field(description="Value, billed and remaining per VAT group.")
    async def parts(self, info: Info) -> Sequence[DealPart]:
        currency = await info.context.loaders.currency(self.row.project_id)
        return Shown(await info.context.loaders.of(deal_groups).load(self.key), partial(_part_of, currency=currency))

    @strawberry.field(description="What was sold.")
    async def lines(self, info: Info) -> Sequence[AgreedLine]:
        currency = await info.context.loaders.currency(self.row.project_id)
        return Shown(await info.context.loaders.of(deal_lines).load(self.key), partial(_line_of, currency=currency))

    async def _sum(self, info: Info, amount: str) -> Money:
        groups = await info.context.loaders.of(deal_groups).load(self.key)
        return money(sum(getattr(group, amount) for group in groups), await info.context.loaders.currency(self.row.project_id))


@seen_by(MONEY)
@shows(tables.Subscription)
@strawberry.type(description="Billed in advance, period by period. (Not a GraphQL subscription.)")
class BillingSubscription(Node):
    """Billed in advance, period by period."""

    row: strawberry.Private[tables.Subscription]
    title: str = strawberry.field(description="Title.")
    starts_on: date = strawberry.field(description="Start of the first period; the anchor of all others.")
    ends_on: date | None = strawberry.field(description="No period starts after this day; null: it goes on.")
    every: int = strawberry.field(description="Length of the cycle, in units.")
    unit: CycleUnit = strawberry.field(description="Unit of the cycle.")
    book: bool = strawberry.field(description="Whether runSubscriptions books its invoices at once.")

    @classmethod
    def of(cls, row: tables.Subscription) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            title=row.title,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            every=row.every,
            unit=row.unit,
            book=row.book,
        )

    @strawberry.field(description="Its project.")
    async def project(self, info: Info) -> ProjectRef:
        return node_of(await info.context.loaders.row(tables.Project, self.row.project_id))

    @strawberry.field(description="What one period costs, excluding VAT.")
    async def amount(self, info: Info) -> Money:
        minor = await info.context.loaders.of(amounts_of_subscriptions).load(self.key)
        return money(minor, await info.context.loaders.currency(self.row.project_id))

    @strawberry.field(description="What one period holds.")
    async def lines(self, info: Info) -> Sequence[AgreedLine]:
        currency = await info.context.loaders.currency(self.row.project_id)
        return Shown(await info.context.loaders.of(subscription_lines).load(self.key), partial(_line_of, currency=currency))

    @strawberry.field(description="The first period that was never invoiced; null after the last one.")
    async def next_period(self, info: Info) -> Period | None:
        period = next_period(self.row, await info.context.loaders.of(invoiced_starts).load(self.key))
        return None if period is None else _period_of(period)

    @strawberry.field(
        description="Periods that have begun and were never invoiced, oldest first; at most BILLHOOK_MAX_SUBSCRIPTION_PERIODS."
    )
    async def due_periods(
        self,
        info: Info,
        as_of: Annotated[date | None, strawberry.argument(description="Begun on or before this day; absent: today.")] = UNSET,
    ) -> Sequence[Period]:
        invoiced = await info.context.loaders.of(invoiced_starts).load(self.key)
        spending = info.context.spending

        def look(tx: Transaction) -> list[tuple[date, date]]:
            spending.refuse_more_lists()
            return due_periods(tx, self.row, invoiced, given(as_of))

        return Shown(await info.context.read(look), _period_of)


def _period_of(days: tuple[date, date]) -> Period:
    return Period(starts_on=days[0], ends_on=days[1])


def _part_of(group: DealGroup, currency: str) -> DealPart:
    return DealPart(
        vat=vat_of(group.vat_category, group.vat_rate),
        value=money(group.value_minor, currency),
        billed=money(group.billed_minor, currency),
        remaining=money(group.remaining_minor, currency),
    )


def _line_of(row: AgreedLineRow, currency: str) -> AgreedLine:
    return AgreedLine(
        description=row.description,
        section=row.section,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        net=money(row.net_minor, currency),
        vat=vat_of(row.vat_category, row.vat_rate),
    )
