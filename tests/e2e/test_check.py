"""`billhook check NAME` and the class for pytest run the conformance kit, and say what is wrong in words."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.e2e.server import environment
from tests.e2e.test_cli import Done, run, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.test_cli import Run

__all__ = ["run"]

FAULTY = '''
"""A plugin that forgets that an entry may have no description."""

from billhook import ClaimLine, Effect, InvoiceSource, Proposal, SourceContext, SourceOptions, hookimpl


class TideOptions(SourceOptions):
    """How many."""

    count: int = 1


class Tide(InvoiceSource[TideOptions]):
    name = label = description = "tide"
    effect = Effect.CLEARS_UNBILLED_TIME

    def propose(self, ctx: SourceContext, options: TideOptions) -> Proposal:
        return Proposal(lines=tuple(ClaimLine(description=entry.description, claims=(entry.claim,)) for entry in ctx.time_entries))

    def example_options(self, ctx: SourceContext) -> tuple[TideOptions, ...]:
        return (TideOptions(),) if ctx.time_entries else ()


@hookimpl
def billhook_invoice_source() -> InvoiceSource:
    return Tide()
'''
TEST = """
from billhook.testing import SourceContract
from billhook_tide import Tide


class TestTide(SourceContract):
    source = Tide()
"""
WHY = "asked with TideOptions(count=1), the host answers PLUGIN_FAULT: the description of line 1 must be a text of 1 to 5000 characters"


@pytest.fixture
def plugin(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, with the faulty plugin installed."""
    folder = tmp_path_factory.mktemp("site")
    about = folder / "billhook_tide-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "billhook_tide.py").write_text(FAULTY, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: billhook-tide\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[billhook]\ntide = billhook_tide\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("billhook_tide", None)


@pytest.mark.parametrize("name", ["timetracking", "manual"])
def test_a_sound_source_keeps_the_contract(run: Run, tmp_path: Path, name: str) -> None:
    done = run("check", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{name} of billhook 0.1.0 keeps the contract: 119 trials." in done.stdout
    assert [words(row)[-1] for row in done.stdout.splitlines() if "answers alike" in row] == ["1", "12"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("plugin")
def test_a_faulty_source_is_told_which_promise_it_breaks_where_and_why(run: Run) -> None:
    done = run("check", "tide")
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"proposes what the host takes +12 +\d", done.stdout)
    assert f"proposes what the host takes, on one_entry, thousands_of_entries, mixed_vat and 5 more:\n  {WHY}" in done.stdout
    assert "tide of billhook-tide 1.0 does not keep the contract. What would follow from a broken promise was not tried." in done.stdout


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("moon", {}, "there is no source 'moon'; there are deal, manual, phase, subscription, timetracking"),
        ("deal", {"BILLHOOK_PLUGINS_BLOCK": "deal"}, "the plugin deal of billhook was left out: left out by BILLHOOK_PLUGINS_BLOCK"),
    ],
)
def test_a_source_that_is_not_installed_is_one_line_and_exit_1(run: Run, name: str, settings: dict[str, str], says: str) -> None:
    assert run("check", name, **settings) == Done(1, "", f"billhook: {says}\n")


def test_a_broken_plugin_is_told_why_it_was_left_out(run: Run, plugin: Path) -> None:
    (plugin / "billhook_tide.py").write_text("import no_such_module\n", encoding="utf-8")
    says = "the plugin tide of billhook-tide was left out: ModuleNotFoundError: No module named 'no_such_module'"
    assert run("check", "tide") == Done(1, "", f"billhook: {says}\n")


def test_the_class_gives_pytest_a_test_for_each_promise_and_project_and_each_says_what_is_wrong(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "test_tide.py").write_text(TEST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfs", "-p", "no:cacheprovider", "--tb=short", "-W", "error", "test_tide.py"],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(plugin)}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert f"AssertionError: tide does not keep the contract, on one_entry: {WHY}" in done.stdout
    assert "test_tide.py::TestTide::test_it_keeps_the_contract[proposes what the host takes: one_entry]" in done.stdout
    assert "checking.py" not in done.stdout
    assert "SKIPPED" in done.stdout
    assert re.search(r"^\d+ failed, \d+ passed, \d+ skipped", done.stdout, re.MULTILINE)
