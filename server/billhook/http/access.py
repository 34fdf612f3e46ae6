"""The one place where a request gets its viewer: by its bearer token, or, where none was ever made, by being of this machine."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from typing import TYPE_CHECKING

from anyio import to_thread
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException

from billhook.billing.access import is_closed, note_use, viewer_of_secret
from billhook.billing.transaction import LOCAL_ADMIN
from billhook.domain.errors import Refusal, Unavailable
from billhook.http.origins import refuse_other_pages
from billhook.store.faults import explained

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import HTTPConnection

    from billhook.billing.transaction import Transaction, Viewer
    from billhook.http.metrics import Metrics
    from billhook_schema.context import Door

UNAUTHENTICATED = {"WWW-Authenticate": 'Bearer realm="billhook"'}
HOW = "Send a token in the header 'Authorization: Bearer TOKEN'; `billhook token create` makes one."
HANDED_ON = re.compile(
    r"forwarded|via|x-forwarded.*|x-original-.*|x-real-ip|x-client-ip|x-cluster-client-ip|x-envoy-.*|true-client-ip|x-proxyuser-ip|cf-.*|fastly-.*"
)
"""Headers that a proxy adds to a request that is not its own."""
HOST = re.compile(r"(\[(?P<ip6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9.-]+))(:[0-9]+)?")
IPV6_NETWORK = 64
"""How many bits of an address of IPv6 say whose it is: whoever has one has all the others with the same."""
SECONDS_TO_NOTE = 2
"""How long a request waits until the use of its token is written down. It is so when the database has time for it."""
log = logging.getLogger("billhook.access")


@dataclass(frozen=True, slots=True)
class Found:
    """What the database says of a request: who asks, whether to note it, and whether anybody may ask without a token."""

    viewer: Viewer | None
    note: bool
    closed: bool


class Access:
    """Finds the viewers of one app's requests, and counts the failures of each address."""

    def __init__(self, door: Door, metrics: Metrics) -> None:
        self._door = door
        self._metrics = metrics
        self._most = RateLimitItemPerMinute(door.workspace.settings.max_failed_logins)
        self._failures = FixedWindowRateLimiter(MemoryStorage())
        self._closed = False
        """Whether a token was ever made, as far as this process has seen: once it is so, it stays so."""
        self._noting: asyncio.Task[None] | None = None

    async def viewer_of(self, request: HTTPConnection, authorization: str | None = None) -> Viewer:
        """Return who asks, by a request or by what a WebSocket says after its handshake, which counts more than its header.

        Raises HTTPException 401, 403 for a request without a token that is not of this machine, 429, 503.
        """
        address = request.client.host if request.client else ""
        secret = _bearer(request.headers.get("authorization") if authorization is None else authorization)
        if secret is None and self._closed:
            raise HTTPException(401, HOW, UNAUTHENTICATED)
        found = await self._find(secret)
        self._closed = self._closed or found.closed
        if found.viewer is not None:
            if found.note and found.viewer.token_key is not None:
                await self._note(found.viewer.token_key)
            return found.viewer
        if secret is not None:
            self._metrics.failed_logins.inc()
            # Whoever has a token gets in: behind a proxy all come from one address, and one of them may guess.
            if not self._failures.hit(self._most, network_of(request)):
                raise HTTPException(429, "Too many wrong tokens came from this address. Try again in a minute.", {"Retry-After": "60"})
            log.warning("a wrong token came from %s", address)
            raise HTTPException(401, f"This token is not valid: it is wrong, expired or revoked. {HOW}", UNAUTHENTICATED)
        if found.closed:
            raise HTTPException(401, HOW, UNAUTHENTICATED)
        return _of_this_machine(request, address, self._door.workspace.settings.allowed_origins)

    async def _find(self, secret: str | None) -> Found:
        try:
            async with self._door.admission:
                return await to_thread.run_sync(self._read, secret)
        except Unavailable as unavailable:
            log.error("who asks cannot be found out: %s", unavailable)  # noqa: TRY400 - the line says it all
            raise HTTPException(503, str(unavailable), {"Retry-After": "5"}) from None

    def _read(self, secret: str | None) -> Found:
        with explained(), self._door.workspace.reading() as tx:
            if secret is None:
                return Found(None, note=False, closed=is_closed(tx))
            viewer, note = viewer_of_secret(tx, secret) or (None, False)
            return Found(viewer, note=note, closed=viewer is not None or is_closed(tx))

    async def _note(self, token_key: int) -> None:
        """Write down that a token was used; while one use waits to be, others are not. Requests do not wait for a slow database."""
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._write_down(token_key))
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._noting), SECONDS_TO_NOTE)

    async def _write_down(self, token_key: int) -> None:
        def used(tx: Transaction) -> None:
            note_use(tx, token_key)

        try:
            async with self._door.turn_to_write, self._door.admission:
                await to_thread.run_sync(self._door.workspace.write, used)
        except (Refusal, Unavailable) as error:
            log.warning("the use of token %s was not written down: %s", token_key, error)


def _bearer(given: str | None) -> str | None:
    """Return the token of a request. Raises HTTPException 401 for another way to authenticate."""
    if given is None:
        return None
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise HTTPException(401, HOW, UNAUTHENTICATED)
    return secret.strip()


def _of_this_machine(request: HTTPConnection, sender: str, allowed: Collection[str]) -> Viewer:
    """Return the admin of this machine. Raises HTTPException 403 for a request of another one, and for one of another server's page.

    The name it was sent to is checked too: a web page whose own name was pointed at 127.0.0.1 (DNS rebinding) comes from a loopback
    address but asks for another name. So does many a proxy that hands on the requests of the whole world; others say that they did.
    """
    refuse_other_pages(request, allowed)  # a page may send much anywhere, though it cannot read the answer
    handed_on = any(HANDED_ON.fullmatch(header) for header in request.headers)
    if is_loopback(sender) and is_loopback(_name_asked(request)) and not handed_on:
        return LOCAL_ADMIN
    raise HTTPException(403, f"Without a token only the machine that this billhook runs on may ask, as http://127.0.0.1. {HOW}")


def _name_asked(request: HTTPConnection) -> str:
    host = request.headers.get("host", "")
    found = HOST.fullmatch(host)
    return "" if found is None else (found["ip6"] or found["name"]).lower()


def network_of(request: HTTPConnection) -> str:
    """Return what one sender's failures and silent connections are counted by."""
    address = request.client.host if request.client else ""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address) or parsed.ipv4_mapped is not None:
        return address
    return str(ip_network((parsed.packed, IPV6_NETWORK), strict=False))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
