"""The one place where a request gets its viewer.

Until there are users with tokens, whoever is on this machine is its admin, and nobody else is let in.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from billhook.billing.transaction import LOCAL_ADMIN

if TYPE_CHECKING:
    from starlette.requests import Request

    from billhook.billing.transaction import Viewer


def viewer_of(request: Request) -> Viewer:
    """Return who asks. Raises HTTPException 403 for a request that is not of this machine.

    The name it was sent to is checked too: a web page whose own name was pointed at 127.0.0.1 (DNS rebinding), or a proxy that
    hands on the requests of the whole world, comes from a loopback address but asks for another name.
    """
    sender = request.client.host if request.client else ""
    if _is_loopback(sender) and _is_loopback(_name_asked(request)):
        return LOCAL_ADMIN
    raise HTTPException(403, "Only this machine may use this billhook: ask http://127.0.0.1 from the machine that it runs on.")


def _name_asked(request: Request) -> str:
    try:
        return urlsplit("//" + request.headers.get("host", "")).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
