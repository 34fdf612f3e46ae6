"""Inputs for access tokens."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from billhook.billing.inputs.common import ID, Input, Moment, Title
from billhook.domain.words import Role


def _printable(name: str) -> str:
    """Return a name that looks like what it is, in a log and in a terminal. Raises ValueError for another."""
    if not name.isprintable():
        raise ValueError("A name has no line breaks, and no characters that cannot be seen.")
    return name


Name = Annotated[Title, AfterValidator(_printable)]


class CreateAccessToken(Input):
    """A new access token. It has no idempotency key: its secret is shown once, and kept nowhere."""

    name: Name = Field(description="What it is for; it stands on documents as who made them, and in the audit log.")
    role: Role = Field(description="What whoever has it may do.")
    user_id: ID | None = Field(default=None, description="The user whose time it tracks; a timekeeper needs one.")
    expires_at: Moment | None = Field(default=None, description="When it ends by itself; absent: never.")


class RevokeAccessToken(Input):
    """The end of an access token, at once and for good."""

    id: ID = Field(description="Which token.")
