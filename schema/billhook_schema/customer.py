"""Customers."""

from datetime import datetime
from typing import Self

import strawberry
from strawberry import UNSET

from billhook.billing.reading.listing import Wanted
from billhook.billing.reading.projects import projects_of_customer
from billhook.store import tables
from billhook_schema.connection import After, Before, Connection, First, Last, connect
from billhook_schema.context import Info
from billhook_schema.enums import CustomerKind
from billhook_schema.node import Node, ProjectRef, node_of, shows
from billhook_schema.roles import EVERYONE, seen_by
from billhook_schema.seller import Party, party_of


@seen_by(EVERYONE)
@shows(tables.Customer)
@strawberry.type(description="Who buys.")
class Customer(Node):
    """Who buys."""

    row: strawberry.Private[tables.Customer]
    name: str = strawberry.field(description="The name you know it by.")
    kind: CustomerKind = strawberry.field(description="Business, consumer or public body.")
    party: Party = strawberry.field(description="The customer as it stands on new documents.")
    buyer_reference: str | None = strawberry.field(description="Reference that the buyer asks for on every invoice (BT-10).")
    payment_term_days: int = strawberry.field(description="Days from issue to due date.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: tables.Customer) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            name=row.name,
            kind=row.kind,
            party=party_of(row.party),
            buyer_reference=row.buyer_reference,
            payment_term_days=row.payment_term_days,
            created_at=row.created_at,
        )

    @strawberry.field(description="Its projects, by title.")
    def projects(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ProjectRef]:
        wanted = Wanted(projects_of_customer, parent=self.key)
        return connect(info, Connection[ProjectRef], node_of, wanted, first=first, after=after, last=last, before=before)
