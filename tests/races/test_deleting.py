"""What is deleted while others use it: either it is gone and they are told so, or it is in use and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e import story
from tests.races.outcomes import at_once, done, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.client import Client
    from tests.e2e.story import Answer
    from tests.fleet import Fleet
    from tests.races.outcomes import Call

    Uses = Callable[[Client], tuple[Call, Call]]
    """Makes what is used, and returns the call that deletes it and the one that uses it."""

ROUNDS = 5


def deletion(noun: str, global_id: str) -> Call:
    return f"delete{noun}", {"id": global_id}, "deletedId"


def invoice(project: str, source: Answer) -> Call:
    return "createInvoice", {"projectId": project, "source": source}, "invoice"


def time_on(project: str, user: str, **fields: str) -> Call:
    return "trackTime", {"projectId": project, "userId": user, "seconds": 60, **fields}, "timeEntry"


def new_project(customer: str, seller: str) -> Call:
    return "createProject", {"customerId": customer, "title": "New", "sellerId": seller}, "project"


def of_a_user(billhook: Client) -> tuple[Call, Call]:
    user = story.user(billhook, EUR="10")
    return deletion("User", user), time_on(story.project(billhook), user)


def of_a_work_type(billhook: Client) -> tuple[Call, Call]:
    work_type = story.work_type(billhook, "Design", EUR="10")
    return deletion("WorkType", work_type), time_on(story.project(billhook), story.someone(billhook), workTypeId=work_type)


def of_a_phase(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    phase = story.phase(billhook, project, "Design")
    return deletion("Phase", phase), time_on(project, story.someone(billhook), phaseId=phase)


def of_a_fixed_price(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    phase = story.fixed_price(billhook, project, "100")
    return deletion("Phase", phase), invoice(project, {"phase": {"phases": [{"phaseId": phase}]}})


def of_a_customer(billhook: Client) -> tuple[Call, Call]:
    customer = story.customer(billhook)
    return deletion("Customer", customer), new_project(customer, story.seller(billhook))


def of_a_seller(billhook: Client) -> tuple[Call, Call]:
    seller = story.made(billhook, "createSeller", "seller", {"party": {"name": "Short-lived"}, "vat": story.NO_VAT})
    return deletion("Seller", seller), new_project(story.customer(billhook), seller)


def of_a_project_for_time(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    return deletion("Project", project), time_on(project, story.someone(billhook))


def of_a_project_for_an_invoice(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    return deletion("Project", project), invoice(project, story.manual("10"))


def of_a_deal(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    deal = story.deal(billhook, project, "100")
    return deletion("Deal", deal), invoice(project, story.part(deal))


def of_a_subscription(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    subscription = story.subscription(billhook, project, "2020-01-31")
    return deletion("Subscription", subscription), invoice(project, {"subscription": {"subscriptionId": subscription}})


def of_an_external_cost(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    return deletion("ExternalCost", story.external_cost(billhook, project, "10")), invoice(project, {"phase": {}})


def of_an_entry(billhook: Client) -> tuple[Call, Call]:
    project = story.project(billhook)
    delete = {"deleteIds": [story.work(billhook, project, "10")]}
    return ("saveTimeEntries", delete, "deletedIds"), invoice(project, {"timetracking": {}})


USES: tuple[Uses, ...] = (
    of_a_user,
    of_a_work_type,
    of_a_phase,
    of_a_fixed_price,
    of_a_customer,
    of_a_seller,
    of_a_project_for_time,
    of_a_project_for_an_invoice,
    of_a_deal,
    of_a_subscription,
    of_an_external_cost,
    of_an_entry,
)


def test_what_is_deleted_while_it_is_used_is_either_gone_or_in_use(fleet: Fleet, billhook: Client) -> None:
    for prepare in USES:
        for _ in range(ROUNDS):
            delete, use = prepare(billhook)
            payloads = at_once(fleet.clients(2), [delete, use])
            assert len(done(payloads)) == 1, (prepare.__name__, payloads)
            told = {"IN_USE", "ALREADY_BILLED"} if payloads[0]["userErrors"] else {"NOT_FOUND", "NOTHING_TO_BILL"}
            assert set(refused(payloads)) <= told, (prepare.__name__, payloads)


def test_of_eight_who_delete_the_same_one_does_and_the_others_find_nothing(fleet: Fleet, billhook: Client) -> None:
    for prepare in USES:
        delete, _ = prepare(billhook)
        payloads = at_once(fleet.clients(8), [delete] * 8)
        assert len(done(payloads)) == 1, (prepare.__name__, payloads)
        assert refused(payloads) == {"NOT_FOUND": 7}, (prepare.__name__, payloads)


def test_a_user_changed_while_deleted_is_changed_before_or_not_found(fleet: Fleet, billhook: Client) -> None:
    for _ in range(ROUNDS):
        user = story.user(billhook, EUR="10")
        change = {"id": user, "hourlyRates": [{"currency": "EUR", "hourlyRate": "11"}, {"currency": "USD", "hourlyRate": "12"}]}
        payloads = at_once(fleet.clients(2), [deletion("User", user), ("updateUser", change, "userErrors { path }")])
        assert payloads[0]["userErrors"] == []
        assert set(refused(payloads)) <= {"NOT_FOUND"}
