"""The source that the README shows is the one in examples/, and a plugin that works, installed as any other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any, TypeGuard

import pytest
from tests.docs.markdown import README, ROOT, blocks
from tests.docs.test_readme import PLUGIN, story
from tests.e2e.client import without_cost
from tests.e2e.server import demonstrated, environment

if TYPE_CHECKING:
    from pathlib import Path

LINES = 20
EXAMPLE = ROOT / "examples" / "retainer"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Install the README's source into a folder of its own: what pip would put there."""
    project = tomllib.loads(blocks(README, "toml")[0][1])
    [module] = project["project"]["entry-points"]["billhook"].values()
    folder = tmp_path / "site"
    about = folder / f"{module}-{project['project']['version']}.dist-info"
    about.mkdir(parents=True)
    (folder / f"{module}.py").write_text(blocks(README, "python")[0][1], encoding="utf-8")
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['project']['name']}\nVersion: {project['project']['version']}\n", encoding="utf-8"
    )
    points = "".join(f"{name} = {value}\n" for name, value in project["project"]["entry-points"]["billhook"].items())
    (about / "entry_points.txt").write_text(f"[billhook]\n{points}", encoding="utf-8")
    return folder


def run(installed: Path, command: str) -> str:
    """Run a command of billhook with the plugin installed, and return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "billhook", command],
        cwd=installed.parent,
        env=environment({"PYTHONPATH": str(installed), "BILLHOOK_PLUGINS_STRICT": "true"}),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_is_the_one_in_the_examples() -> None:
    assert blocks(README, "python") == [("python", (EXAMPLE / "billhook_retainer.py").read_text(encoding="utf-8"))]
    assert blocks(README, "toml") == [("toml", (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))]


def test_it_has_twenty_lines_of_code_at_most_below_its_imports() -> None:
    [(_, source)] = blocks(README, "python")
    outside = [
        number
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom) or is_text(node)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    ]
    code = [line for number, line in enumerate(source.splitlines(), 1) if line.strip() and number not in outside]
    assert len(code) <= LINES


def is_text(node: ast.AST) -> TypeGuard[ast.Expr]:
    """Tell a docstring from code."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_it_is_listed_with_its_package(installed: Path) -> None:
    [line] = [line for line in run(installed, "plugins").splitlines() if "retainer" in line]
    shown = ["retainer", "Monthly retainer", "REGISTERS_ADVANCE_CREDIT", "no", "billhook-retainer", "1.0", "works"]
    assert re.split(r" {2,}", line.strip()) == shown


def test_its_options_are_in_the_schema_with_their_descriptions(installed: Path) -> None:
    schema = run(installed, "schema")
    assert '"""Which month, and for how much."""\ninput RetainerOptions {' in schema
    assert '"""Any day of the month."""\n  month: Date!' in schema
    assert '"""The fee, excluding VAT."""\n  fee: Decimal!' in schema
    assert re.search(r"^input InvoiceSourceInput @oneOf \{.*?^  retainer: RetainerOptions$.*?^\}", schema, re.MULTILINE | re.DOTALL)


def test_it_invoices_a_month_once(installed: Path) -> None:
    [(operation, shown)] = [pair for pair in story() if PLUGIN in pair[0]]
    with demonstrated(installed.parent, PYTHONPATH=str(installed)) as http:

        def ask(query: str) -> Any:  # noqa: ANN401 - JSON
            return without_cost(http.post("/graphql", json={"query": query}).json())

        assert ask(operation) == shown
        made = '{ invoices(filter: { sources: ["retainer"] }) { totalCount } }'
        again = ask(operation)["data"]["createInvoice"]
        assert (again["invoice"], again["userErrors"][0]["code"]) == (None, "ALREADY_BILLED")
        assert ask(made) == {"data": {"invoices": {"totalCount": 1}}}
