"""Traces for OpenTelemetry: a span for each request to GraphQL, and one for each SQL statement in it; without what clients send.

It is there with the extra `billhook[otel]`, and works once the standard variables say where to send traces. Without them nothing of
OpenTelemetry is imported. The ready-made instrumentations put arguments, documents and the words of exceptions into spans.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from billhook.domain.errors import Misconfiguration
from billhook.http.observing import seen_now
from billhook.store.statements import watch_statements
from billhook_schema.masking import INTERNAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer
    from starlette.types import ASGIApp, Receive, Scope, Send

    from billhook.billing.workspace import Workspace
    from billhook.http.observing import Seen

WANTED = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The variables that say where to send traces."""
NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
PROPAGATED = ("traceparent", "tracestate")
TRACED = "/graphql"


def traces_wanted() -> bool:
    """Whether the environment says where to send traces. Raises Misconfiguration when what sends them is not installed."""
    name = next((name for name in WANTED if os.environ.get(name)), None)
    if name is None:
        return False
    if not all(_is_installed(module) for module in NEEDED):
        raise Misconfiguration(f"{name} is set, but what sends traces is not installed; install billhook[otel], or unset it")
    return True


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def exporting() -> TracerProvider:
    """Return what makes spans and sends them as the OTEL_* variables say, in the background."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra

    called = os.environ.get("OTEL_SERVICE_NAME") or "billhook"
    provider = TracerProvider(resource=Resource.create({"service.name": called}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Tracing:
    """ASGI middleware that makes the spans; `Watching` stands before it."""

    def __init__(self, app: ASGIApp, provider: TracerProvider, workspace: Workspace) -> None:
        self.app = app
        self._tracer = provider.get_tracer("billhook")
        database = workspace.engine.dialect.name
        watch_statements(workspace.engine, lambda statement: _began(self._tracer, database, statement))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as a part of the trace that its header names."""
        if scope["type"] != "http" or scope["path"] != TRACED:
            await self.app(scope, receive, send)
            return
        with self._span(Headers(scope=scope)):
            await self.app(scope, receive, send)

    @contextmanager
    def _span(self, headers: Headers) -> Iterator[None]:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - an extra

        before = TraceContextTextMapPropagator().extract({name: headers[name] for name in PROPAGATED if name in headers})
        asked = self._tracer.start_as_current_span(
            "graphql", before, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        )
        with asked as span:
            try:
                yield
            except Exception:
                _failed(span, INTERNAL)
                raise
            finally:
                if (seen := seen_now()) is not None:
                    _describe(span, seen)


def _describe(span: Span, seen: Seen) -> None:
    told = {
        "graphql.operation.name": seen.name,
        "graphql.operation.type": seen.kind,
        "http.response.status_code": seen.status,
        "billhook.codes": seen.codes,
        "billhook.cost": seen.cost,
        "billhook.statements": seen.statements.number,
        "billhook.request_id": seen.request_id,
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})
    if seen.kind:
        span.update_name(f"{seen.kind} {seen.name}" if seen.name else seen.kind)
    if seen.codes:
        _failed(span, seen.codes[0])


def _began(tracer: Tracer, database: str, statement: str) -> Callable[[bool], None]:
    """Begin the span of a statement, within one only; return what ends it. Values are parameters, so the text has none."""
    from opentelemetry.trace import SpanKind, get_current_span  # noqa: PLC0415 - an extra

    if not get_current_span().is_recording():
        return lambda _failed: None
    attributes = {"db.system.name": database, "db.query.text": statement}
    span = tracer.start_span(statement.split(maxsplit=1)[0], kind=SpanKind.CLIENT, attributes=attributes)

    def end(failed: bool) -> None:  # noqa: FBT001 - as the store calls it
        if failed:
            _failed(span, "")
        span.end()

    return end


def _failed(span: Span, why: str) -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

    span.set_status(Status(StatusCode.ERROR, why or None))
