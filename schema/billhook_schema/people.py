"""Users and work types, with their hourly rates."""

from collections.abc import Sequence
from typing import Self

import strawberry

from billhook.billing.reading.people import user_rates, work_type_rates
from billhook.store import tables
from billhook_schema.context import Info
from billhook_schema.money import Money, money
from billhook_schema.node import Node, shows
from billhook_schema.roles import EVERYONE, MONEY, only, seen_by
from billhook_schema.shown import Shown


@seen_by(EVERYONE)
@shows(tables.User)
@strawberry.type(description="Someone who tracks time.")
class User(Node):
    """Someone who tracks time."""

    row: strawberry.Private[tables.User]
    name: str = strawberry.field(description="Full name.")
    email: str | None = strawberry.field(description="Email address; imports recognise users by it.")

    @classmethod
    def of(cls, row: tables.User) -> Self:
        """Show a row."""
        return cls(key=row.id, row=row, name=row.name, email=row.email)

    @strawberry.field(description="At most one rate a currency, by its code; used by projects with rate policy USER.", metadata=only(MONEY))
    async def hourly_rates(self, info: Info) -> Sequence[Money] | None:
        return Shown(await info.context.loaders.of(user_rates).load(self.key), _rate)


@seen_by(EVERYONE)
@shows(tables.WorkType)
@strawberry.type(description="A kind of work, such as Design.")
class WorkType(Node):
    """A kind of work."""

    row: strawberry.Private[tables.WorkType]
    name: str = strawberry.field(description="Name.")

    @classmethod
    def of(cls, row: tables.WorkType) -> Self:
        """Show a row."""
        return cls(key=row.id, row=row, name=row.name)

    @strawberry.field(
        description="At most one rate a currency, by its code; used by projects with rate policy WORK_TYPE.", metadata=only(MONEY)
    )
    async def hourly_rates(self, info: Info) -> Sequence[Money] | None:
        return Shown(await info.context.loaders.of(work_type_rates).load(self.key), _rate)


def _rate(row: tables.UserRate | tables.WorkTypeRate) -> Money:
    return money(row.hourly_rate_minor, row.currency)
