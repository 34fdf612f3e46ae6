"""Tracking time on one hot project from 16 clients, over HTTP; nothing of it may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bench.assignments import Assignment, add_twins
from bench.databases import copied
from bench.figures import Latency, latency
from bench.load import Request, send
from bench.process import Answered, elapsed
from bench.reading import connected, require_verified
from bench.serving import served
from billhook.domain.ids import decode, encode

if TYPE_CHECKING:
    from bench.databases import Databases

CLIENTS = 16
ENTRIES_OF_A_CLIENT = 25
"""In a round."""
WARMING = 2
TRACK = """
mutation Track($input: TrackTimeInput!) {
  trackTime(input: $input) { timeEntry { id amount { amount } } userErrors { code message } }
}
"""
TRACKED = "SELECT COUNT(*), SUM(seconds) FROM time_entry WHERE project_id = :key"


@dataclass(frozen=True, slots=True)
class TrackingResult:
    """What tracking cost on one kind of database; the server's memory in MiB."""

    tracked: Latency
    memory_before_mib: float
    memory_after_mib: float


def measure(databases: Databases, name: str, rounds: int) -> TrackingResult:
    """Track on one project, and verify the database at the end."""
    with copied(databases, name) as url:
        [(hot, _)] = add_twins(url, 1)
        before = _tracked(url, hot)
        with served(url) as server:
            memory_before = server.memory()[0]
            _round(server.address, hot, WARMING)
            measured = [_round(server.address, hot, ENTRIES_OF_A_CLIENT) for _ in range(rounds)]
            memory_after = server.memory()[0]
        number = CLIENTS * (WARMING + rounds * ENTRIES_OF_A_CLIENT)
        after = _tracked(url, hot)
        if (after[0] - before[0], after[1] - before[1]) != (number, number * 900):
            raise RuntimeError(f"{number} entries were tracked, and {after} are there where {before} were")
        require_verified(url)
    answered = [each for of_round in measured for each in of_round]
    return TrackingResult(latency([each.seconds for each in answered], sum(map(elapsed, measured))), memory_before, memory_after)


def _round(address: str, hot: Assignment, entries: int) -> list[Answered]:
    """Track so many entries from each client. Raises RuntimeError when one is refused."""
    users = (encode("User", 1 + client) for client in range(CLIENTS))
    answered = send([[Request(address, TRACK, {"input": _entry(hot, user)})] * entries for user in users])
    for each in answered:
        if "errors" in each.answer or each.answer["data"]["trackTime"]["userErrors"]:
            raise RuntimeError(f"a time entry was refused: {each.answer}")
    return answered


def _entry(hot: Assignment, user: str) -> dict[str, str | int]:
    return {"projectId": hot.project_id, "userId": user, "seconds": 900, "description": "A quarter of an hour"}


def _tracked(url: str, hot: Assignment) -> tuple[int, int]:
    with connected(url) as connection:
        number, seconds = connection.execute(sa.text(TRACKED), {"key": decode(hot.project_id)[1]}).one()
    return int(number), int(seconds)
