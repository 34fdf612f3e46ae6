"""docs/sources.md tells the contract as it is: what is declared, what becomes of options, how plugins are listed."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import graphql
import orjson
from pydantic import Field, create_model
from tests.docs.markdown import DOCS, blocks, prose, rows, section
from tests.e2e.test_cli import run

import billhook
from billhook import Effect, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.billing.offers import MOST_SUGGESTIONS
from billhook.domain.guard import MAX_TEXT
from billhook.sources import InstalledSource, PluginState, Sources, install
from billhook.sources.installed import LONGEST_DESCRIPTION, LONGEST_LABEL, LONGEST_NAME
from billhook.sources.loading import ENTRY_POINT_GROUP
from billhook_schema import options_schema
from billhook_schema.compose import build_schema

if TYPE_CHECKING:
    from tests.e2e.client import Billhook
    from tests.e2e.test_cli import Run

__all__ = ["run"]

SOURCES = DOCS / "sources.md"


def test_what_a_source_declares_is_listed_with_its_bounds() -> None:
    listed = {attribute: said for attributes, said in rows(SOURCES, "attribute") for attribute in re.findall(r"`([^`]+)`", attributes)}
    assert list(listed) == [*InvoiceSource.__annotations__, "InvoiceSource[MyOptions]"]
    assert f"at most {LONGEST_NAME}" in listed["name"]
    assert f"at most {LONGEST_LABEL} characters" in listed["label"]
    assert f"at most {LONGEST_DESCRIPTION} characters" in listed["description"]
    text = " ".join(prose(SOURCES).split())
    assert f"at most {MAX_TEXT} characters" in text
    assert MOST_SUGGESTIONS == 5
    assert "suggestions`, at most five" in text


def test_the_methods_are_those_that_a_source_has() -> None:
    methods = re.findall(r"^- `(\w+)\(", section(SOURCES, "## What a source declares"), re.MULTILINE)
    assert methods == [name for name in vars(InvoiceSource) if not name.startswith("_") and callable(getattr(InvoiceSource, name))]


def test_options_become_the_graphql_that_is_shown() -> None:
    class Colour(Enum):
        RED = "RED"

    class Choice(SourceOptions):
        colour: Colour = Field(description="Which colour.")

    known = {**vars(billhook), "Colour": Colour, "Choice": Choice, "Decimal": Decimal, "date": date, "datetime": datetime}
    table = [(python.strip("`"), shown.strip("`")) for python, shown in rows(SOURCES, "annotation")]
    fields: dict[str, Any] = {
        f"option_{number}": (eval(python, known), Field(description="An option."))  # noqa: S307 - it is our own page
        for number, (python, _) in enumerate(table)
    }
    options = create_model("DocsOptions", __base__=SourceOptions, **fields)
    made = graphql.build_schema(build_schema(Sources({"docs": installed(options)})).as_str()).type_map["DocsOptions"]
    assert isinstance(made, graphql.GraphQLInputObjectType)
    assert [str(field.type) for field in made.fields.values()] == [shown for _, shown in table]


def installed(options: type[SourceOptions]) -> InstalledSource:
    """Return an installed source with these options."""

    class Docs(InvoiceSource[options]):  # type: ignore[valid-type]  # made while the test runs
        name, label, description = "docs", "Docs", "Proposes nothing."
        effect = Effect.REGISTERS_ADVANCE_CREDIT

        def propose(self, ctx: SourceContext, options: SourceOptions) -> Proposal:  # noqa: ARG002 - the contract's signature
            return Proposal(lines=())

    return install(Docs(), "docs", "1")


def test_the_extensions_of_the_json_schema_are_named() -> None:
    extension = re.compile(r"\bx-\w+")
    written = set(extension.findall(Path(options_schema.__file__).read_text(encoding="utf-8")))
    assert set(extension.findall(prose(SOURCES))) == written - {"x-"}


def test_the_states_of_a_plugin_are_listed() -> None:
    assert [state.strip("`") for state, _ in rows(SOURCES, "state")] == [state.name for state in PluginState]
    assert f"group `{ENTRY_POINT_GROUP}`" in prose(SOURCES)


def test_the_query_of_the_page_and_the_command_tell_the_same(billhook: Billhook, run: Run) -> None:
    [(_, query)] = blocks(SOURCES, "graphql")
    asked = billhook.graphql(query)["plugins"]
    printed = orjson.loads(run("plugins", "--json").stdout)
    assert {tuple(plugin) for plugin in asked} == {tuple(plugin) for plugin in printed}
    assert [plugin for plugin in asked if plugin["package"] == "billhook"] == [
        plugin for plugin in printed if plugin["package"] == "billhook"
    ]
