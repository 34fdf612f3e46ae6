"""The page for browsers at /graphql: what it comes with, how long it is kept, and what is said where it was not built."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.e2e.client import without_cost

from billhook.cli.serving import page_line
from billhook.http.app import create_app
from billhook.http.graphiql import BUILT, MEDIA_TYPES, NOT_BUILT, GraphiQL, built_graphiql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strawberry import Schema
    from tests.e2e.client import Billhook

    from billhook.billing.workspace import Workspace

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br"}
SCRIPT = b"let its_text = 'long';"


@pytest.fixture
def page(tmp_path: Path, workspace: Workspace, schema: Schema) -> Iterator[TestClient]:
    """A billhook whose page is small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>small</title>", encoding="utf-8")
    (tmp_path / "assets" / "main-1a.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "main-1a.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "icon-1a.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "assets" / "notes.txt").write_text("not for browsers", encoding="utf-8")
    with TestClient(create_app(workspace, schema, graphiql=built_graphiql(tmp_path)), "http://127.0.0.1", client=("127.0.0.1", 1)) as http:
        yield http


def test_browsers_get_the_page_anew_each_time(page: TestClient) -> None:
    response = page.get("/graphql", headers=BROWSER)
    assert (response.status_code, response.headers["content-type"], response.text) == (
        200,
        "text/html; charset=utf-8",
        "<title>small</title>",
    )
    assert response.headers["cache-control"] == "no-store"


def test_its_files_are_kept_for_a_year_compressed_for_those_who_take_it(page: TestClient) -> None:
    compressed = page.get("/graphiql/assets/main-1a.js", headers=BROWSER)
    plain = page.get("/graphiql/assets/main-1a.js", headers={"Accept-Encoding": "identity"})
    picture = page.get("/graphiql/assets/icon-1a.svg", headers=BROWSER)
    assert (compressed.content, compressed.headers["content-encoding"]) == (SCRIPT, "gzip")
    assert (plain.content, "content-encoding" in plain.headers) == (SCRIPT, False)
    assert (picture.text, "content-encoding" in picture.headers) == ("<svg/>", False)
    assert [answer.headers["content-type"] for answer in (compressed, plain, picture)] == [
        "text/javascript; charset=utf-8",
        "text/javascript; charset=utf-8",
        "image/svg+xml",
    ]
    for answer in (compressed, plain, picture):
        assert (answer.status_code, answer.headers["vary"]) == (200, "Accept-Encoding")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/graphql", "/graphiql/assets/main-1a.js"])
def test_the_page_and_its_workers_may_load_from_this_server_alone(page: TestClient, path: str) -> None:
    headers = page.get(path, headers=BROWSER).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
        "font-src 'self' data:; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize("name", ["main-2b.js", "main-1a.js.gz", "notes.txt", "..%2Findex.html", "%2e%2e", ""])
def test_only_its_files_are_there(page: TestClient, name: str) -> None:
    assert page.get(f"/graphiql/assets/{name}").status_code == 404


def test_where_it_was_not_built_one_line_says_how_to_build_it(tmp_path: Path, workspace: Workspace, schema: Schema) -> None:
    nothing = built_graphiql(tmp_path)
    assert nothing == GraphiQL(None, {})
    with TestClient(create_app(workspace, schema, graphiql=nothing), "http://127.0.0.1", client=("127.0.0.1", 1)) as http:
        response = http.get("/graphql", headers=BROWSER)
        assert (response.status_code, response.headers["content-type"]) == (503, "text/plain; charset=utf-8")
        assert (
            response.text
            == "GraphiQL is not built: run `make graphiql` and start billhook again. Without it, send queries with POST to /graphql.\n"
        )
        assert without_cost(http.post("/graphql", json={"query": "{ __typename }"}).json()) == {"data": {"__typename": "Query"}}


def test_what_was_built_has_nothing_inline_and_names_only_its_own_files(billhook: Billhook) -> None:
    built = built_graphiql()
    assert built.page is not None, NOT_BUILT
    assert re.findall(r"<style|<script[^>]*>[^<]| style=| on\w+=", built.page) == []
    named = re.findall(r'(?:src|href)="([^"]*)"', built.page)
    assert len(named) >= 3
    for path in named:
        assert billhook.http.get(path).status_code == 200
    assert {path.suffix for path in built.files.values()} == {*MEDIA_TYPES, ".gz"}
    assert [name for name in built.files if not re.search(r"-[\w-]{8}\.(js|css|svg|ttf)(\.gz)?$", name)] == []
    assert {path.parent for path in built.files.values()} == {BUILT / "assets"}


def test_the_line_of_the_terminal_says_whether_there_is_a_page() -> None:
    address = "http://127.0.0.1:8000/graphql#token=bh_x"
    assert page_line(address, built=True) == f"GraphiQL: {address} in a browser"
    assert page_line(address, built=False) == f"GraphiQL: {address} once it is built: run `make graphiql`, and start billhook again"
