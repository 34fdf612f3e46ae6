"""The environment that installed things are tested in has what was installed, and nothing else of this machine's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

if TYPE_CHECKING:
    from tests.installed.environment import Environment

SHOW_PLACES = """
import json, sys, billhook, billhook_schema, billhook_sources, pytest
modules = [module.__file__ for module in (billhook, billhook_schema, billhook_sources, pytest)]
print(json.dumps([*modules, *(place for place in sys.path if "site-packages" in place)]))
"""
SHOW_SETTINGS = "import json, os; print(json.dumps([name for name in os.environ if name.startswith(('BILLHOOK', 'PY'))]))"


def test_everything_is_imported_from_the_environment(environment: Environment, tmp_path: Path) -> None:
    done = environment.run("python", "-c", SHOW_PLACES, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    places = [Path(place) for place in orjson.loads(done.stdout)]
    assert len(places) == 5
    assert [place for place in places if not place.is_relative_to(environment.folder)] == []


def test_no_setting_gets_in(environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BILLHOOK_PORT", "PYTHONPATH", "PYTEST_ADDOPTS"):
        monkeypatch.setenv(name, "wrong")
    done = environment.run("python", "-c", SHOW_SETTINGS, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_what_is_not_kept_is_not_looked_for_elsewhere(environment: Environment) -> None:
    with pytest.raises(AssertionError, match="No matching distribution found for httpx2"):
        environment.install("--no-deps", "--dry-run", "httpx2")
