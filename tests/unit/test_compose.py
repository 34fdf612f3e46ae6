"""The schema is composed from the installed sources, and options that GraphQL cannot take are found when a plugin is loaded."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type, graphql_sync
from graphql import build_schema as read_schema
from pydantic import Field

from billhook.domain.errors import Misconfiguration
from billhook.domain.options import SourceOptions
from billhook.domain.proposal import FreeLine, Proposal
from billhook.domain.source import Effect, InvoiceSource
from billhook.sources import InstalledSource, Sources, install
from billhook_schema.compose import build_schema, check_options

if TYPE_CHECKING:
    from billhook.domain.views import SourceContext


class MonthOptions(SourceOptions):
    """Which month."""

    month: int = Field(description="Its number.")


class LiteralWord(Enum):
    """A word that GraphQL keeps for itself."""

    true = "true"


class KeptWordOptions(SourceOptions):
    """Options with a word that GraphQL keeps for itself."""

    word: LiteralWord = Field(description="The word.")


class FloatOptions(SourceOptions):
    """Options with a number that is not exact."""

    price: float = Field(description="A price.")


def installed(name: str, options: type[SourceOptions] = MonthOptions) -> InstalledSource:
    """Return an installed source of this name."""

    class Source(InvoiceSource[Any]):
        label = name
        description = f"Bills by {name}."
        effect = Effect.REGISTERS_ADVANCE_CREDIT

        def propose(self, ctx: SourceContext, options: SourceOptions) -> Proposal:
            return Proposal(lines=(FreeLine(description=f"{ctx.project.title}: {options}", unit_price=Decimal(1)),))

    Source.name = name
    Source.__orig_bases__ = (InvoiceSource[options],)  # type: ignore[attr-defined, valid-type]
    return install(Source(), "billhook-test", "1.0")


def source_fields(*names: str) -> dict[str, str]:
    """Return the fields of InvoiceSourceInput, and their types, of a schema with these sources."""
    schema = build_schema(Sources({name: installed(name) for name in names}))
    form = read_schema(schema.as_str()).type_map["InvoiceSourceInput"]
    assert isinstance(form, GraphQLInputObjectType)
    assert form.is_one_of
    return {name: str(field.type) for name, field in form.fields.items()}


def test_each_installed_source_is_a_field_in_name_order() -> None:
    assert list(source_fields("tide", "moon").items()) == [("moon", "MoonOptions"), ("tide", "TideOptions")]


def test_two_schemas_in_one_process_do_not_know_of_each_other() -> None:
    assert source_fields("moon") == {"moon": "MoonOptions"}
    assert source_fields("tide") == {"tide": "TideOptions"}


def test_a_field_says_what_its_source_does_to_credit() -> None:
    printed = build_schema(Sources({"moon": installed("moon")})).as_str()
    assert "Bills by moon. REGISTERS_ADVANCE_CREDIT: An advance invoice: clears no time, and raises the open advance." in printed


WRAPPERS = 4
"""Of `[Thing!]!` there are three."""


def all_told(kind: GraphQLObjectType, *, referred: bool = False, wrappers: int = WRAPPERS) -> str:
    """Select every field of a type of the introspection; of a type that is referred to, what it is, and what is around it."""
    selected = []
    for name, field in kind.fields.items():
        called = f"{name}(includeDeprecated: true)" if field.args else name
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType):
            selected.append(called)
        elif referred and not (name == "ofType" and wrappers):
            selected.append(f"{called} {{ __typename }}")
        else:
            refers = referred or (inner.name == "__Type" and kind.name != "__Schema")
            selected.append(f"{called} {{ {all_told(inner, referred=refers, wrappers=wrappers - refers)} }}")
    return " ".join(selected)


def found_in(told: object) -> list[dict[str, Any]]:
    """Return all objects of an answer."""
    inner = list(told.values()) if isinstance(told, dict) else told if isinstance(told, list) else []
    return [*([told] if isinstance(told, dict) else []), *(found for value in inner for found in found_in(value))]


def test_all_that_the_schema_tells_of_itself_can_be_asked_for() -> None:
    schema = build_schema(Sources({"moon": installed("moon")}))._schema  # noqa: SLF001 - strawberry has no other way to it
    root = schema.type_map["__Schema"]
    assert isinstance(root, GraphQLObjectType)
    answer = graphql_sync(schema, f"{{ __schema {{ {all_told(root)} }} }}")
    assert answer.errors is None
    told = {(kind["kind"], kind["isOneOf"]) for kind in found_in(answer.data) if "isOneOf" in kind}
    others = ("SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "LIST", "NON_NULL")
    assert told == {("INPUT_OBJECT", True), ("INPUT_OBJECT", False), *((kind, None) for kind in others)}
    assert {kind["name"] for kind in found_in(answer.data) if kind.get("isOneOf")} == {"InvoiceSourceInput"}


def test_without_any_source_there_is_no_schema() -> None:
    with pytest.raises(Misconfiguration, match="no invoice source is installed"):
        build_schema(Sources({}))


def test_options_that_graphql_takes_pass_the_check() -> None:
    check_options(installed("moon"))


@pytest.mark.parametrize(("options", "reason"), [(KeptWordOptions, "true"), (FloatOptions, r"FloatOptions\.price")])
def test_options_that_graphql_cannot_take_fail_the_check_and_say_why(options: type[SourceOptions], reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        check_options(installed("moon", options))
