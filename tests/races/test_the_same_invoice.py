"""The same work or credit, asked for by many at once, is billed and taken off once (G1, G2, G3, G4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e import story
from tests.races.outcomes import at_once, done, first, numbers, refused

if TYPE_CHECKING:
    from tests.e2e.client import Client
    from tests.e2e.story import Answer
    from tests.fleet import Fleet

ROUNDS = 3


def of_phase(project: str, phase: str, **fields: str) -> Answer:
    return {"projectId": project, "source": {"phase": {"phases": [{"phaseId": phase}]}}, "book": True, **fields}


def phases_worth(billhook: Client, project: str, *values: str) -> list[str]:
    phases = [story.phase(billhook, project, f"Phase of {value}") for value in values]
    for phase, value in zip(phases, values, strict=True):
        story.work(billhook, project, value, phaseId=phase)
    return phases


def test_of_sixteen_who_invoice_the_same_work_one_wins_and_uses_one_number(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook, sellerId=story.seller(billhook, "Sixteen at once"))
    same = ("createInvoice", {"projectId": project, "source": {"timetracking": {}}, "book": True}, "invoice")
    for sequence in range(1, ROUNDS + 1):
        entry = story.work(billhook, project, "75.50")
        payloads = at_once(fleet.clients(16), [same] * 16)
        [won] = done(payloads)
        assert refused(payloads) == {"NOTHING_TO_BILL": 15}
        [line] = story.read(billhook, won["invoice"])["lines"]
        assert (line["net"], line["timeEntries"]["nodes"]) == ("75.50", [{"id": entry}])
        assert numbers(billhook, project) == first(sequence)
    assert story.balance(billhook, project) == ("0.00", "0.00")


def test_of_sixteen_who_name_the_same_entry_fifteen_are_told_that_it_is_billed(fleet: Fleet, billhook: Client) -> None:
    project = story.project(billhook, sellerId=story.seller(billhook, "The same entry"))
    entry = story.work(billhook, project, "75.50")
    same = ("createInvoice", {"projectId": project, "source": {"timetracking": {"entryIds": [entry]}}}, "invoice")
    payloads = at_once(fleet.clients(16), [same] * 16)
    assert len(done(payloads)) == 1
    assert refused(payloads) == {"ALREADY_BILLED": 15}
    assert story.balance(billhook, project) == ("0.00", "0.00")


def test_three_phases_invoiced_at_once_take_an_advance_off_as_one_after_the_other_would(fleet: Fleet, billhook: Client) -> None:
    for _ in range(ROUNDS):
        project = story.project(billhook)
        story.advance(billhook, project, "400")
        phases = phases_worth(billhook, project, "200", "200", "200")
        payloads = at_once(fleet.clients(3), [("createInvoice", of_phase(project, phase), "invoice") for phase in phases])
        invoices = [story.read(billhook, payload["invoice"]) for payload in done(payloads)]
        expected = [("200.00", "0.00", "200.00"), ("200.00", "200.00", "0.00"), ("200.00", "200.00", "0.00")]
        assert sorted(map(story.sums, invoices)) == expected
        assert story.balance(billhook, project) == ("0.00", "0.00")
        rows = [(row["kind"], row["amount"]) for row in story.ledger(billhook, project)]
        assert rows == [("REGISTERED", "400.00"), ("APPLIED", "-200.00"), ("APPLIED", "-200.00")]


def test_two_phases_that_an_advance_covers_are_covered_whatever_the_order(fleet: Fleet, billhook: Client) -> None:
    for _ in range(ROUNDS):
        project = story.project(billhook)
        story.advance(billhook, project, "100")
        phases = phases_worth(billhook, project, "30", "40")
        payloads = at_once(fleet.clients(2), [("createInvoice", of_phase(project, phase), "invoice") for phase in phases])
        invoices = [story.read(billhook, payload["invoice"]) for payload in done(payloads)]
        assert [story.sums(invoice) for invoice in invoices] == [("30.00", "30.00", "0.00"), ("40.00", "40.00", "0.00")]  # S07
        assert story.balance(billhook, project) == ("0.00", "30.00")


def test_of_two_previews_that_count_on_one_advance_one_is_shown_anew(fleet: Fleet, billhook: Client) -> None:
    for _ in range(ROUNDS):
        project = story.project(billhook)
        story.advance(billhook, project, "400")
        phases = phases_worth(billhook, project, "300", "300")
        tokens = [story.preview(billhook, project, of_phase(project, phase)["source"])["token"] for phase in phases]
        wanted = [of_phase(project, phase, previewToken=token) for phase, token in zip(phases, tokens, strict=True)]
        payloads = at_once(fleet.clients(2), [("createInvoice", given, "invoice") for given in wanted])
        [won] = done(payloads)
        assert refused(payloads) == {"STATE_CHANGED": 1}
        assert story.sums(story.read(billhook, won["invoice"])) == ("300.00", "300.00", "0.00")
        late = next(given for given, payload in zip(wanted, payloads, strict=True) if payload["userErrors"])
        anew = story.preview(billhook, project, late["source"])
        assert story.sums(anew) == ("300.00", "100.00", "200.00")
        assert story.sums(story.create(billhook, project, late["source"], previewToken=anew["token"])) == story.sums(anew)


def test_the_same_key_eight_times_at_once_gives_one_row_and_eight_equal_answers(fleet: Fleet, billhook: Client) -> None:
    for number in range(ROUNDS):
        project = story.project(billhook)
        track = {"projectId": project, "userId": story.someone(billhook), "seconds": 3600, "idempotencyKey": f"track {number}"}
        [tracked] = equal(at_once(fleet.clients(8), [("trackTime", track, "timeEntry")] * 8))
        advance = {"projectId": project, "source": story.manual("40"), "book": True, "idempotencyKey": f"advance {number}"}
        [invoice] = equal(at_once(fleet.clients(8), [("createInvoice", advance, "invoice")] * 8))
        credit = {"invoiceId": invoice["invoice"]["id"], "idempotencyKey": f"credit {number}"}
        [credited] = equal(at_once(fleet.clients(8), [("creditInvoice", credit, "creditNote")] * 8))
        assert story.entry(billhook, tracked["timeEntry"]["id"])["billing"]["state"] == "UNBILLED"
        assert story.read(billhook, credited["creditNote"])["net"] == "40.00"
        assert story.balance(billhook, project) == ("100.00", "0.00")
        assert len(numbers(billhook, project)) == 2


def test_one_key_for_two_things_at_once_is_the_key_of_one_of_them(fleet: Fleet, billhook: Client) -> None:
    for number in range(ROUNDS):
        project, user = story.project(billhook), story.someone(billhook)
        given = {"projectId": project, "userId": user, "idempotencyKey": f"one of two {number}"}
        calls = [("trackTime", given | {"seconds": seconds}, "timeEntry") for seconds in (3600, 7200)] * 4
        payloads = at_once(fleet.clients(8), calls)
        assert refused(payloads) == {"IDEMPOTENCY_KEY_REUSED": 4}
        [tracked] = equal(done(payloads))
        assert Decimal(story.balance(billhook, project)[0]) * 36 == story.entry(billhook, tracked["timeEntry"]["id"])["seconds"]


def equal(payloads: list[Answer]) -> list[Answer]:
    """The different ones among the answers: the one, where all are equal."""
    return [payload for at, payload in enumerate(payloads) if payload not in payloads[:at]]
