"""One way to each refusal on docs/proposals.md, by the step that it stands under: the request that is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.e2e.story import (
    Answer,
    advance,
    create,
    deal,
    external_cost,
    manual,
    part,
    phase,
    preview,
    project,
    seller,
    timetracking,
    track,
    work,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.client import Billhook

    Way: TypeAlias = Callable[[Billhook], Answer]

WAYS: dict[tuple[int, str, str], Way] = {}
"""By step, code and path."""
MARCH = {"retainer": {"month": "2026-03-01", "fee": "500"}}
CREATED = "userErrors { code path }"


def way(step: int, code: str, path: str) -> Callable[[Way], Way]:
    """Note that this function is the way to a refusal: it returns the one user error."""

    def note(found: Way) -> Way:
        WAYS[step, code, path] = found
        return found

    return note


def error_of(billhook: Billhook, project_id: str, source: Answer, **more: Any) -> Answer:  # noqa: ANN401 - JSON
    """Try to create an invoice, and return its one user error."""
    [found] = billhook.attempt("createInvoice", {"projectId": project_id, "source": source} | more, CREATED)["userErrors"]
    error: Answer = found
    return error


@way(1, "INVALID_INPUT", "advances")
def a_wrong_value(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), manual("1"), advances={"mode": "UP_TO"})


@way(1, "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
def a_key_used_twice(billhook: Billhook) -> Answer:
    website = project(billhook)
    create(billhook, website, manual("1"), idempotencyKey="one")
    return error_of(billhook, website, manual("2"), idempotencyKey="one")


@way(2, "NOT_FOUND", "projectId")
def no_project(billhook: Billhook) -> Answer:
    return error_of(billhook, phase(billhook, project(billhook), "Design"), manual("1"))


@way(2, "CONFLICT", "")
def others_who_write_all_the_time(billhook: Billhook) -> Answer:
    website = project(billhook)
    with closing(sqlite3.connect(billhook.workspace.engine.url.database or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        return error_of(billhook, website, manual("1"))


@way(2, "INVALID_INPUT", "issuedOn")
def a_day_to_come(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), manual("1"), issuedOn="2026-03-11")


@way(2, "DATE_BEFORE_LAST_NUMBER", "issuedOn")
def a_day_before_the_last(billhook: Billhook) -> Answer:
    website = project(billhook)
    advance(billhook, website, "1")
    return error_of(billhook, website, manual("1"), issuedOn="2026-03-09")


@way(3, "INVALID_INPUT", "source.NAME.FIELD")
def an_item_that_is_not_billable(billhook: Billhook) -> Answer:
    website = project(billhook)
    internal = track(billhook, website, billable=False)
    return error_of(billhook, website, {"timetracking": {"entryIds": [internal]}})


@way(3, "PLUGIN_FAULT", "source.NAME")
def a_bad_validator(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), {"clumsy": {"parts": 0}})


@way(3, "NOT_FOUND", "source.NAME.FIELD")
def a_deal_of_another_project(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), part(deal(billhook, project(billhook), "100")))


@way(3, "ALREADY_BILLED", "source.NAME.FIELD")
def an_entry_that_is_billed(billhook: Billhook) -> Answer:
    website = project(billhook)
    entry = work(billhook, website, "100")
    timetracking(billhook, website)
    return error_of(billhook, website, {"timetracking": {"entryIds": [entry]}})


@way(3, "INVALID_INPUT", "advances")
def a_ceiling_for_nothing(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), manual("1"), advances={"mode": "UP_TO", "upTo": "1"})


@way(4, "INVALID_INPUT", "source.NAME.FIELD")
def what_the_source_refuses(billhook: Billhook) -> Answer:
    website = project(billhook)
    design = phase(billhook, website, "Design")
    return error_of(billhook, website, {"phase": {"phases": [{"phaseId": design}, {"phaseId": design}]}})


@way(4, "PLUGIN_FAULT", "source.NAME")
def a_source_that_raises(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), {"raises": {}})


@way(5, "LIMIT_EXCEEDED", "source.NAME")
def too_many_lines(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), {"fillsthepaper": {}})


@way(5, "PLUGIN_FAULT", "source.NAME")
def no_proposal(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), {"asksforafloat": {}})


@way(6, "COVERED_BY_ADVANCE", "source")
def what_an_advance_covers(billhook: Billhook) -> Answer:
    website = project(billhook)
    advance(billhook, website, "400")
    work(billhook, website, "400")
    return error_of(billhook, website, {"timetracking": {}})


@way(7, "RATE_MISSING", "source.NAME")
def time_without_a_rate(billhook: Billhook) -> Answer:
    website = project(billhook, hourlyRate=None)
    track(billhook, website)
    return error_of(billhook, website, {"timetracking": {}})


@way(7, "ALREADY_BILLED", "source.NAME")
def a_month_that_is_invoiced(billhook: Billhook) -> Answer:
    website = project(billhook)
    create(billhook, website, MARCH)
    return error_of(billhook, website, MARCH)


@way(7, "INVALID_INPUT", "source.NAME")
def a_tenth_of_a_cent(billhook: Billhook) -> Answer:
    website = project(billhook)
    return error_of(billhook, website, part(deal(billhook, website, "100"), amount="0.001"))


@way(7, "EXCEEDS_REMAINING", "source.NAME")
def more_than_remains(billhook: Billhook) -> Answer:
    website = project(billhook)
    return error_of(billhook, website, part(deal(billhook, website, "100"), amount="100.01"))


@way(7, "LIMIT_EXCEEDED", "source.NAME")
def too_many_lines_after_splitting(billhook: Billhook) -> Answer:
    """The billhook of this way takes two lines; the source proposes one for three VAT rates."""
    website = project(billhook)
    rates = [("50", {"category": "S", "rate": rate}) for rate in ("21", "9", "6")]
    return error_of(billhook, website, part(deal(billhook, website, *rates)))


@way(7, "NOTHING_TO_BILL", "source.NAME")
def nothing_unbilled(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), {"timetracking": {}})


@way(9, "INVALID_INPUT", "source.NAME")
def an_advance_of_nothing(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), manual("0"))


@way(9, "LIMIT_EXCEEDED", "source")
def more_money_than_there_is(billhook: Billhook) -> Answer:
    website = project(billhook)
    for _ in range(2):
        external_cost(billhook, website, "999999999999")
    return error_of(billhook, website, {"expenses": {"markup": "0"}})


@way(10, "INVALID_INPUT", "previewToken")
def no_token(billhook: Billhook) -> Answer:
    return error_of(billhook, project(billhook), manual("1"), previewToken="seen")


@way(10, "STATE_CHANGED", "previewToken")
def work_since_the_preview(billhook: Billhook) -> Answer:
    website = project(billhook)
    work(billhook, website, "100")
    seen = preview(billhook, website, {"timetracking": {}})
    work(billhook, website, "100")
    return error_of(billhook, website, {"timetracking": {}}, previewToken=seen["token"])


@way(11, "ADVANCE_NOT_BOOKED", "book")
def an_advance_that_is_a_draft(billhook: Billhook) -> Answer:
    website = project(billhook)
    advance(billhook, website, "100", book=False)
    work(billhook, website, "100")
    return error_of(billhook, website, {"phase": {}}, book=True)


@way(11, "CONFLICT", "book")
def a_number_that_is_used(billhook: Billhook) -> Answer:
    studio = seller(billhook, "Second", invoiceNumberFormat="A{sequence}2")
    website = project(billhook, sellerId=studio)
    assert advance(billhook, website, "1")["number"] == "A12"
    billhook.mutate("updateSeller", {"id": studio, "invoiceNumberFormat": "A1{sequence}"}, "seller { id }")
    return error_of(billhook, website, manual("1"), book=True)
