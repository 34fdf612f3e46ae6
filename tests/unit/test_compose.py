"""The schema is composed from the installed sources, and options that GraphQL cannot take are found when a plugin is loaded."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLInputObjectType
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


def test_without_any_source_there_is_no_schema() -> None:
    with pytest.raises(Misconfiguration, match="no invoice source is installed"):
        build_schema(Sources({}))


def test_options_that_graphql_takes_pass_the_check() -> None:
    check_options(installed("moon"))


@pytest.mark.parametrize(("options", "reason"), [(KeptWordOptions, "true"), (FloatOptions, r"FloatOptions\.price")])
def test_options_that_graphql_cannot_take_fail_the_check_and_say_why(options: type[SourceOptions], reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        check_options(installed("moon", options))
