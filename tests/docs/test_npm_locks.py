"""What is taken from npm is pinned by version and hash, and from the registry of whoever installs it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = tuple(
    path
    for pattern in ("*/package-lock.json", "*/*/package-lock.json")
    for path in sorted(ROOT.glob(pattern))
    if "node_modules" not in path.parts
)
EVERY_LOCK = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)


def test_the_locks_are_those_of_the_folders_that_take_from_npm() -> None:
    assert [str(lock.parent.relative_to(ROOT)) for lock in LOCKS] == ["web", "examples/frontend", "tests/audits"]


@EVERY_LOCK
def test_a_lock_has_a_hash_of_every_package_and_no_host(lock: Path) -> None:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    taken = {name: package for name, package in packages.items() if name}
    assert [name for name, package in taken.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in taken.items() if "resolved" in package] == []


@EVERY_LOCK
def test_a_package_is_asked_for_by_one_version(lock: Path) -> None:
    asked = json.loads((lock.parent / "package.json").read_text(encoding="utf-8"))
    versions = asked.get("dependencies", {}) | asked.get("devDependencies", {})
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
