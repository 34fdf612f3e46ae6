"""What a clock or a script starts twice at once is done once: subscriptions and imports (R11, S20)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e import story
from tests.races.outcomes import at_once, first, numbers

if TYPE_CHECKING:
    from tests.e2e.client import Client
    from tests.fleet import Fleet

SAMPLE = Path(__file__).parent.parent / "samples" / "toggl.csv"
ROWS = 3
RUN = "results { invoice { id } period { startsOn } userErrors { code } }"
PERIODS = ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]


def test_subscriptions_run_twice_at_once_invoice_each_period_once(fleet: Fleet, billhook: Client) -> None:
    for number in range(3):
        project = story.project(billhook, sellerId=story.seller(billhook, f"Runs twice {number}"))
        story.subscription(billhook, project, "2020-01-31", book=True)
        run = {"asOf": "2020-04-30", "projectIds": [project]}
        answers = at_once(fleet.clients(2), [("runSubscriptions", run, RUN)] * 2)
        results = [result for answer in answers for result in answer["results"]]
        assert [result["period"]["startsOn"] for result in results] == PERIODS
        assert all(result["invoice"] and not result["userErrors"] for result in results)
        assert numbers(billhook, project) == first(4)
        assert story.balance(billhook, project) == ("0.00", "200.00")


def test_subscriptions_run_while_a_period_is_invoiced_by_hand_bill_it_once(fleet: Fleet, billhook: Client) -> None:
    for _ in range(3):
        project = story.project(billhook)
        subscription = story.subscription(billhook, project, "2020-01-31", book=True)
        by_hand = {"projectId": project, "source": {"subscription": {"subscriptionId": subscription, "periodStart": PERIODS[2]}}}
        run = {"asOf": "2020-04-30", "projectIds": [project]}
        ran, made = at_once(fleet.clients(2), [("runSubscriptions", run, RUN), ("createInvoice", by_hand, "invoice")])
        periods = [result["period"]["startsOn"] for result in ran["results"]]
        if made["userErrors"]:
            assert [error["code"] for error in made["userErrors"]] == ["ALREADY_BILLED"]
            assert periods == PERIODS
        else:
            assert periods == [*PERIODS[:2], PERIODS[3]]
        assert story.balance(billhook, project) == ("0.00", "200.00")


def test_a_file_imported_twice_at_once_is_imported_once(fleet: Fleet, billhook: Client) -> None:
    story.seller(billhook)
    with ThreadPoolExecutor() as threads:
        runs = list(threads.map(lambda _: fleet.command("import", "time", str(SAMPLE)), range(2)))
    assert [(run.returncode, run.stderr) for run in runs] == [(0, ""), (0, "")]
    counts = [tuple(int(count) for count in re.findall(r"Imported(?: before)?\D+(\d+)", run.stdout)) for run in runs]
    assert sorted(counts) == [(0, ROWS), (ROWS, 0)]
