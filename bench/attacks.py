"""What known attacks cost the server: CPU milliseconds a request, of billhook and of strawberry's own server with the same schema.

`python -m bench.attacks` measures them on the database of the demo, and writes the files attacks.* of results.
"""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import asdict, dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import matplotlib as mpl
import orjson
from graphql import get_introspection_query
from matplotlib.figure import Figure
from tests.samples.attacks import ATTACKS, Attack

from bench.databases import SQLite, scratch
from bench.machine import processor
from bench.serving import PRODUCT, served
from billhook.billing.demo import fill_demo
from billhook.cli.opening import opened
from billhook.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.serving import Server

STOCK = "bench.stock"
ROUNDS = 3
ENOUGH_SECONDS = 0.2
"""CPU time is counted in hundredths of a second, so requests are repeated until they took this, or `MOST` times."""
MOST = 20
PATIENCE = 30.0
"""Seconds to wait for an answer; after that the attack is given as this."""
LEGITIMATE = (
    Attack(
        "a page of 50 (no attack)",
        "{ projects(first: 50) { nodes { id title customer { name } billing { unbilled { amount { amount } } } } } }",
    ),
    Attack("introspection (no attack)", get_introspection_query()),
)
BODY = Attack("5 MB body", "{ __typename }" + " " * 5_000_000)
RESULTS = Path(__file__).parent / "results"
BILLHOOK, OTHER = "#2a6f97", "#c9ada7"
mpl.rcParams["svg.hashsalt"] = "billhook"  # the same figures give the same file


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds of one request: the median of the rounds, and of sending the very same document again."""

    attack: str
    code: str
    billhook_ms: float
    again_ms: float
    stock_ms: float
    gave_up: bool
    """Whether the stock server had not answered after `PATIENCE`."""


class TooLong(Exception):
    """The server did not answer in time."""


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder to write to")
    folder: Path = parser.parse_args().results
    url = _demo()
    costs = list(_all_measured(url))
    folder.mkdir(parents=True, exist_ok=True)
    where = f"{processor()}, Python {platform.python_version()}, SQLite with the data of the demo, {ROUNDS} rounds"
    document = {"where": where, "costs": [asdict(cost) for cost in costs]}
    (folder / "attacks.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    (folder / "attacks.md").write_text("\n".join(_lines(costs, where)) + "\n")
    _draw(costs, folder)
    print(f"{folder / 'attacks.md'}")


def _demo() -> str:
    """Make the database of the demo anew, and return its URL."""
    scratch().mkdir(parents=True, exist_ok=True)
    databases = SQLite(scratch())
    databases.drop("attacks")
    settings = Settings(database_url=databases.url("attacks"))
    with opened(settings) as workspace:
        fill_demo(workspace)
    return settings.database_url


def _measured(product: Server, stock: Server, attack: Attack) -> Cost:
    """Measure one attack in rounds, in which the servers take turns."""
    code, gave_up = _send(product, attack), False
    first, again, other = [], [], []
    for _ in range(ROUNDS):
        first.append(_cpu_ms(product, attack, fresh=True))
        again.append(_cpu_ms(product, attack, fresh=False))
        try:
            other.append(_cpu_ms(stock, attack, fresh=True))
        except TooLong:
            gave_up = True
            break
    return Cost(attack.name, code, median(first), median(again), PATIENCE * 1000 if gave_up else median(other), gave_up)


def _all_measured(url: str) -> Iterator[Cost]:
    """Measure all attacks; the stock server is started anew when it has not answered, since it goes on with what it was asked."""
    waiting = [*LEGITIMATE, *ATTACKS, BODY]
    with served(url, PRODUCT) as product:
        while waiting:
            with served(url, STOCK) as stock:
                for server in (product, stock):
                    _send(server, LEGITIMATE[0])  # warm
                gave_up = False
                while waiting and not gave_up:
                    cost = _measured(product, stock, waiting.pop(0))
                    gave_up = cost.gave_up
                    print(cost, flush=True)
                    yield cost


def _cpu_ms(server: Server, attack: Attack, *, fresh: bool) -> float:
    """Return the CPU milliseconds of one request, the average of several; each is a document of its own, if it is to be fresh."""
    before, sent = _cpu_seconds(server), 0
    while sent < MOST and _cpu_seconds(server) - before < ENOUGH_SECONDS:
        _send(server, replace(attack, query=f"{attack.query} #{uuid4()}") if fresh else attack)
        sent += 1
    return 1000 * (_cpu_seconds(server) - before) / sent


def _cpu_seconds(server: Server) -> float:
    times = server.process.cpu_times()
    return times.user + times.system


def _send(server: Server, attack: Attack) -> str:
    """Send an attack, and return the code of its first error, or `-`. Raises TooLong."""
    address = urlsplit(server.address)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
    try:
        body = json.dumps({"query": attack.query, "variables": attack.variables})  # orjson writes no deep nesting
        connection.request("POST", address.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
    except TimeoutError:
        server.process.kill()
        raise TooLong(attack.name) from None
    except BrokenPipeError:
        return "LIMIT_EXCEEDED"  # it hung up while it was sent too much
    finally:
        connection.close()
    errors = orjson.loads(answer).get("errors") if answer.startswith(b"{") else None
    return str(errors[0].get("extensions", {}).get("code", "-")) if errors else "-"


def _lines(costs: Iterable[Cost], where: str) -> Iterator[str]:
    yield "# What attacks cost"
    yield ""
    yield "CPU milliseconds of the server process for one request: of billhook, of billhook when the same document comes again, and of"
    yield "`strawberry.asgi.GraphQL` with the same schema and data, without limits. Written by `python -m bench.attacks`;"
    yield "[the README](../README.md) says how it is measured, [limits.md](../../docs/limits.md) what refuses them."
    yield ""
    yield "| request | refused with | billhook | again | stock server |"
    yield "|---|---|---|---|---|"
    for cost in costs:
        stock = f"more than {cost.stock_ms:.0f}" if cost.gave_up else f"{cost.stock_ms:.1f}"
        yield f"| {cost.attack} | {cost.code} | {cost.billhook_ms:.1f} | {cost.again_ms:.1f} | {stock} |"
    yield ""
    yield "![The same as a plot](attacks.svg)"
    yield ""
    yield f"{where}."


def _draw(costs: list[Cost], folder: Path) -> None:
    figure = Figure(figsize=(11, 12), layout="constrained")
    axes = figure.subplots()
    places = range(len(costs))
    axes.barh([place - 0.2 for place in places], [cost.billhook_ms for cost in costs], 0.4, color=BILLHOOK, label="billhook")
    axes.barh([place + 0.2 for place in places], [cost.stock_ms for cost in costs], 0.4, color=OTHER, label="strawberry.asgi.GraphQL")
    axes.set_yticks(list(places), [cost.attack for cost in costs])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("CPU milliseconds a request")
    axes.grid(axis="x", alpha=0.3)
    axes.legend()
    figure.savefig(folder / "attacks.svg", metadata={"Date": None})
    figure.savefig(folder / "attacks.png", dpi=110)


if __name__ == "__main__":
    main()
