"""docs/operating.md shows what is really logged."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from tests.docs.markdown import DOCS, blocks, rows

from billhook.cli.logs import EXCEPTION, FIELDS, formatter

if TYPE_CHECKING:
    import pytest
    from tests.e2e.client import Billhook

PAGE = DOCS / "operating.md"
MOMENT, DURATION = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), re.compile(r'(duration_ms"?[=:])[\d.]+')


def fixed(line: str) -> str:
    """A line as it would be at the moment and after the time that the page shows."""
    return DURATION.sub(r"\g<1>4.2", MOMENT.sub("2026-03-10T09:00:00.000000Z", line))


def test_the_lines_are_what_is_logged_of_an_operation(billhook: Billhook, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="billhook.operations"):
        asked = {"query": "query Names { projects { totalCount } }"}
        assert billhook.http.post("/graphql", json=asked, headers={"X-Request-Id": "case-7"}).status_code == 200
    [record] = [record for record in caplog.records if record.name == "billhook.operations"]
    shown = [next(block for kind, block in blocks(PAGE) if kind == language).strip() for language in ("text", "json")]
    assert [fixed(formatter(form).format(record)) for form in ("human", "json")] == shown


def test_every_field_is_told_of() -> None:
    assert [name.strip("`") for name, _ in rows(PAGE, "field")] == [*FIELDS, EXCEPTION]


def test_every_metric_is_listed_with_its_labels_and_what_it_says_of_itself(billhook: Billhook) -> None:
    billhook.graphql("{ __typename }")
    page = billhook.http.get("/metrics").text
    said = dict(re.findall(r"^# HELP (\S+) (.*)$", page, re.MULTILINE))
    assert {name.strip("`"): says for name, _, says in rows(PAGE, "metric")} == said
    samples = re.findall(r"^(\w+?)(?:_bucket|_sum|_count)?{(.*)}", page, re.MULTILINE)
    used = {(name, label) for name, labels in samples for label in re.findall(r"(\w+)=", labels)} - {(name, "le") for name, _ in samples}
    listed = {(name.strip("`"), label.strip("`")) for name, labels, _ in rows(PAGE, "metric") for label in labels.split(", ")}
    assert used == listed - {(name, "none") for name, _ in listed}
