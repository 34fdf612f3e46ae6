"""The mutations of access tokens. They have no idempotency keys: an answer that holds a secret is not kept."""

from typing import Annotated, Any

import strawberry

from billhook.billing.access import create_access_token, revoke_access_token
from billhook.billing.inputs.access import CreateAccessToken, RevokeAccessToken
from billhook.billing.operation import validated
from billhook.billing.transaction import Transaction
from billhook.domain.errors import Refusal, Refusals
from billhook.domain.words import ADMINS
from billhook.store import tables
from billhook_schema.access import AccessToken, CreateAccessTokenPayload, RevokeAccessTokenPayload
from billhook_schema.context import Info
from billhook_schema.errors import user_error
from billhook_schema.mirror import Form, Mirror, raw
from billhook_schema.roles import only


def access_fields(mirror: Mirror) -> dict[str, Form]:
    """Return the mutation fields by name, their inputs taken from the mirror."""
    create = strawberry.argument(name="input", description="Name, role, user and end.", graphql_type=mirror.input(CreateAccessToken))
    revoke = strawberry.argument(name="input", description="Which token.", graphql_type=mirror.input(RevokeAccessToken))

    async def create_token(info: Info, given: Annotated[Form, create]) -> CreateAccessTokenPayload | None:
        def create_it(tx: Transaction) -> tuple[tables.AccessToken, str]:
            return create_access_token(tx, validated(CreateAccessToken, raw(given)))

        try:
            row, secret = await info.context.run(create_it)
        except (Refusal, Refusals) as refused:
            return CreateAccessTokenPayload(user_errors=_user_errors(refused))
        return CreateAccessTokenPayload(access_token=AccessToken.of(row), secret=secret)

    async def revoke_token(info: Info, given: Annotated[Form, revoke]) -> RevokeAccessTokenPayload | None:
        def revoke_it(tx: Transaction) -> tables.AccessToken:
            return revoke_access_token(tx, validated(RevokeAccessToken, raw(given)))

        try:
            row = await info.context.run(revoke_it)
        except (Refusal, Refusals) as refused:
            return RevokeAccessTokenPayload(user_errors=_user_errors(refused))
        return RevokeAccessTokenPayload(access_token=AccessToken.of(row))

    return {
        "createAccessToken": strawberry.field(
            resolver=create_token, name="createAccessToken", description="Make an access token. For admins.", metadata=only(ADMINS)
        ),
        "revokeAccessToken": strawberry.field(
            resolver=revoke_token,
            name="revokeAccessToken",
            description="End an access token, at once and for good. For admins.",
            metadata=only(ADMINS),
        ),
    }


def _user_errors(refused: Refusal | Refusals) -> list[Any]:
    return [user_error(one) for one in (refused.refusals if isinstance(refused, Refusals) else (refused,))]
