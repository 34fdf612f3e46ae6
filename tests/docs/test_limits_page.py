"""The page on limits has the limits that are, and its example costs what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from graphql import get_introspection_query
from starlette.testclient import TestClient
from tests.docs.markdown import DOCS, ROOT, blocks, prose, rows
from tests.e2e.settings import settings_for

from billhook.billing.demo import fill_demo
from billhook.billing.workspace import open_workspace
from billhook.cli.requests import MOST_HEAD
from billhook.http import parsing
from billhook.http.app import create_app
from billhook.http.asking import LONGEST_URL
from billhook.http.limits import MOST_ERRORS
from billhook.settings import GivenSettings
from billhook.sources import load_sources
from billhook_schema.compose import check_options
from billhook_schema.ordering import MOST_CHOSEN
from billhook_schema.spending import MOST_CHARACTERS, MOST_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = DOCS / "limits.md"
OPERATIONS = (ROOT / "tests" / "e2e" / "operations.graphql").read_text()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[TestClient]:
    workspace = open_workspace(settings_for(tmp_path / "demo.db"), load_sources(check_options=check_options))
    assert fill_demo(workspace)
    with TestClient(create_app(workspace), "http://127.0.0.1", client=("127.0.0.1", 1)) as http:
        yield http
    workspace.engine.dispose()


def test_every_limit_on_documents_is_on_the_page_with_its_default() -> None:
    shown = [(setting.strip("`"), most) for _, most, setting, *_ in rows(PAGE, "what") if setting != "fixed"]
    defaults = {f"BILLHOOK_{name.upper()}": str(field.default) for name, field in GivenSettings.model_fields.items()}
    assert [(setting, most) for setting, most in shown if defaults[setting] != most] == []
    named = {setting for setting, _ in shown}
    assert {name for name in defaults if name.startswith("BILLHOOK_MAX_QUERY_")} == {
        n for n in named if n.startswith("BILLHOOK_MAX_QUERY_")
    }


def test_the_fixed_limits_are_those_of_the_code() -> None:
    fixed = {what: int(most) for what, most, setting, *_ in rows(PAGE, "what") if setting == "fixed"}
    assert fixed == {
        "bytes of a URL, behind its `?`": LONGEST_URL,
        "variables in the JSON": parsing.MOST_VARIABLES,
        "variables of an operation": parsing.MOST_VARIABLES,
        "lines of a document": parsing.MOST_LINES,
        "digits of a number": parsing.MOST_DIGITS,
        "characters of a name or alias": parsing.MOST_NAME,
        "directives": parsing.MOST_DIRECTIVES,
        "operations": parsing.MOST_OPERATIONS,
        "different values of a list in a filter": MOST_CHOSEN,
        "characters in the texts and errors of an answer": MOST_CHARACTERS,
        "values of an answer, and its errors": MOST_VALUES,
    }
    text = prose(PAGE)
    assert f"more than {MOST_HEAD // 1024} KiB together" in text
    assert f"up to {parsing.KEPT_BYTES // 2**20} MiB of documents" in text
    assert f"introspection may have {parsing.INTROSPECTION_DEPTH}." in text
    assert f"{MOST_ERRORS} errors are told" in text


def test_the_example_is_answered_as_shown(demo: TestClient) -> None:
    [(_, query)] = blocks(PAGE, "graphql")
    [(_, shown)] = blocks(PAGE, "json")
    answer = demo.post("/graphql", json={"query": query}).json()
    assert answer == json.loads(shown), json.dumps(answer)


def test_the_largest_operations_cost_what_is_said_and_less_than_half_of_the_most(demo: TestClient) -> None:
    def cost(query: str, name: str, variables: object) -> int:
        answer = demo.post("/graphql", json={"query": query, "operationName": name, "variables": variables}).json()
        requested: int = answer["extensions"]["cost"]["requested"]
        return requested

    # There is no such project: what one has unbilled costs besides.
    hundred = {"input": {"invoices": [{"projectId": "UHJvamVjdDow", "source": {"timetracking": {}}}] * 100}}
    ticked = cost(OPERATIONS, "PreviewTicked", hundred)
    asked = get_introspection_query(schema_description=True, directive_is_repeatable=True, input_value_deprecation=True)
    of_the_schema = cost(asked, "IntrospectionQuery", {})
    text = " ".join(prose(PAGE).split())
    assert f"costs {ticked}, with what the projects have unbilled besides, and is the largest" in text, ticked
    assert "asks of the schema costs about 16000." in text
    assert 15_000 < of_the_schema < 17_000  # it grows with every type
    assert max(ticked, of_the_schema) < 25_000
