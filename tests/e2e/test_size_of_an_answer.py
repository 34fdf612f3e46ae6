"""An answer has so many values and characters, its errors included: a larger one is refused once, and a mutation tells what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLError
from tests.e2e.story import project, user
from tests.e2e.test_access import secret_of, signed_in
from tests.e2e.test_spending import aliased

from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook_schema import spending
from billhook_schema.spending import Spending

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


def test_the_texts_of_an_answer_are_bounded_together(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook, "W" * 100)
    titles = aliased(4, "title")
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 400)
    query = f'{{ project(id: "{website}") {{ TITLES }} }}'
    assert billhook.graphql(query.replace("TITLES", titles))["project"] == {f"a{number}": "W" * 100 for number in range(4)}
    answer = billhook.execute(query.replace("TITLES", f"{titles} id"))
    [error] = answer["errors"]
    assert (answer["data"], error["path"], error["extensions"]["code"]) == (None, ["project", "id"], "QUERY_TOO_EXPENSIVE")
    assert error["message"] == "The answer has more than 400 characters in its texts. Ask for the rest in another request."


def test_an_answer_that_is_too_long_is_one_error_wherever_it_may_be_null(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook, "W" * 21)
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 20)
    often = aliased(9, f'project(id: "{website}") {{ title }}')
    answer = billhook.execute(f"{{ {often} }}")
    assert (answer["data"], [error["extensions"]["code"] for error in answer["errors"]]) == (None, ["QUERY_TOO_EXPENSIVE"])


def test_errors_are_part_of_an_answer_that_is_too_long(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, website = user(billhook, "Ann"), project(billhook)
    entry = {"projectId": website, "userId": ann, "seconds": 3600}
    billhook.mutate("saveTimeEntries", {"track": [entry] * 20}, "tracked { id }")
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=ann))
    often = "timeEntries { nodes { " + aliased(5, "hourlyRate { amount }") + " } }"
    assert [error["extensions"]["code"] for error in billhook.execute(f"{{ {often} }}")["errors"]] == ["FORBIDDEN"] * 100
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 2000)
    answer = billhook.execute(f"{{ {often} }}")
    assert (answer["data"], [error["extensions"]["code"] for error in answer["errors"]]) == (None, ["QUERY_TOO_EXPENSIVE"])


def test_how_long_a_document_is_makes_its_errors_no_longer(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 3000)
    website = project(billhook)
    errors = "a: timeEntries(first: 101) { __typename } b: timeEntries(first: 101) { __typename }"
    answer = billhook.execute(f'{{ nodes(ids: ["{website}"]) {{ ... on Project {{ {errors} }} }} {"," * 50_000} }}')
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert answer["data"] == {"nodes": [None]}


def test_an_answer_has_so_many_values_whatever_it_was_reckoned_for(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook)
    monkeypatch.setattr(spending, "MOST_VALUES", 5)
    fields = f'(id: "{website}") {{ hourlyRate {{ currency }} customer {{ name }} SKIPPED }}'
    assert "errors" not in billhook.execute(f"{{ project{fields.replace('SKIPPED', '')} }}")
    for skipped in ("title", "seller { ... @skip(if: true) { id } }"):
        answer = billhook.execute(f"{{ project{fields.replace('SKIPPED', skipped)} }}")
        [error] = answer["errors"]
        assert (answer["data"], error["path"][0], error["extensions"]["code"]) == (None, "project", "QUERY_TOO_EXPENSIVE")
        assert error["message"] == "The answer has more than 5 values. Ask for the rest in another request."
    change = f'updateProject(input: {{ id: "{website}", title: "Shop" }}) {{ project {{ title status currency ratePolicy id }} }}'
    answer = billhook.execute(f"mutation {{ {change} never: {change} }}")
    assert (answer["data"], [error["path"] for error in answer["errors"]]) == (None, [["updateProject", "project", "id"]])


def test_of_a_mutation_whose_answer_is_too_long_it_is_told_what_was_done(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook)
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 100)
    created = "createInvoice(input: $i) { __typename userErrors { code } invoice { __typename id lines { nodes { description } } } }"
    query = f"mutation($i: CreateInvoiceInput!, $no: CreateInvoiceInput!) {{ a: {created} no: {created.replace('$i', '$no')} __typename }}"

    def given(project_id: str, length: int) -> dict[str, Any]:
        return {"projectId": project_id, "source": {"manual": {"lines": [{"description": "D" * length, "unitPrice": "1"}]}}}

    wrong = given(encode("Project", 99), 1)
    answer = billhook.execute(query, {"i": given(website, 200), "no": wrong})
    assert "errors" not in answer
    refused = {"__typename": "CreateInvoicePayload", "userErrors": [{"code": "NOT_FOUND"}], "invoice": None}
    assert (answer["data"]["no"], answer["data"]["a"]["invoice"]["lines"]["nodes"]) == (refused, [{"description": "D" * 200}])
    answer = billhook.execute(query, {"i": given(website, 201), "no": wrong})
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["a", "invoice", "lines", "nodes", 0, "description"], "QUERY_TOO_EXPENSIVE")
    done: dict[str, Any] = {"__typename": "CreateInvoicePayload", "userErrors": [], "invoice": None}
    assert answer["data"] == {"a": done, "no": refused, "__typename": "Mutation"}


def test_what_is_in_json_counts_as_text_and_each_event_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 10)
    shown = Spending(most=1)
    shown.show(10)
    with pytest.raises(GraphQLError):
        shown.show(1)
    shown.renew()
    shown.show(10)


@pytest.mark.parametrize("times", range(3, 10))
def test_a_field_that_ends_an_answer_takes_from_no_other_what_both_wait_for(
    billhook: Billhook, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    ann, website = user(billhook, "Ann"), project(billhook)
    entry = {"projectId": website, "userId": ann, "seconds": 3600, "description": "D" * 100}
    billhook.mutate("saveTimeEntries", {"track": [entry] * 20}, "tracked { id }")
    monkeypatch.setattr(spending, "MOST_CHARACTERS", 3000)
    page = (
        "timeEntries(first: 10) { nodes { id user { name } project { customer { name } } description } totalCount pageInfo { endCursor } }"
    )
    answer = billhook.execute(f"{{ {aliased(times, page)} }}")
    assert (answer["data"], [error["extensions"]["code"] for error in answer["errors"]]) == (None, ["QUERY_TOO_EXPENSIVE"])
