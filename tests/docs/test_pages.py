"""The pages below docs/ say what is there: every error, option, public name, command and file, and nothing that is not."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import graphql
import pytest
import typer
from pydantic import Field, create_model
from strawberry.types.base import get_object_definition
from tests.docs.markdown import DOCS, PAGES, ROOT, links, names, rows, section

import billhook
from billhook import Effect, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.cli import app
from billhook.domain.errors import ErrorCode
from billhook.http.app import CODES
from billhook.http.limits import TOO_EXPENSIVE
from billhook.settings import Settings
from billhook.sources import InstalledSource, Sources, install
from billhook_schema.compose import build_schema
from billhook_schema.errors import DETAILED, InputError
from billhook_schema.masking import INTERNAL, PARSE_FAILED, UNAVAILABLE, VALIDATION_FAILED
from billhook_schema.scalars import BAD_USER_INPUT

if TYPE_CHECKING:
    from pathlib import Path

ERRORS, IMPORTING, SOURCES = DOCS / "errors.md", DOCS / "importing.md", DOCS / "sources.md"
FILE = re.compile(r"[\w./-]+(?:\.(?:py|md|toml|csv|graphql)|/)")


def test_every_error_code_has_a_cause_and_a_cure() -> None:
    headings = re.findall(r"^### (.*)$", ERRORS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [code.name for code in ErrorCode]
    for code in headings:
        assert [line.partition(": ")[0] for line in section(ERRORS, f"### {code}").split("\n") if line] == ["- Cause", "- Cure"], code


def test_every_type_of_user_error_is_named_where_its_codes_are() -> None:
    for detailed in DETAILED:
        if detailed is not InputError:
            definition = get_object_definition(detailed, strict=True)
            assert definition.description is not None
            for code in definition.description.partition(":")[0].split(", "):
                assert f"Type `{definition.name}`" in section(ERRORS, f"### {code}"), code


def test_every_top_level_code_is_listed() -> None:
    listed = [code.strip("`") for code, _, _ in rows(ERRORS, "code")]
    assert len(set(listed)) == len(listed)
    assert set(listed) == {PARSE_FAILED, VALIDATION_FAILED, BAD_USER_INPUT, TOO_EXPENSIVE, UNAVAILABLE, INTERNAL, *CODES.values()}


def test_every_option_of_the_import_is_listed() -> None:
    command = commands()["import time"]
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert {option.strip("`") for option, _ in rows(IMPORTING, "option")} == options


def test_every_public_name_is_in_the_page_on_sources() -> None:
    said = " ".join(re.findall(r"\w+", SOURCES.read_text(encoding="utf-8")))
    assert [name for name in billhook.__all__ if not re.search(rf"\b{name}\b", said)] == []


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    broken = [link for link in links(page) if not link.startswith("http") and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_in_backticks_exists(page: Path) -> None:
    roots = (ROOT, ROOT / "server" / "billhook", ROOT / "examples" / "retainer", page.parent)
    files = [name for name in names(page) if FILE.fullmatch(name)]
    assert [name for name in files if not any((root / name).exists() for root in roots)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_exists(page: Path) -> None:
    known = commands()
    said = re.findall(r"(?:`|\.venv/bin/)billhook ([a-z][^`\n]*)", page.read_text(encoding="utf-8"))
    for line in said:
        name = next((name for name in known if f"{line} ".startswith(f"{name} ")), None)
        assert name is not None, f"billhook {line}"
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in line.split() if word.startswith("--")} <= options, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(page: Path) -> None:
    said = re.findall(r"\bBILLHOOK_([A-Z_]+)\b(?!_?\*)", page.read_text(encoding="utf-8"))
    known = {name.upper() for name in Settings.model_fields}
    assert [name for name in said if name not in known and not name.endswith("_")] == []


def commands() -> dict[str, Any]:
    """Return every command by what is typed after `billhook`."""
    group: Any = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {below}": one for below, one in inner.items()} if inner else {name: command}
    return found
