"""Subscriptions in this process, straight at the schema: what is told of which change, whatever carries it to a client."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio.from_thread import start_blocking_portal

from billhook.billing.transaction import LOCAL_ADMIN
from billhook_schema.context import Context, open_door

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from anyio.from_thread import BlockingPortal
    from strawberry import Schema

    from billhook.billing.transaction import Viewer
    from billhook.billing.workspace import Workspace
    from billhook_schema.context import Door

PATIENCE = 60
"""Seconds until a test gives up; no test depends on it."""
INVOICES = """subscription($id: ID!) { invoiceChanged(projectId: $id) {
    kinds refetch invoiceId invoice { id number status kind } project { id } } }"""
PROJECTS = """subscription { billableProjectsChanged {
    refetch projects { id billing { proposed unbilled { amount { amount } } openAdvance { amount } } } } }"""


@dataclass(frozen=True, slots=True)
class Stream:
    """One subscription."""

    portal: BlockingPortal
    results: AsyncGenerator[Any, None]

    def answer(self) -> Any:  # noqa: ANN401 - a result of strawberry
        """Wait for the next answer, with its errors."""
        return self.portal.call(self._next)

    def next(self) -> Any:  # noqa: ANN401 - the data of whatever was asked
        """Wait for the next event, which has no errors; return its data."""
        result = self.answer()
        assert result.errors is None, result.errors
        [data] = result.data.values()
        return data

    def refused(self) -> tuple[str, str]:
        """Wait for the answer that ends it: the code and the message of its one error."""
        result = self.answer()
        [error] = result.errors
        assert result.data is None
        self.ended()
        return error.extensions["code"], error.message

    def ended(self) -> None:
        """Wait for its end."""
        assert self.portal.call(self._end) is None

    async def _next(self) -> Any:  # noqa: ANN401 - a result of strawberry
        return await asyncio.wait_for(anext(self.results), PATIENCE)

    async def _end(self) -> Any:  # noqa: ANN401 - a result of strawberry
        return await asyncio.wait_for(anext(self.results, None), PATIENCE)


@dataclass(frozen=True, slots=True)
class Followers:
    """The subscriptions of one app in an event loop of their own."""

    portal: BlockingPortal
    schema: Schema
    door: Door
    streams: list[Stream]

    def follow(self, document: str, viewer: Viewer = LOCAL_ADMIN, **variables: str) -> Stream:
        """Begin a subscription; nothing is heard before its first event was taken."""
        results = self.portal.call(lambda: self.schema.stream(document, variables, Context(self.door, viewer)))
        stream = Stream(self.portal, results)
        self.streams.append(stream)
        return stream

    def followed(self, document: str, viewer: Viewer = LOCAL_ADMIN, **variables: str) -> Stream:
        """Begin a subscription, and take its first event."""
        stream = self.follow(document, viewer, **variables)
        assert stream.next()["refetch"] is True
        return stream

    def close(self) -> None:
        for stream in self.streams:
            self.portal.call(stream.results.aclose)


@contextmanager
def followers_of(workspace: Workspace, schema: Schema) -> Iterator[Followers]:
    with start_blocking_portal() as portal:

        async def opened() -> Door:
            return open_door(workspace)

        followers = Followers(portal, schema, portal.call(opened), [])
        try:
            yield followers
        finally:
            followers.close()
