"""The demo behind a real server, at 9 o'clock UTC on 10 March 2026, and what stands between it and a front end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from tests.e2e.client import FixedClock
from tests.e2e.settings import settings_for

from billhook.billing.access import create_access_token
from billhook.billing.demo import fill_demo
from billhook.billing.inputs.access import CreateAccessToken
from billhook.billing.inputs.common import ID
from billhook.billing.workspace import Workspace, engine_of, open_workspace
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.sources import Sources, load_sources
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from tests.databases import SQLite


@pytest.fixture(scope="module")
def sources() -> Sources:
    loaded = load_sources(check_options=check_options)
    return Sources({name: source for name, source in loaded.installed.items() if source.package == "billhook"})


@pytest.fixture(scope="module")
def filled(sqlite: SQLite, sources: Sources) -> Iterator[str]:
    """Filled once, and copied for each test."""
    url = sqlite.new()
    workspace = open_workspace(settings_for(url), sources, FixedClock())
    assert fill_demo(workspace)
    workspace.engine.dispose()
    yield url
    sqlite.drop(url)


@pytest.fixture
def demo(sqlite: SQLite, filled: str, sources: Sources) -> Iterator[Workspace]:
    settings = settings_for(sqlite.copy(filled))
    workspace = Workspace(engine_of(settings), settings, sources, FixedClock())
    yield workspace
    workspace.engine.dispose()
    sqlite.drop(settings.database_url)


@pytest.fixture
def token_of(demo: Workspace) -> Callable[[Role], str]:
    """Make tokens; a timekeeper's is that of Nora."""

    def made(role: Role) -> str:
        user = ID(encode("User", 1)) if role is Role.TIMEKEEPER else None
        return demo.write(partial(create_access_token, given=CreateAccessToken(name="Front end", role=role, user_id=user)))[1]

    return made


Said: TypeAlias = tuple[int, str, str]
"""A status, a type and a body."""
BAD_GATEWAY: Said = (502, "text/html", "<h1>Bad Gateway</h1>")
UNAVAILABLE: Said = (
    503,
    "application/graphql-response+json",
    json.dumps({"errors": [{"message": "Too slow.", "extensions": {"code": "UNAVAILABLE", "requestId": "1"}}]}),
)
CONFLICT: Said = (
    200,
    "application/graphql-response+json",
    json.dumps({"data": {"createInvoice": {"invoice": None, "userErrors": [{"__typename": "InputError", "code": "CONFLICT"}]}}}),
)
NONE_LEFT: Said = (
    200,
    "application/graphql-response+json",
    json.dumps({"data": {"billableProjects": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}}),
)


@dataclass(slots=True)
class Between:
    """What reads every request to an application, and loses the answers to some operations after they were done, as a network may."""

    app: ASGIApp
    losing: dict[str, int] = field(default_factory=dict)
    """How often the answer to an operation of this name is still lost."""
    instead: Said | None = BAD_GATEWAY
    """What is answered in place of what is lost; if None, half of it."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    connected: int = 0
    """How many WebSockets there were."""
    followed: list[dict[str, Any]] = field(default_factory=list)
    """What was asked over WebSockets."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await self.app(scope, partial(self._overheard, receive), send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        read: list[Message] = []
        while not read or read[-1].get("more_body"):
            read.append(await receive())
            body += read[-1].get("body", b"")
        self.asked.append(json.loads(body))
        read.reverse()

        async def again() -> Message:
            return read.pop() if read else await receive()

        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self.app(scope, again, keep)
        done = b"".join(message.get("body", b"") for message in said)
        for operation, times in self.losing.items():
            if times and f'"{operation}":{{'.encode() in done:
                self.losing[operation] -= 1
                said = in_place_of(said[0], done, self.instead)
        for message in said:
            await send(message)

    async def _overheard(self, receive: Receive) -> Message:
        message = await receive()
        self.connected += message["type"] == "websocket.connect"
        said = json.loads(message.get("text") or "{}")
        if said.get("type") == "subscribe":
            self.followed.append(said["payload"])
        return message


def in_place_of(start: Message, done: bytes, instead: Said | None) -> list[Message]:
    """Return what is sent in place of an answer; the server ends the connection where that is not all of it."""
    if instead is None:
        return [start, {"type": "http.response.body", "body": done[: len(done) // 2], "more_body": True}]
    status, kind, text = instead
    return [
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]},
        {"type": "http.response.body", "body": text.encode()},
    ]
