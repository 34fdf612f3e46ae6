"""Many who write at once all get their turn, on either database, in one process or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e import story
from tests.fleet import together
from tests.races.outcomes import ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.client import Client
    from tests.e2e.story import Answer
    from tests.fleet import Fleet

WRITERS, TIMES = 32, 5


def test_thirty_two_who_write_at_once_through_two_processes_are_all_answered(fleet: Fleet, billhook: Client) -> None:
    projects = [story.project(billhook, f"Written to {number}") for number in range(4)]
    user = story.someone(billhook)

    def writing(client: Client, project: str) -> Callable[[], list[Answer]]:
        track = ready(client, "trackTime", {"projectId": project, "userId": user, "seconds": 3600}, "timeEntry")
        return lambda: [track() for _ in range(TIMES)]

    calls = [writing(client, projects[at % 4]) for at, client in enumerate(fleet.clients(WRITERS))]
    payloads = [payload for some in together(calls) for payload in some]
    assert [payload["userErrors"] for payload in payloads] == [[]] * (WRITERS * TIMES)
    assert len({payload["timeEntry"]["id"] for payload in payloads}) == WRITERS * TIMES
    assert [story.balance(billhook, project) for project in projects] == [(f"{WRITERS * TIMES * 100 // 4}.00", "0.00")] * 4
