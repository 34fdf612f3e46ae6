"""The plugin host: finds the invoice sources, checks what they declare, and keeps the broken ones apart with their reason.

The only user of pluggy. The guard against what a source *proposes* is `domain/guard.py`.
"""

from __future__ import annotations

import importlib
import keyword
import re
from dataclasses import dataclass
from decimal import localcontext
from functools import partial
from importlib.metadata import entry_points, version
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import pluggy
from pydantic.alias_generators import to_camel

from billhook.domain.errors import ErrorCode, Misconfiguration, PluginFault, Refusal
from billhook.domain.options import SourceOptions
from billhook.domain.proposal import Refused
from billhook.domain.source import Effect, InvoiceSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from billhook.domain.views import SourceContext

API_VERSION = 1
DECLARED = ("name", "label", "description", "effect", "settles_advances", "api_version")
ENTRY_POINT_GROUP = "billhook"
BUILT_IN = (
    "billhook_sources.timetracking",
    "billhook_sources.phase",
    "billhook_sources.manual",
    "billhook_sources.deal",
    "billhook_sources.subscription",
)

AnswerT = TypeVar("AnswerT")

hookspec = pluggy.HookspecMarker("billhook")
hookimpl = pluggy.HookimplMarker("billhook")


class Hooks:
    """The hooks a plugin module may implement: one."""

    @hookspec
    def billhook_invoice_source(self) -> InvoiceSource:
        """Return the invoice source of this plugin."""
        raise NotImplementedError


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


def load_sources(
    built_in: Sequence[str] = BUILT_IN,
    *,
    blocked: frozenset[str] = frozenset(),
    strict: bool = False,
    check_options: Callable[[InstalledSource], None] = lambda _: None,
) -> Sources:
    """Load the built-in modules, then the entry points of group `billhook`, sorted by name.

    `check_options` raises TypeError for options without a GraphQL form. One broken plugin is listed with its reason and the others
    work; with `strict` it is a Misconfiguration.
    """
    installed: dict[str, InstalledSource] = {}
    broken: list[BrokenPlugin] = []
    for name, package, release, load in _candidates(built_in):
        left_out = BrokenPlugin(name, package, release, "left out by BILLHOOK_PLUGINS_BLOCK", blocked=True)
        if name in blocked:
            broken.append(left_out)
            continue
        try:
            with localcontext():  # a plugin that changes the precision changes its own
                found = install(_source_of(load()), package, release)
            if found.name in blocked:
                broken.append(left_out)
                continue
            _check_name_is_free(installed, found)
            check_options(found)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too; it is reported, not swallowed
            broken.append(BrokenPlugin(name, package, release, f"{type(error).__name__}: {error}"))
            continue
        installed[found.name] = found
    if strict and (wrong := [plugin for plugin in broken if not plugin.blocked]):
        raise Misconfiguration("broken plugins: " + "; ".join(f"{p.name} ({p.package}): {p.reason}" for p in wrong))
    return Sources(dict(sorted(installed.items())), tuple(broken))


def install(source: InvoiceSource, package: str, version: str) -> InstalledSource:
    """Take down what a source declares, each thing read once. Raises TypeError for what the host cannot take."""
    declared: dict[str, Any] = {
        name: getattr(source, name, None) for name in ("name", "label", "description", "effect", "settles_advances", "api_version")
    }
    kind = type(source).__name__
    for field in ("name", "label", "description"):
        if type(declared[field]) is not str or not declared[field].strip():
            raise TypeError(f"{kind}.{field} must be a text")
    if not re.fullmatch(r"[a-z][a-z0-9]{0,39}", declared["name"]) or keyword.iskeyword(declared["name"]):
        raise TypeError(f"the name {declared['name']!r} must be one lowercase word of letters and digits, and no Python keyword")
    if type(declared["effect"]) is not Effect:
        raise TypeError(f"{kind}.effect must be an Effect")
    if declared["settles_advances"] and declared["effect"] is not Effect.CLEARS_UNBILLED_TIME:
        raise TypeError("only a source that clears unbilled time settles advances")
    if (made_for := declared.pop("api_version")) != API_VERSION:
        raise TypeError(f"made for api_version {made_for}; this billhook has {API_VERSION}")
    declared["settles_advances"] = bool(declared["settles_advances"])
    return InstalledSource(source=source, package=package, version=version, options=options_type(type(source)), **declared)


