"""What is known of the plugins: the sources that work with what they declared, and those that were left out with the reason."""

from __future__ import annotations

import keyword
import re
import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

from billhook.domain.errors import PluginFault
from billhook.domain.options import SourceOptions
from billhook.domain.source import Effect, InvoiceSource
from billhook.domain.text import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

API_VERSION = 1
LONGEST_NAME, LONGEST_LABEL, LONGEST_DESCRIPTION = 40, 100, 1000
"""Characters of what a source declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSource:
    """A source that works, the distribution that it came with, and what it declared when it was loaded: that stands, whatever it does."""

    source: InvoiceSource
    package: str
    version: str
    name: str
    label: str
    description: str
    effect: Effect
    settles_advances: bool
    options: type[SourceOptions]
    turn: AbstractContextManager[object] = field(default_factory=threading.RLock, compare=False, repr=False)
    """One request at a time asks it: a source that keeps a snapshot in itself must not answer one request with another's."""

    def fault(self, reason: str) -> PluginFault:
        """Return the fault that names this source."""
        return PluginFault(self.name, self.package, self.version, reason)


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that was left out, and why."""

    name: str
    package: str
    version: str
    reason: str
    blocked: bool = False
    """Left out on purpose, so that it is no fault where plugins are strict."""


class PluginState(Enum):
    """What became of a plugin when it was loaded."""

    WORKS = "WORKS"
    BROKEN = "BROKEN"
    BLOCKED = "BLOCKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin as it is listed; label, effect and settling are known of those that work, the reason of the others."""

    name: str
    package: str
    version: str
    state: PluginState
    label: str | None = None
    effect: Effect | None = None
    settles_advances: bool | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """The installed sources by name, in name order, and the plugins left out."""

    installed: Mapping[str, InstalledSource]
    broken: tuple[BrokenPlugin, ...] = ()

    def __iter__(self) -> Iterator[InstalledSource]:
        """Go over the installed sources in name order."""
        return iter(self.installed.values())

    def get(self, name: str) -> InstalledSource | None:
        """Return the installed source of this name, or None when it is not installed."""
        return self.installed.get(name)

    def plugins(self) -> list[Plugin]:
        """Return all plugins: those that work in name order, then those left out in the order they were loaded in."""
        working = [
            Plugin(
                name=found.name,
                package=found.package,
                version=found.version,
                state=PluginState.WORKS,
                label=found.label,
                effect=found.effect,
                settles_advances=found.settles_advances,
            )
            for found in self
        ]
        return working + [
            Plugin(
                name=plugin.name,
                package=plugin.package,
                version=plugin.version,
                state=PluginState.BLOCKED if plugin.blocked else PluginState.BROKEN,
                reason=plugin.reason,
            )
            for plugin in self.broken
        ]


def install(source: InvoiceSource, package: str, version: str) -> InstalledSource:
    """Take down what a source declares, each thing read once. Raises TypeError for what the host cannot take."""
    declared: dict[str, Any] = {
        name: getattr(source, name, None) for name in ("name", "label", "description", "effect", "settles_advances", "api_version")
    }
    kind = type(source).__name__
    for text, longest in (("name", None), ("label", LONGEST_LABEL), ("description", LONGEST_DESCRIPTION)):
        _check_text(declared[text], f"{kind}.{text}", longest)
    check_name(declared["name"])
    if type(declared["effect"]) is not Effect:
        raise TypeError(f"{kind}.effect must be an Effect")
    if type(declared["settles_advances"]) is not bool:
        raise TypeError(f"{kind}.settles_advances must be True or False")
    if declared["settles_advances"] and declared["effect"] is not Effect.CLEARS_UNBILLED_TIME:
        raise TypeError("only a source that clears unbilled time settles advances")
    made_for = declared.pop("api_version")
    if type(made_for) is not int or made_for != API_VERSION:
        raise TypeError(f"made for api_version {made_for!r:.40}; this billhook has {API_VERSION}")
    return InstalledSource(source=source, package=package, version=version, options=options_type(type(source)), **declared)


def check_name(name: str) -> None:
    """Raise TypeError unless this can be the name of a source: it becomes a field of GraphQL, and an argument in Python."""
    if not re.fullmatch(rf"[a-z][a-z0-9]{{0,{LONGEST_NAME - 1}}}", name) or keyword.iskeyword(name):
        raise TypeError(f"the name {name[:60]!r} must be one lowercase word of letters and digits, and no Python keyword")


def _check_text(value: object, what: str, longest: int | None) -> None:
    if type(value) is not str or not value.strip():
        raise TypeError(f"{what} must be a text")
    if longest is not None and len(value) > longest:
        raise TypeError(f"{what} has {len(value)} characters; {longest} are possible")
    if not is_storable(value):
        raise TypeError(f"{what} has a character that cannot be stored: NUL, or half of a surrogate pair")


def options_type(source: type[InvoiceSource]) -> type[SourceOptions]:
    """Return the options type a source class declares by `InvoiceSource[MyOptions]`. Raises TypeError when there is none."""
    for ancestor in source.__mro__:
        for generic in getattr(ancestor, "__orig_bases__", ()):
            for argument in get_args(generic):
                if isinstance(argument, type) and issubclass(argument, SourceOptions):
                    return argument
    raise TypeError(f"{source.__name__} names no options: derive from InvoiceSource[MyOptions]")
