"""How many SQL statements a list and an invoice take: a number that does not depend on how much work there is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from tests.e2e.story import Answer, advance, customer, phase_invoice, project, someone, sums, timetracking, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.client import Billhook

PAGE = """{ billableProjects(first: 50) { totalCount nodes {
    id title customer { id name }
    billing { proposed unbilled { amount { amount currency } seconds entries } openAdvance { amount currency } } } } }"""
NESTED = """{ projects(first: 50) { nodes {
    title timeEntries(first: 3) { totalCount nodes { id seconds user { name } billing { state } } } } } }"""

LINES = "{ invoices(first: 50) { nodes { creditable { amount } lines(first: 3) { nodes { creditable { amount } } } } } }"


@contextmanager
def statements(billhook: Billhook) -> Iterator[list[str]]:
    """Collect the SQL statements that are executed in the block; BEGIN and COMMIT are none."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:  # noqa: ANN401 - what SQLAlchemy hands on
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(billhook.workspace.engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(billhook.workspace.engine, "before_cursor_execute", count)


def track_many(billhook: Billhook, project_id: str, number: int) -> None:
    """Track entries of one hour, 200 to a sheet."""
    user = someone(billhook)
    entries = [{"projectId": project_id, "userId": user, "seconds": 3600} for _ in range(number)]
    for start in range(0, number, 200):
        billhook.mutate("saveTimeEntries", {"track": entries[start : start + 200]}, "tracked { id }")


def shops(billhook: Billhook, number: int) -> list[str]:
    """Projects of different customers, each with an advance and more work than that."""
    made = []
    for each in range(number):
        shop = project(billhook, f"Shop {each}", customerId=customer(billhook, f"Customer {each}"))
        advance(billhook, shop, "10")
        work(billhook, shop, "20")
        made.append(shop)
    return made


def asked(billhook: Billhook, query: str) -> tuple[Answer, int]:
    """The answer to a query, and how many statements it took."""
    with statements(billhook) as seen:
        answer = billhook.graphql(query)
    return answer, len(seen)


def test_a_page_of_50_projects_takes_three_statements_and_one_for_who_asks_however_many_entries_there_are(billhook: Billhook) -> None:
    first, *_ = shops(billhook, 51)
    for more in (0, 400):
        track_many(billhook, first, more)
        answer, count = asked(billhook, PAGE)
        page = answer["billableProjects"]
        assert (page["totalCount"], len(page["nodes"]), count) == (51, 50, 4)
        assert {node["billing"]["openAdvance"]["amount"] for node in page["nodes"]} == {"10.00"}
        assert page["nodes"][0]["billing"]["unbilled"]["entries"] == more + 1


def test_the_time_entries_of_50_projects_take_as_many_statements_as_those_of_one(billhook: Billhook) -> None:
    track_many(billhook, shops(billhook, 1)[0], 5)
    one, count_of_one = asked(billhook, NESTED)
    track_many(billhook, shops(billhook, 49)[0], 5)
    many, count_of_many = asked(billhook, NESTED)
    assert count_of_many == count_of_one
    assert [len(answer["projects"]["nodes"]) for answer in (one, many)] == [1, 50]
    nodes = many["projects"]["nodes"]
    assert sorted(node["timeEntries"]["totalCount"] for node in nodes) == [*[1] * 48, 6, 6]
    assert sorted(len(node["timeEntries"]["nodes"]) for node in nodes) == [*[1] * 48, 3, 3]


def test_what_can_be_credited_of_the_lines_of_20_invoices_takes_as_many_statements_as_of_two(billhook: Billhook) -> None:
    timetracking(billhook, shops(billhook, 1)[0])
    _, count_of_two = asked(billhook, LINES)
    for shop in shops(billhook, 9):
        timetracking(billhook, shop)
    answer, count = asked(billhook, LINES)
    nodes = answer["invoices"]["nodes"]
    assert (len(nodes), count) == (20, count_of_two)
    assert sorted(line["creditable"]["amount"] for node in nodes for line in node["lines"]["nodes"]) == [*["10.00"] * 10, *["20.00"] * 10]


@pytest.mark.parametrize("book", [False, True])
@pytest.mark.parametrize("invoice", [timetracking, phase_invoice], ids=["timetracking", "phase"])
def test_an_invoice_of_500_entries_takes_as_many_statements_as_one_of_5(billhook: Billhook, invoice: Any, *, book: bool) -> None:  # noqa: ANN401 - a word of the story
    counts = []
    for number in (5, 50, 500):
        shop = project(billhook)
        advance(billhook, shop, "10")
        track_many(billhook, shop, number)
        with statements(billhook) as seen:
            made = invoice(billhook, shop, {"groupBy": "ENTRY"}, book=book)
        assert sums(made)[0] == f"{number}00.00"
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts
