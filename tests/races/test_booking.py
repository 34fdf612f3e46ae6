"""Booking, discarding, changing and crediting the same documents at once: one wins, the others are told, no number is lost (R15, R16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.e2e import story
from tests.fleet import together
from tests.races.outcomes import at_once, booked, done, first, numbers, ready, refused

if TYPE_CHECKING:
    from tests.e2e.client import Client
    from tests.e2e.story import Answer
    from tests.fleet import Fleet

ROUNDS = 5
DRAFTS, BOOKERS = 50, 8


def test_fifty_drafts_booked_by_eight_have_every_number_once_and_dates_that_never_run_back(fleet: Fleet, billhook: Client) -> None:
    seller = story.seller(billhook, "Fifty drafts")
    projects = [story.project(billhook, f"Project {number}", sellerId=seller) for number in range(5)]
    drafts = [story.create(billhook, projects[number % 5], story.manual("10"), book=False)["id"] for number in range(DRAFTS)]
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()

    def book_some(client: Client, mine: list[str]) -> list[Answer]:
        """Every second one as of yesterday, as long as the series lets it."""
        payloads = []
        for at, draft in enumerate(mine):
            given = {"invoiceId": draft} | ({"issuedOn": yesterday} if at % 2 == 0 else {})
            payloads.append(ready(client, "bookInvoice", given, "invoice")())
            if payloads[-1]["userErrors"]:
                client.mutate("bookInvoice", {"invoiceId": draft}, "invoice { id }")
        return payloads

    shares = [drafts[booker::BOOKERS] for booker in range(BOOKERS)]
    calls = [partial(book_some, client, mine) for client, mine in zip(fleet.clients(BOOKERS), shares, strict=True)]
    payloads = [payload for some in together(calls) for payload in some]
    assert set(refused(payloads)) <= {"DATE_BEFORE_LAST_NUMBER"}
    documents = booked(billhook, *projects)
    assert [number for number, _ in documents] == first(DRAFTS)
    dates = [issued_on for _, issued_on in documents]
    assert dates == sorted(dates)
    assert len(dates) == DRAFTS


def test_of_four_who_book_a_draft_and_four_who_discard_it_one_wins(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook, sellerId=story.seller(billhook, "Book or discard"))
    for used in range(1, ROUNDS + 1):
        story.work(billhook, project, "60")
        draft = story.timetracking(billhook, project, book=False)
        calls = [(mutation, {"invoiceId": draft["id"]}, "invoice") for mutation in ("bookInvoice", "discardInvoice")] * 4
        payloads = at_once(fleet.clients(8), calls)
        assert len(done(payloads)) == 1
        assert refused(payloads) == {"WRONG_STATUS": 7}
        after = story.read(billhook, draft)
        if after["status"] == "BOOKED":
            assert story.balance(billhook, project) == ("0.00", "0.00")
        else:
            assert (after["status"], after["number"]) == ("DISCARDED", None)
            assert story.balance(billhook, project) == ("60.00", "0.00")
            story.timetracking(billhook, project)
        assert numbers(billhook, project) == first(used)


def test_a_draft_changed_booked_and_discarded_at_once_is_one_of_these(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook, sellerId=story.seller(billhook, "Change, book or discard"))
    for _ in range(ROUNDS):
        draft = story.advance(billhook, project, "60", "40", book=False)
        same = {"invoiceId": draft["id"], "expectedVersion": draft["version"]}
        change = same | {"removeLineIds": [draft["lines"][1]["id"]]}
        calls = [("updateDraftInvoice", change, "invoice"), ("bookInvoice", same, "invoice"), ("discardInvoice", same, "invoice")] * 3
        payloads = at_once(fleet.clients(9), calls)
        [won] = [call for call, payload in zip(calls, payloads, strict=True) if not payload["userErrors"]]
        after = story.read(billhook, draft)
        status, net, others = {
            "updateDraftInvoice": ("DRAFT", "60.00", "STATE_CHANGED"),
            "bookInvoice": ("BOOKED", "100.00", "WRONG_STATUS"),
            "discardInvoice": ("DISCARDED", "100.00", "WRONG_STATUS"),
        }[won[0]]
        assert (after["status"], after["net"]) == (status, net)
        assert refused(payloads) == {others: 8}
        if status == "DRAFT":
            story.discard(billhook, after)
        if status == "BOOKED":
            story.credit(billhook, after)
        assert story.balance(billhook, project) == ("0.00", "0.00")


def test_of_eight_who_credit_an_invoice_in_full_one_does(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook, sellerId=story.seller(billhook, "Eight credits"))
    for sequence in range(1, ROUNDS + 1):
        story.advance(billhook, project, "40")
        if sequence == 1:
            story.work(billhook, project, "100")
        invoice = story.phase_invoice(billhook, project)
        payloads = at_once(fleet.clients(8), [("creditInvoice", {"invoiceId": invoice["id"]}, "creditNote")] * 8)
        [won] = done(payloads)
        assert refused(payloads) == {"EXCEEDS_REMAINING": 7}
        assert story.sums(story.read(billhook, won["creditNote"])) == story.sums(invoice)
        assert story.balance(billhook, project) == ("100.00", f"{40 * sequence}.00")
        notes = [number for number in numbers(billhook, project) if number.startswith("CN")]
        assert notes == [f"CN-{number:05d}" for number in range(1, sequence + 1)]


def test_two_partial_credits_at_once_never_exceed_the_line(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook)
    for _ in range(ROUNDS):
        story.work(billhook, project, "100")
        invoice = story.timetracking(billhook, project)
        part = {"invoiceId": invoice["id"], "lines": [story.of_line(invoice["lines"][0], "60")]}
        payloads = at_once(fleet.clients(2), [("creditInvoice", part, "creditNote")] * 2)
        assert len(done(payloads)) == 1
        assert refused(payloads) == {"EXCEEDS_REMAINING": 1}
        assert story.read(billhook, invoice)["creditable"] == "40.00"


def test_an_advance_credited_while_it_is_taken_off_is_never_open_below_zero(fleet: Fleet, billhook: Client) -> None:
    for _ in range(ROUNDS):
        project = story.project(billhook)
        advance = story.advance(billhook, project, "100")
        story.work(billhook, project, "70")
        take_off = ("createInvoice", {"projectId": project, "source": {"phase": {}}, "book": True}, "invoice")
        payloads = at_once(fleet.clients(2), [take_off, ("creditInvoice", {"invoiceId": advance["id"]}, "creditNote")])
        invoice = story.read(billhook, payloads[0]["invoice"])
        if payloads[1]["userErrors"]:
            assert refused(payloads) == {"EXCEEDS_OPEN_ADVANCE": 1}
            assert story.sums(invoice) == ("70.00", "70.00", "0.00")
            assert story.balance(billhook, project) == ("0.00", "30.00")
        else:
            assert story.sums(invoice) == ("70.00", "0.00", "70.00")
            assert story.balance(billhook, project) == ("0.00", "0.00")
