"""What came of calls that were made at the same moment."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tests.e2e.story import Answer
from tests.fleet import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.e2e.client import Client

Call = tuple[str, Answer, str]
"""A mutation, its input, and the field of its payload that holds what it made."""


def at_once(clients: Sequence[Client], calls: Sequence[Call]) -> list[Answer]:
    """Make all of these calls at once; return their payloads, none of which has a top-level error."""
    return together([ready(client, *call) for client, call in zip(clients, calls, strict=True)])


def ready(client: Client, mutation: str, given: Answer, field: str) -> Callable[[], Answer]:
    """A call to be made later: its payload has the ids of what it made, and what was refused."""
    made = field if field.endswith(("}", "Id", "Ids")) else f"{field} {{ id }}"
    return partial(client.attempt, mutation, given, f"{made} userErrors {{ code message path }}")


def done(payloads: Iterable[Answer]) -> list[Answer]:
    """Those that were not refused."""
    return [payload for payload in payloads if not payload["userErrors"]]


def refused(payloads: Iterable[Answer]) -> Counter[str]:
    """How often each code was answered, by those that were refused."""
    return Counter(error["code"] for payload in payloads for error in payload["userErrors"])


def booked(client: Client, *project_ids: str) -> list[tuple[str, str]]:
    """Number and issue date of every document on these projects, in number order."""
    query = """query($filter: InvoiceFilter, $after: String) { invoices(filter: $filter, first: 100, after: $after) {
        nodes { number issuedOn } pageInfo { hasNextPage } } }"""
    page = client.graphql(query, {"filter": {"projectIds": list(project_ids), "statuses": ["BOOKED"]}})["invoices"]
    assert not page["pageInfo"]["hasNextPage"]
    return sorted((node["number"], node["issuedOn"]) for node in page["nodes"])


def numbers(client: Client, *project_ids: str) -> list[str]:
    """The numbers of the documents on these projects, in order."""
    return [number for number, _ in booked(client, *project_ids)]


def first(count: int) -> list[str]:
    """The first numbers of a seller's invoices, without a gap."""
    return [f"INV-{sequence:05d}" for sequence in range(1, count + 1)]
