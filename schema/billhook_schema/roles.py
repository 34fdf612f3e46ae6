"""Who may see which field: declared on the type or the field, checked in one place, and denied unless it is declared.

`@seen_by(...)` stands on a type and holds for all its fields; `only(...)` on a field overrides that. Each restricted field is wrapped
once, when the schema is built. A field of a type that says nothing keeps the server from starting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from graphql import GraphQLError, GraphQLObjectType, default_field_resolver

from billhook.domain.errors import Misconfiguration
from billhook.domain.words import Role
from billhook_schema.masking import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graphql import GraphQLField, GraphQLSchema

    from billhook_schema.context import Info

EVERYONE = frozenset(Role)
MONEY = EVERYONE - {Role.TIMEKEEPER}
"""Who sees rates and amounts, and whatever gives them away."""
METADATA = "roles"
DECLARED = "__seen_by__"

TypeT = TypeVar("TypeT", bound=type)


def seen_by(roles: frozenset[Role]) -> Callable[[TypeT], TypeT]:
    """Say who sees the fields of a type that say nothing themselves."""

    def declare(kind: TypeT) -> TypeT:
        setattr(kind, DECLARED, roles)
        return kind

    return declare


def only(roles: frozenset[Role]) -> Mapping[str, Any]:
    """Return the metadata of a field that these roles see, and nobody else."""
    return {METADATA: roles}


def guard(schema: GraphQLSchema) -> None:
    """Let each field answer those who may see it, and FORBIDDEN to everybody else.

    Raises Misconfiguration for a field of which nobody said who sees it.
    """
    undeclared = []
    for kind, name, field in fields_of(schema):
        roles = roles_of(kind, field)
        if roles is None:
            undeclared.append(f"{kind.name}.{name}")
        elif roles != EVERYONE:
            where = f"{kind.name}.{name}"
            field.resolve = _refuse_others(field.resolve or default_field_resolver, roles, where)
            if field.subscribe is not None:  # it runs first, and is refused before anything is followed
                field.subscribe = _refuse_others(field.subscribe, roles, where)
    if undeclared:
        raise Misconfiguration(f"nobody says who sees {', '.join(undeclared)}")


def forbid(info: Info, roles: frozenset[Role], what: str) -> None:
    """Raise FORBIDDEN for a field, or a part of its arguments, unless the viewer has one of these roles."""
    role = info.context.viewer.role
    if role not in roles:
        raise GraphQLError(f"{what} is not for a {role.name.lower()}.", extensions={"code": FORBIDDEN})


def fields_of(schema: GraphQLSchema) -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    """Go over the fields of all types but those of introspection, which tell of the schema and of no data."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield kind, name, field


def roles_of(kind: GraphQLObjectType, field: GraphQLField) -> frozenset[Role] | None:
    """Return who sees a field; None where nobody said so."""
    own = field.extensions.get("strawberry-definition")
    declared: frozenset[Role] | None = (own.metadata or {}).get(METADATA) if own is not None else None
    if declared is None:
        definition = kind.extensions["strawberry-definition"]
        generic = definition.concrete_of or definition  # a page of projects is one of a page of anything
        declared = vars(generic.origin).get(DECLARED)
    return declared


def _refuse_others(resolve: Callable[..., Any], roles: frozenset[Role], where: str) -> Callable[..., Any]:
    def checked(source: Any, info: Any, **arguments: Any) -> Any:  # noqa: ANN401 - of any field
        forbid(info, roles, where)
        return resolve(source, info, **arguments)

    return checked
