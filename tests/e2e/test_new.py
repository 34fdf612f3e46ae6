"""`billhook new`: what it refuses, that it overwrites nothing, and that every name makes a source that the host takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.e2e.server import environment

from billhook.cli import main
from billhook.sources import install
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from types import ModuleType

New = Callable[..., tuple[object, str, str]]

MALFORMED = ("", "Tides", "high-tide", "high_tide", "1st", "low tide", "tide\n", "é", "a" * 41, "class")
TAKEN = {
    "deal": "the name 'deal' is taken by billhook 0.1.0; choose another",
    "timetracking": "the name 'timetracking' is taken by billhook 0.1.0; choose another",
    "schema": "there is a module billhook_schema already; choose another name",
    "sources": "there is a module billhook_sources already; choose another name",
}
AWKWARD = {
    "t": "T",
    "a" * 40: "A" + "a" * 39,
    "match": "Match",
    "test": "Test",
    "testing": "Testing",
    "plugin": "Plugin",
    "none": "NoneSource",
    "exception": "ExceptionSource",
    "claim": "ClaimSource",
    "decimal": "DecimalSource",
    "period": "PeriodSource",
    "source": "SourceSource",
}
"""Names, and the classes that they become: not what Python, or the module itself, means by another name."""
FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
from billhook.cli import main
sys.argv = ["billhook", "new", "tides", "--effect", "regular"]
main()
"""


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> New:
    """Run `billhook new` in this process, in an empty folder; return its exit code, what it printed, and what it complained."""
    for name in [name for name in os.environ if name.startswith("BILLHOOK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["billhook", "new", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def everything_in(folder: Path) -> dict[str, str | None]:
    """Return all that is below a folder: the text of a file, None for a folder."""
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_text(encoding="utf-8") for path in folder.rglob("*")}


def loaded(file: Path) -> ModuleType:
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", MALFORMED)
def test_a_name_that_the_host_would_not_take_is_refused_in_one_line(new: New, tmp_path: Path, name: str) -> None:
    reason = f"the name {name[:60]!r} must be one lowercase word of letters and digits, and no Python keyword"
    assert new(name, "--effect", "regular") == (1, "", f"billhook: {reason}\n")
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize("name", TAKEN)
def test_a_name_that_something_installed_has_is_refused(new: New, tmp_path: Path, name: str) -> None:
    assert new(name, "--effect", "advance") == (1, "", f"billhook: {TAKEN[name]}\n")
    assert everything_in(tmp_path) == {}


def test_a_name_of_a_source_that_is_left_out_is_refused(new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLHOOK_PLUGINS_BLOCK", "deal,tides")
    assert new("deal", "--effect", "regular") == (1, "", f"billhook: {TAKEN['deal']}\n")
    reason = "BILLHOOK_PLUGINS_BLOCK leaves 'tides' out; choose another name, or take it from there"
    assert new("tides", "--effect", "regular") == (1, "", f"billhook: {reason}\n")
    assert everything_in(tmp_path) == {}


def test_the_name_of_an_installed_distribution_is_refused_though_its_source_has_another(
    new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "site" / "billhook_tides-3.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: billhook-tides\nVersion: 3.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    before = everything_in(tmp_path)
    reason = "billhook-tides 3.0 is installed already; choose another name"
    assert new("tides", "--effect", "regular") == (1, "", f"billhook: {reason}\n")
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("kind", ["an empty folder", "a folder", "a file", "a link to nothing"])
def test_what_is_there_already_is_refused_and_left_as_it_is(new: New, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "billhook-tides"
    if kind == "a file":
        target.write_text("mine", encoding="utf-8")
    elif kind == "a link to nothing":
        target.symlink_to("nowhere")
    else:
        target.mkdir()
    if kind == "a folder":
        (target / "pyproject.toml").write_text("mine", encoding="utf-8")

    def found() -> tuple[object, ...]:
        return (target.lstat().st_ino, target.lstat().st_mtime_ns, everything_in(tmp_path) if target.exists() else target.readlink())

    before = found()
    reason = "there is 'billhook-tides' already, and nothing is overwritten; move it away, or choose another name or --folder"
    assert new("tides", "--effect", "regular") == (1, "", f"billhook: {reason}\n")
    assert found() == before
    assert [path.name for path in tmp_path.iterdir()] == ["billhook-tides"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'NAME'"),
        (["tides"], "Missing option '--effect'"),
        (["tides", "--effect", "both"], "'both' is not one of 'regular', 'advance'"),
        (["tides", "ebb", "--effect", "regular"], "unexpected extra argument"),
    ],
)
def test_wrong_arguments_exit_with_2_and_a_hint(new: New, tmp_path: Path, arguments: list[str], complaint: str) -> None:
    code, out, err = new(*arguments)
    assert (code, out) == (2, "")
    assert complaint in err
    assert "--help" in err
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize(("folder", "reason"), [("none", "No such file or directory"), ("file", "Not a directory")])
def test_a_folder_that_cannot_be_written_into_is_one_line(new: New, tmp_path: Path, folder: str, reason: str) -> None:
    (tmp_path / "file").touch()
    assert new("tides", "--effect", "regular", "--folder", folder) == (
        1,
        "",
        f"billhook: cannot write '{folder}/billhook-tides': {reason}\n",
    )
    assert everything_in(tmp_path) == {"file": ""}


def test_nothing_is_left_of_what_could_not_be_written_to_its_end(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", FULL_DISK], cwd=tmp_path, env=environment({}), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "billhook: cannot write 'billhook-tides': File too large\n")
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize("effect", ["regular", "advance"])
def test_it_writes_one_folder_and_says_so(new: New, tmp_path: Path, effect: str) -> None:
    (tmp_path / "my sources").mkdir()
    code, out, err = new("tides", "--effect", effect, "--folder", "my sources")
    assert (code, err) == (0, "")
    files = ["pyproject.toml", "billhook_tides.py", "test_billhook_tides.py", "README.md"]
    assert out.splitlines()[:2] == [f"Wrote {', '.join(files)} into my sources/billhook-tides. Next:", "  cd 'my sources/billhook-tides'"]
    folder = tmp_path / "my sources" / "billhook-tides"
    assert set(everything_in(tmp_path)) == {
        "my sources",
        "my sources/billhook-tides",
        *(f"my sources/billhook-tides/{file}" for file in files),
    }
    assert [text for text in everything_in(folder).values() if "$" in str(text)] == []


@pytest.mark.parametrize("name", ["tide", "prepaidhours"])
def test_the_comments_of_its_readme_are_in_line(new: New, tmp_path: Path, name: str) -> None:
    assert new(name, "--effect", "regular")[0] == 0
    readme = (tmp_path / f"billhook-{name}" / "README.md").read_text(encoding="utf-8")
    commands = readme.split("```")[1].splitlines()[1:]
    assert [command.index(" # ") for command in commands] == [44] * 4


@pytest.mark.parametrize("active", [True, False], ids=["active", "not active"])
def test_the_next_commands_are_those_of_its_own_environment(new: New, monkeypatch: pytest.MonkeyPatch, *, active: bool) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent) if active else "")
    code, out, err = new("tides", "--effect", "regular")
    assert (code, err) == (0, "")
    python = "python" if active else sys.executable
    program = "billhook" if active else f"{python} -m billhook"
    assert [line.strip() for line in out.splitlines()[1:]] == [
        "cd billhook-tides",
        f"{python} -m pip install --editable '.[test]'",
        f"{python} -m pytest",
        f"{program} check tides",
        f"{program} demo",
    ]


def test_the_package_takes_every_billhook_until_the_next_major_version(new: New, tmp_path: Path) -> None:
    assert new("tides", "--effect", "regular")[0] == 0
    project = tomllib.loads((tmp_path / "billhook-tides" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version("billhook") == "0.1.0"
    assert project["dependencies"] == ["billhook>=0.1,<1"]
    assert (project["name"], project["requires-python"]) == ("billhook-tides", ">=3.11")
    assert project["entry-points"] == {"billhook": {"tides": "billhook_tides"}}


@pytest.mark.parametrize("effect", ["regular", "advance"])
@pytest.mark.parametrize("name", AWKWARD)
def test_every_name_makes_a_source_that_the_host_takes(new: New, tmp_path: Path, name: str, effect: str) -> None:
    assert new(name, "--effect", effect)[0] == 0
    folder = tmp_path / f"billhook-{name}"
    source = loaded(folder / f"billhook_{name}.py").billhook_invoice_source()
    installed = install(source, f"billhook-{name}", "0.1.0")
    check_options(installed)
    assert (installed.name, type(source).__name__, installed.options.__name__) == (name, AWKWARD[name], f"{AWKWARD[name]}Options")
    test = (folder / f"test_billhook_{name}.py").read_text(encoding="utf-8")
    assert f"from billhook_{name} import {AWKWARD[name]}\n\n\nclass Test{AWKWARD[name]}(SourceContract):\n" in test
    for check in (["check", "--extend-select", "A,F,I"], ["format", "--check"]):
        done = subprocess.run(  # noqa: S603 - our own tool
            [Path(sys.executable).with_name("ruff"), *check, "."], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
