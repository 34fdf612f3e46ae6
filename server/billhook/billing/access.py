"""Access tokens: made, listed and revoked by admins, and found again by what a request brings. Only their hashes are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.auditing import audit
from billhook.billing.finding import find
from billhook.billing.records.changing import add
from billhook.billing.transaction import LOCAL_ADMIN, Viewer
from billhook.domain.errors import ErrorCode, Refusal, Unauthenticated
from billhook.domain.ids import encode
from billhook.domain.words import AuditAction, Role
from billhook.store.tables import AccessToken, User

if TYPE_CHECKING:
    from billhook.billing.inputs.access import CreateAccessToken, RevokeAccessToken
    from billhook.billing.transaction import Transaction

PREFIX = "bh_"
"""Tells people, and programs that look for leaked secrets, what it is."""
SECRET_BYTES = 32
USED_AGAIN_AFTER = timedelta(minutes=1)
CLOSED = "From the first access token on, each request needs one."
ENDED = "This token has ended: it has expired, or was revoked."
ENDED_HERE = "ended_access"
"""Where a session notes whose access its own transaction ends: the key of a token, or None for all who came in before there was any."""


def create_access_token(tx: Transaction, given: CreateAccessToken) -> tuple[AccessToken, str]:
    """Make a token and return it with its secret, which nobody can see again.

    Raises INVALID_INPUT for a timekeeper without a user and for an end that has passed, NOT_FOUND for a user.
    """
    if given.role is Role.TIMEKEEPER and given.user_id is None:
        raise Refusal(ErrorCode.INVALID_INPUT, "A timekeeper tracks the time of one user: say whose.", "userId")
    if normalize("NFKC", given.name).strip().casefold() == LOCAL_ADMIN.name:
        raise Refusal(ErrorCode.INVALID_INPUT, "That is what the command line is called in the audit log. Choose another name.", "name")
    if given.expires_at is not None and given.expires_at <= tx.now:
        raise Refusal(ErrorCode.INVALID_INPUT, "That has passed already. Give a later moment, or leave it out.", "expiresAt")
    user = None if given.user_id is None else find(tx, User, given.user_id, "userId", lock=True)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = add(
        tx,
        AccessToken(
            name=given.name,
            role=given.role,
            user_id=user.id if user else None,
            secret_hash=hash_of(secret),
            created_at=tx.now,
            created_by=tx.viewer.name,
            expires_at=given.expires_at,
        ),
    )
    tx.session.info[ENDED_HERE] = {None}
    audit(tx, AuditAction.TOKEN_CREATED, token_key=token.id)
    return token, secret


def revoke_access_token(tx: Transaction, given: RevokeAccessToken) -> AccessToken:
    """End a token. Raises NOT_FOUND, and WRONG_STATUS for one that was revoked before."""
    token = _locked(tx, find(tx, AccessToken, given.id, "id"))
    if token.revoked_at is not None:
        raise Refusal(ErrorCode.WRONG_STATUS, f"The token '{token.name}' was revoked before.", "id")
    _revoke(tx, token)
    return token


def end_access_token(tx: Transaction, key: int) -> None:
    """End a token by its key, unless somebody has revoked it already."""
    token = _locked(tx, tx.session.get_one(AccessToken, key))
    if token.revoked_at is None:
        _revoke(tx, token)


def _locked(tx: Transaction, token: AccessToken) -> AccessToken:
    """Lock a token that is to end. It waits for `keep_access` alone, and not for all that refers to the token, such as the audit log."""
    tx.session.refresh(token, with_for_update={"key_share": True})
    return token


def _revoke(tx: Transaction, token: AccessToken) -> None:
    token.revoked_at, token.revoked_by = tx.now, tx.viewer.name
    tx.session.info[ENDED_HERE] = {token.id}
    tx.session.add(token)
    audit(tx, AuditAction.TOKEN_REVOKED, token_key=token.id)


def access_tokens(tx: Transaction) -> list[AccessToken]:
    """Return all tokens, also those that have ended, the oldest first; there are a few."""
    return list(tx.session.exec(select(AccessToken).order_by(col(AccessToken.id))))


def user_id_of(tx: Transaction, text: str) -> str:
    """Return the id of a user that is named by it, or by an email address. Raises NOT_FOUND unless that address is of one user."""
    if "@" not in text:
        return text
    found = tx.session.exec(select(User.id).where(User.email == text)).all()
    if len(found) != 1:
        number = f"{len(found)} users have" if found else "No user has"
        raise Refusal(ErrorCode.NOT_FOUND, f"{number} the email address {text[:100]!r}. Say which by the id.", "userId")
    return encode("User", found[0])


def is_closed(tx: Transaction) -> bool:
    """Whether requests need a token: from the first one on that was ever made, also when all have ended."""
    return tx.session.exec(select(sa.exists(select(AccessToken.id)))).one()


def viewer_of_secret(tx: Transaction, secret: str) -> tuple[Viewer, bool] | None:
    """Return who has a secret, and whether its use should be noted; None for one of no token, or of one that has ended."""
    wanted = hash_of(secret)
    token = tx.session.exec(select(AccessToken).where(AccessToken.secret_hash == wanted)).one_or_none()
    if token is None or not hmac.compare_digest(token.secret_hash, wanted) or has_ended(tx, token):
        return None
    note = token.last_used_at is None or tx.now - token.last_used_at >= USED_AGAIN_AFTER
    return Viewer(name=token.name, role=token.role, user_key=token.user_id, token_key=token.id), note


def has_ended(tx: Transaction, token: AccessToken) -> bool:
    """Whether a token was revoked or has expired."""
    return token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= tx.now)


def require_access(tx: Transaction) -> None:
    """Raise Unauthenticated for a viewer whose token has ended since its request was let in, or who came in before there was any token.

    A request may be long on its way, and a document may write many times: what ends, ends at once.
    """
    _require(tx)


def keep_access(tx: Transaction) -> None:
    """Raise Unauthenticated when the viewer's access ended while this transaction waited, for a lock for instance; call it last.

    The row stays locked until the commit, a moment later, and whoever revokes waits for that: after a revocation was answered, nothing
    is written by that token. A token that revokes itself may.
    """
    if tx.viewer.token_key not in tx.session.info.get(ENDED_HERE, ()):
        _require(tx, with_for_update={"read": True})


def _require(tx: Transaction, **lock: Any) -> None:  # noqa: ANN401 - as SQLAlchemy takes it
    key = tx.viewer.token_key
    if key is None:
        if is_closed(tx):
            raise Unauthenticated(CLOSED)
        return
    token = tx.session.get(AccessToken, key, populate_existing=True, **lock)
    if token is None or has_ended(tx, token):
        raise Unauthenticated(ENDED)


def note_use(tx: Transaction, token_key: int) -> None:
    """Write down that a token is used now, unless that was written a moment ago."""
    late = sa.or_(col(AccessToken.last_used_at).is_(None), col(AccessToken.last_used_at) <= tx.now - USED_AGAIN_AFTER)
    tx.session.execute(sa.update(AccessToken).where(col(AccessToken.id) == token_key, late).values(last_used_at=tx.now))


def hash_of(secret: str) -> str:
    """Return what is stored of a secret. It is 256 bits of chance, so one round of SHA-256 is not to be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()
