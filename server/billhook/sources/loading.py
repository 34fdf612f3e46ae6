"""Finds the plugins, and keeps those that are broken apart with their reason, so that the host and the other plugins run on."""

from __future__ import annotations

import importlib
import re
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from importlib.metadata import distributions, version
from io import StringIO
from typing import TYPE_CHECKING, Any

from billhook.domain.errors import Misconfiguration
from billhook.domain.text import made_storable
from billhook.sources.hooks import source_of
from billhook.sources.installed import BrokenPlugin, InstalledSource, Sources, install
from billhook.sources.interpreter import own_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from importlib.metadata import Distribution

ENTRY_POINT_GROUP = "billhook"
BUILT_IN = (
    "billhook_sources.timetracking",
    "billhook_sources.phase",
    "billhook_sources.manual",
    "billhook_sources.deal",
    "billhook_sources.subscription",
)
UNKNOWN = "unknown"
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Where a plugin may come from, before anything of it runs."""

    name: str
    package: str
    version: str
    load: Callable[[], Any]

    def left_out(self, reason: str, *, blocked: bool = False) -> BrokenPlugin:
        return BrokenPlugin(self.name, self.package, self.version, reason, blocked)


def load_sources(
    built_in: Sequence[str] = BUILT_IN,
    *,
    third_party: bool = True,
    blocked: frozenset[str] = frozenset(),
    strict: bool = False,
    check_options: Callable[[InstalledSource], None] = lambda _: None,
) -> Sources:
    """Load the built-in modules, then, for `third_party`, the entry points of group `billhook`, sorted by name.

    `check_options` raises TypeError for options without a GraphQL form. One broken plugin is listed with its reason and the others
    work; with `strict` it is a Misconfiguration.
    """
    installed: dict[str, InstalledSource] = {}
    broken: list[BrokenPlugin] = []
    for candidate in (*_built_in(built_in), *(_of_distributions() if third_party else ())):
        left_out = candidate.left_out("left out by BILLHOOK_PLUGINS_BLOCK", blocked=True)
        if candidate.name in blocked:
            broken.append(left_out)
            continue
        try:
            with own_interpreter(), _speaking_aside():
                found = install(source_of(candidate.load()), candidate.package, candidate.version)
                if found.name in blocked:
                    broken.append(left_out)
                    continue
                _check_name_is_free(installed, found)
                check_options(found)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too; it is reported, not swallowed
            broken.append(candidate.left_out(_reason(error)))
            continue
        installed[found.name] = found
    if strict and (wrong := [plugin for plugin in broken if not plugin.blocked]):
        raise Misconfiguration("broken plugins: " + "; ".join(f"{p.name} ({p.package}): {p.reason}" for p in wrong))
    return Sources(dict(sorted(installed.items())), tuple(broken))


def _built_in(modules: Sequence[str]) -> Iterator[_Candidate]:
    own_version = version("billhook")
    for module in modules:
        yield _Candidate(module.rpartition(".")[2], "billhook", own_version, partial(importlib.import_module, module))


@contextmanager
def _speaking_aside() -> Iterator[None]:
    """Let a plugin that prints while it is imported speak to the log: the output is for what was asked, JSON perhaps."""
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            yield
    finally:
        if not said.closed and said.getvalue():
            sys.stderr.write(said.getvalue())


def _of_distributions() -> list[_Candidate]:
    """Return the entry points of our group by name; one distribution whose files cannot be read hides no other."""
    found: list[_Candidate] = []
    seen: set[str] = set()
    for distribution in distributions():
        package = release = UNKNOWN
        try:
            points = distribution.entry_points.select(group=ENTRY_POINT_GROUP)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, it is reported, not swallowed
            package, release = _named(distribution)
            found.append(_Candidate(package, package, release, partial(_unreadable, error)))
            continue
        if not points:
            continue  # what is wrong with a package that is no plugin is none of our business
        package, release = _named(distribution)
        normal = re.sub(r"[-_.]+", "-", package).lower()
        if package == UNKNOWN or normal not in seen:  # the first one of a name is the one that Python imports
            found.extend(_Candidate(point.name, package, release, point.load) for point in points)
        seen.add(normal)
    return sorted(found, key=lambda candidate: (candidate.name, candidate.package))


def _named(distribution: Distribution) -> tuple[str, str]:
    """Return the name and version of a distribution, where its metadata tell them in a readable way."""
    try:
        metadata = distribution.metadata
        return metadata["Name"] or UNKNOWN, metadata["Version"] or UNKNOWN
    except (OSError, UnicodeError, KeyError):
        return UNKNOWN, UNKNOWN


def _unreadable(error: Exception) -> object:
    raise TypeError(f"its entry points cannot be read: {error}")


def _reason(error: BaseException) -> str:
    """Say what a plugin raised, in one line that can be shown anywhere, whatever its exception does when it is asked."""
    try:
        said = str(error)
    except BaseException as inner:  # noqa: BLE001 - reported as what it is
        said = f"its message raised {type(inner).__name__}"
    return made_storable(f"{type(error).__name__}: {said}")[:LONGEST_REASON]


def _check_name_is_free(installed: Mapping[str, InstalledSource], found: InstalledSource) -> None:
    """Raise TypeError for a name that an earlier plugin has."""
    if (other := installed.get(found.name)) is not None:
        raise TypeError(f"the name {found.name!r} is taken by {other.package}; {found.package} must choose another")
