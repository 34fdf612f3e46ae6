"""Invoicing 100 time entries from 16 clients: billhook beside a program that writes entry by entry (see `naive`).

Measured at three depths, since most of the time at the door is not spent on the statements that the two do differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench import inside
from bench.assignments import ENTRIES, Assignment, add_twins
from bench.databases import copied
from bench.figures import Latency, Ratio, Target, at_least, latency, ratio
from bench.load import Request, send
from bench.process import Answered, elapsed
from bench.reading import require_verified
from bench.same_documents import CREATE, is_refused, require_same_documents
from bench.serving import NAIVE, PRODUCT, Server, served

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.databases import Databases

CLIENTS = 16
INVOICES_OF_A_CLIENT = 4
"""In a round."""
OF_A_ROUND = CLIENTS * INVOICES_OF_A_CLIENT
FASTER = {"SQLite": 20, "PostgreSQL": 4}
P99_MS = 50
DOOR = "HTTP"


@dataclass(frozen=True, slots=True)
class Variant:
    """What one variant did at one depth."""

    latency: Latency
    refused: int


@dataclass(frozen=True, slots=True)
class Depth:
    """Both variants at one depth; ratios are what the naive one takes to what the product takes."""

    name: str
    product: Variant
    naive: Variant
    throughput: Ratio
    p50: Ratio
    p99: Ratio


@dataclass(frozen=True, slots=True)
class InvoicingResult:
    """What invoicing cost on one kind of database, and the server's memory before and after it, in MiB."""

    depths: tuple[Depth, ...]
    memory_before_mib: float
    memory_after_mib: float

    def targets(self, database: str) -> list[Target]:
        """Say what the issue asks for, at each depth; the door is what a client sees."""
        asked = []
        for depth in self.depths:
            name = f"invoicing {ENTRIES} entries at {CLIENTS} clients, {database}, {depth.name}"
            asked.append(at_least(f"{name}: faster than entry by entry", FASTER[database], depth.throughput))
            if database == "SQLite":
                p99 = depth.product.latency.p99_ms
                asked.append(Target(f"{name}: p99", f"under {P99_MS} ms", f"{p99:.0f} ms", p99 < P99_MS))
        return asked


def measure(databases: Databases, name: str, rounds: int) -> InvoicingResult:
    """Compare the documents of both variants, then let them invoice twins in turns, and verify the database at the end."""
    with copied(databases, name) as url:
        twins = add_twins(url, CLIENTS + 3 * rounds * OF_A_ROUND)
        gate, twins = twins[:CLIENTS], twins[CLIENTS:]
        with served(url, PRODUCT, pool_size=CLIENTS) as product, served(url, NAIVE, pool_size=CLIENTS) as naive:
            before = product.memory()[0]
            require_same_documents(url, (product.address, naive.address), gate)
            servers = (product, naive)
            door = _depth(DOOR, twins[0::3], rounds, lambda variant, some: _over_http(servers[variant], some))
            after = product.memory()[0]
        depths = [
            _depth(level, twins[start::3], rounds, partial(_inside, url, level))
            for start, level in ((1, inside.USE_CASE), (2, inside.WRITE))
        ]
        require_verified(url)
    return InvoicingResult((door, *depths), before, after)


def _depth(
    name: str,
    twins: Sequence[tuple[Assignment, Assignment]],
    rounds: int,
    invoice: Callable[[int, list[Assignment]], list[Answered]],
) -> Depth:
    """Let the variants (0 the product, 1 the naive one) invoice twins, every second round the other one first."""
    measured: tuple[list[list[Answered]], list[list[Answered]]] = ([], [])
    for number in range(rounds):
        of_round = twins[number * OF_A_ROUND : (number + 1) * OF_A_ROUND]
        for variant in (number % 2, 1 - number % 2):
            measured[variant].append(invoice(variant, [pair[variant] for pair in of_round]))
    product, naive = ([_figures([done]) for done in rounds_of] for rounds_of in measured)
    pairs = list(zip(product, naive, strict=True))
    return Depth(
        name=name,
        product=_figures(measured[0]),
        naive=_figures(measured[1]),
        throughput=ratio(fast.latency.per_second / slow.latency.per_second for fast, slow in pairs),
        p50=ratio(slow.latency.p50_ms / fast.latency.p50_ms for fast, slow in pairs),
        p99=ratio(slow.latency.p99_ms / fast.latency.p99_ms for fast, slow in pairs),
    )


def _figures(rounds: Sequence[Sequence[Answered]]) -> Variant:
    """Return the figures of some rounds; what was refused counts as time, and not as done."""
    answered = [each for of_round in rounds for each in of_round]
    refused = sum(each.answer is False for each in answered)
    took = sum(map(elapsed, rounds))
    return Variant(latency([each.seconds for each in answered], took, done=len(answered) - refused), refused)


def _over_http(server: Server, assignments: Sequence[Assignment]) -> list[Answered]:
    requests = [
        Request(server.address, CREATE, {"input": {"projectId": each.project_id, "source": {"timetracking": {}}}}) for each in assignments
    ]
    answered = send([requests[client::CLIENTS] for client in range(CLIENTS)])
    return [Answered(each.client, each.sent_at, each.seconds, answer=not is_refused(each.answer)) for each in answered]


def _inside(url: str, level: str, variant: int, assignments: Sequence[Assignment]) -> list[Answered]:
    projects = [each.project_id for each in assignments]
    return inside.run(inside.Job(url, level, bool(variant), [projects[client::CLIENTS] for client in range(CLIENTS)]))
