"""Writes what was measured: as JSON, as a table in markdown, and as plots."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

from bench.plots import draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bench.figures import Latency, Target
    from bench.invoicing import InvoicingResult
    from bench.machine import Machine
    from bench.page import PageResult
    from bench.size import Scale
    from bench.tracking import TrackingResult
    from bench.workers import WorkersResult


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured on one kind of database; None where it was left out."""

    page: PageResult | None
    invoicing: InvoicingResult | None
    tracking: TrackingResult | None
    workers: WorkersResult | None

    def targets(self, database: str) -> list[Target]:
        """Return what the issue asks for of what was measured."""
        return [target for part in (self.page, self.invoicing) if part is not None for target in part.targets(database)]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the bench; results by the name of the database."""

    machine: Machine
    scale: Scale
    rounds: int
    seconds: float
    results: dict[str, Measured]

    @property
    def targets(self) -> list[Target]:
        """What the issue asks for, and what was measured."""
        return [target for database, measured in self.results.items() for target in measured.targets(database)]


def write(run: Run, folder: Path) -> None:
    """Write results.json, results.md, results.svg and results.png."""
    folder.mkdir(parents=True, exist_ok=True)
    document = asdict(run) | {"targets": [asdict(target) for target in run.targets]}
    (folder / "results.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    (folder / "results.md").write_text("\n".join(_lines(run)) + "\n")
    draw(run, folder)


def _lines(run: Run) -> Iterator[str]:
    yield "# What the bench measured"
    yield ""
    yield "Written by `make bench`; what each figure means, and where its clock stands, is in [the README](../README.md)."
    yield ""
    yield "## Against what is asked"
    yield ""
    rows = [(target.name, target.asked, target.measured, "met" if target.met else "**short**") for target in run.targets]
    yield from _table(("measured", "target", "median of rounds (lowest to highest)", ""), rows)
    yield ""
    yield "![The same as a plot](results.svg)"
    for heading, head, table in _tables(run):
        yield ""
        yield f"## {heading}"
        yield ""
        yield from _table(head, table)
    yield ""
    yield "## Where"
    yield ""
    yield from _table(("", ""), [(name.replace("_", " "), _shown(value)) for name, value in asdict(run.machine).items()])
    yield ""
    yield f"{run.rounds} rounds, {run.seconds:.0f} s all in all, without making the data."


def _tables(run: Run) -> Iterator[tuple[str, Sequence[str], list[Sequence[str]]]]:
    figures = ("requests", "p50 ms", "p99 ms", "longest ms", "a second")
    pages = [
        (database, size.name, *_cells(latency))
        for database, measured in run.results.items()
        if measured.page
        for size, latency in ((run.scale.small, measured.page.small), (run.scale.large, measured.page.large))
    ]
    yield "The page of 50 projects to invoice, one request at a time", ("database", "data", *figures), [*pages]
    invoices = [
        (database, depth.name, name, *_cells(variant.latency), str(variant.refused))
        for database, measured in run.results.items()
        if measured.invoicing
        for depth in measured.invoicing.depths
        for name, variant in (("billhook", depth.product), ("entry by entry", depth.naive))
    ]
    yield "Invoicing 100 entries, 16 clients", ("database", "depth", "variant", *figures, "refused"), [*invoices]
    ratios = [
        (database, depth.name, str(depth.throughput), str(depth.p50), str(depth.p99))
        for database, measured in run.results.items()
        if measured.invoicing
        for depth in measured.invoicing.depths
    ]
    yield "How many times faster than entry by entry", ("database", "depth", "throughput", "p50", "p99"), [*ratios]
    tracked = [(database, *_cells(measured.tracking.tracked)) for database, measured in run.results.items() if measured.tracking]
    yield "Tracking time on one project, 16 clients", ("database", *figures), [*tracked]
    yield "Memory of the server, resident MiB", ("database", "server", "after start", "after the load"), [*_memory(run)]


def _memory(run: Run) -> Iterator[Sequence[str]]:
    for database, measured in run.results.items():
        if measured.invoicing:
            yield (
                database,
                "one process, invoicing",
                f"{measured.invoicing.memory_before_mib:.0f}",
                f"{measured.invoicing.memory_after_mib:.0f}",
            )
        if measured.tracking:
            yield (
                database,
                "one process, tracking",
                f"{measured.tracking.memory_before_mib:.0f}",
                f"{measured.tracking.memory_after_mib:.0f}",
            )
        if measured.workers:
            for number, pair in enumerate(zip(measured.workers.before_mib, measured.workers.after_mib, strict=True), 1):
                yield database, f"worker {number} of {len(measured.workers.before_mib)}, the page", *(f"{mib:.0f}" for mib in pair)


def _cells(latency: Latency) -> tuple[str, ...]:
    times = (latency.p50_ms, latency.p99_ms, latency.longest_ms)
    return str(latency.requests), *(f"{ms:.1f}" for ms in times), f"{latency.per_second:.1f}"


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
