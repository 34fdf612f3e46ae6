"""A source that is not installed has no field, no types, and nobody misses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from graphql import InputObjectTypeDefinitionNode, TypeDefinitionNode, parse, print_ast

from billhook.sources import Sources, load_sources
from billhook_schema.compose import build_schema

if TYPE_CHECKING:
    from graphql import DefinitionNode

NAMES = ["deal", "manual", "phase", "subscription", "timetracking"]


def definitions(sources: Sources) -> dict[str, DefinitionNode]:
    """What the schema of these sources defines, by name."""
    document = parse(build_schema(sources).as_str(), no_location=True)
    return {node.name.value: node for node in document.definitions if isinstance(node, TypeDefinitionNode)}


@pytest.fixture(scope="module")
def sources() -> Sources:
    return load_sources(third_party=False, strict=True)


@pytest.fixture(scope="module")
def complete(sources: Sources) -> dict[str, DefinitionNode]:
    return definitions(sources)


@pytest.mark.parametrize("name", NAMES)
def test_removing_a_source_removes_its_field_and_types_and_nothing_else(
    name: str, sources: Sources, complete: dict[str, DefinitionNode]
) -> None:
    rest = definitions(Sources({key: source for key, source in sources.installed.items() if key != name}))
    choice = rest["InvoiceSourceInput"]
    assert isinstance(choice, InputObjectTypeDefinitionNode)
    assert [field.name.value for field in choice.fields or ()] == [other for other in NAMES if other != name]
    own = f"{name.capitalize()}Options"
    assert {other for other in complete if other.startswith(own)} == complete.keys() - rest.keys()
    assert own in complete
    unchanged = rest.keys() - {"InvoiceSourceInput"}
    assert {key: print_ast(rest[key]) for key in unchanged} == {key: print_ast(complete[key]) for key in unchanged}
