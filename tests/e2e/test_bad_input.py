"""What people and programs send by mistake: each is refused with its code and a message that helps, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.refusals import mutation_of, nothing_written, refusal, top_level
from tests.e2e.story import Answer, customer, deal, manual, phase, project, someone, subscription, track

from billhook.billing.reading.cursor import encode_cursor

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


@pytest.fixture
def website(billhook: Billhook) -> str:
    someone(billhook)
    return project(billhook, "Website")


# ---- ids -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["", "Website", "%%%", "UHJvamVjdDo5OTk", "UHJvamVjdDotMQ", "UHJvamVjdDo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_an_id_of_nothing_is_not_found(billhook: Billhook, website: str, wrong: str) -> None:
    assert website
    code, path, message = refusal(billhook, "trackTime", {"projectId": wrong, "userId": someone(billhook), "seconds": 60})
    assert (code, path) == ("NOT_FOUND", "projectId")
    assert message.startswith("There is no Project with the id ")
    assert refusal(billhook, "createInvoice", {"projectId": wrong, "source": manual("1")})[:2] == ("NOT_FOUND", "projectId")
    assert refusal(billhook, "bookInvoice", {"invoiceId": wrong})[:2] == ("NOT_FOUND", "invoiceId")
    assert billhook.graphql("query($id: ID!) { node(id: $id) { id } project(id: $id) { id } invoice(id: $id) { id } }", {"id": wrong}) == {
        "node": None,
        "project": None,
        "invoice": None,
    }


def test_an_id_of_another_type_is_not_found(billhook: Billhook, website: str) -> None:
    user = someone(billhook)
    assert refusal(billhook, "trackTime", {"projectId": user, "userId": user, "seconds": 60})[:2] == ("NOT_FOUND", "projectId")
    assert refusal(billhook, "trackTime", {"projectId": website, "userId": website, "seconds": 60})[:2] == ("NOT_FOUND", "userId")
    assert refusal(billhook, "createProject", {"customerId": user, "title": "Shop"})[:2] == ("NOT_FOUND", "customerId")
    assert refusal(billhook, "saveTimeEntries", {"deleteIds": [website]})[:2] == ("NOT_FOUND", "deleteIds.0")
    entry = {"projectId": website, "source": {"timetracking": {"entryIds": [website]}}}
    assert refusal(billhook, "createInvoice", entry)[:2] == ("NOT_FOUND", "source.timetracking.entryIds.0")
    assert billhook.graphql("query($id: ID!) { invoice(id: $id) { id } }", {"id": website}) == {"invoice": None}


def test_what_belongs_to_another_project_is_not_found(billhook: Billhook, website: str) -> None:
    shop = project(billhook, "Shop")
    theirs, sold, hosting = phase(billhook, shop, "Build"), deal(billhook, shop, "10"), subscription(billhook, shop, "2026-03-01")
    entry = track(billhook, shop)
    given = {"projectId": website, "phaseId": theirs, "userId": someone(billhook), "seconds": 60}
    code, path, message = refusal(billhook, "trackTime", given)
    assert (code, path) == ("NOT_FOUND", "phaseId")
    assert message.endswith("is not on project 'Website'. Take one of this project.")
    cost = {"projectId": website, "phaseId": theirs, "description": "Plug", "unitPrice": "1"}
    assert refusal(billhook, "createExternalCost", cost)[:2] == ("NOT_FOUND", "phaseId")
    sources: list[tuple[Answer, str]] = [
        ({"phase": {"phases": [{"phaseId": theirs}]}}, "source.phase.phases.0.phaseId"),
        ({"deal": {"dealId": sold}}, "source.deal.dealId"),
        ({"subscription": {"subscriptionId": hosting}}, "source.subscription.subscriptionId"),
        ({"timetracking": {"entryIds": [entry]}}, "source.timetracking.entryIds.0"),
    ]
    for source, where in sources:
        assert refusal(billhook, "createInvoice", {"projectId": website, "source": source})[:2] == ("NOT_FOUND", where)


# ---- numbers and texts ---------------------------------------------------------------------------------------

WRONG_FORM = ["NaN", "Infinity", "-Infinity", "1e3", "1E+999999", "", " 1", "1,5", "0x1", "1.1234567", "1234567890123456", 1.5, True, "٣"]


@pytest.mark.parametrize("wrong", WRONG_FORM)
def test_what_is_no_exact_decimal_is_a_wrong_scalar(billhook: Billhook, website: str, wrong: Any) -> None:  # noqa: ANN401 - any JSON
    given = {"projectId": website, "userId": someone(billhook), "seconds": 60, "hourlyRate": wrong}
    code, message = top_level(billhook, mutation_of("trackTime"), {"input": given})
    assert code == "BAD_USER_INPUT"
    assert "Not a Decimal" in message
    assert ".hourlyRate" in message


@pytest.mark.parametrize(
    ("mutation", "field", "given"),
    [
        ("trackTime", "hourlyRate", {"seconds": 60, "hourlyRate": "-0.01"}),
        ("createPhase", "fixedPrice", {"title": "A", "billingMethod": "FIXED_PRICE", "fixedPrice": "-1"}),
        ("createExternalCost", "unitPrice", {"description": "A", "unitPrice": "-1"}),
        ("createExternalCost", "quantity", {"description": "A", "unitPrice": "1", "quantity": "0"}),
        ("createExternalCost", "quantity", {"description": "A", "unitPrice": "1", "quantity": "-1"}),
        ("createDeal", "lines.0.unitPrice", {"title": "A", "lines": [{"description": "A", "unitPrice": "-1"}]}),
        ("createDeal", "lines.0.quantity", {"title": "A", "lines": [{"description": "A", "unitPrice": "1", "quantity": "0"}]}),
        ("createInvoice", "source.manual.lines.0.unitPrice", {"source": manual("-1")}),
    ],
)
def test_a_negative_amount_and_a_quantity_of_zero_are_invalid(
    billhook: Billhook, website: str, mutation: str, field: str, given: Answer
) -> None:
    who = {"userId": someone(billhook)} if mutation == "trackTime" else {}
    assert refusal(billhook, mutation, {"projectId": website, **who, **given})[:2] == ("INVALID_INPUT", field)


@pytest.mark.parametrize("wrong", ["EURO", "eur", "XYZ", "", "XXX"])
def test_an_unknown_currency_is_invalid(billhook: Billhook, website: str, wrong: str) -> None:
    assert website
    given = {"customerId": customer(billhook), "title": "Shop", "currency": wrong}
    code, path, message = refusal(billhook, "createProject", given)
    assert (code, path, message) == ("INVALID_INPUT", "currency", f"{wrong!r} is not an ISO 4217 currency code, such as EUR.")
    rates = {"name": "Ann", "hourlyRates": [{"currency": wrong, "hourlyRate": "1"}]}
    assert refusal(billhook, "createUser", rates)[:2] == ("INVALID_INPUT", "hourlyRates.0.currency")


def test_an_amount_has_no_more_decimals_than_its_currency(billhook: Billhook, website: str) -> None:
    assert website
    shop = project(billhook, "Shop", currency="JPY", hourlyRate="100")
    who = {"userId": someone(billhook), "seconds": 60}
    code, path, message = refusal(billhook, "trackTime", {"projectId": shop, "hourlyRate": "100.5", **who})
    assert (code, path) == ("INVALID_INPUT", "hourlyRate")
    assert message == "JPY amounts have at most 0 decimals; 100.5 is not possible."
    price = {"projectId": shop, "title": "A", "billingMethod": "FIXED_PRICE", "fixedPrice": "0.1"}
    assert refusal(billhook, "createPhase", price)[:2] == ("INVALID_INPUT", "fixedPrice")
    sold = deal(billhook, shop, "1000")
    half = {"projectId": shop, "source": {"deal": {"dealId": sold, "portion": {"amount": "0.5"}}}}
    assert refusal(billhook, "createInvoice", half)[:2] == ("INVALID_INPUT", "source.deal")
    billhook.mutate("trackTime", {"projectId": shop, "hourlyRate": "101.00", **who}, "timeEntry { id }")


@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_a_title_is_not_empty(billhook: Billhook, website: str, empty: str) -> None:
    lines, blank = [{"description": "A", "unitPrice": "1"}], {"description": empty, "unitPrice": "1"}
    records: list[tuple[str, str, Answer]] = [
        ("createProject", "title", {"customerId": customer(billhook), "title": empty}),
        ("createPhase", "title", {"projectId": website, "title": empty}),
        ("createDeal", "title", {"projectId": website, "title": empty, "lines": lines}),
        ("createSubscription", "title", {"projectId": website, "title": empty, "lines": lines, "startsOn": "2026-01-01"}),
        ("createCustomer", "name", {"name": empty}),
        ("createUser", "name", {"name": empty}),
        ("createWorkType", "name", {"name": empty}),
        ("createSeller", "party.name", {"party": {"name": empty}, "vat": {"category": "Z", "rate": "0"}}),
        ("updateProject", "title", {"id": website, "title": empty}),
        ("createInvoice", "source.manual.lines.0.description", {"projectId": website, "source": {"manual": {"lines": [blank]}}}),
        ("createExternalCost", "description", {"projectId": website, "description": empty, "unitPrice": "1"}),
    ]
    for mutation, field, given in records:
        assert refusal(billhook, mutation, given)[:2] == ("INVALID_INPUT", field), mutation


def test_a_text_of_almost_a_megabyte_is_too_long_and_one_of_a_megabyte_is_not_read(billhook: Billhook, website: str) -> None:
    given = {"projectId": website, "userId": someone(billhook), "seconds": 60, "description": "x" * 990_000}
    code, path, message = refusal(billhook, "trackTime", given)
    assert (code, path, message) == ("INVALID_INPUT", "description", "This is too long: at most 5000 characters.")
    with nothing_written(billhook):
        body = {"query": mutation_of("trackTime"), "variables": {"input": given | {"description": "x" * 1_000_000}}}
        response = billhook.http.post("/graphql", json=body)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")
    assert refusal(billhook, "trackTime", given | {"description": "x" * 5001})[:2] == ("INVALID_INPUT", "description")
    billhook.mutate("trackTime", given | {"description": "x" * 5000}, "timeEntry { id }")


# ---- pages ---------------------------------------------------------------------------------------------------

LISTS = ["billableProjects", "projects", "timeEntries", "invoices", "customers", "users", "workTypes"]


@pytest.mark.parametrize("field", LISTS)
def test_a_page_has_at_most_a_hundred_items(billhook: Billhook, field: str) -> None:
    for argument in ("first", "last"):
        code, message = top_level(billhook, f"{{ {field}({argument}: 101) {{ totalCount }} }}")
        assert (code, message) == ("BAD_USER_INPUT", f"`{argument}` is 101; it must be from 0 to 100.")
        assert top_level(billhook, f"{{ {field}({argument}: -1) {{ totalCount }} }}")[0] == "BAD_USER_INPUT"
        assert billhook.graphql(f"{{ {field}({argument}: 100) {{ nodes {{ id }} }} }}") is not None


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "W10=", "WyJhIl0", "eyJhIjoxfQ==", "x" * 5000])
@pytest.mark.parametrize("field", LISTS)
def test_a_malformed_cursor_is_a_wrong_argument(billhook: Billhook, field: str, cursor: str) -> None:
    for argument in ("after", "before"):
        query = f"query($cursor: String) {{ {field}({argument}: $cursor) {{ nodes {{ id }} }} }}"
        code, message = top_level(billhook, query, {"cursor": cursor})
        assert code == "BAD_USER_INPUT"
        assert message.endswith("is not a cursor of this list in this order. Send the cursors of its own pages.")


def test_a_cursor_of_another_list_is_a_wrong_argument(billhook: Billhook, website: str) -> None:
    assert website
    cursor = billhook.graphql("{ projects { pageInfo { endCursor } } }")["projects"]["pageInfo"]["endCursor"]
    assert billhook.graphql("query($c: String) { projects(after: $c) { nodes { id } } }", {"c": cursor})["projects"]["nodes"] == []
    for field in ("invoices", "billableProjects", "users"):
        assert top_level(billhook, f"query($c: String) {{ {field}(after: $c) {{ nodes {{ id }} }} }}", {"c": cursor})[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**63 - 1])
def test_a_cursor_with_a_number_that_no_document_has_is_a_place_after_all_of_them(billhook: Billhook, website: str, number: int) -> None:
    invoice = billhook.mutate("createInvoice", {"projectId": website, "source": manual("1")}, "invoice { id }")["invoice"]
    cursor = encode_cursor("invoices/NUMBER/ASC", [number, number, number])
    query = "query($after: String, $before: String) { invoices(orderBy: ORDER, after: $after, before: $before) { nodes { id } } }"
    query = query.replace("ORDER", "{ field: NUMBER, direction: ASC }")
    assert billhook.graphql(query, {"after": cursor}) == {"invoices": {"nodes": []}}
    assert billhook.graphql(query, {"before": cursor}) == {"invoices": {"nodes": [invoice]}}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_a_cursor_of_a_moment_beyond_the_calendar_is_a_wrong_argument(billhook: Billhook, moment: str) -> None:
    cursor = encode_cursor("projects/CREATED_AT/ASC", [moment, 1])
    query = "query($c: String) { projects(orderBy: { field: CREATED_AT, direction: ASC }, after: $c) { nodes { id } } }"
    assert top_level(billhook, query, {"c": cursor})[0] == "BAD_USER_INPUT"
