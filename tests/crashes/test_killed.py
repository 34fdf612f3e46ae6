"""A server that is killed at any moment loses nothing that it answered, and leaves nothing half done (G1-G4)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TYPE_CHECKING

from tests.crashes.load import Office, Sent, without
from tests.e2e import story
from tests.fleet import Fleet, Server, breaches

from billhook.domain.ids import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.e2e.client import Client

SEED = 20260310
KILLS, OFFICES = 20, 5
SHORTEST, LONGEST = 0.1, 0.5
"""Seconds of work before a kill."""
KINDS = {"trackTime", "saveTimeEntries", "createInvoice", "createProject", "bookInvoice", "discardInvoice", "creditInvoice"}


def test_a_server_killed_at_random_moments_loses_nothing_and_leaves_nothing_half_done(
    begin: Callable[[], Server], database_url: str, tmp_path: Path
) -> None:
    random = Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    server = begin()
    offices = opened(server.client, random)
    unanswered: list[Sent] = []
    for _ in range(KILLS):
        done_before = {office.name: len(office.sent) for office in offices}
        work_until_killed(server, offices, random.uniform(SHORTEST, LONGEST))
        assert breaches(database_url) == []
        server = begin()
        sent = [each for office in offices for each in office.sent[done_before[office.name] :]]
        assert_there(server.client, offices, sent)
        unanswered += [each for each in sent if each.answer is None]
        send_again(server.client, offices, sent)
        assert_there(server.client, offices, sent)
    assert_nothing_else_is_there(server.client, offices)
    Fleet(database_url, tmp_path, (server,)).prove()
    server.kill()
    assert [log.read_text() for log in tmp_path.glob("server-*")] == [""] * (KILLS + 1)
    assert {each.mutation for office in offices for each in office.sent if each.was_done} == KINDS
    assert len(unanswered) >= KILLS  # so the kills met mutations that were under way


def opened(client: Client, random: Random) -> list[Office]:
    """Those who work, on shared projects."""
    customer, user = story.customer(client), story.someone(client)
    projects = [story.project(client, f"Project {number}", customerId=customer) for number in range(3)]
    return [Office(f"Office {number}", projects, customer, user, Random(random.random())) for number in range(OFFICES)]  # noqa: S311


def work_until_killed(server: Server, offices: list[Office], seconds: float) -> None:
    with ThreadPoolExecutor(len(offices)) as threads:
        working = [threads.submit(office.work, server.client) for office in offices]
        time.sleep(seconds)
        server.process.kill()
        for work in working:
            work.result()
    server.kill()  # its client can be closed only now that nobody sends any more


def send_again(client: Client, offices: list[Office], sent: Iterable[Sent]) -> None:
    """Send all with the same keys: what was done answers alike, and what was not answered is done once."""
    for each in sent:
        if each.answer is None:
            each.answer = each.send(client)
            next(office for office in offices if each in office.sent).remember(each)
    gone = deleted(offices)
    for each in sent:
        if each.was_done:
            assert without(gone, each.send(client)) == without(gone, each.answer)


def assert_there(client: Client, offices: list[Office], sent: Iterable[Sent]) -> None:
    """What was made is there, unless it was deleted, by a mutation that may not have been answered."""
    perhaps_gone = set[str]().union(*(each.given.get("deleteIds", ()) for each in sent if each.answer is None))
    made = set[str]().union(*(each.made for each in sent)) - deleted(offices) - perhaps_gone
    assert existing(client, made) == made


def existing(client: Client, ids: set[str]) -> set[str]:
    found: set[str] = set()
    wanted = sorted(ids)
    for at in range(0, len(wanted), 100):
        nodes = client.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": wanted[at : at + 100]})["nodes"]
        found |= {node["id"] for node in nodes if node is not None}
    return found


def deleted(offices: list[Office]) -> set[str]:
    return set[str]().union(*(each.deleted for office in offices for each in office.sent))


def assert_nothing_else_is_there(client: Client, offices: list[Office]) -> None:
    """Every entry, invoice and project is of one of the answers: none is there twice, or by halves."""
    made = set[str]().union(*(each.made for office in offices for each in office.sent)) - deleted(offices)
    assert listed(client, "timeEntries") == {each for each in made if decode(each)[0] == "TimeEntry"}
    assert listed(client, "invoices") == {each for each in made if decode(each)[0] == "Invoice"}
    assert listed(client, "projects") == {each for each in made if decode(each)[0] == "Project"} | set(offices[0].projects)


def listed(client: Client, connection: str) -> set[str]:
    """The ids of everything in a connection, page by page."""
    query = f"query($after: String) {{ {connection}(first: 100, after: $after) {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}"
    ids: set[str] = set()
    page = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = client.graphql(query, {"after": page["pageInfo"]["endCursor"]})[connection]
        ids |= {node["id"] for node in page["nodes"]}
    return ids
