"""/metrics: what is counted, for whom, and that several processes count together."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx2
import pytest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text
from starlette.testclient import TestClient
from tests.e2e import story
from tests.e2e.server import started
from tests.e2e.test_access import refused, secret_of
from tests.e2e.test_serving import workers_of

from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prometheus_client import Metric
    from strawberry import Schema
    from tests.e2e.client import Billhook

LABELS = ("status", "kind", "code", "le")
Numbers = dict[tuple[str, ...], float]
"""Each by its name and the values of its labels."""


def read(page: str) -> Numbers:
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return {(sample.name, *(sample.labels[label] for label in LABELS if label in sample.labels)): sample.value for sample in samples}


def numbers(http: httpx2.Client, headers: Mapping[str, str] | None = None) -> Numbers:
    response = http.get("/metrics", headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return read(response.text)


def grown(before: Numbers, after: Numbers) -> Numbers:
    """What was counted in between; without durations, which no test knows."""
    more = {key: value - before.get(key, 0) for key, value in after.items() if "seconds" not in key[0]}
    return {key: value for key, value in more.items() if value and not key[0].endswith("_bucket")}


def test_operations_are_counted_by_kind_and_code_with_what_they_took(billhook: Billhook) -> None:
    before = numbers(billhook.http)
    for query in ("{ projects { totalCount } }", "query A { projects { totalCount } }", "{ nothing }", "{"):
        billhook.http.post("/graphql", json={"query": query})
    billhook.http.post("/graphql", json={"query": 'mutation { createCustomer(input: {name: "Acme"}) { customer { id } } }'})
    billhook.http.get("/nothing-here")
    more = grown(before, numbers(billhook.http))
    written = more.pop(("billhook_operation_statements_sum", "mutation"))
    assert written > 1
    assert more == {
        ("billhook_http_requests_total", "2xx"): 6,  # with the page of metrics itself; of what could not run, too, as JSON
        ("billhook_http_requests_total", "4xx"): 1,
        ("billhook_operations_total", "query", "OK"): 2,
        ("billhook_operations_total", "query", "GRAPHQL_VALIDATION_FAILED"): 1,
        ("billhook_operations_total", "unknown", "GRAPHQL_PARSE_FAILED"): 1,
        ("billhook_operations_total", "mutation", "OK"): 1,
        ("billhook_operation_statements_count", "query"): 3,
        ("billhook_operation_statements_sum", "query"): 2 + 2 + 1,
        ("billhook_operation_statements_count", "unknown"): 1,
        ("billhook_operation_statements_sum", "unknown"): 1,
        ("billhook_operation_statements_count", "mutation"): 1,
        ("billhook_operation_cost_count", "query"): 2,
        ("billhook_operation_cost_sum", "query"): 2 * 22,
        ("billhook_operation_cost_count", "mutation"): 1,
        ("billhook_operation_cost_sum", "mutation"): 103,
    }


def test_bugs_and_wrong_tokens_are_counted(billhook: Billhook) -> None:
    before = numbers(billhook.http)
    for _ in range(3):
        billhook.http.post("/graphql", headers={"Authorization": "Bearer bh_wrong"}, json={"query": "{ __typename }"})
    secret = secret_of(billhook.workspace, Role.VIEWER)
    with billhook.workspace.writing() as tx:
        tx.session.execute(text("DROP TABLE project_balance"))
    headers = {"Authorization": f"Bearer {secret}"}
    billhook.http.post("/graphql", json={"query": "{ billableProjects { totalCount } }"}, headers=headers)
    more = grown(before, numbers(billhook.http, headers))
    assert more["billhook_failed_logins_total",] == 3
    assert more["billhook_internal_errors_total",] == 1
    assert more["billhook_operations_total", "query", "INTERNAL"] == 1
    assert more["billhook_http_requests_total", "4xx"] == 3


def test_the_use_of_the_pool_is_seen_as_it_is(billhook: Billhook) -> None:
    seen = []
    with billhook.workspace.reading(), billhook.workspace.reading():
        seen.append(numbers(billhook.http))
    seen.append(numbers(billhook.http))
    assert [each["billhook_pool_connections_in_use",] for each in seen] == [2, 0]
    assert seen[0]["billhook_pool_connections",] == 8


def test_connections_that_cannot_be_made_were_never_in_use(billhook: Billhook) -> None:
    engine = billhook.workspace.engine

    def refuse(*_about_it: object) -> None:
        raise engine.dialect.loaded_dbapi.OperationalError("the database is away")

    numbers(billhook.http)
    engine.dispose()
    event.listen(engine, "do_connect", refuse)
    codes = [billhook.http.post("/graphql", json={"query": "{ __typename }"}).status_code for _ in range(3)]
    assert codes == [503, 503, 503]
    event.remove(engine, "do_connect", refuse)
    assert numbers(billhook.http)["billhook_pool_connections_in_use",] == 0
    with billhook.workspace.reading():
        assert numbers(billhook.http)["billhook_pool_connections_in_use",] == 1


def test_two_apps_of_one_process_count_apart(billhook: Billhook, schema: Schema) -> None:
    billhook.graphql("{ __typename }")
    with TestClient(create_app(billhook.workspace, schema), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as other:
        assert ("billhook_operations_total", "query", "OK") not in numbers(other)
    assert numbers(billhook.http)["billhook_operations_total", "query", "OK"] == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BILLER, Role.ADMIN])
def test_whoever_sees_amounts_reads_metrics(billhook: Billhook, role: Role) -> None:
    secret = secret_of(billhook.workspace, role)
    assert numbers(billhook.http, {"Authorization": f"Bearer {secret}"})["billhook_failed_logins_total",] == 0


def test_nobody_else_reads_metrics(billhook: Billhook) -> None:
    secret = secret_of(billhook.workspace, Role.TIMEKEEPER, userId=story.someone(billhook))
    timekeeper = billhook.http.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    assert refused(timekeeper) == (403, "FORBIDDEN", "Metrics are not for a timekeeper.")
    assert refused(billhook.http.get("/metrics"))[:2] == (401, "UNAUTHENTICATED")
    assert refused(billhook.http.get("/metrics", headers={"Authorization": "Bearer bh_wrong"}))[:2] == (401, "UNAUTHENTICATED")


def test_another_machine_reads_no_metrics_while_there_is_no_token(billhook: Billhook, schema: Schema) -> None:
    with TestClient(create_app(billhook.workspace, schema), base_url="http://127.0.0.1", client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.get("/metrics").status_code == 403


def test_several_processes_count_as_one_also_when_one_was_replaced(tmp_path: Path) -> None:
    with started(tmp_path, "serve", "--workers", "2", TMPDIR=str(tmp_path)) as (server, address):
        root = address.removesuffix("/graphql")
        while len(list(tmp_path.glob("billhook-metrics-*/counter_*.db"))) < 2:
            httpx2.get(f"{root}/healthz", timeout=60)

        def ask(_number: int) -> int:
            return httpx2.post(address, json={"query": "{ projects { totalCount } }"}, timeout=60).status_code

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(ask, range(60))) == {200}
        assert [operations(root) for _ in range(6)] == [60] * 6
        files = [str(path) for path in tmp_path.glob("billhook-metrics-*/counter_*.db")]
        assert sum(counted_in(path) for path in files) == 60
        assert pool(root) == 2 * 8
        workers_of(server)[0].kill()
        while len(list(tmp_path.glob("billhook-metrics-*/counter_*.db"))) < 3 or len(list(tmp_path.glob("*/gauge_livesum_*.db"))) > 2:
            pass
        assert [operations(root) for _ in range(6)] == [60] * 6
        assert pool(root) == 2 * 8
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert list(tmp_path.glob("billhook-metrics-*")) == []


def operations(root: str) -> float:
    return read(httpx2.get(f"{root}/metrics", timeout=60).text)["billhook_operations_total", "query", "OK"]


def pool(root: str) -> float:
    return read(httpx2.get(f"{root}/metrics", timeout=60).text)["billhook_pool_connections",]


def counted_in(path: str) -> float:
    """The operations that one process counted."""
    merged: list[Metric] = list(MultiProcessCollector.merge([path]))  # type: ignore[no-untyped-call]  # it has no types
    samples = [sample for metric in merged for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name == "billhook_operations_total")
