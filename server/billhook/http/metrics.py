"""What a Prometheus may count: requests, operations, their cost and what went wrong; no data of the business, and no word of a client's.

Each app has its own. Where several processes answer as one, whichever is asked answers for all of them: their numbers are in files.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from anyio import to_thread
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.exceptions import HTTPException
from starlette.responses import Response

from billhook.store.pool import watch_pool
from billhook_schema.masking import INTERNAL
from billhook_schema.roles import MONEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from billhook.billing.transaction import Viewer
    from billhook.billing.workspace import Workspace
    from billhook.http.observing import Seen

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable of the folder that several processes share; prometheus_client reads it when it is imported."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
STATEMENTS = (1, 2, 5, 10, 20, 50, 100, 200)
COST = (1, 10, 100, 1000, 10_000, 100_000)
FINE = "OK"
UNKNOWN = "unknown"
"""The kind of an operation whose document could not be read."""
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# When each counter began is of no use to a Prometheus, and doubles what it reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types


class Metrics:
    """The numbers of one app. Their labels have a few known values each."""

    def __init__(self, workspace: Workspace) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("billhook_http_requests_total", "HTTP requests, by the class of their status.", "status")
        for status in range(1, 6):
            self._requests.labels(f"{status}xx")
        self._operations = self._counter(
            "billhook_operations_total", "GraphQL operations, by kind and the code of their first error.", "kind", "code"
        )
        self._seconds = self._histogram("billhook_operation_seconds", "Seconds that operations took.", SECONDS)
        self._statements = self._histogram("billhook_operation_statements", "SQL statements that operations took.", STATEMENTS)
        self._cost = self._histogram("billhook_operation_cost", "What operations were reckoned to cost.", COST)
        self._internal = self._counter("billhook_internal_errors_total", "Operations and requests that met a bug.")
        self.failed_logins = self._counter("billhook_failed_logins_total", "Requests with a wrong token.")
        self.subscriptions_open = self._gauge("billhook_subscriptions_open", "GraphQL subscriptions that are open.")
        self._gauge("billhook_pool_connections", "Database connections that may be open.").set(workspace.settings.pool_size)
        in_use = self._gauge("billhook_pool_connections_in_use", "Database connections that are in use.")
        watch_pool(workspace.engine, in_use.inc, in_use.dec)

    def answered(self, status: int) -> None:
        """Count a request over HTTP."""
        self._requests.labels(f"{status // 100}xx").inc()

    def ended(self, seen: Seen) -> None:
        """Count what was seen of an operation, or of a request that did not get as far."""
        if INTERNAL in seen.codes:
            self._internal.inc()
        if not seen.executed:
            return
        kind = seen.kind or UNKNOWN
        self._operations.labels(kind, seen.codes[0] if seen.codes else FINE).inc()
        self._seconds.labels(kind).observe(seen.seconds)
        self._statements.labels(kind).observe(seen.statements.number)
        if seen.cost is not None:
            self._cost.labels(kind).observe(seen.cost)

    def written(self) -> bytes:
        """Return all of them as a Prometheus reads them; those of all processes, where there are several."""
        folder = os.environ.get(SHARED)
        if folder is None:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]  # it has no types
        return generate_latest(together)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(name, says, labels, registry=self._registry)

    def _histogram(self, name: str, says: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(name, says, ["kind"], buckets=buckets, registry=self._registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        """Make a gauge of what is now: over several processes the sum of those that live."""
        return Gauge(name, says, registry=self._registry, multiprocess_mode="livesum")


def metrics_page(metrics: Metrics, viewer_of: Callable[[Request], Awaitable[Viewer]]) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers at /metrics: to those who see amounts, since the load tells of the business too."""

    async def answer(request: Request) -> Response:
        viewer = await viewer_of(request)
        if viewer.role not in MONEY:
            raise HTTPException(403, f"Metrics are not for a {viewer.role.name.lower()}.")
        return Response(await to_thread.run_sync(metrics.written), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    return answer
