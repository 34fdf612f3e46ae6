"""Access tokens and the audit log, for admins."""

from datetime import datetime
from typing import Self

import strawberry

from billhook.domain.words import ADMINS
from billhook.store import tables
from billhook_schema.context import Info
from billhook_schema.enums import AuditAction, Role
from billhook_schema.errors import UserError
from billhook_schema.node import InvoiceRef, Node, node_of, shows
from billhook_schema.people import User
from billhook_schema.roles import EVERYONE, seen_by
from billhook_schema.weight import costs


@seen_by(ADMINS)
@shows(tables.AccessToken)
@strawberry.type(description="A token of the API. Its secret was shown when it was made, and is nowhere now.")
class AccessToken(Node):
    """A token of the API."""

    row: strawberry.Private[tables.AccessToken]
    name: str = strawberry.field(description="What it is for; it stands on documents as who made them.")
    role: Role = strawberry.field(description="What whoever has it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    created_by: str = strawberry.field(description="Who made it.")
    expires_at: datetime | None = strawberry.field(description="When it ends by itself; null: never.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to the minute; null: never yet.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null: it was not.")
    revoked_by: str | None = strawberry.field(description="Who revoked it.")

    @classmethod
    def of(cls, row: tables.AccessToken) -> Self:
        """Show a row."""
        return cls(
            key=row.id,
            row=row,
            name=row.name,
            role=row.role,
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
            revoked_by=row.revoked_by,
        )

    @strawberry.field(description="The user whose time it tracks, if anybody's.")
    async def user(self, info: Info) -> User | None:
        return None if self.row.user_id is None else node_of(await info.context.loaders.row(tables.User, self.row.user_id))


@seen_by(ADMINS)
@shows(tables.AuditEntry)
@strawberry.type(description="One thing that somebody did.")
class AuditEntry(Node):
    """One thing that somebody did."""

    row: strawberry.Private[tables.AuditEntry]
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who: the name of the token that was used; `local` is the command line or this machine.")
    action: AuditAction = strawberry.field(description="What.")

    @classmethod
    def of(cls, row: tables.AuditEntry) -> Self:
        """Show a row."""
        return cls(key=row.id, row=row, at=row.at, actor=row.actor, action=row.action)

    @strawberry.field(description="The token that was used; null for `local`.")
    async def actor_token(self, info: Info) -> AccessToken | None:
        return await _token(info, self.row.actor_token_id)

    @strawberry.field(description="The invoice that it was done to; of a credit, the invoice that was credited.")
    async def invoice(self, info: Info) -> InvoiceRef | None:
        return None if self.row.invoice_id is None else node_of(await info.context.loaders.row(tables.Invoice, self.row.invoice_id))

    @strawberry.field(description="The token that it was done to.")
    async def token(self, info: Info) -> AccessToken | None:
        return await _token(info, self.row.token_id)


async def _token(info: Info, key: int | None) -> AccessToken | None:
    return None if key is None else AccessToken.of(await info.context.loaders.row(tables.AccessToken, key))


@seen_by(EVERYONE)
@strawberry.type(description="Result of createAccessToken.")
class CreateAccessTokenPayload:
    """Result of createAccessToken."""

    access_token: AccessToken | None = strawberry.field(default=None, description="The token.")
    secret: str | None = strawberry.field(default=None, description="What to send as `Authorization: Bearer ...`. It is shown this once.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was made.", metadata=costs(length=1))


@seen_by(EVERYONE)
@strawberry.type(description="Result of revokeAccessToken.")
class RevokeAccessTokenPayload:
    """Result of revokeAccessToken."""

    access_token: AccessToken | None = strawberry.field(default=None, description="The token, which has ended.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was changed.", metadata=costs(length=1))
