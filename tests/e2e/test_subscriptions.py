"""GraphQL subscriptions: who waits is told of every change that was committed, of nothing else, and reads it with its own rights."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from tests.e2e import story
from tests.e2e.following import INVOICES, PROJECTS, followers_of
from tests.e2e.test_access import secret_of

from billhook.billing.access import revoke_access_token, viewer_of_secret
from billhook.billing.inputs.access import RevokeAccessToken
from billhook.billing.operations import OPERATIONS
from billhook.domain.errors import Overtaken
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.store.changes import Changes, changes_of, note_balances
from billhook.store.tables import AccessToken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strawberry import Schema
    from tests.e2e.client import Billhook
    from tests.e2e.following import Followers

    from billhook.billing.transaction import Transaction, Viewer
    from billhook.billing.workspace import Workspace

FIRST = {"kinds": [], "refetch": True, "invoiceId": None, "invoice": None}


@pytest.fixture
def followers(workspace: Workspace, schema: Schema) -> Iterator[Followers]:
    with followers_of(workspace, schema) as made:
        yield made


def viewer_of(workspace: Workspace, role: Role, **more: Any) -> Viewer:  # noqa: ANN401 - of an input
    secret = secret_of(workspace, role, **more)
    with workspace.reading() as tx:
        found = viewer_of_secret(tx, secret)
    assert found is not None
    return found[0]


def told(event: Any) -> tuple[list[str], str | None, str]:  # noqa: ANN401 - JSON
    assert event["invoiceId"] == event["invoice"]["id"]
    return event["kinds"], event["invoice"]["number"], event["invoice"]["status"]


def test_the_first_event_says_to_look_because_everything_may_have_changed_before(billhook: Billhook, followers: Followers) -> None:
    shop = story.project(billhook)
    assert followers.follow(INVOICES, id=shop).next() == FIRST | {"project": {"id": shop}}
    assert followers.follow(PROJECTS).next() == {"refetch": True, "projects": []}


def test_the_life_of_an_invoice_is_told_to_those_who_follow_its_project(billhook: Billhook, followers: Followers) -> None:
    shop, other = story.project(billhook), story.project(billhook, "Other")
    events = followers.followed(INVOICES, id=shop)
    story.work(billhook, shop, "100")
    story.advance(billhook, other, "5")
    draft = story.phase_invoice(billhook, shop, book=False)
    assert told(events.next()) == (["CREATED"], None, "DRAFT")
    billhook.mutate("updateDraftInvoice", {"invoiceId": draft["id"], "expectedVersion": 1, "note": "Thank you."}, "invoice { id }")
    assert told(events.next()) == (["CHANGED"], None, "DRAFT")
    billhook.mutate("bookInvoice", {"invoiceId": draft["id"]}, "invoice { id }")
    assert told(events.next()) == (["BOOKED"], "INV-00002", "BOOKED")
    billhook.mutate("creditInvoice", {"invoiceId": draft["id"], "reason": "Too early."}, "creditNote { id }")
    assert told(events.next()) == (["CREATED", "BOOKED"], "CN-00001", "BOOKED")
    assert told(events.next()) == (["CREDITED"], "INV-00002", "BOOKED")
    again = story.phase_invoice(billhook, shop, book=False)
    assert told(events.next()) == (["CREATED"], None, "DRAFT")
    billhook.mutate("discardInvoice", {"invoiceId": again["id"]}, "invoice { id }")
    assert told(events.next()) == (["DISCARDED"], None, "DISCARDED")
    story.advance(billhook, shop, "7")
    assert told(events.next()) == (["CREATED", "BOOKED"], "INV-00003", "BOOKED")


def test_a_project_is_told_with_what_may_be_billed_now(billhook: Billhook, followers: Followers) -> None:
    shop = story.project(billhook)
    events = followers.followed(PROJECTS)

    def now(unbilled: str, advance: str, *, proposed: bool) -> Any:  # noqa: ANN401 - JSON
        billing = {"proposed": proposed, "unbilled": {"amount": {"amount": unbilled}}, "openAdvance": {"amount": advance}}
        return {"refetch": False, "projects": [{"id": shop, "billing": billing}]}

    story.advance(billhook, shop, "40")
    assert events.next() == now("0.00", "40.00", proposed=False)
    story.work(billhook, shop, "41")
    assert events.next() == now("41.00", "40.00", proposed=True)


def test_what_is_rolled_back_or_refused_is_not_told(billhook: Billhook, followers: Followers) -> None:
    shop = story.project(billhook)
    invoices, projects = followers.followed(INVOICES, id=shop), followers.followed(PROJECTS)
    create = {"projectId": shop, "source": {"manual": {"lines": [{"description": "Kept", "unitPrice": "5"}]}}}

    def fails(tx: Transaction) -> None:
        OPERATIONS["createInvoice"].perform(tx, create)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        billhook.workspace.write(fails)
    tries: list[int] = []

    def overtaken_once(tx: Transaction) -> None:
        OPERATIONS["createInvoice"].perform(tx, create)
        tries.append(1)
        if len(tries) == 1:
            raise Overtaken("somebody was faster")

    billhook.workspace.write(overtaken_once)
    assert told(invoices.next()) == (["CREATED"], None, "DRAFT")
    story.advance(billhook, shop, "2")
    assert told(invoices.next()) == (["CREATED", "BOOKED"], "INV-00001", "BOOKED")
    [changed] = projects.next()["projects"]
    assert changed["billing"]["openAdvance"]["amount"] == "7.00"  # both together: nobody came for the first before the second


def test_a_period_that_is_refused_in_a_run_is_not_told(billhook: Billhook, followers: Followers) -> None:
    """Each period has a savepoint of its own: what one did before it was refused is forgotten."""
    shop = story.project(billhook)
    story.subscription(billhook, shop, "2026-01-01", book=True)
    strict = story.seller(billhook, "Strict", invoiceNumberFormat="S-2{sequence}")
    other = story.project(billhook, "Other", sellerId=strict)
    story.subscription(billhook, other, "2026-03-01", book=True)
    story.advance(billhook, other, "1")
    billhook.mutate("updateSeller", {"id": strict, "invoiceNumberFormat": "S-{sequence}1"}, "seller { id }")
    kept, refused = followers.followed(INVOICES, id=shop), followers.followed(INVOICES, id=other)
    run = billhook.mutate("runSubscriptions", {"asOf": "2026-03-10"}, "results { invoice { number } userErrors { code } }")["results"]
    assert [[error["code"] for error in each["userErrors"]] for each in run] == [[], [], [], ["CONFLICT"]]
    assert [told(kept.next())[0] for _ in range(3)] == [["CREATED", "BOOKED"]] * 3
    billhook.mutate("updateSeller", {"id": strict, "invoiceNumberFormat": "T-{sequence}"}, "seller { id }")
    story.advance(billhook, other, "2")
    assert told(refused.next()) == (["CREATED", "BOOKED"], "T-2", "BOOKED")


@pytest.mark.parametrize("flush_fails", [False, True])
def test_what_a_savepoint_undid_is_forgotten_and_nothing_else(billhook: Billhook, *, flush_fails: bool) -> None:
    def token(hashed: str) -> AccessToken:
        return AccessToken(name="Ann", role=Role.VIEWER, secret_hash=hashed, created_at=billhook.clock(), created_by="local")

    def write(tx: Transaction) -> Changes:
        with suppress(IntegrityError, LookupError), tx.session.begin_nested():
            note_balances(tx.session, [1])
            with suppress(LookupError), tx.session.begin_nested():
                note_balances(tx.session, [2])
                raise LookupError
            with tx.session.begin_nested():
                note_balances(tx.session, [3])
            tx.session.add(token("a" * 64))
            tx.session.flush()
            if not flush_fails:
                return changes_of(tx.session)
            tx.session.add(token("a" * 64))
            tx.session.flush()
        note_balances(tx.session, [4])
        return changes_of(tx.session)

    told = billhook.workspace.write(write)
    assert told == (Changes(balances=(4,)) if flush_fails else Changes(balances=(1, 3), access=True))


def test_a_slow_client_is_told_once_of_what_happened_meanwhile(billhook: Billhook, followers: Followers) -> None:
    shop, other = story.project(billhook), story.project(billhook, "Other")
    invoices, projects, last = followers.followed(INVOICES, id=shop), followers.followed(PROJECTS), followers.followed(INVOICES, id=other)
    draft = story.advance(billhook, shop, "5", book=False)
    for version in (1, 2):
        change = {"invoiceId": draft["id"], "expectedVersion": version, "note": f"{version}"}
        billhook.mutate("updateDraftInvoice", change, "invoice { id }")
    billhook.mutate("bookInvoice", {"invoiceId": draft["id"]}, "invoice { id }")
    story.advance(billhook, other, "7", book=False)
    last.next()  # changes are heard in the order of their commits, so all before it was heard
    assert told(invoices.next()) == (["CREATED", "BOOKED"], "INV-00001", "BOOKED")
    assert [each["id"] for each in projects.next()["projects"]] == [shop, other]
    story.advance(billhook, shop, "6")
    assert told(invoices.next())[1] == "INV-00002"


def test_who_sees_no_amounts_cannot_follow(billhook: Billhook, followers: Followers) -> None:
    shop = story.project(billhook)
    timekeeper = viewer_of(billhook.workspace, Role.TIMEKEEPER, userId=story.someone(billhook))
    refused = ("FORBIDDEN", "Subscription.invoiceChanged is not for a timekeeper.")
    assert followers.follow(INVOICES, timekeeper, id=shop).refused() == refused
    refused = ("FORBIDDEN", "Subscription.billableProjectsChanged is not for a timekeeper.")
    assert followers.follow(PROJECTS, timekeeper).refused() == refused
    for role in (Role.VIEWER, Role.BILLER, Role.ADMIN):
        followers.followed(INVOICES, viewer_of(billhook.workspace, role), id=shop)


@pytest.mark.parametrize("nothing", [encode("Project", 99), encode("Seller", 1), "x"])
def test_a_project_that_is_not_there_cannot_be_followed(billhook: Billhook, followers: Followers, nothing: str) -> None:
    story.seller(billhook)
    message = "There is no project with this id. Query for the id, and send it as it is."
    assert followers.follow(INVOICES, id=nothing).refused() == ("BAD_USER_INPUT", message)


def test_a_token_that_is_revoked_ends_its_subscriptions_at_once(billhook: Billhook, followers: Followers) -> None:
    shop = story.project(billhook)
    viewer, stays = viewer_of(billhook.workspace, Role.VIEWER), viewer_of(billhook.workspace, Role.ADMIN)
    streams = [followers.followed(INVOICES, viewer, id=shop), followers.followed(PROJECTS, viewer)]
    other = followers.followed(INVOICES, stays, id=shop)
    given = RevokeAccessToken.model_validate({"id": encode("AccessToken", viewer.token_key or 0)})
    billhook.workspace.write(lambda tx: revoke_access_token(tx, given))
    for stream in streams:
        assert stream.refused() == ("UNAUTHENTICATED", "This token has ended: it has expired, or was revoked.")
    billhook.workspace.write(lambda tx: OPERATIONS["createInvoice"].perform(tx, {"projectId": shop, "source": story.manual("3")}))
    assert told(other.next()) == (["CREATED"], None, "DRAFT")


def test_a_token_that_expires_ends_its_subscriptions_before_their_next_event(billhook: Billhook, followers: Followers) -> None:
    shop = story.project(billhook)
    viewer = viewer_of(billhook.workspace, Role.VIEWER, expiresAt="2026-03-11T00:00:00Z")
    events = followers.followed(INVOICES, viewer, id=shop)
    billhook.clock.move_to(billhook.clock.now.date().replace(day=12))
    billhook.workspace.write(lambda tx: OPERATIONS["createInvoice"].perform(tx, {"projectId": shop, "source": story.manual("3")}))
    assert events.refused() == ("UNAUTHENTICATED", "This token has ended: it has expired, or was revoked.")


def test_the_first_token_ends_the_subscriptions_of_those_who_have_none(billhook: Billhook, followers: Followers) -> None:
    events = followers.followed(PROJECTS)
    secret_of(billhook.workspace, Role.ADMIN)
    assert events.refused() == ("UNAUTHENTICATED", "From the first access token on, each request needs one.")


def test_subscriptions_that_wait_hold_nothing_of_the_pool(billhook: Billhook, followers: Followers) -> None:
    """More of them than the pool has connections, and all are told; meanwhile all connections are free."""
    shop = story.project(billhook)
    size = billhook.workspace.settings.pool_size
    streams = [followers.followed(INVOICES, id=shop) for _ in range(size + 3)]
    assert (followers.door.admission.borrowed_tokens, followers.door.hub.open) == (0, size + 3)
    story.advance(billhook, shop, "5")
    assert [told(stream.next())[1] for stream in streams] == ["INV-00001"] * (size + 3)
    assert followers.door.admission.borrowed_tokens == 0


def test_more_subscriptions_than_a_process_takes_are_refused_until_one_ends(workspace: Workspace, schema: Schema) -> None:
    small = type(workspace)(workspace.engine, workspace.settings.model_copy(update={"max_subscriptions": 2}), workspace.sources)
    with followers_of(small, schema) as followers:
        first, _ = followers.followed(PROJECTS), followers.followed(PROJECTS)
        message = "2 subscriptions are open, as many as this server takes. Close some, or try again later."
        assert followers.follow(PROJECTS).refused() == ("LIMIT_EXCEEDED", message)
        followers.portal.call(first.results.aclose)
        followers.followed(PROJECTS)


def test_a_bug_in_an_event_is_masked_and_the_next_event_comes(
    billhook: Billhook, followers: Followers, caplog: pytest.LogCaptureFixture
) -> None:
    shop = story.project(billhook)
    events = followers.followed(PROJECTS)

    def written(rate_policy: str) -> None:
        def write(tx: Transaction) -> None:
            tx.session.execute(sa.text("UPDATE project SET rate_policy = :policy"), {"policy": rate_policy})
            note_balances(tx.session, [1])

        billhook.workspace.write(write)

    written("BROKEN")
    result = events.answer()
    assert [(error.message, error.extensions["code"]) for error in result.errors] == [("Internal error", "INTERNAL")]
    assert [record.name for record in caplog.records] == ["billhook.errors"]
    written("PROJECT")
    assert [each["id"] for each in events.next()["projects"]] == [shop]
