"""Every field of the schema, asked by every role: it answers those it is declared for, and nobody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import strawberry
from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from strawberry.schema.config import StrawberryConfig

from billhook.domain.errors import Misconfiguration
from billhook.domain.words import ADMINS, Role
from billhook.sources import load_sources
from billhook_schema.compose import build_schema
from billhook_schema.roles import EVERYONE, MONEY, fields_of, guard, only, roles_of, seen_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMA: GraphQLSchema = build_schema(load_sources(third_party=False, strict=True))._schema  # noqa: SLF001 - strawberry has no other way to its fields
FIELDS = list(fields_of(SCHEMA))
NEITHER_RATE_NOR_AMOUNT = {"Vat", "VatBreakdown", "Period", "PageInfo"}
MUTATIONS = {
    Role.VIEWER: set[str](),
    Role.TIMEKEEPER: {"trackTime", "saveTimeEntries"},
    Role.BILLER: {
        *("createInvoice", "createInvoices", "updateDraftInvoice", "bookInvoice", "discardInvoice", "creditInvoice", "runSubscriptions"),
        *("trackTime", "saveTimeEntries"),
        *(f"{verb}{noun}" for verb in ("create", "update", "delete") for noun in ("Customer", "Project", "Phase", "Deal", "Subscription")),
        *(f"{verb}{noun}" for verb in ("create", "update", "delete") for noun in ("ExtraCost", "ExternalCost")),
    },
}
QUERIES_OF_ADMINS = {"plugins", "accessTokens", "auditLog"}
QUERIES_OF_MONEY = {
    *("billableProjects", "invoice", "invoices", "previewInvoice", "previewInvoices", "previewDraftUpdate", "previewCredit"),
}


def declared(kind: GraphQLObjectType, field: GraphQLField) -> frozenset[Role]:
    roles = roles_of(kind, field)
    assert roles is not None
    return roles


def may(role: Role, field: GraphQLField) -> bool:
    """Whether a field lets a role through to what resolves it, and to what it follows; neither has anything to work on here."""
    assert field.resolve is not None
    let_through = {_lets_through(role, resolve) for resolve in (field.resolve, field.subscribe) if resolve is not None}
    assert len(let_through) == 1, "a subscription refuses before it follows what it would not show"
    return let_through.pop()


def _lets_through(role: Role, resolve: Callable[..., Any]) -> bool:
    info = SimpleNamespace(context=SimpleNamespace(viewer=SimpleNamespace(role=role)), field_name="nothing")
    try:
        answer = resolve(None, cast("Any", info))
    except GraphQLError as error:
        return (error.extensions or {}).get("code") != "FORBIDDEN"
    except (AttributeError, TypeError):
        return True
    close = getattr(answer, "close", None)
    if close is not None:
        close()
    return True


def reached(role: Role) -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    """Go over the fields that a role can come to, and may see."""
    seen: set[str] = set()
    waiting: list[Any] = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    while waiting:
        kind = waiting.pop()
        if kind.name in seen:
            continue
        seen.add(kind.name)
        if isinstance(kind, GraphQLInterfaceType):
            waiting.extend(SCHEMA.get_possible_types(kind))
        elif isinstance(kind, GraphQLUnionType):
            waiting.extend(kind.types)
        elif isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if role in declared(kind, field):
                    yield kind, name, field
                    waiting.append(get_named_type(field.type))


@pytest.mark.parametrize("role", list(Role))
def test_a_field_answers_those_it_is_declared_for_and_nobody_else(role: Role) -> None:
    restricted = [(kind, name, field) for kind, name, field in FIELDS if declared(kind, field) != EVERYONE]
    assert len(FIELDS) > 550
    assert len(restricted) > 200
    wrong = [f"{kind.name}.{name}" for kind, name, field in restricted if may(role, field) is not (role in declared(kind, field))]
    assert wrong == []


@pytest.mark.parametrize("role", list(MUTATIONS))
def test_a_role_may_do_exactly_this(role: Role) -> None:
    assert SCHEMA.mutation_type is not None
    fields = SCHEMA.mutation_type.fields.items()
    assert {name for name, field in fields if role in declared(SCHEMA.mutation_type, field)} == MUTATIONS[role]


def test_what_is_followed_is_for_those_who_see_amounts() -> None:
    assert SCHEMA.subscription_type is not None
    fields = SCHEMA.subscription_type.fields
    assert {name: declared(SCHEMA.subscription_type, field) for name, field in fields.items()} == {
        "invoiceChanged": MONEY,
        "billableProjectsChanged": MONEY,
    }
    assert all(field.subscribe is not None for field in fields.values())


def test_an_admin_sees_and_does_everything() -> None:
    assert [f"{kind.name}.{name}" for kind, name, field in FIELDS if Role.ADMIN not in declared(kind, field)] == []


def test_a_viewer_and_a_biller_read_everything_but_what_is_for_admins() -> None:
    kinds = {"AccessToken", "AuditEntry", "Plugin"}
    for role in (Role.VIEWER, Role.BILLER):
        hidden = {
            f"{kind.name}.{name}" for kind, name, field in FIELDS if role not in declared(kind, field) and kind is not SCHEMA.mutation_type
        }
        assert {place for place in hidden if place.partition(".")[0] not in kinds} == {f"Query.{name}" for name in QUERIES_OF_ADMINS}


def test_a_timekeeper_comes_to_no_amount_and_no_rate() -> None:
    found = [(kind, name, field) for kind, name, field in reached(Role.TIMEKEEPER)]
    told = {f"{kind.name}.{name}": get_named_type(field.type).name for kind, name, field in found}
    assert "TimeEntry.seconds" in told
    assert {place for place, kind in told.items() if kind in {"Money", "InvoicePreview", "ProjectBilling", "Unbilled"}} == set()
    decimals = {place for place, kind in told.items() if kind == "Decimal"}
    assert decimals == {"ExtraCost.quantity", "TimeEntryConnection.hours", "Vat.rate"}
    assert {name for kind, name, _ in found if kind is SCHEMA.query_type} == (
        set(SCHEMA.query_type.fields if SCHEMA.query_type else ()) - QUERIES_OF_ADMINS - QUERIES_OF_MONEY
    )


def test_a_field_that_a_role_may_be_refused_erases_no_other_answer_of_a_list() -> None:
    """What a timekeeper is refused is null itself, or inside of something that may be null, in everything that it can come to."""
    kinds = {kind.name: kind for kind, _, _ in reached(Role.TIMEKEEPER)}
    refused = {
        f"{kind.name}.{name}"
        for kind in kinds.values()
        for name, field in kind.fields.items()
        if Role.TIMEKEEPER not in declared(kind, field) and isinstance(field.type, GraphQLNonNull)
    }
    assert {place.partition(".")[0] for place in refused} <= {"ExtraCost"}, "reached by TimeEntry.extraCosts, which may be null"


def test_a_field_that_nobody_declared_keeps_the_server_from_starting() -> None:
    @strawberry.type
    class Query:
        """Says nothing about who sees it."""

        hidden: str = "x"
        open: str = strawberry.field(default="x", metadata=only(EVERYONE))

    schema = strawberry.Schema(Query, config=StrawberryConfig())
    with pytest.raises(Misconfiguration, match=r"nobody says who sees Query\.hidden$"):
        guard(schema._schema)  # noqa: SLF001 - strawberry has no other way to its fields


def test_what_an_ancestor_declares_does_not_count() -> None:
    @seen_by(EVERYONE)
    @strawberry.type
    class Open:
        """For everybody."""

        name: str = "x"

    @strawberry.type
    class Query(Open):
        """Says nothing itself."""

        salary: str = "x"

    schema = strawberry.Schema(Query, config=StrawberryConfig())
    with pytest.raises(Misconfiguration, match=r"nobody says who sees Query\.name, Query\.salary$"):
        guard(schema._schema)  # noqa: SLF001 - strawberry has no other way to its fields


def test_what_a_field_says_counts_more_than_its_type() -> None:
    @seen_by(MONEY)
    @strawberry.type
    class Query:
        """For those who see amounts."""

        amount: str = "x"
        plugins: str = strawberry.field(default="x", metadata=only(ADMINS))

    schema = strawberry.Schema(Query, config=StrawberryConfig())._schema  # noqa: SLF001 - strawberry has no other way to its fields
    guard(schema)
    assert {name: roles_of(kind, field) for kind, name, field in fields_of(schema)} == {"amount": MONEY, "plugins": ADMINS}
