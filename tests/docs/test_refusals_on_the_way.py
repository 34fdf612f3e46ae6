"""docs/proposals.md has every refusal that creating an invoice can meet, under the step that refuses, and with where it points."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import DOCS, section, tables
from tests.docs.office import opened
from tests.docs.provoking import WAYS, too_many_lines_after_splitting

import billhook as public
from billhook.domain.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strawberry import Schema
    from tests.docs.provoking import Way
    from tests.e2e.client import Billhook

    from billhook.sources import Sources

PROPOSALS = DOCS / "proposals.md"
SERVER = Path(public.__file__).parent
STARTS = ("create_invoice", "after_option_defaults", "Operation", "Workspace", "explained")
"""What creating an invoice begins with: the use case, what its key stands for, and what is around every use case."""


def steps() -> dict[int, str]:
    """The headings of the numbered steps."""
    found = re.findall(r"^(## (\d+)\. .*)$", PROPOSALS.read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): heading for heading, number in found}


def listed() -> list[tuple[int, str, str]]:
    """Step, code and path of every row on the page."""
    return [
        (step, code, path)
        for step, heading in steps().items()
        for code, path in re.findall(r"^\| `([A-Z_]+)` \| `?([\w.]*)`? \|", section(PROPOSALS, heading), re.MULTILINE)
    ]


def test_the_steps_are_numbered_from_one() -> None:
    assert list(steps()) == list(range(1, 12))


def test_every_refusal_on_the_page_has_a_way_to_it_and_there_is_no_other() -> None:
    assert len(listed()) == len(set(listed())) == sum(len(table) for table in tables(PROPOSALS, "code"))
    assert set(listed()) == set(WAYS)


@pytest.fixture
def limited(database_url: str, sources: Sources, schema: Schema, request: pytest.FixtureRequest) -> Iterator[Billhook]:
    """A billhook that waits a second for others, and takes two lines where that is what a way is about."""
    most = 2 if request.node.callspec.params["way"] is too_many_lines_after_splitting else 10_000
    with opened(database_url, sources, schema, lock_timeout=1, max_invoice_lines=most) as found:
        yield found


@pytest.mark.parametrize(("code", "path", "way"), [(code, path, way) for (_, code, path), way in WAYS.items()])
def test_it_is_refused_with_this_code_at_this_path(limited: Billhook, code: str, path: str, way: Way) -> None:
    error = way(limited)
    match error["path"]:
        case ["source", _]:
            shown = "source.NAME"
        case ["source", _, *_]:
            shown = "source.NAME.FIELD"
        case steps:
            shown = ".".join(steps)
    assert (error["code"], shown) == (code, path)


def test_creating_an_invoice_can_raise_these_codes_and_no_other() -> None:
    assert {code for _, code, _ in listed()} == codes_within_reach(STARTS)


def codes_within_reach(starts: Iterable[str]) -> set[str]:
    """Every code that stands in a function or class which these name, or which what they name names, and so on.

    Names are taken for what they may be, so nothing that can be called is missed.
    """
    files = [file for room in ("billing", "domain", "sources", "store") for file in (SERVER / room).glob("*.py")]
    defined: dict[str, list[ast.stmt]] = {}
    for node in (node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.setdefault(node.name, []).append(node)
    found: set[str] = set()
    seen: set[str] = set()
    left = list(starts)
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            inner = [part for node in defined.get(name, ()) for part in ast.walk(node)]
            left += [part.id for part in inner if isinstance(part, ast.Name)]
            left += [part.attr for part in inner if isinstance(part, ast.Attribute)]
            found |= {part.attr for part in inner if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "ErrorCode"}
    return found


def test_the_reach_of_another_use_case_is_another() -> None:
    """Guards the one above: it finds what is there, and not everything."""
    everything = {code.name for code in ErrorCode}
    assert "WRONG_STATUS" in codes_within_reach(["book_invoice"])
    assert "IN_USE" in everything - codes_within_reach(STARTS)
