"""Which web pages may ask: those of this server, and those that the settings name. A browser asks no permission for a WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import HTTPConnection

OUR_OWN = frozenset({"same-origin", "none"})
"""What browsers say in Sec-Fetch-Site of a page's own server, and of what a person typed."""


def refuse_other_pages(connection: HTTPConnection, allowed: Collection[str]) -> None:
    """Raise HTTPException 403 for what a page of another server began, unless its origin is allowed.

    While there is no token, everybody on this machine is its admin, and so would be each page that one of them opens.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        fine = connection.headers.get("sec-fetch-site", "none") in OUR_OWN
    else:
        fine = is_same_origin(origin, connection.headers.get("host")) or normalize_origin(origin) in allowed
    if not fine:
        raise HTTPException(403, "Pages of other servers may not ask this one, unless BILLHOOK_CORS_ORIGINS names them.")
