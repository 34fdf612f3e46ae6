"""What each field of a schema costs, and how long its list counts: as it was declared, and for what the schema tells of itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, is_abstract_type

from billhook_schema.weight import Price, Weight, price_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLSchema

Prices: TypeAlias = "Mapping[tuple[str, str], Price]"
"""By the name of a type, and of a field."""
OBJECTS = (GraphQLObjectType, GraphQLInterfaceType)
TYPENAME = Price(Weight(), is_list=False, is_page=False)
"""Of a field that every type has."""


@lru_cache(maxsize=8)
def prices_of(schema: GraphQLSchema, *, each: bool = False) -> Prices:
    """Return what each field costs, by type and name; worked out once for a schema.

    A list that the schema tells of itself is as long as the longest, or as the average, with nothing for those that have none, where it is
    told of `each` type.
    """
    kinds = [kind for kind in schema.type_map.values() if isinstance(kind, OBJECTS)]
    declared = {(kind.name, name): price_of(schema, kind, field) for kind in kinds for name, field in kind.fields.items()}
    told = {
        where: Price(Weight(length=-(-sum(lengths) // len(lengths)) if each else max(lengths)), is_list=True, is_page=False)
        for where, lengths in _told_of(schema).items()
    }
    return declared | told


def _told_of(schema: GraphQLSchema) -> dict[tuple[str, str], list[int]]:
    """Return how long each of the lists is that a schema tells of itself: for each of its types, fields or directives."""
    types = list(schema.type_map.values())
    objects = [kind for kind in types if isinstance(kind, OBJECTS)]
    return {
        ("__Schema", "types"): [len(types)],
        ("__Schema", "directives"): [len(schema.directives)],
        ("__Type", "fields"): [len(kind.fields) if isinstance(kind, OBJECTS) else 0 for kind in types],
        ("__Type", "interfaces"): [len(kind.interfaces) if isinstance(kind, OBJECTS) else 0 for kind in types],
        ("__Type", "inputFields"): [len(kind.fields) if isinstance(kind, GraphQLInputObjectType) else 0 for kind in types],
        ("__Type", "enumValues"): [len(kind.values) if isinstance(kind, GraphQLEnumType) else 0 for kind in types],
        ("__Type", "possibleTypes"): [len(schema.get_possible_types(kind)) if is_abstract_type(kind) else 0 for kind in types],
        ("__Field", "args"): [len(field.args) for kind in objects for field in kind.fields.values()],
        ("__Directive", "args"): [len(directive.args) for directive in schema.directives],
        ("__Directive", "locations"): [len(directive.locations) for directive in schema.directives],
    }
