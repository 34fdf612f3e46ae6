"""Every mutation with a viewer's token: it is refused, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import GenerationMode
from tests.fuzz.answers import checked
from tests.fuzz.fields import SOME, fields

from billhook.domain.words import Role

if TYPE_CHECKING:
    from schemathesis import Case
    from tests.e2e.client import Billhook

valid = fields(GenerationMode.POSITIVE)
REFUSALS = {"BAD_USER_INPUT", "FORBIDDEN", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_EXPENSIVE"}
"""What is wrong with a call by itself is found before anybody asks who sent it."""


@valid.include(name_regex="^Mutation").parametrize()
@pytest.mark.usefixtures("tokens", "unchanged")
@SOME
def test_a_viewer_writes_nothing_whatever_it_asks(
    case: Case[Any], office: Billhook, tokens: dict[Role, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    headers = {"Authorization": f"Bearer {tokens[Role.VIEWER]}"}
    answer = checked(office.http.post("/graphql", json={"query": case.body}, headers=headers), caplog.records)
    assert {error["extensions"]["code"] for error in answer["errors"]} <= REFUSALS
