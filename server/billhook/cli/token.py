"""`billhook token create|list|revoke`: who may use the API."""

import sys
from datetime import timedelta
from errno import EBADF
from typing import Annotated, Literal

import typer

from billhook.billing.access import access_tokens, create_access_token, end_access_token, has_ended, revoke_access_token, user_id_of
from billhook.billing.inputs.access import CreateAccessToken, RevokeAccessToken
from billhook.billing.operation import validated
from billhook.billing.transaction import Transaction
from billhook.cli.opening import opened, opened_filled
from billhook.cli.output import show_table
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.store.tables import AccessToken, User

COLUMNS = ("Id", "Name", "Role", "User", "Created", "Expires", "Last used", "State")
token = typer.Typer(no_args_is_help=True, help="Say who may use the API: make, list and revoke access tokens.")
ROLES = {role.name.lower(): role for role in Role}
RoleName = Literal["viewer", "timekeeper", "biller", "admin"]


@token.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for; it stands on documents as who made them.")],
    *,
    role: Annotated[
        RoleName,
        typer.Option(
            metavar="|".join(ROLES),
            help="A viewer reads; a timekeeper tracks own time and sees no amounts; a biller invoices; an admin does all.",
        ),
    ],
    user: Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose time it tracks, by id or email; a timekeeper needs one.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it ends by itself. Never, if absent.")] = None,
) -> None:
    """Make an access token, and print its secret: it is shown this once, and stored nowhere. One that cannot be printed is ended again."""
    if not sys.stdout:
        raise OSError(EBADF, "there is no output to print the secret to")  # it was closed from the start: nothing would fail
    with opened() as workspace:
        made, secret = workspace.write(lambda tx: _create(tx, name, ROLES[role], user, days))
        try:
            _show(made, secret)
        except OSError:
            workspace.write(lambda tx: end_access_token(tx, made.id))  # nobody has it
            raise


@token.command("list")
def list_all() -> None:
    """List the access tokens, those that have ended too."""
    with opened_filled() as workspace, workspace.reading() as tx:
        rows = [_row(tx, each) for each in access_tokens(tx)]
    if rows:
        show_table(COLUMNS, rows)
    else:
        typer.echo("There is no access token: only this machine may ask, as admin.")


@token.command()
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as `billhook token list` shows it.")]) -> None:
    """End an access token, at once and for good."""
    with opened_filled() as workspace:
        ended = workspace.write(lambda tx: revoke_access_token(tx, validated(RevokeAccessToken, {"id": token_id})))
    typer.echo(f"The token {ended.name} has ended.")


def _show(made: AccessToken, secret: str) -> None:
    until = f"until {made.expires_at:%Y-%m-%d %H:%M} UTC" if made.expires_at else "without an end"
    typer.echo(f"A token for {made.name}, {made.role.name.lower()}, {until}. Send it as 'Authorization: Bearer ...':", err=True)
    typer.echo(secret)


def _create(tx: Transaction, name: str, role: Role, user: str | None, days: int | None) -> tuple[AccessToken, str]:
    ends = tx.now + timedelta(days=days) if days else None
    raw = {"name": name, "role": role, "userId": user_id_of(tx, user) if user else None, "expiresAt": ends}
    return create_access_token(tx, validated(CreateAccessToken, raw))


def _row(tx: Transaction, row: AccessToken) -> tuple[str, ...]:
    user = "" if row.user_id is None else tx.session.get_one(User, row.user_id).name
    state = "revoked" if row.revoked_at else "expired" if has_ended(tx, row) else "works"
    days = [f"{at:%Y-%m-%d %H:%M}" if at else "never" for at in (row.created_at, row.expires_at, row.last_used_at)]
    return (encode("AccessToken", row.id), row.name, row.role.name.lower(), user, *days, state)
