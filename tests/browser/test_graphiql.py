"""GraphiQL in a browser: it comes from this host alone, answers, explains the sources, and keeps a token to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from playwright.sync_api import expect
from tests.browser.conftest import HEADERS
from tests.e2e import story
from tests.e2e.client import Client

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Route
    from tests.browser.conftest import Watched

NAMES_LATER = "((later) => { setTimeout = (run, wait, ...given) => later(run, wait === 100 ? 60_000 : wait, ...given) })(setTimeout)"
"""GraphiQL reads the names of the operations 100 ms after they were typed: not as long as a test takes."""
PROJECTS = "subscription { billableProjectsChanged { refetch projects { title } } }"
WITNESS = """async ([query, token]) => {
    const headers = { "Content-Type": "application/json", Accept: "text/event-stream", Authorization: `Bearer ${token}` };
    const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query }) });
    const events = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const until = async (text) => {
        while (!heard.includes(text)) {
            const { done, value } = await events.read();
            if (done) throw new Error(`the stream ended after ${heard}`);
            heard += value;
        }
    };
    await until("refetch");
    window.heard = async (text) => { await until(text); await events.cancel(); };
}"""
"""Another stream of the same page: what came to this one came to any that is open."""
SILENCE = (
    "No answer came from this server: it was stopped, cannot be reached, or another program answered in its place. "
    "A mutation may have been done all the same."
)
UNSENT = (
    "Nothing was sent, because the header {} cannot be: "
    "a name has letters from A to Z, digits, and signs such as - and _, and a value is a text of one line in the letters of Western Europe."
)
AWAY = pytest.mark.parametrize("way", ["Stop query", "MayBeInvoiced", "New tab", "Close Tab"])
KEPT = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


def track(browser: Watched) -> None:
    """Track a minute on Audio tour, which those who follow the projects are told of."""
    with httpx2.Client(base_url=browser.address, headers={"Authorization": f"Bearer {browser.secrets[0]}"}) as http:
        client = Client(http)
        [tour] = client.graphql('{ projects(filter: { search: "Audio tour" }) { nodes { id } } }')["projects"]["nodes"]
        story.track(client, tour["id"], seconds=60)


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


@pytest.mark.parametrize(
    ("keys", "typed", "left"),
    [
        ("Shift+Control+P", "{__typename}", ["{", "__typename", "}", ""]),
        ("Shift+Control+M", "{ ...Named } fragment Named on Query { __typename }", ["{", "__typename", "}"]),
    ],
    ids=["prettify", "merge"],
)
def test_the_shortcuts_that_it_names_work(browser: Watched, keys: str, typed: str, left: list[str]) -> None:
    browser.open()
    browser.type(typed)
    browser.execute()
    browser.answered('"__typename": "Query"')
    browser.page.locator(".graphiql-query-editor .monaco-editor").click()
    browser.page.keyboard.press(keys)
    expect(browser.page.locator(".graphiql-query-editor .view-line")).to_have_text(left)


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
    browser.type(PROJECTS)
    browser.execute()
    browser.answered('"refetch": true')
    track(browser)
    browser.answered('"refetch": false', '"title": "Audio tour"')
    browser.page.screenshot(path=screenshots / "subscription.png")


@pytest.mark.parametrize("address", ["closed"], indirect=True)
def test_a_subscription_that_is_stopped_leaves_its_connection_to_others(browser: Watched) -> None:
    browser.open(f"#token={browser.secrets[0]}")
    browser.type(PROJECTS)
    for _ in range(7):  # a browser has six connections to a server
        with browser.page.expect_response("**/graphql"):
            browser.execute()
        with browser.page.expect_event("requestfailed") as closed:
            browser.stop()
        assert closed.value.failure == "net::ERR_ABORTED"
    browser.type("{ viewer { role } }")
    browser.execute()
    browser.answered('"role": "ADMIN"')


@pytest.mark.parametrize("address", ["closed"], indirect=True)
@AWAY
def test_whoever_leaves_a_subscription_is_shown_nothing_of_it(browser: Watched, way: str) -> None:
    browser.open(f"#token={browser.secrets[0]}")
    browser.type(PROJECTS)
    browser.execute()
    browser.answered('"refetch": true')
    browser.page.get_by_role("button", name=way).last.click()
    expect(browser.page.get_by_role("button", name="Execute query")).to_be_visible()
    browser.page.evaluate(WITNESS, [PROJECTS, browser.secrets[0]])
    track(browser)
    browser.page.evaluate("heard('Audio tour')")
    expect(browser.page.locator(".result-window")).not_to_contain_text("Audio tour")


@pytest.mark.parametrize("address", ["closed"], indirect=True)
@AWAY
def test_whoever_leaves_a_mutation_ends_its_request_and_is_shown_nothing_of_it(browser: Watched, way: str) -> None:
    browser.open(f"#token={browser.secrets[0]}")
    browser.page.route("**/graphql", lambda _: None)  # none of its requests arrives
    browser.type("mutation { runSubscriptions(input: {}) { userErrors { code } } }")
    with browser.page.expect_request("**/graphql"):
        browser.execute()
    with browser.page.expect_event("requestfailed") as ended:
        browser.page.get_by_role("button", name=way).last.click()
    assert ended.value.failure == "net::ERR_ABORTED"
    expect(browser.page.get_by_role("button", name="Execute query")).to_be_visible()
    expect(browser.page.locator(".result-window")).not_to_contain_text("answer")
    browser.page.unroute("**/graphql")
    browser.type("{ viewer { role } }")
    browser.execute()
    browser.answered('"role": "ADMIN"')


@pytest.mark.parametrize("address", ["closed"], indirect=True)
def test_a_click_on_the_tab_in_front_leaves_nothing(browser: Watched) -> None:
    browser.open(f"#token={browser.secrets[0]}")
    browser.type(PROJECTS)
    browser.execute()
    browser.answered('"refetch": true')
    front = browser.page.locator(".graphiql-tab-active .graphiql-tab-button")
    front.click()
    front.drag_to(browser.page.get_by_role("button", name="MayBeInvoiced"))
    track(browser)
    browser.answered('"title": "Audio tour"')


@pytest.mark.parametrize("operation", ["{ viewer { role } }", PROJECTS], ids=["query", "subscription"])
@pytest.mark.parametrize(
    "instead",
    [None, (502, "text/html", "<h1>Bad Gateway</h1>"), (200, "text/event-stream", ":\n\n")],
    ids=["nothing", "another program", "a stream that is cut"],
)
def test_where_no_answer_comes_the_page_says_so_in_plain_words(
    browser: Watched, operation: str, instead: tuple[int, str, str] | None
) -> None:
    browser.open()

    def answer(route: Route) -> None:
        if instead is None:
            route.abort("connectionrefused")
        else:
            route.fulfill(status=instead[0], content_type=instead[1], body=instead[2])

    browser.page.route("**/graphql", answer)
    browser.type(operation)
    browser.execute()
    browser.answered(SILENCE)
    assert browser.shown() == {"errors": [{"message": SILENCE}]}
    assert browser.complaints
    browser.complaints.clear()


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
    browser.type_headers(f'{{"Authorization": "Bearer {typed}"}}')
    browser.page.get_by_role("button", name="New tab").click()  # which takes down at once what was typed
    browser.page.get_by_role("button", name="MayBeInvoiced").click()
    expect(browser.page.locator(HEADERS)).to_contain_text(typed)
    with browser.page.expect_request("**/graphql") as request:
        browser.execute()
    browser.answered('"amount": "401.67"')
    assert request.value.all_headers()["authorization"] == f"Bearer {typed}"
    browser.page.wait_for_function("Object.keys(localStorage).includes('graphiql:queries')")
    kept = browser.page.evaluate(KEPT)
    assert "MayBeInvoiced" in kept
    assert typed not in kept


@pytest.mark.parametrize("operation", ["{ viewer { role } }", PROJECTS], ids=["query", "subscription"])
@pytest.mark.parametrize(("header", "value"), [("Author ization", '"x"'), ("b", '"中"'), ("c", "null")], ids=["name", "value", "none"])
def test_a_header_that_cannot_be_sent_is_told_of_in_plain_words(browser: Watched, operation: str, header: str, value: str) -> None:
    browser.open()
    browser.type(operation)
    browser.type_headers(f'{{"{header}": {value}}}')
    browser.execute()
    browser.answered(header)
    assert browser.shown() == {"errors": [{"message": UNSENT.format(header)}]}


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
