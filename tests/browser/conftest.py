"""A browser in front of a server of this machine, and all that it must not do: load from elsewhere, fail, or break the page's policy."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.e2e.server import serving
from tests.e2e.settings import settings_for
from tests.left_out import WITHOUT_CHROMIUM

from billhook.billing.access import create_access_token
from billhook.billing.demo import fill_demo
from billhook.billing.inputs.access import CreateAccessToken
from billhook.billing.workspace import open_workspace
from billhook.domain.words import Role
from billhook.http.app import create_app
from billhook.http.graphiql import NOT_BUILT, built_graphiql
from billhook.sources import load_sources
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ALONE = (
    "--no-sandbox",  # Chromium has none for root, and opens nothing but the page
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECRETS: dict[str, tuple[str, ...]] = {}
"""Of each server's tokens, by its address."""
HEADERS = ".graphiql-editor-tool .monaco-editor:visible"
"""The pane, when it is open."""
MANY_MILLISECONDS = 120_000
"""Longer than any step takes: only what hangs is ended."""


@dataclass(slots=True)
class Watched:
    """A page, and what it did."""

    page: Page
    address: str
    secrets: tuple[str, ...] = ()
    """Of the tokens that the server knows, if it is `closed`."""
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, fragment: str = "") -> None:
        """Open GraphiQL, and wait until it has the schema and can be typed into."""
        with self.page.expect_response(lambda response: "__schema" in (response.request.post_data or "")):
            self.page.goto(f"{self.address}/graphql{fragment}")
        self.page.locator(".graphiql-query-editor .view-line").first.wait_for()

    def execute(self) -> None:
        """Press the button that sends the operation of the tab."""
        self.page.get_by_role("button", name="Execute query").click()

    def stop(self) -> None:
        """Press the same button while a subscription is followed."""
        self.page.get_by_role("button", name="Stop query").click()

    def type(self, operation: str) -> None:
        """Write an operation into a new tab."""
        self.page.get_by_role("button", name="New tab").click()
        self.page.locator(".graphiql-query-editor .monaco-editor").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(operation)

    def type_headers(self, headers: str) -> None:
        """Write into the pane Headers, which is empty."""
        self.page.get_by_role("button", name="Headers").click()
        pane = self.page.locator(HEADERS)
        pane.click()
        expect(pane).to_contain_class("focused")
        self.page.keyboard.insert_text(headers)
        expect(pane).to_contain_text(headers)

    def answered(self, *texts: str) -> None:
        """Wait until all of this stands in the answer."""
        for text in texts:
            expect(self.page.locator(".result-window")).to_contain_text(text)

    def shown(self) -> Any:  # noqa: ANN401 - a value of JSON
        """Return the whole answer, however its lines are broken and indented."""
        return json.loads(" ".join(self.page.locator(".result-window .view-lines").inner_text().split()))

    def elsewhere(self) -> list[str]:
        """What was asked of anybody but the server."""
        return [request.url for request in self.requests if not request.url.startswith((self.address + "/", "data:"))]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module: while it runs, nothing else in this process can start an event loop."""
    program = shutil.which("chromium")
    if program is None and os.environ.get("CI") == "true":
        pytest.fail(WITHOUT_CHROMIUM)
    if program is None:
        pytest.skip(WITHOUT_CHROMIUM)
    assert built_graphiql().page, NOT_BUILT
    expect.set_options(timeout=MANY_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ALONE)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["demo"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a new demo; with an empty database for a test that asks for `empty`, and tokens for one that asks for `closed`."""
    workspace = open_workspace(settings_for(tmp_path_factory.mktemp("page") / "page.db"), load_sources(check_options=check_options))
    if request.param != "empty":
        assert fill_demo(workspace)
    admin = CreateAccessToken(name="Ann", role=Role.ADMIN)
    made = [workspace.write(partial(create_access_token, given=admin))[1] for _ in range(3 if request.param == "closed" else 0)]
    with serving(create_app(workspace)) as served:
        SECRETS[served] = tuple(made)
        yield served
    workspace.engine.dispose()


@pytest.fixture
def browser(chromium: Browser, address: str) -> Iterator[Watched]:
    """A browser that was never here. Whatever it complains of fails the test, unless the test took it out."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    context.set_default_timeout(MANY_MILLISECONDS)
    context.add_init_script(
        "addEventListener('securitypolicyviolation', event => console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`))"
    )
    watched = Watched(context.new_page(), address, SECRETS[address])

    def asked(request: Request) -> None:
        watched.requests.append(request)

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            watched.complaints.append(message.text)

    context.on("request", asked)
    context.on("console", said)
    context.on("weberror", lambda error: watched.complaints.append(str(error.error)))
    yield watched
    context.close()
    assert (watched.elsewhere(), watched.complaints) == ([], [])


@pytest.fixture
def screenshots(pytestconfig: pytest.Config) -> Path:
    """The folder that keeps what the page looked like."""
    folder = pytestconfig.rootpath / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
