"""Calls that violate the schema once: each is refused, and none changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import GenerationMode
from tests.fuzz.answers import checked
from tests.fuzz.fields import SOME, fields, takes_arguments

if TYPE_CHECKING:
    from schemathesis import Case
    from tests.e2e.client import Billhook

wrong = fields(GenerationMode.NEGATIVE)
REFUSALS = {"BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_EXPENSIVE"}


@wrong.include(takes_arguments).parametrize()
@pytest.mark.usefixtures("unchanged")
@SOME
def test_a_call_that_violates_the_schema_is_refused(case: Case[Any], office: Billhook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    answer = checked(office.http.post("/graphql", json={"query": case.body}), caplog.records)
    assert {error["extensions"]["code"] for error in answer["errors"]} <= REFUSALS
