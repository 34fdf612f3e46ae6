"""Every query and mutation with a timekeeper's token: no answer tells an amount or a rate, and the books stay clean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type
from schemathesis import GenerationMode
from tests.fuzz.answers import checked, named
from tests.fuzz.fields import SOME, fields

from billhook.domain.words import Role

if TYPE_CHECKING:
    import pytest
    from schemathesis import Case
    from tests.e2e.client import Billhook

valid = fields(GenerationMode.POSITIVE)
TELLING = {"Money", "VatBreakdown"}
TYPES = [
    (name, get_named_type(field.type).name in TELLING)
    for kind in valid.client_schema.type_map.values()
    if isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items()
]
MONEY = {"amount", "unitPrice"} | {name for name, tells in TYPES if tells} - {name for name, tells in TYPES if not tells}
"""The names of fields that tell an amount or a rate. Where a name is also that of something else, its `amount` is what tells."""


def money_in(answer: dict[str, Any]) -> list[str]:
    """The names of all amounts in an answer; schemathesis adds the type to a name that has two of them."""
    return [name for name, value in named(answer.get("data")) if name.partition("_")[0] in MONEY and value is not None]


@valid.parametrize()
@SOME
def test_a_timekeeper_sees_no_money_whatever_it_asks(
    case: Case[Any], office: Billhook, tokens: dict[Role, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    headers = {"Authorization": f"Bearer {tokens[Role.TIMEKEEPER]}"}
    assert money_in(checked(office.http.post("/graphql", json={"query": case.body}, headers=headers), caplog.records)) == []


def test_the_same_search_finds_the_money_that_an_admin_sees(
    office: Billhook, tokens: dict[Role, str], caplog: pytest.LogCaptureFixture
) -> None:
    query = {"query": "{ projects(first: 1) { nodes { billing { openAdvance { amount } } } } }"}
    answer = office.http.post("/graphql", json=query, headers={"Authorization": f"Bearer {tokens[Role.ADMIN]}"})
    assert money_in(checked(answer, caplog.records)) == ["openAdvance", "amount"]
