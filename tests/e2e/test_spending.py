"""Previews and offers cost what they load: equal ones are worked out once, and what is too much in sum is refused where it is met."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLError
from tests.e2e.story import project, subscription, timetracking, work
from tests.e2e.test_statement_counts import asked, statements, track_many

from billhook.billing.transaction import LOCAL_ADMIN
from billhook_schema.context import Context, open_door
from billhook_schema.spending import Spending, Work

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

PAGE = "id title invoices(first: 96) { nodes { id number kind status } }"
LINE = ("kind", "section", "description", "quantity", "unit", "unitPrice", "net", "hours", "vat", "timeEntryCount", "settles", "line")
ONCE = {"net": "{ amount currency }", "vat": "{ category rate }", "settles": "{ id number }", "line": "{ id }"}
OFFERS = "sources { source { name } available suggestions }"


def preview(project_id: str, issued_on: str = "2026-03-01", selection: str = "token") -> str:
    given = f'{{ projectId: "{project_id}", source: {{ timetracking: {{}} }}, issuedOn: "{issued_on}" }}'
    return f"previewInvoice(input: {given}) {{ preview {{ {selection} }} }}"


def aliased(times: int, field: str) -> str:
    return " ".join(f"a{number}: {field}" for number in range(times))


def cost(answer: dict[str, Any]) -> int:
    requested: int = answer["extensions"]["cost"]["requested"]
    return requested


def padding(amount: int) -> str:
    """Selections that are reckoned to cost so much, from 49411 on."""
    pages, rest = divmod(amount - 49_411, 211)
    shorter, ones = (max(0, rest - 11) // 2, (rest - 11) % 2) if rest >= 11 else (None, rest)
    fields = [f"p: projects(first: 100) {{ nodes {{ {PAGE} }} }}"]
    fields += [f"p{number}: projects(first: 100) {{ nodes {{ id }} }}" for number in range(pages)]
    fields += [] if shorter is None else [f"q: projects(first: {shorter}) {{ nodes {{ id }} }}"]
    return " ".join(fields + [f"t{number}: __typename" for number in range(ones)])


def test_equal_previews_are_worked_out_once(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 3)
    once, statements_of_one = asked(billhook, f"{{ {preview(website)} }}")
    often, statements_of_many = asked(billhook, f"{{ {aliased(20, preview(website))} }}")
    assert statements_of_many == statements_of_one
    assert list(often.values()) == [once["previewInvoice"]] * 20
    _, statements_of_two = asked(billhook, f"{{ {preview(website)} other: {preview(website, '2026-03-02')} }}")
    assert statements_of_two > statements_of_one


def test_equal_invoices_of_one_list_are_worked_out_once(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 3)
    query = "query($i: PreviewInvoicesInput!) { previewInvoices(input: $i) { results { preview { token } } } }"

    def statements_of(number: int) -> int:
        given = {"invoices": [{"projectId": website, "source": {"timetracking": {}}}] * number}
        with statements(billhook) as seen:
            results = billhook.graphql(query, {"i": given})["previewInvoices"]["results"]
        assert results == [results[0]] * number
        return len(seen)

    assert statements_of(100) == statements_of(1)


def test_what_sources_offer_for_one_project_is_worked_out_once(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 3)
    once, statements_of_one = asked(billhook, f'{{ project(id: "{website}") {{ {OFFERS} }} }}')
    often, statements_of_many = asked(billhook, f'{{ project(id: "{website}") {{ {aliased(5, OFFERS)} }} }}')
    assert statements_of_many == statements_of_one
    assert list(often["project"].values()) == [once["project"]["sources"]] * 5


def test_after_each_mutation_sources_are_asked_anew(billhook: Billhook) -> None:
    website = project(billhook)
    work(billhook, website, "1")
    [entry] = billhook.graphql("{ timeEntries { nodes { id } } }")["timeEntries"]["nodes"]
    available = "project { sources { source { name } available } }"
    done = billhook.graphql(
        f'mutation {{ a: updateProject(input: {{id: "{website}", title: "Shop"}}) {{ {available} }} '
        f'b: saveTimeEntries(input: {{deleteIds: ["{entry["id"]}"]}}) {{ deletedIds }} '
        f'c: updateProject(input: {{id: "{website}", title: "Site"}}) {{ {available} }} }}'
    )
    offered = [{each["source"]["name"]: each["available"] for each in done[field]["project"]["sources"]} for field in ("a", "c")]
    assert [each["timetracking"] for each in offered] == [True, False]


def test_a_preview_costs_the_unbilled_items_of_its_project(billhook: Billhook) -> None:
    website = project(billhook)
    without = cost(billhook.execute(f"{{ {preview(website)} }}"))
    track_many(billhook, website, 7)
    assert cost(billhook.execute(f"{{ {preview(website)} }}")) == without + 7
    assert cost(billhook.execute(f"{{ {aliased(20, preview(website))} }}")) == 20 * 104 + (without + 7 - 104)


def test_lines_beyond_the_tenth_cost_a_tenth_of_their_values(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 17)
    plain = cost(billhook.execute(f"{{ {preview(website)} }}")) - 1
    lines = preview(website, selection="lines { kind net { amount ...Rest } }")
    answer = billhook.execute(f"{{ {lines} }} fragment Rest on Money {{ currency }}")
    assert cost(answer) == plain + 10 * 5 + 7 * 5 // 10


@pytest.mark.parametrize(("lists", "lines", "turns"), [(3, 11, 3), (1, 10, 0), (1, 11, 1), (1, 100, 1), (1, 201, 3)])
def test_others_have_their_turn_before_each_hundred_lines_of_a_long_list(
    billhook: Billhook, schema: Schema, lists: int, lines: int, turns: int
) -> None:
    website = project(billhook)
    track_many(billhook, website, lines)
    turn, begun = 0, []

    class Watched(Context):
        async def let_others_in(self) -> None:
            await super().let_others_in()
            begun.append(turn)

    async def take_turns() -> None:
        nonlocal turn
        while True:
            await asyncio.sleep(0)
            turn += 1

    async def ask() -> None:
        others = asyncio.create_task(take_turns())
        document = f"{{ {aliased(lists, preview(website, selection='lines { kind }'))} }}"
        answer = await schema.execute(document, context_value=Watched(open_door(billhook.workspace), LOCAL_ADMIN))
        assert answer.errors is None
        others.cancel()
        with suppress(asyncio.CancelledError):
            await others

    asyncio.run(ask())
    assert (len(begun), len(set(begun))) == (turns, turns)


def test_a_line_with_nothing_behind_it_is_answered_without_a_task(billhook: Billhook, schema: Schema) -> None:
    website = project(billhook)
    track_many(billhook, website, 11)
    made = 0

    def count(loop: asyncio.AbstractEventLoop, coroutine: Any, /, **named: Any) -> asyncio.Task[Any]:  # noqa: ANN401 - handed on
        nonlocal made
        made += 1
        return asyncio.Task(coroutine, loop=loop, **named)

    async def ask(selection: str) -> int:
        nonlocal made
        made = 0
        asyncio.get_running_loop().set_task_factory(count)
        document = f"{{ {preview(website, selection=f'lines {{ {selection} }}')} }}"
        answer = await schema.execute(document, context_value=Context(open_door(billhook.workspace), LOCAL_ADMIN))
        assert answer.errors is None
        return made

    assert asyncio.run(ask("kind line { id } settles { id }")) == asyncio.run(ask("kind"))


def test_no_list_is_too_long_for_each_field_of_its_lines_once(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 17)
    once = " ".join(f"{name} {ONCE.get(name, '')}" for name in LINE)
    first = preview(website, selection=f"lines {{ {once} }}")
    alone = cost(billhook.execute(f"{{ {first} }}"))
    answered = billhook.execute(f"{{ {first} {padding(50_000 - alone + 15)} }}")
    assert "errors" not in answered
    assert cost(answered) == 50_015
    as_a_cache_asks = preview(website, selection=f"__typename lines {{ __typename {once.replace('}', '__typename }')} }}")
    alone = cost(billhook.execute(f"{{ {as_a_cache_asks} }}"))
    assert "errors" not in billhook.execute(f"{{ {as_a_cache_asks} {padding(50_000 - alone + 15)} }}")
    more = preview(website, selection=f"lines {{ {once} again: kind }}")
    alone = cost(billhook.execute(f"{{ {more} }}"))
    assert "errors" not in billhook.execute(f"{{ {more} {padding(50_000 - alone)} }}")
    refused = billhook.execute(f"{{ {more} {padding(50_000 - alone + 1)} }}")
    [error] = refused["errors"]
    assert error["path"] == ["previewInvoice", "preview", "lines"]
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"
    assert error["message"].startswith("The operation would cost 50001, and 50000 is the most")


def test_what_lines_have_behind_them_costs_what_it_is_reckoned_for_on_each(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 17)
    invoice = timetracking(billhook, website, book=True)["id"]

    def credit(selection: str) -> dict[str, Any]:
        return billhook.execute(f'{{ previewCredit(input: {{invoiceId: "{invoice}"}}) {{ preview {{ lines {{ {selection} }} }} }} }}')

    plain = cost(credit("line { id }"))
    answer = credit("line { id timeEntries(first: 5) { nodes { id } } }")
    assert [len(line["line"]["timeEntries"]["nodes"]) for line in answer["data"]["previewCredit"]["preview"]["lines"]] == [1] * 17
    reckoned, values = 11 + 5 * 2, 3
    assert cost(answer) == plain + 10 * reckoned + 7 * (reckoned - values) + (7 * 6 // 10 - 7 * 3 // 10)
    refused = credit(" ".join(f"line {{ a{at}: timeEntries(first: 100) {{ nodes {{ a: id b: id c: id d: id }} }} }}" for at in range(6)))
    [error] = refused["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"


@pytest.mark.parametrize(
    "hidden",
    [
        "... @skip(if: true) { KINDS }",
        "... @include(if: false) { KINDS }",
        "again: line { invoice { lines(first: 0) { nodes { KINDS } } } }",
    ],
)
def test_what_is_not_answered_hides_nothing_that_is(billhook: Billhook, hidden: str) -> None:
    website = project(billhook)
    track_many(billhook, website, 17)
    invoice = timetracking(billhook, website, book=True)["id"]
    pages = "line { invoice { lines(first: 50) { nodes { removed } } } }"
    more = hidden.replace("KINDS", aliased(40, "description"))

    def cost_of(lines: str) -> int:
        return cost(billhook.execute(f'{{ previewCredit(input: {{ invoiceId: "{invoice}" }}) {{ preview {{ lines {{ {lines} }} }} }} }}'))

    assert cost_of(f"{pages} {more}") >= cost_of(pages)


def test_what_sources_offer_costs_three_times_the_unbilled_items(billhook: Billhook) -> None:
    website = project(billhook)
    query = f'{{ project(id: "{website}") {{ {OFFERS} }} }}'
    without = cost(billhook.execute(query))
    track_many(billhook, website, 7)
    assert cost(billhook.execute(query)) == without + 3 * 7


def test_due_periods_of_a_project_count_as_unbilled_items_of_it(billhook: Billhook) -> None:
    website = project(billhook)
    queries = f'{{ project(id: "{website}") {{ {OFFERS} }} }}', f"{{ {preview(website)} }}"
    without = [cost(billhook.execute(query)) for query in queries]
    monthly = subscription(billhook, website, "2025-11-10")
    assert [cost(billhook.execute(query)) for query in queries] == [without[0] + 3 * 5, without[1] + 5]
    choice = {"subscription": {"subscriptionId": monthly}}
    billhook.mutate("createInvoice", {"projectId": website, "source": choice, "book": True}, "invoice { id }")
    assert [cost(billhook.execute(query)) for query in queries] == [without[0] + 3 * 4, without[1] + 4]


def test_of_a_subscription_from_long_ago_the_oldest_thousand_periods_are_loaded_and_any_other_that_is_asked_for(billhook: Billhook) -> None:
    website = project(billhook)
    queries = f'{{ project(id: "{website}") {{ {OFFERS} }} }}', f"{{ {preview(website)} }}"
    without = [cost(billhook.execute(query)) for query in queries]
    weekly = subscription(billhook, website, "1990-01-01", unit="WEEK")
    assert [cost(billhook.execute(query)) for query in queries] == [without[0] + 3 * 1000, without[1] + 1000]
    days = ["1990-01-01", "2026-03-09", "1990-01-08"]
    for asked_for, day in zip([{}, {"periodStart": "2026-03-09"}, {}], days, strict=True):
        given = {"projectId": website, "source": {"subscription": {"subscriptionId": weekly} | asked_for}}
        made = billhook.mutate("createInvoice", given, "invoice { lines { nodes { period { startsOn } } } }")
        assert made["invoice"]["lines"]["nodes"] == [{"period": {"startsOn": day}}]


def test_an_operation_is_refused_where_it_has_cost_more_than_the_most(billhook: Billhook) -> None:
    website = project(billhook)
    track_many(billhook, website, 7)
    loaded = cost(billhook.execute(f"{{ {preview(website)} }}")) - 104
    two = f"a: {preview(website)} b: {preview(website, '2026-03-02')}"
    allowed = billhook.execute(f"{{ {two} {padding(50_000 - 208 - loaded)} }}")
    assert cost(allowed) == 50_000 + loaded
    assert "errors" not in allowed
    refused = billhook.execute(f"{{ {two} {padding(50_000 - 208 - loaded + 1)} }}")
    assert cost(refused) == 50_001
    [error] = refused["errors"]
    assert error["path"] == ["b"]
    assert error["extensions"]["code"] == "QUERY_TOO_EXPENSIVE"
    assert error["message"] == (
        "The operation has cost 50001 so far, and 50000 is the most: previews, offers and long lists cost what they load. "
        "Ask for the rest in another request."
    )
    assert refused["data"]["a"]["preview"] == allowed["data"]["a"]["preview"]
    assert refused["data"]["b"] is None


def test_what_is_more_than_usual_is_done_up_to_the_most() -> None:
    spending = Spending(most=10, reckoned=5)
    with pytest.raises(GraphQLError):
        spending.begin(Work.LINES, 6, usual=False)
    spending.begin(Work.LINES, 5, usual=False)
    assert spending.total == 10


def test_the_first_of_each_kind_is_done_whatever_it_costs() -> None:
    spending = Spending(most=10, reckoned=10)
    spending.begin(Work.PREVIEW, 1000)
    spending.begin(Work.LINES, 1000)
    spending.begin(Work.OFFER, 1000)
    assert spending.total == 3010
    for work_again in Work:
        with pytest.raises(GraphQLError):
            spending.begin(work_again, 0)
    assert spending.total == 3010
    spending.renew()
    spending.begin(Work.PREVIEW, 0)
    spending.begin(Work.PREVIEW, 1)
    with pytest.raises(GraphQLError):
        spending.begin(Work.PREVIEW, 0)
