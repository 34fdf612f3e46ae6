"""What waits for something that ended, though nobody told it to, has met a bug: the client is answered, and the log says where."""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.story import project
from tests.e2e.test_sse import streamed
from tests.e2e.websocket.connecting import ask, let_in, opened

from billhook_schema.loaders import Loaders

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

CUSTOMER = '{ project(id: "ID") { customer { name } } }'


@pytest.fixture(autouse=True)
def nobody(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project whose customer ends what waits for it."""
    website = project(billhook)

    async def ended(_loaders: Loaders, _table: object, _key: int) -> None:
        raise CancelledError

    monkeypatch.setattr(Loaders, "row", ended)
    return CUSTOMER.replace("ID", website)


def internal(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return the request id of the one error that an answer has."""
    [error] = answer["errors"] if isinstance(answer, dict) else answer
    request_id: str = error["extensions"]["requestId"]
    assert error == {"message": "Internal error", "extensions": {"code": "INTERNAL", "requestId": request_id}}
    return request_id


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "billhook.errors"]


def test_a_request_is_answered(billhook: Billhook, nobody: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = billhook.execute(nobody)
    assert answer.get("data") is None
    assert logged(caplog) == [f"request {internal(answer)} failed at no field"]
    assert "billhook_internal_errors_total 1.0" in billhook.http.get("/metrics").text


def test_a_stream_has_an_event_and_an_end(billhook: Billhook, nobody: str, caplog: pytest.LogCaptureFixture) -> None:
    with streamed(billhook, nobody) as events:
        (_, answer), (end, _) = [event for event in events if event[0]]
    assert (logged(caplog), end) == ([f"request {internal(answer)} failed at no field"], "complete")


def test_a_connection_is_told(billhook: Billhook, nobody: str, caplog: pytest.LogCaptureFixture) -> None:
    with opened(billhook) as socket:
        let_in(socket)
        told = ask(socket, nobody)
        assert (told["type"], told["id"]) == ("error", "1")
        assert logged(caplog) == [f"request {internal(told['payload'])} failed at no field"]
