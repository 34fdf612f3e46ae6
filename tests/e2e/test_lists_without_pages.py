"""What a list without pages has beyond the ten items that it is reckoned for costs what it is, and is refused where that is too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY

import pytest
from graphql import GraphQLError
from tests.e2e.client import Billhook, FixedClock
from tests.e2e.story import deal, phase, project, someone, subscription
from tests.e2e.test_spending import aliased, cost
from tests.e2e.test_statement_counts import statements
from tests.e2e.websocket.connecting import app_with

from billhook.billing.reading.agreements import deal_lines, due_periods
from billhook.domain.errors import TooMuchToRead
from billhook.domain.ids import decode
from billhook_schema import agreement, spending
from billhook_schema.spending import Spending, Work

if TYPE_CHECKING:
    from strawberry import Schema

    from billhook.billing.transaction import Transaction
    from billhook.billing.workspace import Workspace
    from billhook.store.tables import Subscription

PHASES = 'project(id: "ID") { phases { id } }'


def with_phases(billhook: Billhook, number: int) -> str:
    website = project(billhook)
    for at in range(number):
        phase(billhook, website, f"Phase {at}")
    return website


def circle(project_id: str, levels: int) -> str:
    selection = "id"
    for _ in range(levels):
        selection = f"phases {{ project {{ {selection} }} }}"
    return f'{{ project(id: "{project_id}") {{ {selection} }} }}'


def test_each_item_beyond_the_tenth_costs_what_one_was_reckoned_for(billhook: Billhook) -> None:
    ten, twelve = with_phases(billhook, 10), with_phases(billhook, 12)
    few, more = (cost(billhook.execute(f"{{ {PHASES.replace('ID', each)} }}")) for each in (ten, twelve))
    assert (few, more) == (1 + 10 * 2, 1 + 12 * 2)
    selection = "phases { __typename id a: title b: title project { id deals { id } invoices(first: 3) { nodes { id } } } }"
    few, more = (cost(billhook.execute(f'{{ project(id: "{each}") {{ {selection} }} }}')) for each in (ten, twelve))
    # 1 for the phase, 3 for its texts, 2 for the project and its id, 20 for deals, and for the page 10, 1 for itself and 2 for each
    assert more == few + 2 * (1 + 3 + 2 + 20 + 10 + 1 + 3 * 2)


def test_periods_that_are_due_cost_what_is_asked_of_them(billhook: Billhook) -> None:
    website = project(billhook)
    monthly = subscription(billhook, website, "2026-01-01")
    query = f'{{ node(id: "{monthly}") {{ ... on BillingSubscription {{ duePeriods(asOf: "DAY") {{ startsOn endsOn }} }} }} }}'
    ten, year = (billhook.execute(query.replace("DAY", day)) for day in ("2026-10-31", "2026-12-31"))
    assert [len(answer["data"]["node"]["duePeriods"]) for answer in (ten, year)] == [10, 12]
    assert cost(year) == cost(ten) + 2 * 3


def test_a_circle_through_lists_is_refused_where_it_would_cost_more_than_the_most(billhook: Billhook) -> None:
    website = with_phases(billhook, 20)
    assert "errors" not in billhook.execute(circle(website, 3))
    answer = billhook.execute(circle(website, 4))
    errors = answer["errors"]
    assert answer["data"] == {"project": None}
    assert {error["extensions"]["code"] for error in errors} == {"QUERY_TOO_EXPENSIVE"}
    assert errors[0]["message"].startswith("The operation would cost ")
    assert errors[0]["message"].endswith(
        " with all items of its lists, and 50000 is the most. Ask for fewer fields, for smaller pages, or in several requests."
    )


def test_of_lists_that_are_refused_no_item_is_shown(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook)
    for _ in range(3):
        deal(billhook, website, *["1"] * 200)
    shown, show = list[str](), agreement._line_of  # noqa: SLF001 - what makes a line

    def counted(row: Any, currency: str) -> agreement.AgreedLine:  # noqa: ANN401 - any agreed line
        shown.append(row.description)
        return show(row, currency)

    monkeypatch.setattr(agreement, "_line_of", counted)
    answer = billhook.execute(f'{{ project(id: "{website}") {{ id deals {{ {aliased(49, "lines { unit }")} }} }} }}')
    assert answer["data"] == {"project": {"id": website, "deals": None}}
    reckoned, each = 2 + 10 * (1 + 49 * 10 * 2), 190 * 2
    assert len(shown) == (50_000 - reckoned) // each * 200


def test_a_large_project_keeps_no_list_back_that_the_operation_may_cost() -> None:
    spent = Spending(most=100, reckoned=50, price_of_more=lambda _info, length: length)
    spent.begin(Work.PREVIEW, 1000)
    spent.lengthen(ANY, 50, in_any_case=False)
    assert spent.total == 1100
    with pytest.raises(GraphQLError):
        spent.lengthen(ANY, 1, in_any_case=False)
    spent.lengthen(ANY, 1, in_any_case=True)
    spent.lengthen(ANY, 0, in_any_case=False)
    with pytest.raises(GraphQLError):
        spent.refuse_more_lists()
    spent.renew()
    spent.refuse_more_lists()


def test_periods_are_not_reckoned_any_more_once_lists_have_cost_too_much(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook)
    monthly = subscription(billhook, website, "2026-01-01")
    reckoned, reckon = list[date | None](), due_periods

    def counted(tx: Transaction, row: Subscription, invoiced: frozenset[date], as_of: date | None) -> list[tuple[date, date]]:
        reckoned.append(as_of)
        return reckon(tx, row, invoiced, as_of)

    monkeypatch.setattr(agreement, "due_periods", counted)
    often = aliased(90, 'duePeriods(asOf: "2200-01-01") { startsOn }')
    answer = billhook.execute(f'{{ node(id: "{monthly}") {{ ... on BillingSubscription {{ {often} }} }} }}')
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["QUERY_TOO_EXPENSIVE"]
    assert answer["data"] == {"node": None}
    assert len(reckoned) <= 26


def test_what_a_mutation_did_is_told_however_long_it_is_but_no_lists_in_it(billhook: Billhook) -> None:
    website = project(billhook)
    subscription(billhook, website, "2025-01-21", unit="WEEK")
    each = "{ id title startsOn endsOn every unit book amount { amount currency } project { id title status currency } }"
    told = f"invoice {{ id }} {aliased(15, f'subscription {each}')}"
    given = f'input: {{ asOf: "2026-03-10", idempotencyKey: "weekly", projectIds: ["{website}"] }}'
    answer = billhook.execute(f"mutation {{ {aliased(4, f'runSubscriptions({given}) {{ results {{ {told} }} }}')} }}")
    assert "errors" not in answer
    assert ([len(run["results"]) for run in answer["data"].values()], cost(answer)) == ([60] * 4, 62_328)
    lines = "lines(first: 100) { nodes { id kind section description quantity unit net { amount currency } } }"
    selection = f"period {{ startsOn }} invoice {{ id {lines} }}"
    answer = billhook.execute(f"mutation {{ runSubscriptions({given}) {{ results {{ {selection} }} }} }}")
    [first, *_] = answer["errors"]
    assert (first["path"], first["extensions"]["code"]) == (["runSubscriptions", "results", 0, "invoice", "lines"], "QUERY_TOO_EXPENSIVE")
    results = answer["data"]["runSubscriptions"]["results"]
    assert (len(results), results[0]) == (60, {"period": {"startsOn": "2025-01-21"}, "invoice": None})


def test_lists_that_are_too_long_together_are_not_read(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, *["1"] * 21)
    limited = replace(billhook.workspace, settings=billhook.workspace.settings.model_copy(update={"max_query_cost": 10}))
    with limited.reading() as tx:
        with pytest.raises(TooMuchToRead):
            deal_lines(tx, [decode(sold)[1]])
        assert [len(lines) for lines in deal_lines(tx, [decode(sold)[1], 0])] == [21, 0]


def test_after_lists_that_are_too_long_no_other_is_read(workspace: Workspace, schema: Schema) -> None:
    with app_with(workspace, schema, max_query_cost=1200) as http:
        limited = Billhook(http, workspace, FixedClock())
        website, ann = project(limited), someone(limited)
        for _ in range(10):
            deal(limited, website, *["1"] * 140)
        track = f'track: [{{ projectId: "{website}", userId: "{ann}", seconds: 60 }}]'
        saved = f'saveTimeEntries(input: {{ {track}, idempotencyKey: "once" }}) {{ projects {{ id deals {{ lines {{ id: unit }} }} }} }}'
        with statements(limited) as seen:
            answer = limited.execute(f"mutation {{ {aliased(3, saved)} }}")
    assert [each["projects"] for each in answer["data"].values()] == [[{"id": website, "deals": None}]] * 3
    assert {(error["message"], error["extensions"]["code"]) for error in answer["errors"]} == {
        (
            "The lists that the operation asks for are too long together. Ask for fewer of them, or for smaller pages.",
            "QUERY_TOO_EXPENSIVE",
        )
    }
    assert len([each for each in seen if "FROM deal_line" in each]) == 1


def test_what_a_period_costs_reads_no_lines(billhook: Billhook) -> None:
    website = project(billhook)
    monthly = subscription(
        billhook, website, "2026-01-01", lines=[{"description": str(price), "unitPrice": str(price)} for price in (5, 7)]
    )
    with statements(billhook) as seen:
        answer = billhook.execute(f'{{ node(id: "{monthly}") {{ ... on BillingSubscription {{ amount {{ amount }} }} }} }}')
    assert answer["data"] == {"node": {"amount": {"amount": "12.00"}}}
    assert [each.split(" AS ")[0] for each in seen if "FROM subscription_line" in each] == ["SELECT sum(subscription_line.net_minor)"]


def test_each_item_of_a_list_is_a_value_of_the_answer(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = with_phases(billhook, 4)
    query = f'{{ project(id: "{website}") {{ phases {{ ... @skip(if: true) {{ id }} }} }} }}'
    monkeypatch.setattr(spending, "MOST_VALUES", 6)
    assert billhook.execute(query)["data"] == {"project": {"phases": [{}] * 4}}
    monkeypatch.setattr(spending, "MOST_VALUES", 5)
    answer = billhook.execute(query)
    [error] = answer["errors"]
    assert (answer["data"], error["path"], error["extensions"]["code"]) == (None, ["project", "phases"], "QUERY_TOO_EXPENSIVE")


def test_a_change_is_not_refused_for_the_values_of_those_before_it(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    website = project(billhook)
    change = 'updateProject(input: { id: "ID", title: "TITLE" }) { project { id } }'.replace("ID", website)
    monkeypatch.setattr(spending, "MOST_VALUES", 2)
    answer = billhook.execute(f"mutation {{ {change.replace('TITLE', 'First')} second: {change.replace('TITLE', 'Second')} }}")
    assert (answer["data"], [error["path"] for error in answer["errors"]]) == (None, [["second", "project"]])
    monkeypatch.undo()
    assert billhook.graphql(f'{{ project(id: "{website}") {{ title }} }}')["project"]["title"] == "Second"
