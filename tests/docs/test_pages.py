"""The pages say what is there: every command, setting, file and heading that they name, and nothing that is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer
from tests.docs.markdown import DOCS, PAGES, README, ROOT, all_blocks, anchors, fragments, links, names, rows

from billhook.cli import app
from billhook.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

IMPORTING, TUTORIAL = DOCS / "importing.md", DOCS / "tutorial.md"
AUTHORS = ("tutorial", "sources", "proposals", "checking", "compatibility", "reference")
"""The pages for authors of sources, in the order in which they are read."""
FILE = re.compile(r"[\w./-]+(?:\.(?:py|md|toml|csv|graphql)|/)")
TYPED = re.compile(r"^(?:\$ )?billhook ([a-z].*)$", re.MULTILINE)
MADE = {TUTORIAL: {"dist/", "billhook_prepaid.py", "test_billhook_prepaid.py"}}
"""Files that a page tells to make."""
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_every_option_of_the_import_is_listed() -> None:
    command = commands()["import time"]
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert {option.strip("`") for option, _ in rows(IMPORTING, "option")} == options


def test_every_command_is_told_of() -> None:
    told = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in commands() if f"billhook {name}" not in told] == []


def test_every_setting_is_in_the_readme() -> None:
    assert [name.strip("`") for name, *_ in rows(README, "variable")] == [f"BILLHOOK_{name.upper()}" for name in Settings.model_fields]


@pytest.mark.parametrize("name", AUTHORS)
def test_the_pages_for_authors_lead_to_each_other(name: str) -> None:
    page = DOCS / f"{name}.md"
    assert f"docs/{name}.md" in links(README)
    assert f"{name}.md" in {link for other in AUTHORS if other != name for link in links(DOCS / f"{other}.md")}
    assert {link.removesuffix(".md") for link in links(page)} & set(AUTHORS)


@EVERY_PAGE
def test_every_link_leads_to_a_file(page: Path) -> None:
    broken = [link for link in links(page) if not link.startswith("http") and not (page.parent / link).exists()]
    assert broken == []


@EVERY_PAGE
def test_every_link_to_a_heading_leads_there(page: Path) -> None:
    assert [(str(target), name) for target, name in fragments(page) if name not in anchors(target)] == []


@EVERY_PAGE
def test_every_file_in_backticks_exists(page: Path) -> None:
    roots = (ROOT, ROOT / "server" / "billhook", ROOT / "examples" / "retainer", page.parent)
    files = [name for name in names(page) if FILE.fullmatch(name) and name not in MADE.get(page, ())]
    assert [name for name in files if not any((root / name).exists() for root in roots)] == []


@EVERY_PAGE
def test_every_command_exists(page: Path) -> None:
    known = commands()
    text = page.read_text(encoding="utf-8")
    typed = [line for kind, block in all_blocks(page) if kind in {"sh", "console"} for line in re.findall(TYPED, block)]
    for line in (*re.findall(r"(?:`|\.venv/bin/)billhook ([a-z][^`\n]*)", text), *typed):
        name = next((name for name in known if f"{line} ".startswith(f"{name} ")), None)
        assert name is not None, f"billhook {line}"
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in line.split() if word.startswith("--")} <= options, line


@EVERY_PAGE
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
