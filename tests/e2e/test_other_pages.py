"""What front ends on other servers need: the schema as a file, CORS where it is configured, and answers that are small on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient
from tests.e2e.test_access import secret_of

from billhook.billing.workspace import Workspace
from billhook.domain.words import Role
from billhook.http.app import LARGE_BYTES, create_app
from billhook.http.endpoint import GraphQLEndpoint
from billhook.settings import GivenSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from starlette.requests import Request
    from starlette.responses import Response
    from strawberry import Schema
    from tests.e2e.client import Billhook

ASK = {"query": "{ __typename }"}
OURS, FOREIGN = "https://app.example.com", "https://other.example.com"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def cors_of(response: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


@pytest.fixture
def opened_to_pages(workspace: Workspace, schema: Schema) -> Iterator[TestClient]:
    """A billhook that the pages of two servers may ask."""
    settings = workspace.settings.model_copy(update={"cors_origins": f"{OURS}, http://localhost:5173"})
    app = create_app(Workspace(workspace.engine, settings, workspace.sources, workspace.clock), schema)
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 1)) as http:
        yield http


def test_pages_of_other_servers_are_not_let_in_unless_the_settings_say_so(billhook: Billhook) -> None:
    assert cors_of(billhook.http.post("/graphql", json=ASK, headers={"Origin": OURS})) == {}
    preflight = billhook.http.options("/graphql", headers={"Origin": OURS} | PREFLIGHT)
    assert (preflight.status_code, cors_of(preflight)) == (405, {})


@pytest.mark.parametrize("origin", [OURS, "http://localhost:5173"])
def test_a_page_that_the_settings_name_may_ask_and_read_the_id_of_its_request(opened_to_pages: TestClient, origin: str) -> None:
    preflight = opened_to_pages.options("/graphql", headers={"Origin": origin} | PREFLIGHT)
    assert preflight.status_code == 200
    assert cors_of(preflight) == {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": (
            "Accept, Accept-Language, Authorization, Content-Language, Content-Type, If-None-Match, X-Request-Id, "
            "apollo-require-preflight, apollographql-client-name, apollographql-client-version, baggage, "
            "graphql-client-name, graphql-client-version, traceparent, tracestate"
        ),
        "access-control-max-age": "600",
    }
    asked = opened_to_pages.post("/graphql", json=ASK, headers={"Origin": origin})
    assert cors_of(asked) == {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "X-Request-Id, ETag, Retry-After",
    }
    assert asked.headers["vary"] == "Accept, Origin"
    refused = opened_to_pages.post("/graphql", json=[], headers={"Origin": origin})
    assert (refused.status_code, cors_of(refused)["access-control-allow-origin"]) == (400, origin)


@pytest.mark.parametrize(("origin", "let_read"), [(OURS, OURS), (FOREIGN, None)])
def test_a_page_may_read_the_request_id_of_a_bug(
    workspace: Workspace, schema: Schema, monkeypatch: pytest.MonkeyPatch, origin: str, let_read: str | None
) -> None:
    async def broken(_endpoint: GraphQLEndpoint, _request: Request) -> Response:
        raise ZeroDivisionError

    monkeypatch.setattr(GraphQLEndpoint, "answer", broken)
    settings = workspace.settings.model_copy(update={"cors_origins": OURS})
    app = create_app(Workspace(workspace.engine, settings, workspace.sources, workspace.clock), schema)
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 1), raise_server_exceptions=False) as http:
        response = http.post("/graphql", json=ASK, headers={"Origin": origin})
    assert (response.status_code, response.headers.get("access-control-allow-origin")) == (500, let_read)
    assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}


@pytest.mark.parametrize("origin", [FOREIGN, f"{OURS}.example.net", f"{OURS}:8443", "http://app.example.com", "null"])
def test_no_other_page_may(opened_to_pages: TestClient, origin: str) -> None:
    preflight = opened_to_pages.options("/graphql", headers={"Origin": origin} | PREFLIGHT)
    asked = opened_to_pages.post("/graphql", json=ASK, headers={"Origin": origin})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize(
    "origin",
    [
        *("*", "https://*.example.com", "app.example.com", f"{OURS}/", f"{OURS}/app", "https://App.example.com", "ftp://a", "null"),
        *("https://münchen.de", "https://exa mple.com", "https://.example.com", "https://[::1", "https://a:65536"),
    ],
)
def test_an_origin_that_no_page_has_is_a_misconfiguration(origin: str) -> None:
    with pytest.raises(ValidationError, match="is not the origin of a page"):
        GivenSettings(cors_origins=f"{OURS},{origin}")


@pytest.mark.parametrize("origin", ["https://app.example.com:443", "http://localhost:80"])
def test_an_origin_with_the_port_that_browsers_leave_out_is_a_misconfiguration(origin: str) -> None:
    with pytest.raises(ValidationError, match="has the port that browsers leave out"):
        GivenSettings(cors_origins=origin)


def test_the_schema_is_a_file_that_is_sent_again_only_when_it_changed(billhook: Billhook, schema: Schema) -> None:
    first = billhook.http.get("/schema.graphql")
    assert (first.status_code, first.text) == (200, schema.as_str() + "\n")
    assert first.headers["content-type"] == "application/graphql; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = billhook.http.get("/schema.graphql", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert billhook.http.get("/schema.graphql", headers={"If-None-Match": '"other"'}).text == first.text
    head = billhook.http.head("/schema.graphql")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_the_schema_is_for_those_who_may_ask(billhook: Billhook, workspace: Workspace) -> None:
    secret = secret_of(workspace, Role.VIEWER)
    refused = billhook.http.get("/schema.graphql")
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert billhook.http.get("/schema.graphql", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert billhook.http.post("/schema.graphql").status_code == 405


def answer_of(billhook: Billhook, size: int, encoding: str) -> httpx2.Response:
    """An answer of so many bytes: its last name is as long as it must be."""
    names = [letter * 110 for letter in "abcdefghij"]
    others = "".join(f'"{name}":"Query",' for name in names)
    names.append("z" * (size - len(f'{{"data":{{{others}"":"Query"}},"extensions":{{"cost":{{"requested":11,"maximum":50000}}}}}}')))
    query = "{ " + " ".join(f"{name}: __typename" for name in names) + " }"
    return billhook.http.post("/graphql", json={"query": query}, headers={"Accept-Encoding": encoding})


@pytest.mark.parametrize(("size", "encoded"), [(LARGE_BYTES - 1, None), (LARGE_BYTES, "gzip")])
def test_large_answers_are_compressed_for_those_who_take_it(billhook: Billhook, size: int, encoded: str | None) -> None:
    squeezed, plain = answer_of(billhook, size, "gzip"), answer_of(billhook, size, "identity")
    assert len(plain.content) == size
    assert squeezed.content == plain.content
    assert (squeezed.headers.get("content-encoding"), plain.headers.get("content-encoding")) == (encoded, None)
    assert squeezed.headers["vary"] == ("Accept" if encoded is None else "Accept, Accept-Encoding")


def test_every_answer_is_one_clients_own_and_of_the_form_that_it_accepts(billhook: Billhook) -> None:
    answers = [
        billhook.http.post("/graphql", json=ASK),
        billhook.http.get("/graphql", params=ASK),
        billhook.http.post("/graphql", json=[]),
        billhook.http.put("/graphql"),
        billhook.http.post("/graphql", json=ASK, headers={"Accept": "image/png"}),
        billhook.http.get("/graphql", headers={"Accept": "text/html"}),
    ]
    assert [answer.headers["vary"].split(", ")[0] for answer in answers] == ["Accept"] * 6
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 6


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
def test_what_is_refused_before_it_is_read_is_answered_in_the_form_that_is_accepted(billhook: Billhook, media_type: str) -> None:
    response = billhook.http.post("/graphql", json=[], headers={"Accept": media_type})
    assert (response.status_code, response.headers["content-type"]) == (400, media_type)
