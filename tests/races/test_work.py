"""Work that is tracked, rated and moved while it is invoiced: each entry is billed once or unbilled (G1, M3, R4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e import story
from tests.fleet import together
from tests.races.outcomes import done, numbers, ready, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.e2e.client import Client
    from tests.e2e.story import Answer
    from tests.fleet import Fleet

TIMES = 6
"""How often each client does what it does."""
ENTRIES = """query($filter: TimeEntryFilter) { timeEntries(filter: $filter, first: 100) { totalCount nodes {
    id seconds hourlyRate { amount currency } amount { amount currency } billing { state line { id } } project { id } } } }"""


def again(client: Client, mutation: str, given: Callable[[int], Answer], field: str) -> Callable[[], list[Answer]]:
    """A client that does the same several times, one after the other; returns the payloads."""
    return lambda: [ready(client, mutation, given(time), field)() for time in range(TIMES)]


def invoicing(client: Client, project: str) -> Callable[[], list[Answer]]:
    return again(client, "createInvoice", lambda _: {"projectId": project, "source": {"timetracking": {}}, "book": True}, "invoice")


def tracking(client: Client, project: str, user: str) -> Callable[[], list[Answer]]:
    return again(client, "trackTime", lambda time: {"projectId": project, "userId": user, "seconds": 600 * (time + 1)}, "timeEntry")


def race(calls: Iterable[Callable[[], list[Answer]]]) -> list[Answer]:
    return [payload for payloads in together(list(calls)) for payload in payloads]


def entries_of(billhook: Client, *projects: str) -> list[Answer]:
    found = billhook.graphql(ENTRIES, {"filter": {"projectIds": list(projects)}})["timeEntries"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Answer] = story.plain(found["nodes"])
    return nodes


def accounted_for(billhook: Client, project: str, invoices: Iterable[Answer]) -> None:
    """Each entry of the project is on exactly one of the invoices or unbilled, and the amounts are what the entries are worth."""
    entries = entries_of(billhook, project)
    on_lines = [node["id"] for invoice in invoices for line in invoice["lines"] for node in line["timeEntries"]["nodes"]]
    states = {state: [each for each in entries if each["billing"]["state"] == state] for state in ("BILLED", "UNBILLED")}
    assert len(states["BILLED"]) + len(states["UNBILLED"]) == len(entries)
    assert sorted(on_lines) == sorted(each["id"] for each in states["BILLED"])
    assert sum(Decimal(invoice["work"]) for invoice in invoices) == worth(states["BILLED"])
    assert Decimal(story.balance(billhook, project)[0]) == worth(states["UNBILLED"])


def worth(entries: Iterable[Answer]) -> Decimal:
    return sum((Decimal(entry["amount"]) for entry in entries), Decimal(0))


def invoices_of(billhook: Client, payloads: Iterable[Answer]) -> list[Answer]:
    return [story.read(billhook, payload["invoice"]) for payload in done(payloads) if "invoice" in payload]


def test_time_tracked_while_its_project_is_invoiced_is_on_an_invoice_or_unbilled(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook, sellerId=story.seller(billhook, "Tracked and invoiced"))
    user = story.someone(billhook)
    clients = fleet.clients(12)
    payloads = race([*(tracking(client, project, user) for client in clients[:8]), *(invoicing(client, project) for client in clients[8:])])
    assert set(refused(payloads)) <= {"NOTHING_TO_BILL"}
    assert len(entries_of(billhook, project)) == 8 * TIMES
    invoices = invoices_of(billhook, payloads)
    accounted_for(billhook, project, invoices)
    assert numbers(billhook, project) == sorted(invoice["number"] for invoice in invoices)


def test_rates_changed_while_time_is_tracked_and_invoiced_rate_what_is_unbilled(fleet: Fleet, billhook: Client) -> None:
    user = story.user(billhook, "Rated", EUR="60")
    by_user = [story.project(billhook, f"By user {number}", ratePolicy="USER") for number in range(2)]
    by_project = story.project(billhook, "By project")
    clients = fleet.clients(10)

    def user_rate(time: int) -> Answer:
        return {"id": user, "hourlyRates": [{"currency": "EUR", "hourlyRate": f"{60 + time}"}]}

    payloads = race(
        [
            *(tracking(client, project, user) for client, project in zip(clients[:6], [*by_user, by_project] * 2, strict=True)),
            *(invoicing(client, project) for client, project in zip(clients[6:8], by_user, strict=True)),
            again(
                clients[8],
                "updateUser",
                user_rate,
                "user",
            ),
            again(clients[9], "updateProject", lambda time: {"id": by_project, "hourlyRate": f"{90 + time}"}, "project"),
        ]
    )
    assert set(refused(payloads)) <= {"NOTHING_TO_BILL"}
    assert len(entries_of(billhook, *by_user, by_project)) == 6 * TIMES
    for projects, rate in ((by_user, 60 + TIMES - 1), ([by_project], 90 + TIMES - 1)):
        unbilled = [entry for entry in entries_of(billhook, *projects) if entry["billing"]["state"] == "UNBILLED"]
        assert {entry["hourlyRate"] for entry in unbilled} <= {f"{rate}.00"}
    for project in (*by_user, by_project):
        mine = [invoice for invoice in invoices_of(billhook, payloads) if invoice["number"] in numbers(billhook, project)]
        accounted_for(billhook, project, mine)


def test_entries_moved_both_ways_at_once_while_both_projects_are_invoiced_are_billed_once(fleet: Fleet, billhook: Client) -> None:
    seller = story.seller(billhook, "Moved both ways")
    left, right = (story.project(billhook, title, sellerId=seller) for title in ("Left", "Right"))
    moved = [[story.work(billhook, project, "10") for _ in range(8)] for project in (left, right)]

    def moving(client: Client, entries: list[str], targets: tuple[str, str]) -> Callable[[], list[Answer]]:
        def sheet(time: int) -> Answer:
            return {"update": [{"timeEntryId": entry, "projectId": targets[time % 2]} for entry in entries]}

        return again(client, "saveTimeEntries", sheet, "updated { id }")

    def billing(client: Client, project: str, entries: list[str]) -> Callable[[], list[Answer]]:
        def one(time: int) -> Answer:
            return {"projectId": project, "source": {"timetracking": {"entryIds": [entries[time]]}}, "book": True}

        return again(client, "createInvoice", one, "invoice")

    clients = fleet.clients(8)
    payloads = race(
        [
            *(moving(client, moved[0][half::2], (right, left)) for half, client in enumerate(clients[:2])),
            *(moving(client, list(reversed(moved[1][half::2])), (left, right)) for half, client in enumerate(clients[2:4])),
            *(billing(client, project, entries) for client, project, entries in zip(clients[4:6], (left, right), moved, strict=True)),
            *(tracking(client, project, story.someone(billhook)) for client, project in zip(clients[6:], (left, right), strict=True)),
        ]
    )
    # NOT_FOUND: the entry to be billed was on the other project at that moment.
    assert set(refused(payloads)) <= {"ALREADY_BILLED", "NOT_FOUND"}
    assert len(entries_of(billhook, left, right)) == 2 * 8 + 2 * TIMES
    invoices = invoices_of(billhook, payloads)
    for project in (left, right):
        accounted_for(billhook, project, [invoice for invoice in invoices if invoice["number"] in numbers(billhook, project)])


def test_a_sheet_saved_twice_at_once_is_saved_once_under_its_key(fleet: Fleet, billhook: Client) -> None:
    projects = [story.project(billhook, f"Sheet {number}") for number in range(3)]
    track = [{"projectId": project, "userId": story.someone(billhook), "seconds": 3600} for project in projects]
    sheet = {"track": track, "idempotencyKey": "one sheet"}
    calls = [ready(client, "saveTimeEntries", sheet, "tracked { id }") for client in fleet.clients(8)]
    [first, *others] = together(calls)
    assert others == [first] * 7
    assert sorted(entry["id"] for entry in entries_of(billhook, *projects)) == sorted(entry["id"] for entry in first["tracked"])
