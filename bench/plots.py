"""Draws what was measured, on a logarithmic scale: how it stands to the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from bench.report import Run

BILLHOOK, OTHER, TARGET = "#2a6f97", "#c9ada7", "#d62828"
mpl.rcParams["svg.hashsalt"] = "billhook"  # the same figures give the same file


def draw(run: Run, folder: Path) -> None:
    """Write results.svg and results.png."""
    figure = Figure(figsize=(13, 8), layout="constrained")
    pages, invoices, faster, tracking = figure.subplots(2, 2).flat
    _pages(pages, run)
    _invoices(invoices, run)
    _faster(faster, run)
    _tracking(tracking, run)
    figure.suptitle(f"{run.machine.cpu}, {run.machine.cores} cores, {run.machine.fsyncs_per_second} fsyncs a second")
    figure.savefig(folder / "results.svg", metadata={"Date": None})
    figure.savefig(folder / "results.png", dpi=110)


def _pages(axes: Axes, run: Run) -> None:
    axes.set_title("Page of 50: p50 in ms; target: at most 1.2 x")
    for database, measured in run.results.items():
        if measured.page:
            names = [f"{database}\n{size.name}" for size in (run.scale.small, run.scale.large)]
            drawn = axes.bar(names, [measured.page.small.p50_ms, measured.page.large.p50_ms], color=[OTHER, BILLHOOK])
            axes.bar_label(drawn, fmt="%.1f")


def _invoices(axes: Axes, run: Run) -> None:
    axes.set_title("Invoicing 100 entries, 16 clients: p50 and p99 (line) in ms")
    axes.set_yscale("log")
    for database, measured in run.results.items():
        for depth in measured.invoicing.depths if measured.invoicing else ():
            for variant, mark, color in ((depth.product, "", BILLHOOK), (depth.naive, "\nentry by entry", OTHER)):
                name, latency = f"{database}, {depth.name}{mark}", variant.latency
                axes.bar(name, latency.p50_ms, color=color, yerr=[[0], [max(latency.p99_ms - latency.p50_ms, 0)]], capsize=3)
    axes.axhline(50, color=TARGET, linestyle="--")
    axes.tick_params(axis="x", labelsize=7, rotation=90)


def _faster(axes: Axes, run: Run) -> None:
    axes.set_title("Invoices a second: times those of entry by entry (target: line)")
    axes.set_yscale("log")
    for database, measured in run.results.items():
        for depth in measured.invoicing.depths if measured.invoicing else ():
            spread = depth.throughput
            low, high = spread.median - spread.lowest, spread.highest - spread.median
            axes.bar(f"{database}\n{depth.name}", spread.median, color=BILLHOOK, yerr=[[low], [high]], capsize=3)
    axes.axhline(4, color=TARGET, linestyle="--")
    axes.axhline(20, color=TARGET, linestyle="--")


def _tracking(axes: Axes, run: Run) -> None:
    axes.set_title("Tracking on one project, 16 clients: p50 and p99 (line) in ms")
    for database, measured in run.results.items():
        if measured.tracking:
            latency = measured.tracking.tracked
            name = f"{database}\n{latency.per_second:.0f} a second"
            axes.bar(name, latency.p50_ms, color=BILLHOOK, yerr=[[0], [latency.p99_ms - latency.p50_ms]], capsize=3)
