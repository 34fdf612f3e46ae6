"""The example of a front end compiles, and TypeScript refuses what is wrong with a field, an amount, an id or a variable."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest
from tests.docs.markdown import DOCS, ROOT
from tests.node import node, printed

FRONTEND = ROOT / "examples" / "frontend"
TSC = "node_modules/typescript/bin/tsc"
PAGE = DOCS / "frontend.md"
HERE = Path(__file__).parent
REFUSED = HERE / "refused.mts"
SAID = {
    "export const one": ("TS2551", "Property 'titel' does not exist on type"),
    "export const two": ("TS2322", "Type 'string' is not assignable to type 'number'."),
    "export const three": ("TS18047", "'project.billing' is possibly 'null'."),
    "// four": ("TS2322", "Type 'number' is not assignable to type 'string'."),
    "// five": ("TS2322", "Type 'string' is not assignable to type 'Id'."),
    "// six": ("TS2322", "Type '{ phase: {}; timetracking: {}; }' is not assignable to type 'InvoiceSourceInput'."),
    "// seven": ("TS2322", "Type 'Date' is not assignable to type 'string'."),
    "// eight": ("TS2322", "Type 'string' is not assignable to type 'number'."),
    "// nine": ("TS2741", "Property 'search' is missing in type '{}' but required in type"),
}
"""What is said of each line that has this in it, and of no other."""


@pytest.mark.parametrize("project", [".", "clients"])
def test_the_example_compiles(project: str) -> None:
    assert printed(node(FRONTEND, TSC, "--project", project)) == ""


def test_what_the_page_for_front_ends_shows_compiles(tmp_path: Path) -> None:
    shown = [
        textwrap.dedent(text) for text in re.findall(r"^ *```ts\n(.*?)^ *```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    ]
    assert len(shown) == 2
    for number, text in enumerate(shown):
        (tmp_path / f"{number}.ts").write_text(text, encoding="utf-8")
    (tmp_path / "gql").symlink_to(FRONTEND / "clients" / "gql")
    (tmp_path / "node_modules").symlink_to(FRONTEND / "node_modules")
    settings = {"extends": str(FRONTEND / "clients" / "tsconfig.json"), "include": ["*.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    assert printed(node(FRONTEND, TSC, "--project", str(tmp_path))) == ""


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str, str]]:
    """What TypeScript says of each line that it refuses: the line, the code, the message."""
    status, told, complained = node(FRONTEND, TSC, "--project", str(HERE), "--pretty", "false")
    assert (status, complained) == (1, "")
    lines = REFUSED.read_text(encoding="utf-8").splitlines()
    found = re.findall(r"^\S*refused\.mts\((\d+),\d+\): error (TS\d+): (.*)$", told, re.MULTILINE)
    assert len(found) == told.count("error TS"), told
    return [(lines[int(number) - 1], code, message) for number, code, message in found]


def test_typescript_refuses_these_lines_and_no_other(said: list[tuple[str, str, str]]) -> None:
    assert [next(name for name in SAID if name in line) for line, *_ in said] == list(SAID)


@pytest.mark.parametrize("name", SAID)
def test_typescript_says_what_is_wrong(said: list[tuple[str, str, str]], name: str) -> None:
    [(code, message)] = [(code, message) for line, code, message in said if name in line]
    assert (code, message[: len(SAID[name][1])]) == SAID[name]
