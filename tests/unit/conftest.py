"""Plugins in memory, and distributions that importlib.metadata finds."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from billhook.sources import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that makes a plugin module in memory and returns its name."""

    def add(name: str, answer: object, hook: str = "billhook_invoice_source", *, marked: bool = True) -> str:
        plugin = ModuleType(name)

        def give() -> object:
            if isinstance(answer, BaseException):
                raise answer
            return answer

        give.__name__ = hook
        setattr(plugin, hook, hookimpl(give) if marked else give)
        monkeypatch.setitem(sys.modules, name, plugin)
        return name

    return add


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that installs a distribution with entry points, as importlib.metadata finds it on sys.path."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, release: str, **points: str) -> None:
        folder = tmp_path / f"{name}-{release}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n", encoding="utf-8")
        lines = "".join(f"{point} = {target}\n" for point, target in points.items())
        (folder / "entry_points.txt").write_text(f"[billhook]\n{lines}", encoding="utf-8")

    return install
