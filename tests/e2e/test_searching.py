"""Searching finds the same on both databases, whatever is searched for, and never fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e import story

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

LISTS = {
    "users": "users(search: $text) { totalCount }",
    "work types": "workTypes(search: $text) { totalCount }",
    "customers": "customers(filter: {search: $text}) { totalCount }",
    "projects": "projects(filter: {search: $text}) { totalCount }",
    "billable projects": "billableProjects(filter: {search: $text}) { totalCount }",
    "invoices": "invoices(filter: {search: $text}) { totalCount }",
    "time entries": "timeEntries(filter: {search: $text}) { totalCount }",
}
SOUGHT = {
    "as it was written": "ÄRGER ÜBER ŁÓDŹ 100%_",
    "in small letters": "ärger über łódź 100%_",
    "in capitals": "ÄRGER ÜBER ŁÓDŹ",
    "a part with spaces around it": "  über ",
    "an İ in capitals": "İZMİR",
    "an İ in small letters": "izmir",
    "an I for an İ": "IZMIR",
    "a percent sign": "%",
    "an underscore": "_",
}


@pytest.fixture
def filled(billhook: Billhook) -> Billhook:
    name = "Ärger über Łódź 100%_ in İzmir"
    story.seller(billhook)
    user = billhook.mutate("createUser", {"name": name}, "user { id }")["user"]["id"]
    billhook.mutate("createWorkType", {"name": name}, "workType { id }")
    customer = billhook.mutate("createCustomer", {"name": name}, "customer { id }")["customer"]["id"]
    given = {"customerId": customer, "title": name, "hourlyRate": "100"}
    project = billhook.mutate("createProject", given, "project { id }")["project"]["id"]
    billhook.mutate("trackTime", {"projectId": project, "userId": user, "seconds": 3600, "description": name}, "timeEntry { id }")
    story.timetracking(billhook, project)
    billhook.mutate("trackTime", {"projectId": project, "userId": user, "seconds": 3600, "description": "Else"}, "timeEntry { id }")
    return billhook


def found(billhook: Billhook, of: str, text: str) -> int:
    data = billhook.graphql(f"query($text: String!) {{ found: {LISTS[of]} }}", {"text": text})
    count: int = data["found"]["totalCount"]
    return count


@pytest.mark.parametrize("text", SOUGHT.values(), ids=SOUGHT)
@pytest.mark.parametrize("of", LISTS)
def test_a_search_finds_text_without_regard_to_case_in_any_alphabet(filled: Billhook, of: str, text: str) -> None:
    assert found(filled, of, text) == 1


@pytest.mark.parametrize("of", LISTS)
def test_a_search_takes_nothing_for_a_pattern(filled: Billhook, of: str) -> None:
    assert [found(filled, of, text) for text in ("1%0", "Ä_ger", "\\", "[", "*")] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("of", LISTS)
def test_what_nothing_can_hold_is_a_wrong_request_and_200_characters_are_not(billhook: Billhook, of: str) -> None:
    assert found(billhook, of, "x" * 200) == 0
    for text in ("x" * 201, "a\0b"):
        [error] = billhook.errors(f"query($text: String!) {{ found: {LISTS[of]} }}", {"text": text})
        assert (error["message"], error["extensions"]["code"]) == (
            "A search is at most 200 characters, without U+0000.",
            "BAD_USER_INPUT",
        )


def test_no_source_has_a_name_that_cannot_be_stored(filled: Billhook) -> None:
    query = "query($names: [String!]) { invoices(filter: {sources: $names}) { totalCount } }"
    assert filled.graphql(query, {"names": ["a\0b"]}) == {"invoices": {"totalCount": 0}}
    assert filled.graphql(query, {"names": ["a\0b", "timetracking"]}) == {"invoices": {"totalCount": 1}}
