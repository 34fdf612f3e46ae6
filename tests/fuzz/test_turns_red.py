"""What would be found: a resolver that breaks on one value, a source that breaks its contract, an answer that no client can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from schemathesis import GenerationMode
from tests.fuzz.answers import checked
from tests.fuzz.calls import call
from tests.fuzz.conftest import opened
from tests.fuzz.fields import UNHURRIED, fields
from tests.gallery import claims
from tests.gallery.exhibit import GALLERY

from billhook.domain.ids import encode
from billhook.http.app import served_schema
from billhook.settings import GivenSettings
from billhook.sources import Sources, install

if TYPE_CHECKING:
    from schemathesis import Case
    from strawberry import Schema

valid = fields(GenerationMode.POSITIVE)


@pytest.fixture
def schema(sources: Sources) -> Schema:
    """One of the test's own, to break."""
    return served_schema(sources, GivenSettings())


def test_a_resolver_that_breaks_on_one_value_is_found(
    sqlite_example: str, sources: Sources, schema: Schema, caplog: pytest.LogCaptureFixture
) -> None:
    planted = schema._schema.query_type  # noqa: SLF001 - strawberry has no other way to its fields
    assert planted is not None
    field = planted.fields["customers"]
    sound = field.resolve
    assert sound is not None

    def breaks(source: Any, info: Any, **arguments: Any) -> Any:  # noqa: ANN401 - of any field
        if arguments.get("first") == 100:
            raise ZeroDivisionError
        return sound(source, info, **arguments)

    field.resolve = breaks
    with opened(sqlite_example, sources, schema) as billhook:

        @settings(
            max_examples=500,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=UNHURRIED,
        )
        @given(valid["Query"]["customers"].as_strategy())
        def calls(case: Case[Any]) -> None:
            call(case, valid.client_schema, billhook, caplog)

        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            calls()


def test_a_fault_of_a_source_is_found(sqlite_example: str, caplog: pytest.LogCaptureFixture) -> None:
    assert claims.claims_what_is_not_there.__name__ in GALLERY
    faulty = install(GALLERY["claims_what_is_not_there"].source, "gallery", "1")
    sources = Sources({faulty.name: faulty})
    with opened(sqlite_example, sources, served_schema(sources, GivenSettings())) as billhook:
        source = f'{{ projectId: "{encode("Project", 1)}", source: {{ {faulty.name}: {{}} }} }}'
        query = {"query": f"{{ previewInvoice(input: {source}) {{ userErrors {{ message }} }} }}"}
        response = billhook.http.post("/graphql", json=query)
        with pytest.raises(AssertionError, match="broke its contract"):
            checked(response, caplog.records)
