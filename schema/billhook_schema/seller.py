"""Who sells and who asks: sellers, parties, the workspace and the viewer."""

from typing import Self

import strawberry

from billhook.billing.inputs.common import CurrencyCode
from billhook.billing.reading.people import sellers
from billhook.domain import party as domain
from billhook.store import tables
from billhook_schema.context import Info
from billhook_schema.enums import Role
from billhook_schema.money import Vat, vat_of
from billhook_schema.node import Node, node_of, shows
from billhook_schema.people import User
from billhook_schema.roles import EVERYONE, seen_by


@seen_by(EVERYONE)
@strawberry.type(description="A party as it stands on a document: legal name, address and identifiers.")
class Party:
    """A party as it stands on a document."""

    name: str = strawberry.field(description="Legal name.")
    vat_number: str | None = strawberry.field(description="VAT number with its country prefix.")
    legal_id: str | None = strawberry.field(description="Number in the company register.")
    legal_id_scheme: str | None = strawberry.field(description="ISO 6523 scheme of the legal id, such as 0106.")
    street: str | None = strawberry.field(description="Street and house number.")
    postal_code: str | None = strawberry.field(description="Postal code.")
    city: str | None = strawberry.field(description="City.")
    country: str | None = strawberry.field(description="ISO 3166 two-letter country code.")
    email: str | None = strawberry.field(description="Email address for invoices.")
    endpoint_scheme: str | None = strawberry.field(description="Scheme of the electronic address, such as 0088.")
    endpoint_id: str | None = strawberry.field(description="Electronic address, such as a Peppol participant id.")
    language: str | None = strawberry.field(description="Language of documents, such as en or nl-BE.")


def party_of(party: domain.Party) -> Party:
    """Show a party."""
    return Party(
        name=party.name,
        vat_number=party.vat_number,
        legal_id=party.legal_id,
        legal_id_scheme=party.legal_id_scheme,
        street=party.street,
        postal_code=party.postal_code,
        city=party.city,
        country=party.country,
        email=party.email,
        endpoint_scheme=party.endpoint_scheme,
        endpoint_id=party.endpoint_id,
        language=party.language,
    )


@seen_by(EVERYONE)
@shows(tables.Seller)
@strawberry.type(description="A company that invoices. Its number series are its own.")
class Seller(Node):
    """A company that invoices."""

    row: strawberry.Private[tables.Seller]
    party: Party = strawberry.field(description="The seller as it stands on new documents.")
    vat: Vat = strawberry.field(description="VAT of its new projects, unless they say otherwise.")
    iban: str | None = strawberry.field(description="Bank account.")
    bic: str | None = strawberry.field(description="BIC of the bank.")
    legal_text: str | None = strawberry.field(description="Legal text at the foot of documents.")
    invoice_number_format: str = strawberry.field(description="How invoice numbers are written; {sequence} is the number.")
    credit_note_number_format: str = strawberry.field(description="How credit note numbers are written; {sequence} is the number.")

    @classmethod
    def of(cls, row: tables.Seller) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            party=party_of(row.party),
            vat=vat_of(row.vat_category, row.vat_rate),
            iban=row.iban,
            bic=row.bic,
            legal_text=row.legal_text,
            invoice_number_format=row.invoice_number_format,
            credit_note_number_format=row.credit_note_number_format,
        )


@seen_by(EVERYONE)
@strawberry.type(description="The workspace: who sells, and what new things get unless they say otherwise.")
class Workspace:
    """The workspace."""

    time_zone: str = strawberry.field(description="IANA time zone; it decides what day it is.")
    currency: CurrencyCode = strawberry.field(description="Currency of new projects that name none.")

    @strawberry.field(description="All sellers; the first one invoices new projects that name none.")
    async def sellers(self, info: Info) -> list[Seller]:
        return [node_of(row) for row in await info.context.read(sellers)]


@seen_by(EVERYONE)
@strawberry.type(description="Who asks.")
class Viewer:
    """Who asks."""

    role: Role = strawberry.field(description="What the viewer may do.")
    name: str = strawberry.field(description="Name of the viewer, or of its access token.")
    user_key: strawberry.Private[int | None]

    @strawberry.field(description="The user that the viewer tracks time as; null for a token of no user.")
    async def user(self, info: Info) -> User | None:
        return None if self.user_key is None else node_of(await info.context.loaders.row(tables.User, self.user_key))