def options_type(source: type[InvoiceSource]) -> type[SourceOptions]:
    """Return the options type a source class declares by `InvoiceSource[MyOptions]`. Raises TypeError when there is none."""
    for ancestor in source.__mro__:
        for generic in getattr(ancestor, "__orig_bases__", ()):
            for argument in get_args(generic):
                if isinstance(argument, type) and issubclass(argument, SourceOptions):
                    return argument
    raise TypeError(f"{source.__name__} names no options: derive from InvoiceSource[MyOptions]")


def propose(installed: InstalledSource, context: Callable[[], SourceContext], options: SourceOptions) -> object:
    """Ask a source for its proposal, and take nothing on trust: it gets options and a snapshot of its own.

    Raises INVALID_INPUT for its `Refused`, with the path below the options; PLUGIN_FAULT for anything else that it raises, SystemExit
    and endless recursion too, and for a snapshot that it changed.
    """
    own = options.model_copy(deep=True)
    answer = _ask(installed, context, lambda snapshot: _proposed(installed, snapshot, own))
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _proposed(installed: InstalledSource, snapshot: SourceContext, options: SourceOptions) -> object:
    try:
        return installed.source.propose(snapshot, options)
    except Refused as refused:
        # Read as any exception is: a subclass may have skipped Refused's own constructor.
        path = [step if isinstance(step, int) else to_camel(str(step)) for step in getattr(refused, "path", ())]
        return Refusal(ErrorCode.INVALID_INPUT, str(refused) or "The source refused.", "source", installed.name, *path)


def suggest(installed: InstalledSource, context: Callable[[], SourceContext], most: int) -> list[SourceOptions]:
    """Ask a source for options that make sense now, at most so many. Raises PLUGIN_FAULT as `propose` does, also for its `Refused`."""
    suggested = _ask(installed, context, lambda snapshot: list(islice(installed.source.example_options(snapshot), most)))
    if any(type(options) is not installed.options for options in suggested):
        raise installed.fault("example_options() gave something else than its options")
    # Through JSON and back: what was made past its constructor is found out here, and not where it is shown.
    return _ask(installed, context, lambda _: [installed.options.model_validate_json(options.model_dump_json()) for options in suggested])


def _ask(installed: InstalledSource, context: Callable[[], SourceContext], question: Callable[[SourceContext], AnswerT]) -> AnswerT:
    """Call a source with a snapshot of its own. Raises PLUGIN_FAULT for whatever it raises, or for a changed snapshot."""
    snapshot = context()
    try:
        with localcontext():  # a source that changes the precision changes its own
            answer = question(snapshot)
        changed = snapshot != context()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise installed.fault(f"it raised {type(error).__name__}") from error
    if changed:
        raise installed.fault("it changed the snapshot that it was given")
    return answer


def _candidates(built_in: Sequence[str]) -> Iterator[tuple[str, str, str, Callable[[], Any]]]:
    own_version = version("billhook")
    for module in built_in:
        yield module.rpartition(".")[2], "billhook", own_version, partial(importlib.import_module, module)
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        package = point.dist.name if point.dist else "unknown"
        release = point.dist.version if point.dist else "unknown"
        yield point.name, package, release, point.load


def _source_of(plugin: object) -> InvoiceSource:
    """Ask one plugin for its source through pluggy, alone, so that no other one is in the way."""
    host = pluggy.PluginManager("billhook")
    host.add_hookspecs(Hooks)
    host.register(plugin)
    host.check_pending()
    answers = host.hook.billhook_invoice_source()
    if len(answers) != 1:
        raise TypeError("the plugin has no hook billhook_invoice_source marked with @hookimpl, or it returned None")
    answer = answers[0]
    if not isinstance(answer, InvoiceSource):
        raise TypeError(f"billhook_invoice_source returned {type(answer).__name__}, not an InvoiceSource")
    return answer


def _check_name_is_free(installed: Mapping[str, InstalledSource], found: InstalledSource) -> None:
    """Raise TypeError for a name that an earlier plugin has."""
    if (other := installed.get(found.name)) is not None:
        raise TypeError(f"the name {found.name!r} is taken by {other.package}; {found.package} must choose another")
