"""The command line of the bench: measures, and writes what was measured to a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

from bench import databases, invoicing, machine, page, tracking, workers
from bench.report import Measured, Run, write
from bench.size import SCALES, Scale

RESULTS = Path(__file__).parent / "results"
PARTS = ("page", "invoicing", "tracking", "workers")
FEWEST_ROUNDS = 5


def main() -> None:
    """Measure everything that is asked for, on both kinds of databases."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", choices=SCALES, default="full", help="how much data: full, or small to try it out")
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="how often everything is measured")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="what to measure")
    parser.add_argument("--results", type=Path, help="the folder to write to; bench/results, or a folder in scratch for small sizes")
    given = parser.parse_args()
    run = _measured(SCALES[given.sizes], given.rounds, given.only)
    results: Path = given.results or (RESULTS if given.sizes == "full" else databases.scratch() / "results")
    write(run, results)
    for target in run.targets:
        print(target)
    print(f"{results / 'results.md'}")


def _measured(scale: Scale, rounds: int, parts: tuple[str, ...]) -> Run:
    with databases.opened() as both:
        names = {each.name: (databases.filled(each, scale.small, print), databases.filled(each, scale.large, print)) for each in both}
        where = machine.look(databases.scratch(), both[1])
        print(where)
        began = perf_counter()
        results = {each.name: _of(each, names[each.name], rounds, parts) for each in both}
        return Run(where, scale, rounds, perf_counter() - began, results)


def _of(kind: databases.Databases, names: tuple[str, str], rounds: int, parts: tuple[str, ...]) -> Measured:
    """Measure one kind of database, the chosen parts of it."""
    small, _ = names
    print(f"{kind.name}: {', '.join(parts)}")
    return Measured(
        page=page.measure(kind, names, rounds) if "page" in parts else None,
        invoicing=invoicing.measure(kind, small, rounds) if "invoicing" in parts else None,
        tracking=tracking.measure(kind, small, rounds) if "tracking" in parts else None,
        workers=workers.measure(kind, small) if "workers" in parts else None,
    )


if __name__ == "__main__":
    main()
