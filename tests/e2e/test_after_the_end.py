"""Nothing is read, written or sent for an operation that has ended: whatever of it still runs would hold a connection for ever."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import strawberry
from tests.e2e.story import project
from tests.e2e.websocket.connecting import ADDRESS, PROTOCOL, app_with, ask, let_in, opened

from billhook.billing.transaction import LOCAL_ADMIN
from billhook.store.engine import close_snapshot
from billhook.store.tables import User
from billhook_schema import context as context_module
from billhook_schema.context import Context, open_door
from billhook_schema.loaders import Loader, Loaders, ReadTooLateError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from strawberry import Schema
    from tests.e2e.client import Billhook

    from billhook.billing.transaction import Transaction
    from billhook.billing.workspace import Workspace


def nothing(tx: Transaction) -> None:
    assert tx.viewer == LOCAL_ADMIN


@pytest.mark.parametrize(
    "late",
    [
        lambda context: context.read(nothing),
        lambda context: context.run(nothing),
        lambda context: context.loaders.rows(User).load(1),
    ],
    ids=["read", "run", "loader"],
)
def test_what_comes_after_the_end_takes_no_connection(billhook: Billhook, late: Callable[[Context], Awaitable[object]]) -> None:
    door = open_door(billhook.workspace)

    async def ask() -> None:
        context = Context(door, LOCAL_ADMIN)
        await context.read(nothing)
        assert door.admission.borrowed_tokens == 1
        await context.close()
        with pytest.raises(ReadTooLateError):
            await late(context)
        assert door.admission.borrowed_tokens == 0
        await context.renew()
        await late(context)
        await context.close()
        assert door.admission.borrowed_tokens == 0

    asyncio.run(ask())


def test_a_loop_that_ends_leaves_a_thread_the_connection_that_it_uses(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, goes_on, over, done = Event(), Event(), Event(), list[str]()

    def slow(tx: Transaction) -> None:
        begun.set()
        goes_on.wait()
        done.append("read")
        close_snapshot(tx.session.connection())
        over.set()

    monkeypatch.setattr(context_module, "close_snapshot", lambda _connection: done.append("closed"))

    async def ask() -> None:
        context = Context(open_door(billhook.workspace), LOCAL_ADMIN)
        reading = asyncio.ensure_future(context.read(slow))
        assert await asyncio.to_thread(begun.wait, timeout=60)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:  # as at the end of the loop
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        try:
            await asyncio.wait_for(context.close(), timeout=60)
            done.append("ended")
        finally:
            goes_on.set()

    asyncio.run(ask())
    assert over.wait(timeout=60)
    assert done == ["ended", "read"]


@pytest.mark.parametrize("goes_on", [lambda context: context.renew(), lambda context: context.run(nothing)], ids=["event", "mutation"])
def test_loaders_of_a_former_snapshot_read_nothing_from_the_next(billhook: Billhook, goes_on: Callable[[Context], Awaitable[None]]) -> None:
    async def ask() -> None:
        context = Context(open_door(billhook.workspace), LOCAL_ADMIN)
        former = context.loaders
        await goes_on(context)
        with pytest.raises(ReadTooLateError):
            await former.rows(User).load(1)
        assert await context.loaders.rows(User).load(1) is None
        await context.close()

    asyncio.run(ask())


def test_a_loader_that_runs_by_itself_takes_no_connection_after_its_operation(billhook: Billhook, schema: Schema) -> None:
    door = open_door(billhook.workspace)

    async def ask() -> None:
        context = Context(door, LOCAL_ADMIN)
        asked = asyncio.ensure_future(context.loaders.rows(User).load(1))  # read in a moment, by a task of the loader's own
        answer = await schema.execute("{ __typename }", context_value=context)
        assert answer.data == {"__typename": "Query"}
        with pytest.raises(ReadTooLateError):
            await asked

    asyncio.run(ask())
    assert door.admission.borrowed_tokens == 0


def stubborn() -> Schema:
    """A schema whose first field goes on when it is ended, as an operation does whose cancellation is lost on the way."""
    begun, ended = asyncio.Event(), asyncio.Event()

    @strawberry.type
    class Query:
        @strawberry.field
        async def former(self) -> str:
            begun.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            ended.set()
            return "former"

        @strawberry.field
        async def begun(self) -> bool:
            return await begun.wait()

        @strawberry.field
        async def next(self) -> str:
            await ended.wait()
            for _ in range(100):  # until the former has said what it wants to say
                await asyncio.sleep(0)
            return "next"

    return strawberry.Schema(Query)


def test_an_operation_that_a_client_ended_says_nothing_in_the_name_of_the_next(workspace: Workspace) -> None:
    http = app_with(workspace, stubborn())
    with http, http.websocket_connect(ADDRESS, subprotocols=[PROTOCOL]) as socket:
        let_in(socket)
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ former }"}})
        assert ask(socket, "{ begun }", "2")["payload"]["data"] == {"begun": True}
        assert socket.receive_json() == {"id": "2", "type": "complete"}
        socket.send_json({"type": "complete", "id": "1"})
        assert ask(socket, "{ next }")["payload"]["data"] == {"next": "next"}
        assert socket.receive_json() == {"id": "1", "type": "complete"}


def test_what_fails_when_nobody_waits_for_it_any_more_is_in_no_log() -> None:
    unheard: list[dict[str, Any]] = []

    async def fail(_keys: list[int]) -> list[int]:
        await asyncio.sleep(0)
        raise ReadTooLateError

    async def ask() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
        loader = Loader[int, int](load_fn=fail)
        waiting = [asyncio.ensure_future(loader.load(key)) for key in (1, 1, 2)]
        await asyncio.sleep(0)
        for each in waiting:
            each.cancel()
        with pytest.raises(ReadTooLateError):
            await loader.load(3)
        loader.clear_all()
        gc.collect()

    asyncio.run(ask())
    assert unheard == []


def test_an_operation_that_a_client_ended_is_told_of(
    billhook: Billhook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="billhook.operations")
    website = project(billhook)
    begun = Event()

    async def never(_loaders: Loaders, _table: object, _key: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Loaders, "row", never)
    change = f'mutation Rename {{ updateProject(input: {{ id: "{website}", title: "Shop" }}) {{ project {{ customer {{ name }} }} }} }}'
    with opened(billhook) as socket:
        let_in(socket)
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": change}})
        assert begun.wait(timeout=60)
        socket.send_json({"type": "complete", "id": "1"})
        assert ask(socket, "{ viewer { role } }", "2")["payload"]["data"] == {"viewer": {"role": "ADMIN"}}
    told = [vars(record) for record in caplog.records if vars(record).get("operation") == "Rename"]
    assert [(line["message"], line["kind"], line["codes"]) for line in told] == [("operation", "mutation", ["STOPPED"])]
    assert 'billhook_operations_total{code="STOPPED",kind="mutation"} 1.0' in billhook.http.get("/metrics").text
    assert billhook.graphql(f'{{ project(id: "{website}") {{ title }} }}')["project"]["title"] == "Shop"
