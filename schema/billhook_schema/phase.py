"""Phases of projects."""

from typing import Self

import strawberry

from billhook.billing.reading.agreements import billed_of_phases
from billhook.store import tables
from billhook_schema.context import Info
from billhook_schema.enums import BillingMethod, PhaseStatus
from billhook_schema.money import Money, Vat, money, money_or_none, vat_of
from billhook_schema.node import Node, ProjectRef, node_of, shows
from billhook_schema.roles import EVERYONE, MONEY, only, seen_by


@seen_by(EVERYONE)
@shows(tables.Phase)
@strawberry.type(description="A part of a project with its own way of billing.")
class Phase(Node):
    """A part of a project."""

    row: strawberry.Private[tables.Phase]
    title: str = strawberry.field(description="Title.")
    status: PhaseStatus = strawberry.field(description="Whether it still takes work.")
    billing_method: BillingMethod = strawberry.field(description="How its work is billed.")

    @classmethod
    def of(cls, row: tables.Phase) -> Self:
        """Show a row."""
        return cls(key=row.id, row=row, title=row.title, status=row.status, billing_method=row.billing_method)

    @strawberry.field(description="Its project.")
    async def project(self, info: Info) -> ProjectRef:
        return node_of(await self._project(info))

    @strawberry.field(description="Rate of its time; null: the project's policy decides.", metadata=only(MONEY))
    async def hourly_rate(self, info: Info) -> Money | None:
        return money_or_none(self.row.hourly_rate_minor, (await self._project(info)).currency)

    @strawberry.field(description="The price, excluding VAT; null unless it is billed by a fixed price.", metadata=only(MONEY))
    async def fixed_price(self, info: Info) -> Money | None:
        return money_or_none(self.row.fixed_price_minor, (await self._project(info)).currency)

    @strawberry.field(
        description="What of the price is on drafts and booked invoices; null unless it is billed by a fixed price.", metadata=only(MONEY)
    )
    async def billed(self, info: Info) -> Money | None:
        if self.row.fixed_price_minor is None:
            return None
        return money(await info.context.loaders.of(billed_of_phases).load(self.key), (await self._project(info)).currency)

    @strawberry.field(description="What of the price can still be billed; null unless it is billed by a fixed price.", metadata=only(MONEY))
    async def remaining(self, info: Info) -> Money | None:
        if self.row.fixed_price_minor is None:
            return None
        billed = await info.context.loaders.of(billed_of_phases).load(self.key)
        return money(self.row.fixed_price_minor - billed, (await self._project(info)).currency)

    @strawberry.field(description="VAT of its time, costs and price: its own, else the project's.")
    async def vat(self, info: Info) -> Vat:
        return own_vat(self.row) or vat_of_project(await self._project(info))

    async def _project(self, info: Info) -> tables.Project:
        return await info.context.loaders.row(tables.Project, self.row.project_id)


def own_vat(row: tables.Phase | tables.ExtraCost | tables.ExternalCost) -> Vat | None:
    """Return the VAT that a row has itself."""
    return None if row.vat_category is None or row.vat_rate is None else vat_of(row.vat_category, row.vat_rate)


def vat_of_project(row: tables.Project) -> Vat:
    """Return the default VAT of a project."""
    return vat_of(row.vat_category, row.vat_rate)


async def resulting_vat(info: Info, row: tables.ExtraCost | tables.ExternalCost, phase_key: int | None, project_key: int) -> Vat:
    """Return the VAT of a cost: its own, else its phase's, else the project's (M5)."""
    found = own_vat(row)
    if found is None and phase_key is not None:
        found = own_vat(await info.context.loaders.row(tables.Phase, phase_key))
    return found or vat_of_project(await info.context.loaders.row(tables.Project, project_key))
