"""Every query and every mutation, called with whatever schemathesis comes up with, on both databases: no crash, no bug, clean books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from tests.fuzz.calls import call
from tests.fuzz.fields import SOME, fields
from tests.fuzz.values import EXISTING

from billhook.domain.ids import encode

if TYPE_CHECKING:
    import pytest
    from schemathesis import Case
    from tests.e2e.client import Billhook

valid = fields(GenerationMode.POSITIVE)


@valid.parametrize()
@SOME
def test_a_valid_call_of_a_root_field_is_answered(case: Case[Any], billhook: Billhook, caplog: pytest.LogCaptureFixture) -> None:
    call(case, valid.client_schema, billhook, caplog)


def test_every_root_field_is_called() -> None:
    roots = (valid.client_schema.query_type, valid.client_schema.mutation_type)
    called = [found.ok().label for found in valid.get_all_operations() if isinstance(found, Ok)]
    assert called == [f"{root.name}.{field}" for root in roots if root is not None for field in root.fields]
    assert len(called) == 62


def test_what_is_called_with_exists(office: Billhook) -> None:
    ids = [encode(kind, key) for kind, keys in EXISTING.items() for key in range(1, keys + 2)]
    nodes = []
    for first in range(0, len(ids), 100):
        nodes += office.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids[first : first + 100]})["nodes"]
    missing = {encode(kind, keys + 1) for kind, keys in EXISTING.items()}
    assert {asked for asked, node in zip(ids, nodes, strict=True) if node is None} == missing
