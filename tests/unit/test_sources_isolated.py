"""Nothing that one plugin or one broken package does keeps the others from being loaded, or a listing from being shown (sources.md)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from tests.unit.plugins import BLOCKED, Retainer, reason_of, source
from typing_extensions import override

from billhook.domain.source import Effect
from billhook.sources import BUILT_IN, Plugin, PluginState, Sources, load_sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_name_clash_of_two_packages_names_both(module: Callable[..., str], distribution: Callable[..., None]) -> None:
    distribution("acme_one", "1", one=module("acme_one", Retainer()))
    distribution("acme_two", "2", two=module("acme_two", Retainer()))
    sources = load_sources(())
    assert [(found.name, found.package) for found in sources] == [("retainer", "acme_one")]
    assert reason_of(Sources({}, sources.broken)) == "TypeError: the name 'retainer' is taken by acme_one; acme_two must choose another"


@pytest.mark.parametrize("text", [b"[billhook]\nretainer\n", b"[billhook]\nretainer = caf\xe9\n"])
def test_entry_points_that_cannot_be_read_are_a_reason_and_hide_no_other_package(
    module: Callable[..., str], distribution: Callable[..., None], tmp_path: Path, text: bytes
) -> None:
    distribution("acme_bad", "3")
    (tmp_path / "acme_bad-3.dist-info" / "entry_points.txt").write_bytes(text)
    distribution("acme_good", "1", good=module("acme_good", Retainer()))
    sources = load_sources(())
    assert [found.package for found in sources] == ["acme_good"]
    [broken] = sources.broken
    assert (broken.name, broken.package, broken.version) == ("acme_bad", "acme_bad", "3")
    assert broken.reason.startswith("TypeError: its entry points cannot be read: ")


def test_a_distribution_without_a_name_is_unknown_and_its_plugin_works(module: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / "nameless.dist-info"
    folder.mkdir()
    (folder / "entry_points.txt").write_text(f"[billhook]\nretainer = {module('acme', Retainer())}\n", encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    try:
        sources = load_sources(())
    finally:
        sys.path.remove(str(tmp_path))
    assert [(found.name, found.package, found.version) for found in sources] == [("retainer", "unknown", "unknown")]


def test_a_package_that_is_installed_twice_counts_once(module: Callable[..., str], distribution: Callable[..., None]) -> None:
    distribution("acme", "1", entry=module("acme", Retainer()))
    distribution("acme", "2", entry="acme_that_is_not_there")
    sources = load_sources(())
    assert [found.package for found in sources] + [broken.package for broken in sources.broken] == ["acme"]


def test_a_reason_is_one_that_can_be_shown_whatever_the_exception_says(module: Callable[..., str]) -> None:
    class Unspeakable(Exception):
        """Cannot be written down."""

        @override
        def __str__(self) -> str:
            raise ValueError("guess")

    modules = [
        module("plug.mute", Unspeakable()),
        module("plug.half", ValueError("caf\udce9")),
        module("plug.long", ValueError("x" * 9999)),
    ]
    assert [broken.reason[:40] for broken in load_sources(modules).broken] == [
        "Unspeakable: its message raised ValueErr",
        "ValueError: caf?",
        f"ValueError: {'x' * 28}",
    ]
    assert len(load_sources(modules).broken[2].reason) == 2000


def test_a_package_that_is_no_plugin_may_be_as_broken_as_it_likes(distribution: Callable[..., None], tmp_path: Path) -> None:
    distribution("acme", "1")
    (tmp_path / "acme-1.dist-info" / "entry_points.txt").unlink()
    (tmp_path / "acme-1.dist-info" / "METADATA").write_bytes(b"Name: caf\xe9\n")
    assert load_sources((), strict=True) == Sources({}, ())


def test_two_plugins_without_a_name_are_both_loaded(module: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        target = module(f"acme_{name}", source(name=name))
        (folder / "entry_points.txt").write_text(f"[billhook]\n{name} = {target}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert [(found.name, found.package) for found in load_sources(())] == [("one", "unknown"), ("two", "unknown")]


def test_a_package_is_the_same_however_its_name_is_written(module: Callable[..., str], distribution: Callable[..., None]) -> None:
    distribution("acme_tide", "1", tide=module("acme_tide", Retainer()))
    distribution("Acme.Tide", "1", tide="acme_that_is_not_there")
    sources = load_sources(())
    assert len(sources.installed) + len(sources.broken) == 1


def test_what_a_plugin_prints_while_it_is_imported_is_not_on_the_output(
    distribution: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acme_loud.py").write_text("import sys\nprint('hello')\nsys.stdout.close()\nsys.stderr = None\n", encoding="utf-8")
    (tmp_path / "acme_talks.py").write_text("print('good day')\n", encoding="utf-8")
    distribution("acme", "1", loud="acme_loud", talks="acme_talks")
    assert [broken.name for broken in load_sources(()).broken] == ["loud", "talks"]
    print("still open")  # noqa: T201 - it is what is tested
    assert capsys.readouterr() == ("still open\n", "good day\n")


def test_a_reason_is_given_for_an_exception_that_ends_the_program_when_it_is_asked(module: Callable[..., str]) -> None:
    class Exiting(Exception):
        """Ends the program when it is written down."""

        @override
        def __str__(self) -> str:
            raise SystemExit(5)

    assert reason_of(load_sources([module("plug.exit", Exiting())])) == "Exiting: its message raised SystemExit"


def test_a_recursion_limit_that_a_plugin_sets_is_not_everybody_s(distribution: Callable[..., None], tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    (tmp_path / "acme_deep.py").write_text("import sys\nsys.setrecursionlimit(10**6)\n", encoding="utf-8")
    distribution("acme", "1", deep="acme_deep")
    assert len(load_sources(()).broken) == 1
    assert sys.getrecursionlimit() == before


def test_plugins_are_listed_with_their_state_those_that_work_first(module: Callable[..., str], distribution: Callable[..., None]) -> None:
    distribution("acme", "1", a="acme_that_is_not_there", b=module("acme", Retainer()), c=module("acme_c", source(name="other")))
    listed = load_sources((), blocked=frozenset({"c"})).plugins()
    assert listed == [
        Plugin(
            name="retainer",
            package="acme",
            version="1",
            state=PluginState.WORKS,
            label="Monthly retainer",
            effect=Effect.REGISTERS_ADVANCE_CREDIT,
            settles_advances=False,
        ),
        Plugin(name="a", package="acme", version="1", state=PluginState.BROKEN, reason=listed[1].reason),
        Plugin(name="c", package="acme", version="1", state=PluginState.BLOCKED, reason=BLOCKED),
    ]
    assert listed[1].reason == "ModuleNotFoundError: No module named 'acme_that_is_not_there'"


def test_the_built_in_ones_can_be_loaded_without_the_third_parties(distribution: Callable[..., None]) -> None:
    distribution("acme", "1", gone="acme_that_is_not_there")
    assert len(load_sources(third_party=False, strict=True).installed) == len(BUILT_IN)
