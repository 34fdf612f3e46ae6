"""One call of a root field, sent twice: with its arguments in the document, and in variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import parse
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.fuzz.answers import checked
from tests.fuzz.variables import with_variables

if TYPE_CHECKING:
    import pytest
    from graphql import GraphQLSchema
    from schemathesis import Case
    from tests.e2e.client import Billhook


def call(case: Case[Any], schema: GraphQLSchema, billhook: Billhook, caplog: pytest.LogCaptureFixture) -> None:
    """Send a valid call as an admin, and assert that both answers are sound."""
    assert isinstance(case.body, str)
    caplog.clear()
    for body in ({"query": case.body}, with_variables(parse(case.body), schema)):
        response = billhook.http.post("/graphql", json=body)
        checked(response, caplog.records)
        case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
