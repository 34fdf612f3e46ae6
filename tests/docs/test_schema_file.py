"""The committed schema is the one that is served, and says of everything in it what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from billhook.sources import Sources, load_sources
from billhook_schema import compose

SCHEMA_FILE = Path(__file__).parents[2] / "schema" / "schema.graphql"


@pytest.fixture(scope="module")
def printed() -> str:
    """Print the schema of the built-in sources: plugins of this machine are not in the committed one."""
    loaded = load_sources(check_options=compose.check_options, strict=True)
    built_in = {name: source for name, source in loaded.installed.items() if source.package == "billhook"}
    return compose.build_schema(Sources(built_in)).as_str() + "\n"


def test_the_committed_schema_is_the_one_that_is_served(printed: str) -> None:
    assert printed == SCHEMA_FILE.read_text(encoding="utf-8"), "schema/schema.graphql is out of date"


def test_everything_in_the_schema_is_described(printed: str) -> None:
    types = build_schema(printed).type_map.values()
    own = [kind for kind in types if not is_introspection_type(kind) and not is_specified_scalar_type(kind)]
    assert [place for kind in own for place in undescribed(kind)] == []


def undescribed(kind: GraphQLNamedType) -> list[str]:
    """Return what a reader would find without a word: the type, its fields, their arguments, its values."""
    found = [] if kind.description else [kind.name]
    if isinstance(kind, GraphQLEnumType):
        found += [f"{kind.name}.{name}" for name, value in kind.values.items() if not value.description]
    if isinstance(kind, GraphQLInputObjectType | GraphQLObjectType | GraphQLInterfaceType):
        found += [f"{kind.name}.{name}" for name, field in kind.fields.items() if not field.description]
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        arguments = [(name, argument, value) for name, field in kind.fields.items() for argument, value in field.args.items()]
        found += [f"{kind.name}.{name}({argument}:)" for name, argument, value in arguments if not value.description]
    return found


def test_every_mutation_takes_one_input_and_may_be_null() -> None:
    schema = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        assert str(field.args["input"].type) == f"{name[0].upper()}{name[1:]}Input!"
        assert isinstance(field.type, GraphQLObjectType), name
        assert str(field.type.fields["userErrors"].type) == "[UserError!]!"
