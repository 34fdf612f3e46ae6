"""The page of 50 projects to invoice: what it costs with much data, compared with little, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bench.figures import Latency, Ratio, Target, at_most, latency, ratio
from bench.load import Request, send
from bench.reading import connected, shown
from bench.serving import served

if TYPE_CHECKING:
    from bench.databases import Databases
    from bench.process import Answered

LIMIT = 1.2
PAIRS = 200
"""Requests to each server in a round."""
WARMING = 50
QUERY = """
query BillableList($first: Int! = 50, $after: String, $filter: BillableProjectFilter, $orderBy: BillableProjectOrder) {
  billableProjects(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { ...Row }
  }
}
fragment M on Money { amount currency }
fragment Row on Project {
  id title customer { id name }
  billing { id proposed unratedEntries unbilled { amount { ...M } seconds entries } openAdvance { ...M } }
}
"""
"""The first screen of a front end: the list with ticks."""
FACTS = """
WITH unbilled AS (
  SELECT time_entry.project_id AS id, SUM(COALESCE(amount_minor, 0)) AS minor, SUM(seconds) AS seconds, COUNT(*) AS entries,
         SUM(CASE WHEN amount_minor IS NULL THEN 1 ELSE 0 END) AS unrated
  FROM time_entry LEFT JOIN phase ON phase.id = time_entry.phase_id
  WHERE billable AND live_line_id IS NULL AND deleted_at IS NULL AND COALESCE(billing_method, 'TIME_AND_MATERIALS') = 'TIME_AND_MATERIALS'
  GROUP BY time_entry.project_id
), advance AS (SELECT project_id AS id, SUM(amount_minor) AS minor FROM advance_ledger GROUP BY project_id)
SELECT project.title, customer.name, project.currency, unbilled.minor, seconds, entries, unrated, COALESCE(advance.minor, 0)
FROM unbilled JOIN project ON project.id = unbilled.id JOIN customer ON customer.id = project.customer_id
  LEFT JOIN advance ON advance.id = unbilled.id
WHERE unbilled.minor > COALESCE(advance.minor, 0) OR unrated > 0
ORDER BY project.currency, unbilled.minor DESC, project.id
"""
"""The same list, summed up from the work and the ledger: independent of the balances that billhook keeps."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """What the page cost on one kind of database; the ratio is large to small."""

    small: Latency
    large: Latency
    ratio: Ratio

    def targets(self, database: str) -> list[Target]:
        """Say what the issue asks for."""
        return [at_most(f"page of 50, {database}", LIMIT, self.ratio)]


def measure(databases: Databases, names: tuple[str, str], rounds: int) -> PageResult:
    """Serve both sizes at once, compare their pages with the facts, and ask the two in turns."""
    urls = [databases.url(name) for name in names]
    with served(urls[0]) as small, served(urls[1]) as large:
        pair = [Request(server.address, QUERY, {}) for server in (small, large)]
        for url, request in zip(urls, pair, strict=True):
            _require_facts(url, request)
        send([pair * WARMING])
        measured = [send([_pairs(pair, first=number % 2)]) for number in range(rounds)]
    seconds = [_by_server(answered, first=number % 2) for number, answered in enumerate(measured)]
    each = [[took for of_round in seconds for took in of_round[size]] for size in (0, 1)]
    return PageResult(
        small=latency(each[0], sum(each[0])),
        large=latency(each[1], sum(each[1])),
        ratio=ratio(median(b / a for a, b in zip(*of_round, strict=True)) for of_round in seconds),
    )


def _pairs(pair: list[Request], first: int) -> list[Request]:
    """Return the requests of a round: the two in turns, every second round the other one first."""
    return [pair[first], pair[1 - first]] * PAIRS


def _by_server(answered: list[Answered], first: int) -> tuple[list[float], list[float]]:
    """Return the seconds of the requests to the small and the large one."""
    in_turns = [each.seconds for each in answered]
    one, other = in_turns[0::2], in_turns[1::2]
    return (other, one) if first else (one, other)


def _require_facts(url: str, request: Request) -> None:
    """Compare the whole list, page by page up to the third, with the facts. Raises RuntimeError where they differ."""
    with connected(url) as connection:
        facts = connection.execute(sa.text(FACTS)).all()
    after, at = None, 0
    for _ in range(3):
        [page] = send([[Request(request.address, QUERY, {"after": after})]])
        found = page.answer["data"]["billableProjects"]
        expected = [_row(fact) for fact in facts[at : at + 50]]
        if found["totalCount"] != len(facts) or [_without_ids(node) for node in found["nodes"]] != expected:
            raise RuntimeError(f"the page of {url} after {at} projects is not what the facts add up to")
        after, at = found["pageInfo"]["endCursor"], at + 50


def _row(fact: sa.Row[Any]) -> dict[str, Any]:
    title, customer, currency, unbilled, seconds, entries, unrated, advance = tuple(fact)
    return {
        "title": title,
        "customer": {"name": customer},
        "billing": {
            "proposed": True,
            "unratedEntries": int(unrated),
            "unbilled": {"amount": shown(unbilled, currency), "seconds": int(seconds), "entries": int(entries)},
            "openAdvance": shown(advance, currency),
        },
    }


def _without_ids(value: Any) -> Any:  # noqa: ANN401 - a value of a JSON document
    if isinstance(value, dict):
        return {name: _without_ids(inner) for name, inner in value.items() if name != "id"}
    return value
