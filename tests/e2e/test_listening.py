"""Subscriptions on PostgreSQL: who follows in one process is told by another, and told when something may have been missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e import story
from tests.e2e.following import INVOICES, PROJECTS, followers_of
from tests.e2e.settings import settings_for

from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import Workspace, open_workspace
from billhook.domain.ids import encode
from billhook.store.changes import note_balances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strawberry import Schema
    from tests.databases import PostgreSQL

    from billhook.sources import Sources

LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'billhook listening'"


@pytest.fixture
def workspace(postgresql: PostgreSQL, sources: Sources) -> Iterator[Workspace]:
    url = postgresql.new()
    opened = open_workspace(settings_for(url), sources)
    yield opened
    opened.engine.dispose()
    postgresql.drop(url)


def do(workspace: Workspace, mutation: str, **given: story.Json) -> int:
    """Perform a mutation; return the key of what it made."""
    made = workspace.write(lambda tx: OPERATIONS[mutation].perform(tx, given))
    key: int = next(iter(made.values()))
    return key


def shop_in(workspace: Workspace) -> str:
    """A project to invoice."""
    seller = do(workspace, "createSeller", party={"name": "Studio"}, vat=story.NO_VAT)
    customer = do(workspace, "createCustomer", name="Acme")
    ids = {"sellerId": encode("Seller", seller), "customerId": encode("Customer", customer)}
    made = do(workspace, "createProject", title="Website", hourlyRate="100", vat=story.NO_VAT, **ids)
    return encode("Project", made)


def listeners(workspace: Workspace) -> int:
    with workspace.engine.connect() as connection:
        count: int = connection.exec_driver_sql(f"SELECT count(*) {LISTENERS}").scalar_one()
        return count


def test_two_apps_on_one_database_hear_of_each_others_changes(workspace: Workspace, sources: Sources, schema: Schema) -> None:
    shop = shop_in(workspace)
    elsewhere = Workspace(workspace.engine, workspace.settings, sources)
    with followers_of(workspace, schema) as here, followers_of(elsewhere, schema) as there:
        streams = [here.followed(INVOICES, id=shop), there.followed(INVOICES, id=shop), there.followed(INVOICES, id=shop)]
        assert listeners(workspace) == 2, "one connection for each process, however many follow"
        do(elsewhere, "createInvoice", projectId=shop, source=story.manual("5"))
        assert [stream.next()["kinds"] for stream in streams] == [["CREATED"]] * 3


def test_who_follows_is_told_that_something_may_be_missed_when_the_connection_that_hears_was_lost(
    workspace: Workspace, schema: Schema
) -> None:
    shop = shop_in(workspace)
    with followers_of(workspace, schema) as followers:
        invoices, projects = followers.followed(INVOICES, id=shop), followers.followed(PROJECTS)
        with workspace.engine.connect() as connection:
            assert connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {LISTENERS}").all() == [(True,)]
        assert [invoices.next()["refetch"], projects.next()["refetch"]] == [True, True]
        do(workspace, "createInvoice", projectId=shop, source=story.manual("5"))
        assert (invoices.next()["kinds"], projects.next()["projects"][0]["id"]) == (["CREATED"], shop)


def test_a_transaction_that_changed_too_much_to_be_listed_says_so(workspace: Workspace, schema: Schema) -> None:
    shop = shop_in(workspace)
    create = {"projectId": shop, "source": story.manual("1")}
    with followers_of(workspace, schema) as followers:
        invoices, projects = followers.followed(INVOICES, id=shop), followers.followed(PROJECTS)
        workspace.write(lambda tx: [OPERATIONS["createInvoice"].perform(tx, create) for _ in range(60)])  # more than one NOTIFY
        assert [invoices.next()["kinds"] for _ in range(60)] == [["CREATED"]] * 60
        assert [each["id"] for each in projects.next()["projects"]] == [shop]
        workspace.write(lambda tx: note_balances(tx.session, range(501)))
        assert (invoices.next()["refetch"], projects.next()) == (True, {"refetch": True, "projects": []})


def test_an_event_lists_at_most_100_projects(workspace: Workspace, schema: Schema) -> None:
    shop_in(workspace)
    with followers_of(workspace, schema) as followers:
        projects = followers.followed(PROJECTS)
        workspace.write(lambda tx: note_balances(tx.session, range(1, 101)))
        assert projects.next()["projects"][0]["id"] == encode("Project", 1)
        workspace.write(lambda tx: note_balances(tx.session, range(1, 102)))
        assert projects.next() == {"refetch": True, "projects": []}
