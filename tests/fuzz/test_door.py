"""Whatever reaches the door, an answer comes back, and never a 500."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from starlette.testclient import TestClient
from tests.e2e.server import serving
from tests.fuzz.answers import LOGGER, checked
from tests.fuzz.fields import EXAMPLES, UNHURRIED
from tests.fuzz.requests import BODIES, HEADERS, METHODS, PARAMETERS, PATHS, WIRE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from tests.e2e.client import Billhook

MANY = settings(max_examples=EXAMPLES * 10, deadline=None, suppress_health_check=UNHURRIED)
JSON = {"Content-Type": "application/json"}
PATIENCE = 30
"""Seconds to wait for an answer that does not come."""


def answered(response: httpx2.Response, caplog: pytest.LogCaptureFixture) -> None:
    """Assert that it is an answer, and that nothing went wrong behind it."""
    assert response.status_code < 500, response.text
    assert [record.getMessage() for record in caplog.records if record.name == LOGGER] == []


@MANY
@given(body=BODIES)
def test_any_body_is_answered_in_the_form_of_graphql(office: Billhook, caplog: pytest.LogCaptureFixture, body: bytes) -> None:
    caplog.clear()
    checked(office.http.post("/graphql", content=body, headers=JSON), caplog.records)


@MANY
@given(headers=HEADERS, method=METHODS)
def test_any_headers_are_answered(office: Billhook, caplog: pytest.LogCaptureFixture, headers: dict[bytes, bytes], method: str) -> None:
    caplog.clear()
    answered(office.http.request(method, "/graphql", content=b'{"query": "{ __typename }"}', headers=list(headers.items())), caplog)


@MANY
@given(parameters=PARAMETERS)
def test_a_get_with_any_parameters_is_answered_in_the_form_of_graphql(
    office: Billhook, caplog: pytest.LogCaptureFixture, parameters: str
) -> None:
    caplog.clear()
    checked(office.http.get(f"/graphql?{parameters}", headers={"Accept": "application/json"}), caplog.records)


@MANY
@given(method=METHODS, path=PATHS)
def test_any_path_is_answered(office: Billhook, caplog: pytest.LogCaptureFixture, method: str, path: str) -> None:
    caplog.clear()
    answered(office.http.request(method, f"http://127.0.0.1{path}", follow_redirects=False), caplog)


@pytest.fixture(scope="module")
def address(office: Billhook) -> Iterator[tuple[str, int]]:
    """Where a real server listens."""
    assert isinstance(office.http, TestClient)
    with serving(office.http.app) as served:
        url = urlsplit(served)
        assert url.hostname is not None
        assert url.port is not None
        yield url.hostname, url.port


@MANY
@given(sent=WIRE)
def test_a_real_server_answers_any_bytes(address: tuple[str, int], caplog: pytest.LogCaptureFixture, sent: bytes) -> None:
    caplog.clear()
    got = b""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        connection.sendall(sent)
        while b"\r\n\r\n" not in got and (more := connection.recv(65536)):  # some connections would stay open for the next request
            got += more
    assert re.match(rb"HTTP/1\.1 [1-4][0-9][0-9] ", got), got[:200]
    assert [record.getMessage() for record in caplog.records if record.name == LOGGER] == []
