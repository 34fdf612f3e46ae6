"""What each installed source can do for a project now."""

from typing import Self

import strawberry
from strawberry.scalars import JSON

from billhook.billing.offers import Offer, offers
from billhook.billing.transaction import Transaction
from billhook.billing.weighing import unbilled_items
from billhook.sources import Sources
from billhook_schema.context import Context
from billhook_schema.errors import UserError, user_error
from billhook_schema.roles import MONEY, seen_by
from billhook_schema.source import InvoiceSource
from billhook_schema.spending import OFFERED, Work


@seen_by(MONEY)
@strawberry.type(description="What a source can do for a project now: the first step of a wizard.")
class ProjectSource:
    """What a source can do for a project now."""

    source: InvoiceSource = strawberry.field(description="The source.")
    available: bool = strawberry.field(description="Whether it can make an invoice for the project now.")
    unavailable_because: UserError | None = strawberry.field(description="Why not; null when it can.")
    suggestions: list[JSON] = strawberry.field(
        description="Options that make sense now, best first, as InvoiceSourceInput takes them for this source."
    )

    @classmethod
    def of(cls, offer: Offer, sources: Sources) -> Self:
        """Show what a source offers."""
        return cls(
            source=InvoiceSource.of(sources.installed[offer.source_name]),
            available=offer.refusal is None,
            unavailable_because=None if offer.refusal is None else user_error(offer.refusal),
            suggestions=[JSON(suggestion) for suggestion in offer.suggestions],
        )


async def sources_of(context: Context, project_key: int) -> list[ProjectSource]:
    """Return what each installed source can do for a project now; in one operation the sources are asked once."""

    def look(tx: Transaction) -> list[Offer]:
        context.spending.begin(Work.OFFER, OFFERED * unbilled_items(tx, project_key))
        return offers(tx, project_key)

    async def ask() -> list[ProjectSource]:
        sources = context.door.workspace.sources
        return [ProjectSource.of(offer, sources) for offer in await context.read(look)]

    return await context.loaders.once((offers, project_key), ask)
