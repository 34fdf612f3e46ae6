"""GraphiQL in a browser: it comes from this host alone, answers, explains the sources, and keeps a token to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from playwright.sync_api import expect
from tests.e2e import story
from tests.e2e.client import Client

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

NAMES_LATER = "((later) => { setTimeout = (run, wait, ...given) => later(run, wait === 100 ? 60_000 : wait, ...given) })(setTimeout)"
"""GraphiQL reads the names of the operations 100 ms after they were typed: not as long as a test takes."""
KEPT = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


def test_the_first_tab_shows_the_worked_example(browser: Watched, screenshots: Path) -> None:
    browser.open()
    expect(browser.page.locator(".graphiql-tab-button")).to_have_text(
        ["MayBeInvoiced", "TryAllTheSame", "Preview", "Create", "Credit", "WhereDidItGo"]
    )
    browser.execute()
    browser.answered('"amount": "401.67"', '"notProposedBecause": "COVERED_BY_ADVANCE"')
    browser.page.screenshot(path=screenshots / "first_tab.png")


def test_what_was_typed_a_moment_ago_is_what_is_sent(browser: Watched) -> None:
    browser.open()
    browser.page.evaluate(NAMES_LATER)
    browser.type("{ __typename }")
    with browser.page.expect_request("**/graphql") as request:
        browser.execute()
    assert request.value.post_data_json == {"query": "{ __typename }"}
    browser.answered('"__typename": "Query"')


@pytest.mark.parametrize("address", ["empty"], indirect=True)
def test_the_first_tab_answers_on_an_empty_database(browser: Watched) -> None:
    browser.open()
    browser.execute()
    browser.answered('"website": {', '"nodes": []')


def test_the_docs_say_what_a_source_does(browser: Watched, screenshots: Path) -> None:
    browser.open()
    browser.page.get_by_role("button", name="Show Documentation Explorer").click()
    browser.page.get_by_role("combobox").fill("InvoiceSourceInput")
    browser.page.get_by_role("option", name="InvoiceSourceInput", exact=True).click()
    docs = browser.page.locator(".graphiql-doc-explorer")
    expect(docs).to_contain_text("CLEARS_UNBILLED_TIME: A regular invoice: what it bills is no longer unbilled.")
    expect(docs).to_contain_text("REGISTERS_ADVANCE_CREDIT: An advance invoice")
    browser.page.screenshot(path=screenshots / "docs.png")


def test_the_explorer_offers_the_fields_of_the_schema(browser: Watched, screenshots: Path) -> None:
    browser.open()
    browser.page.get_by_role("button", name="Show GraphiQL Explorer").click()
    expect(browser.page.locator(".graphiql-explorer-root")).to_contain_text("billableProjects")
    browser.page.screenshot(path=screenshots / "explorer.png")


@pytest.mark.parametrize("address", ["closed"], indirect=True)
def test_a_subscription_shows_what_changes(browser: Watched, screenshots: Path) -> None:
    first, _, _ = browser.secrets
    browser.open(f"#token={first}")
    browser.type("subscription { billableProjectsChanged { refetch projects { title } } }")
    browser.execute()
    browser.answered('"refetch": true')
    with httpx2.Client(base_url=browser.address, headers={"Authorization": f"Bearer {first}"}) as http:
        client = Client(http)
        [tour] = client.graphql('{ projects(filter: { search: "Audio tour" }) { nodes { id } } }')["projects"]["nodes"]
        story.track(client, tour["id"], seconds=60)
    browser.answered('"refetch": false', '"title": "Audio tour"')
    browser.page.screenshot(path=screenshots / "subscription.png")


@pytest.mark.parametrize("address", ["closed"], indirect=True)
def test_the_token_of_the_address_is_sent_to_the_server_and_kept_nowhere(browser: Watched) -> None:
    first, second, _ = browser.secrets
    browser.open(f"#token={first}")
    assert browser.page.url == f"{browser.address}/graphql"
    browser.execute()
    browser.answered('"amount": "401.67"')
    asked = [request for request in browser.requests if request.method == "POST"]
    assert [request.all_headers().get("authorization") for request in asked] == [f"Bearer {first}"] * 2
    others = [request for request in browser.requests if request.method != "POST"]
    assert not any(first in request.url + str(request.all_headers()) for request in others)
    assert first not in browser.page.evaluate(KEPT)
    assert browser.page.context.cookies() == []
    browser.page.evaluate(f"location.hash = 'token={second}'")
    browser.page.wait_for_url(f"{browser.address}/graphql")
    with browser.page.expect_request("**/graphql") as request:
        browser.execute()
    assert request.value.all_headers()["authorization"] == f"Bearer {second}"


@pytest.mark.parametrize("address", ["closed"], indirect=True)
def test_without_a_token_the_page_says_how_to_get_in(browser: Watched) -> None:
    browser.open()
    how = "Open the address that billhook printed again, or type the header Authorization into the pane Headers."
    browser.answered(how)
    browser.execute()
    browser.answered(how, '"code": "UNAUTHENTICATED"')
    browser.type("subscription { billableProjectsChanged { refetch } }")
    browser.execute()
    browser.answered(how, '"code": "UNAUTHENTICATED"')
    assert {complaint.partition(":")[0] for complaint in browser.complaints} == {"Failed to load resource"}
    browser.complaints.clear()
    browser.page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = browser.page.locator(".graphiql-doc-explorer")
    expect(docs).to_contain_text("Error fetching schema")
    browser.page.evaluate(f"location.hash = 'token={browser.secrets[0]}'")
    expect(docs).to_contain_text("InvoiceSourceInput")


@pytest.mark.parametrize("address", ["closed"], indirect=True)
def test_headers_that_are_typed_are_sent_and_not_kept(browser: Watched) -> None:
    first, _, typed = browser.secrets
    browser.open(f"#token={first}")
    browser.page.get_by_role("button", name="Headers").click()
    pane = browser.page.locator(".graphiql-editor-tool .monaco-editor:visible")
    pane.click()
    expect(pane).to_contain_class("focused")
    browser.page.keyboard.insert_text(f'{{"Authorization": "Bearer {typed}"}}')
    expect(pane).to_contain_text(typed)
    browser.page.get_by_role("button", name="New tab").click()  # which takes down at once what was typed
    browser.page.get_by_role("button", name="MayBeInvoiced").click()
    expect(pane).to_contain_text(typed)
    with browser.page.expect_request("**/graphql") as request:
        browser.execute()
    browser.answered('"amount": "401.67"')
    assert request.value.all_headers()["authorization"] == f"Bearer {typed}"
    browser.page.wait_for_function("Object.keys(localStorage).includes('graphiql:queries')")
    kept = browser.page.evaluate(KEPT)
    assert "MayBeInvoiced" in kept
    assert typed not in kept


def test_the_policy_stops_what_is_not_of_this_server(browser: Watched) -> None:
    browser.open()
    browser.page.evaluate(
        """async () => {
            const inline = Object.assign(document.createElement("script"), { textContent: "window.ran = true" });
            document.body.append(inline);
            const image = new Image();
            const tried = new Promise((resolve) => (image.onerror = resolve));
            image.src = "http://127.0.0.1:9/image.png";
            await tried;
            await fetch("http://127.0.0.1:9/").catch(() => undefined);
        }"""
    )
    assert browser.page.evaluate("window.ran") is None
    policy = [complaint for complaint in browser.complaints if complaint.startswith("policy: ")]
    assert policy == [
        "policy: script-src-elem inline",
        "policy: img-src http://127.0.0.1:9/image.png",
        "policy: connect-src http://127.0.0.1:9/",
    ]
    browser.complaints.clear()
    browser.requests.clear()
