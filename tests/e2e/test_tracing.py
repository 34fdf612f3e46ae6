"""Traces: a span for each operation and each SQL statement, in the trace of the client, and without a word that it sent."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from sqlalchemy import text
from starlette.testclient import TestClient
from tests.e2e.server import environment

from billhook.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan
    from strawberry import Schema

    from billhook.billing.workspace import Workspace

SECRET = "correct-horse"  # noqa: S105 - it stands for whatever a client sends
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CREATE = "mutation Create($name: String!) { createCustomer(input: { name: $name }) { customer { id } } }"
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def http(workspace: Workspace, schema: Schema, spans: InMemorySpanExporter) -> Iterator[TestClient]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app = create_app(workspace, schema, traces=provider)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000), raise_server_exceptions=False) as client:
        yield client
    provider.shutdown()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_an_operation_is_a_span_in_the_trace_of_its_client_and_its_statements_are_below(
    http: TestClient, spans: InMemorySpanExporter, workspace: Workspace
) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "case-7"}
    assert http.post("/graphql", json={"query": "query Names { projects { totalCount } }"}, headers=headers).status_code == 200
    *statements, operation = spans.get_finished_spans()
    own = operation.get_span_context()
    assert own is not None
    assert (operation.name, f"{own.trace_id:x}") == ("query Names", TRACE)
    assert operation.parent is not None
    assert f"{operation.parent.span_id:016x}" == PARENT
    assert attributes(operation) == {
        "graphql.operation.name": "Names",
        "graphql.operation.type": "query",
        "http.response.status_code": 200,
        "billhook.codes": (),
        "billhook.cost": 22,
        "billhook.statements": 2,
        "billhook.request_id": "case-7",
    }
    assert [span.name for span in statements] == ["SELECT", "SELECT"]
    assert {span.parent and span.parent.span_id for span in statements} == {own.span_id}
    assert {attributes(span)["db.system.name"] for span in statements} == {workspace.engine.dialect.name}
    assert "FROM project" in attributes(statements[-1])["db.query.text"]


def test_no_span_has_what_was_sent_whatever_fails(http: TestClient, spans: InMemorySpanExporter, workspace: Workspace) -> None:
    named = {"query": CREATE, "variables": {"name": SECRET}}
    literal = {"query": f'{{ projects(filter: {{ search: "{SECRET}" }}) {{ nodes {{ id }} }} }}'}
    assert http.post("/graphql", json=named).json()["data"]["createCustomer"]["customer"]
    assert "errors" not in http.post("/graphql", json=literal).json()
    http.get("/graphql", params={"query": f'{{ "{SECRET}', "token": SECRET})
    with workspace.writing() as tx:
        tx.session.execute(text("DROP TABLE customer CASCADE" if workspace.engine.dialect.name == "postgresql" else "DROP TABLE customer"))
    assert [error["extensions"]["code"] for error in http.post("/graphql", json=named).json()["errors"]] == ["INTERNAL"]
    http.get("/graphql", params={"query": f'{{ "{SECRET}', "token": SECRET}, headers={"Authorization": f"Bearer {SECRET}"})
    with workspace.writing() as tx:
        tx.session.execute(text("ALTER TABLE access_token RENAME TO gone"))
    assert http.post("/graphql", json=named, headers={"Authorization": f"Bearer {SECRET}"}).status_code == 500
    found = spans.get_finished_spans()
    assert [(span.name, span.status.description) for span in found if not span.parent] == [
        ("mutation Create", None),
        ("query", None),
        ("graphql", "GRAPHQL_PARSE_FAILED"),
        ("mutation Create", "INTERNAL"),
        ("graphql", "UNAUTHENTICATED"),
        ("graphql", "INTERNAL"),
    ]
    assert StatusCode.ERROR in {span.status.status_code for span in found if span.parent}
    assert [event for span in found for event in span.events] == []
    assert SECRET not in "".join(span.to_json() for span in found)


def test_health_and_metrics_are_not_traced(http: TestClient, spans: InMemorySpanExporter) -> None:
    assert [http.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
    assert spans.get_finished_spans() == ()


def ran(code: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = environment(settings)
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own program


def test_nothing_of_it_is_imported_unless_traces_are_wanted(tmp_path: Path) -> None:
    code = "import sys, billhook.cli, billhook.http.app; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    done = ran(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_traces_that_cannot_be_sent_keep_the_server_from_starting(tmp_path: Path, workers: str) -> None:
    code = f"""
import sys
sys.modules["opentelemetry.sdk"] = None  # as if the extra were not installed
sys.argv = ["billhook", "serve", "--port", "0", "--workers", "{workers}"]
from billhook.cli import main
main()
"""
    done = ran(code, tmp_path, **ENDPOINT)
    says = "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends traces is not installed; install billhook[otel], or unset it"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"billhook: {says}\n")
