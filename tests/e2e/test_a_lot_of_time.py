"""The most unbilled time that a project can have, and one second more: the API shows seconds as an Int."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e import story

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

LONGEST_ENTRY = 36_000_000
MOST = 2**31 - 1


def sheet(project: str, user: str, *seconds: int) -> dict[str, object]:
    return {"track": [{"projectId": project, "userId": user, "seconds": each} for each in seconds]}


def unbilled(billhook: Billhook, project: str) -> object:
    query = "query($id: ID!) { project(id: $id) { billing { unbilled { seconds } } } }"
    return billhook.graphql(query, {"id": project})["project"]["billing"]["unbilled"]["seconds"]


def test_a_project_holds_as_much_unbilled_time_as_an_int_and_no_second_more(billhook: Billhook) -> None:
    project, user = story.project(billhook, hourlyRate="0.01"), story.someone(billhook)
    entries, rest = divmod(MOST, LONGEST_ENTRY)
    billhook.mutate("saveTimeEntries", sheet(project, user, *[LONGEST_ENTRY] * entries, rest), "projects { id }")
    assert unbilled(billhook, project) == MOST
    [error] = billhook.refused("saveTimeEntries", sheet(project, user, 1))
    assert (error["code"], error["message"]) == (
        "LIMIT_EXCEEDED",
        "The unbilled time of one project would be more than 596523 hours. Invoice some of it, or use several projects.",
    )
    assert unbilled(billhook, project) == MOST


def test_one_line_may_bill_all_of_it_and_it_comes_back_only_where_there_is_room(billhook: Billhook) -> None:
    project, user = story.project(billhook, hourlyRate="0.01"), story.someone(billhook)
    entries, rest = divmod(MOST, LONGEST_ENTRY)
    billhook.mutate("saveTimeEntries", sheet(project, user, *[LONGEST_ENTRY] * entries, rest), "projects { id }")
    given = {"projectId": project, "source": {"timetracking": {"groupBy": "USER"}}}
    invoice = billhook.mutate("createInvoice", given, "invoice { id lines { nodes { hours } } }")["invoice"]
    assert invoice["lines"]["nodes"] == [{"hours": "596523.2353"}]
    billhook.mutate("saveTimeEntries", sheet(project, user, 1), "projects { id }")
    [error] = billhook.refused("discardInvoice", {"invoiceId": invoice["id"]})
    assert error["code"] == "LIMIT_EXCEEDED"
    assert unbilled(billhook, project) == 1
