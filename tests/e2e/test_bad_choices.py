"""Days that do not exist, options that contradict each other, and lists that are too long: each refused, and nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import mutation_of, nothing_written, refusal, top_level
from tests.e2e.story import (
    Answer,
    Json,
    advance,
    deal,
    fixed_price,
    manual,
    phase,
    preview,
    project,
    s,
    someone,
    subscription,
    track,
    work,
)

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


@pytest.fixture
def website(billhook: Billhook) -> str:
    someone(billhook)
    return project(billhook, "Website")


def entry(billhook: Billhook, project_id: str, **fields: Json) -> Answer:
    return {"projectId": project_id, "userId": someone(billhook), **fields}


# ---- days and moments ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["2027-02-29", "2026-13-01", "2026-3-1", "20260301", "01-03-2026", "2026-03-01T00:00:00Z", "", 20270101])
def test_a_day_that_is_not_in_the_calendar_is_a_wrong_scalar(billhook: Billhook, website: str, wrong: object) -> None:
    given = entry(billhook, website, seconds=60, workedOn=wrong)
    code, message = top_level(billhook, mutation_of("trackTime"), {"input": given})
    assert code == "BAD_USER_INPUT"
    assert "Not a Date" in message


def test_the_29th_of_february_is_a_day_in_a_leap_year(billhook: Billhook, website: str) -> None:
    found = billhook.mutate("trackTime", entry(billhook, website, seconds=60, workedOn="2028-02-29"), "timeEntry { workedOn }")
    assert found["timeEntry"]["workedOn"] == "2028-02-29"


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-03-10T09:00:00",
        "2026-03-10T09:00:00 Europe/Amsterdam",
        "2026-03-10T09:00:00+24:00",
        "2026-03-10T09:00:00+0100",
        "2026-03-10T09:00:00CET",
        "2026-03-10 09:00:00Z",
        "2026-03-10T25:00:00Z",
        "2026-03-10",
        "now",
    ],
)
def test_a_moment_without_a_known_offset_is_a_wrong_scalar(billhook: Billhook, website: str, wrong: str) -> None:
    given = entry(billhook, website, seconds=60, startedAt=wrong)
    code, message = top_level(billhook, mutation_of("trackTime"), {"input": given})
    assert code == "BAD_USER_INPUT"
    assert "Not a DateTime" in message


@pytest.mark.parametrize(
    ("fields", "where", "says"),
    [
        ({"startedAt": "2026-03-10T09:00:00Z", "endedAt": "2026-03-10T08:59:59Z"}, "endedAt", "ends before it starts"),
        ({"startedAt": "2026-03-10T09:00:00Z", "endedAt": "2026-03-10T10:59:59+02:00"}, "endedAt", "ends before it starts"),
        ({"startedAt": "2026-03-10T09:00:00Z", "endedAt": "2026-03-10T09:00:00Z"}, "endedAt", "not 0"),
        ({"startedAt": "2026-03-10T09:00:00Z", "endedAt": "2026-03-10T10:00:00Z", "seconds": 3599}, "seconds", "3600 seconds, not 3599"),
        ({"startedAt": "2026-03-10T09:00:00Z"}, "seconds", "Say how long it took"),
        ({}, "seconds", "Say how long it took"),
        ({"seconds": 0}, "seconds", "greater than 0"),
        ({"seconds": -60}, "seconds", "greater than 0"),
        ({"seconds": 36_000_001}, "seconds", "36000000"),
    ],
)
def test_an_entry_that_lasts_no_time_is_invalid(billhook: Billhook, website: str, fields: Answer, where: str, says: str) -> None:
    code, path, message = refusal(billhook, "trackTime", entry(billhook, website, **fields))
    assert (code, path) == ("INVALID_INPUT", where)
    assert says in message


# ---- options that contradict each other ----------------------------------------------------------------------


@pytest.mark.parametrize("advances", [{"mode": "UP_TO"}, {"mode": "AUTO", "upTo": "5"}, {"upTo": "5"}, {"mode": "NONE", "upTo": "5"}])
def test_up_to_needs_a_ceiling_and_only_it_has_one(billhook: Billhook, website: str, advances: Answer) -> None:
    work(billhook, website, "10")
    code, path, message = refusal(billhook, "createInvoice", {"projectId": website, "source": {"phase": {}}, "advances": advances})
    assert (code, path, message) == ("INVALID_INPUT", "advances", "Give upTo with the mode UP_TO, and with no other.")


def test_a_portion_is_for_a_fixed_price_only(billhook: Billhook, website: str) -> None:
    build = phase(billhook, website, "Build")
    work(billhook, website, "10", phaseId=build)
    options = {"phases": [{"phaseId": build, "portion": {"percentage": "50"}}]}
    code, path, _ = refusal(billhook, "createInvoice", {"projectId": website, "source": {"phase": options}})
    assert (code, path) == ("INVALID_INPUT", "source.phase.phases.0.portion")


@pytest.mark.parametrize("percentage", ["0", "-1", "100.000001"])
def test_a_percentage_is_above_0_and_at_most_100(billhook: Billhook, website: str, percentage: str) -> None:
    design, sold = fixed_price(billhook, website, "100"), deal(billhook, website, "100")
    portion = {"percentage": percentage}
    for source, where in (
        ({"phase": {"phases": [{"phaseId": design, "portion": portion}]}}, "source.phase.phases.0.portion.percentage"),
        ({"deal": {"dealId": sold, "portion": portion}}, "source.deal.portion.percentage"),
    ):
        assert refusal(billhook, "createInvoice", {"projectId": website, "source": source})[:2] == ("INVALID_INPUT", where)


@pytest.mark.parametrize(
    ("source", "about"),
    [
        ({}, "InvoiceSourceInput"),
        ({"phase": {}, "timetracking": {}}, "InvoiceSourceInput"),
        ({"phase": None}, "'phase' must be non-null"),
        ({"phase": {"phases": [{"phaseId": "x", "portion": {"percentage": "1", "amount": "1"}}]}}, "PortionInput"),
        ({"nonesuch": {}}, "nonesuch"),
        ({"phase": {"groupBy": "MOON"}}, "MOON"),
    ],
)
def test_a_choice_that_the_schema_has_not_is_a_wrong_variable(billhook: Billhook, website: str, source: Answer, about: str) -> None:
    code, message = top_level(billhook, mutation_of("createInvoice"), {"input": {"projectId": website, "source": source}})
    assert code == "BAD_USER_INPUT"
    assert about in message


@pytest.mark.parametrize("category", ["Z", "E", "AE", "K", "G", "O"])
def test_only_the_standard_category_has_a_rate_above_0(billhook: Billhook, website: str, category: str) -> None:
    given = {"projectId": website, "title": "Build", "vat": {"category": category, "rate": "0.01"}}
    assert refusal(billhook, "createPhase", given)[:2] == ("INVALID_INPUT", "vat")
    billhook.mutate("createPhase", given | {"vat": {"category": category, "rate": "0"}}, "phase { id }")
    assert refusal(billhook, "createPhase", given | {"vat": s("100.01")})[:2] == ("INVALID_INPUT", "vat.rate")


def test_a_price_belongs_to_a_fixed_price_phase(billhook: Billhook, website: str) -> None:
    for fields in ({"billingMethod": "FIXED_PRICE"}, {"fixedPrice": "10"}, {"billingMethod": "NON_BILLABLE", "fixedPrice": "10"}):
        code, _, message = refusal(billhook, "createPhase", {"projectId": website, "title": "A", **fields})
        assert (code, message) == ("INVALID_INPUT", "A FIXED_PRICE phase needs fixedPrice, and only it has one.")


# ---- lists that are empty or too long ------------------------------------------------------------------------


def test_lines_are_not_empty_and_not_worth_nothing(billhook: Billhook, website: str) -> None:
    empty: list[tuple[str, str, Answer]] = [
        ("createInvoice", "source.manual.lines", {"source": {"manual": {"lines": []}}}),
        ("createDeal", "lines", {"title": "A", "lines": []}),
        ("createDeal", "lines", {"title": "A", "lines": [{"description": "A", "unitPrice": "0"}]}),
        ("createSubscription", "lines", {"title": "A", "lines": [], "startsOn": "2026-01-01"}),
        ("createInvoice", "source.manual", {"source": manual("0")}),
    ]
    for mutation, field, given in empty:
        assert refusal(billhook, mutation, {"projectId": website, **given})[:2] == ("INVALID_INPUT", field)
    invoice = advance(billhook, website, "10")
    assert refusal(billhook, "creditInvoice", {"invoiceId": invoice["id"], "lines": []})[:2] == ("INVALID_INPUT", "lines")


def test_at_most_a_hundred_invoices_are_created_or_previewed_at_once(billhook: Billhook, website: str) -> None:
    each = {"projectId": website, "source": manual("1")}
    for number, code in ((0, "INVALID_INPUT"), (101, "LIMIT_EXCEEDED")):
        assert refusal(billhook, "createInvoices", {"invoices": [each] * number})[:2] == (code, "invoices")
        query = (
            "query($input: PreviewInvoicesInput!) { previewInvoices(input: $input) { results { preview { token } } userErrors { code } } }"
        )
        answer = billhook.graphql(query, {"input": {"invoices": [each] * number}})["previewInvoices"]
        assert answer == {"results": [], "userErrors": [{"code": code}]}
    made = billhook.mutate("createInvoices", {"invoices": [each] * 100}, "results { invoice { id } }")["results"]
    assert len({result["invoice"]["id"] for result in made}) == 100


def test_at_most_200_entries_are_saved_at_once(billhook: Billhook, website: str) -> None:
    each = entry(billhook, website, seconds=60)
    gone = track(billhook, website)
    assert refusal(billhook, "saveTimeEntries", {})[0] == "LIMIT_EXCEEDED"
    assert refusal(billhook, "saveTimeEntries", {"track": [each] * 201})[0] == "LIMIT_EXCEEDED"
    assert refusal(billhook, "saveTimeEntries", {"track": [each] * 200, "deleteIds": [gone]})[0] == "LIMIT_EXCEEDED"
    saved = billhook.mutate("saveTimeEntries", {"track": [each] * 199, "deleteIds": [gone]}, "tracked { id } deletedIds")
    assert (len(saved["tracked"]), saved["deletedIds"]) == (199, [gone])


def test_one_wrong_entry_refuses_the_whole_sheet(billhook: Billhook, website: str) -> None:
    there, other, good = track(billhook, website), track(billhook, website), entry(billhook, website, seconds=60)
    wrong: list[tuple[str, str, Answer]] = [
        ("INVALID_INPUT", "track.1.seconds", {"track": [good, good | {"seconds": 0}]}),
        ("NOT_FOUND", "track.1.projectId", {"track": [good, good | {"projectId": there}]}),
        ("NOT_FOUND", "update.0.timeEntryId", {"track": [good], "update": [{"timeEntryId": website}]}),
        ("NOT_FOUND", "deleteIds.0", {"track": [good], "deleteIds": [website]}),
        ("INVALID_INPUT", "update", {"update": [{"timeEntryId": there}, {"timeEntryId": there}]}),
        ("INVALID_INPUT", "update", {"update": [{"timeEntryId": there}], "deleteIds": [there]}),
        ("INVALID_INPUT", "deleteIds", {"deleteIds": [there, there]}),
        ("INVALID_INPUT", "deleteIds", {"update": [{"timeEntryId": other}], "deleteIds": [there, there]}),
        ("INVALID_INPUT", "update", {"update": [{"timeEntryId": other}, {"timeEntryId": other}], "deleteIds": [there]}),
        ("INVALID_INPUT", "update.0.seconds", {"track": [good], "update": [{"timeEntryId": there, "seconds": None}]}),
        ("INVALID_INPUT", "track.0.idempotencyKey", {"track": [good | {"idempotencyKey": "a"}]}),
    ]
    for code, where, given in wrong:
        assert refusal(billhook, "saveTimeEntries", given)[:2] == (code, where)


# ---- tokens and keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["", "v1", "v2", "v2.EUR.1.1.zz", "v2.1.1." + "0" * 64, "v2.EUR.100.100." + "0" * 63, "x" * 200])
def test_a_malformed_token_is_invalid(billhook: Billhook, website: str, wrong: str) -> None:
    source = manual("1")
    code, path, message = refusal(billhook, "createInvoice", {"projectId": website, "source": source, "previewToken": wrong})
    assert (code, path) == ("INVALID_INPUT", "previewToken")
    assert message == "This is no token of a preview. Send the preview's token as it is."
    invoice = advance(billhook, website, "10")
    assert refusal(billhook, "creditInvoice", {"invoiceId": invoice["id"], "previewToken": wrong})[:2] == ("INVALID_INPUT", "previewToken")
    token = preview(billhook, website, source)["token"]
    billhook.mutate("createInvoice", {"projectId": website, "source": source, "previewToken": token}, "invoice { id }")


@pytest.mark.parametrize("wrong", ["", "x" * 201])
def test_an_idempotency_key_has_1_to_200_characters(billhook: Billhook, website: str, wrong: str) -> None:
    given = {"projectId": website, "source": manual("1"), "idempotencyKey": wrong}
    assert refusal(billhook, "createInvoice", given)[:2] == ("INVALID_INPUT", "idempotencyKey")
    billhook.mutate("createInvoice", given | {"idempotencyKey": "x" * 200}, "invoice { id }")


def test_all_that_is_wrong_with_an_input_is_said_at_once(billhook: Billhook, website: str) -> None:
    given = entry(billhook, website, seconds=0, hourlyRate="-1", description="x" * 5001)
    with nothing_written(billhook):
        errors = billhook.refused("trackTime", given)
    assert {(error["code"], *error["path"]) for error in errors} == {
        ("INVALID_INPUT", "seconds"),
        ("INVALID_INPUT", "hourlyRate"),
        ("INVALID_INPUT", "description"),
    }


def test_a_day_that_is_not_a_period_of_the_subscription_is_invalid(billhook: Billhook, website: str) -> None:
    hosting = subscription(billhook, website, "2026-01-31")
    for day in ("2026-03-01", "2026-01-30", "2027-01-31"):
        source = {"subscription": {"subscriptionId": hosting, "periodStart": day}}
        found = refusal(billhook, "createInvoice", {"projectId": website, "source": source})
        assert found[:2] == ("INVALID_INPUT", "source.subscription.periodStart")
