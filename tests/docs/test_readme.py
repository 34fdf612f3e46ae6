"""What the README shows is what happens: its story, its commands and its settings."""

from __future__ import annotations

import json
import re
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.docs.markdown import README, ROOT, blocks, rows
from tests.e2e.client import without_cost
from tests.e2e.server import serving
from tests.e2e.settings import settings_for

from billhook.billing.demo import fill_demo
from billhook.billing.workspace import open_workspace
from billhook.cli import main
from billhook.cli.serving import DEMO_DATABASE
from billhook.http.app import create_app
from billhook.settings import Settings
from billhook.sources import BUILT_IN, Sources, load_sources
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from billhook.billing.workspace import Workspace

PLUGIN = "mutation Retainer"
"""The one operation that needs the README's own plugin; `test_readme_source.py` runs it."""


def story() -> list[tuple[str, dict[str, Any]]]:
    """Return the operations of the README in their order, each with the answer below it."""
    shown = blocks(README)
    pairs = [(one, two) for (kind, one), (language, two) in pairwise(shown) if (kind, language) == ("graphql", "json")]
    assert len(pairs) == len(blocks(README, "graphql")) == len(blocks(README, "json"))
    return [(operation, json.loads(answer)) for operation, answer in pairs]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Workspace]:
    loaded = load_sources(check_options=check_options)
    built_in = {name: source for name, source in loaded.installed.items() if source.package == "billhook"}
    workspace = open_workspace(settings_for(tmp_path / "demo.db"), Sources(built_in))
    assert fill_demo(workspace)
    yield workspace
    workspace.engine.dispose()


def test_the_story_gives_the_answers_that_are_shown(demo: Workspace) -> None:
    told = [(operation, shown) for operation, shown in story() if PLUGIN not in operation]
    assert len(told) == 6
    with serving(create_app(demo)) as address:
        for operation, shown in told:
            answer = without_cost(httpx2.post(f"{address}/graphql", json={"query": operation}).json())
            assert answer == shown, f"{operation}\nis answered with\n{json.dumps(answer, indent=2)}"


def test_the_token_and_the_ids_of_the_story_come_from_its_answers() -> None:
    given: set[str] = set()
    for operation, answer in story():
        named = set(re.findall(r'(?:projectId|invoiceId|previewToken): "([^"]+)"', operation))
        assert named <= given, operation
        given |= set(re.findall(r'"(?:id|token)": "([^"]+)"', json.dumps(answer)))


def test_every_built_in_source_is_a_way_of_invoicing_and_settles_as_shown() -> None:
    loaded = load_sources(check_options=check_options)
    shown = [(source.split("`")[1], effect, settles.strip("*")) for _, source, effect, settles, _ in rows(README, "way, as people know it")]
    assert len(shown) == 6
    effects = {"CLEARS_UNBILLED_TIME": "clears unbilled time", "REGISTERS_ADVANCE_CREDIT": "registers an advance"}
    built_in = [loaded.installed[module.rpartition(".")[2]].source for module in BUILT_IN]
    assert set(shown) == {(source.name, effects[source.effect.name], "yes" if source.settles_advances else "no") for source in built_in}


def test_make_has_the_targets() -> None:
    lines = [line for _, block in blocks(README, "sh") for line in block.splitlines() if line.startswith("make ")]
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert lines == ["make demo", "make test"]
    assert {line.removeprefix("make ") for line in lines} <= set(targets)


def test_the_import_goes_into_the_demo_and_reads_every_row(
    demo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export, command = next(block for _, block in blocks(README, "sh") if "import" in block).splitlines()
    assert export == f"export BILLHOOK_DATABASE_URL={DEMO_DATABASE}"
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("BILLHOOK_DATABASE_URL", demo.settings.database_url)
    monkeypatch.setattr(sys, "argv", command.removeprefix(".venv/bin/").split())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    report = dict(re.findall(r"^ *(\S.*?)  +(\d+) *$", capsys.readouterr().out, re.MULTILINE))
    assert (report["Rows read"], report["Would be imported"], report["Refused"]) == ("3", "3", "0")


def test_the_table_of_settings_is_the_settings() -> None:
    settings = [(f"`BILLHOOK_{name.upper()}`", _shown(field.default), field.description) for name, field in Settings.model_fields.items()]
    assert rows(README, "variable") == settings


def _shown(default: object) -> str:
    """Return a default as it is written in an environment variable."""
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{text}`" if text else "none"
