"""Plugins are found, and what they declare is checked: one that is broken is listed with its reason, and the others work (sources.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.plugins import BLOCKED, Options, Retainer, Unasked, reason_of, source

import billhook
from billhook.domain.errors import Misconfiguration
from billhook.domain.source import Effect
from billhook.sources import BUILT_IN, BrokenPlugin, InstalledSource, Sources, hookimpl, load_sources, options_type

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_five_built_in_sources_are_plugins_in_name_order() -> None:
    sources = load_sources(strict=True)
    assert list(sources.installed) == ["deal", "manual", "phase", "subscription", "timetracking"]
    assert [found.name for found in sources] == list(sources.installed)
    assert sources.broken == ()
    assert [found.name for found in sources if found.settles_advances] == ["phase"]
    assert {found.name for found in sources if found.effect is Effect.CLEARS_UNBILLED_TIME} == {"timetracking", "phase"}
    assert {found.package for found in sources} == {"billhook"}


def test_the_hook_marker_of_the_public_api_is_the_host_s() -> None:
    assert billhook.hookimpl is hookimpl


def test_a_source_is_got_by_its_name(module: Callable[..., str]) -> None:
    sources = load_sources([module("plug.retainer", Retainer())])
    found = sources.get("retainer")
    assert isinstance(found, InstalledSource)
    assert found.options is Options
    assert sources.get("other") is None


def test_a_plugin_of_a_distribution_is_found_by_its_entry_point(module: Callable[..., str], distribution: Callable[..., None]) -> None:
    distribution("acme_retainer", "2.3", anything=module("acme_retainer", Retainer()))
    sources = load_sources(())
    assert [(found.name, found.package, found.version) for found in sources] == [("retainer", "acme_retainer", "2.3")]


def test_entry_points_are_loaded_after_the_built_in_ones_sorted_by_name(
    module: Callable[..., str], distribution: Callable[..., None]
) -> None:
    distribution("acme_z", "1", a=module("acme_z", source(name="other", label="from a")))
    distribution("acme_a", "1", b=module("acme_a", source(name="other", label="from b")), c=module("acme_c", source(name="deal")))
    sources = load_sources()
    assert [sources.installed[name].label for name in ("other", "deal")] == ["from a", "Invoice a deal"]
    assert sources.broken == (
        BrokenPlugin("b", "acme_a", "1", "TypeError: the name 'other' is taken by acme_z; acme_a must choose another"),
        BrokenPlugin("c", "acme_a", "1", "TypeError: the name 'deal' is taken by billhook; acme_a must choose another"),
    )


def test_a_plugin_that_cannot_be_imported_is_broken_and_the_others_work(
    module: Callable[..., str], distribution: Callable[..., None]
) -> None:
    distribution("acme", "1", gone="acme_that_is_not_there", lacks=f"{module('acme_lacks', Retainer())}:nothing")
    sources = load_sources(("billhook_sources.manual", "billhook_sources.absent"))
    assert list(sources.installed) == ["manual"]
    assert [(broken.name, broken.package, broken.reason.partition(":")[0]) for broken in sources.broken] == [
        ("absent", "billhook", "ModuleNotFoundError"),
        ("gone", "acme", "ModuleNotFoundError"),
        ("lacks", "acme", "AttributeError"),
    ]


@pytest.mark.parametrize(
    "error", [SystemExit("bye"), RecursionError("deep"), GeneratorExit("x"), ValueError("odd"), BaseException("any")], ids=repr
)
def test_a_plugin_that_raises_anything_is_broken_with_what_it_raised(module: Callable[..., str], error: BaseException) -> None:
    assert reason_of(load_sources([module("plug.bad", error)])) == f"{type(error).__name__}: {error}"


def test_an_interruption_by_the_user_ends_the_loading(module: Callable[..., str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        load_sources([module("plug.bad", KeyboardInterrupt())])


def test_a_wrong_hook_name_is_a_reason(module: Callable[..., str]) -> None:
    reason = reason_of(load_sources([module("plug.typo", Retainer(), "billhook_invoice_sources")]))
    assert reason.startswith("PluginValidationError: unknown hook 'billhook_invoice_sources'")


NO_HOOK = "TypeError: the plugin has no hook billhook_invoice_source marked with @hookimpl, or it returned None"


def test_a_missing_marker_or_answer_is_a_reason(module: Callable[..., str]) -> None:
    assert reason_of(load_sources([module("plug.plain", Retainer(), marked=False)])) == NO_HOOK
    assert reason_of(load_sources([module("plug.none", None)])) == NO_HOOK


@pytest.mark.parametrize(("answer", "name"), [(Retainer, "ABCMeta"), ("retainer", "str"), ([Retainer()], "list")])
def test_an_answer_that_is_no_source_is_a_reason(module: Callable[..., str], answer: object, name: str) -> None:
    reason = reason_of(load_sources([module("plug.odd", answer)]))
    assert reason == f"TypeError: billhook_invoice_source returned {name}, not an InvoiceSource"


@pytest.mark.parametrize("name", ["a", "retainer2", "x" * 40, "match"])
def test_a_name_is_one_lowercase_word(module: Callable[..., str], name: str) -> None:
    assert list(load_sources([module("plug.named", source(name=name))]).installed) == [name]


@pytest.mark.parametrize("name", ["Retainer", "re_tainer", "re tainer", "2nd", "x" * 41, "class", "none\n", "r\u00e9tainer", "a\u0661"])
def test_any_other_name_is_a_reason(module: Callable[..., str], name: str) -> None:
    reason = reason_of(load_sources([module("plug.named", source(name=name))]))
    assert reason == f"TypeError: the name {name!r} must be one lowercase word of letters and digits, and no Python keyword"


@pytest.mark.parametrize("field", ["name", "label", "description"])
@pytest.mark.parametrize("text", [None, 7, "", "  "], ids=repr)
def test_name_label_and_description_are_texts(module: Callable[..., str], field: str, text: object) -> None:
    assert reason_of(load_sources([module("plug.textless", source(**{field: text}))])) == f"TypeError: Changed.{field} must be a text"


def test_an_effect_is_an_effect(module: Callable[..., str]) -> None:
    reason = reason_of(load_sources([module("plug.effect", source(effect="CLEARS_UNBILLED_TIME"))]))
    assert reason == "TypeError: Changed.effect must be an Effect"


def test_only_a_source_that_clears_unbilled_time_settles_advances(module: Callable[..., str]) -> None:
    reason = reason_of(load_sources([module("plug.settles", source(settles_advances=True))]))
    assert reason == "TypeError: only a source that clears unbilled time settles advances"
    settling = source(settles_advances=True, effect=Effect.CLEARS_UNBILLED_TIME)
    assert list(load_sources([module("plug.regular", settling)]).installed) == ["retainer"]


@pytest.mark.parametrize("version", [0, 2])
def test_another_api_version_is_a_reason(module: Callable[..., str], version: int) -> None:
    reason = reason_of(load_sources([module("plug.version", source(api_version=version))]))
    assert reason == f"TypeError: made for api_version {version}; this billhook has 1"


def test_a_source_without_options_is_a_reason(module: Callable[..., str]) -> None:
    reason = reason_of(load_sources([module("plug.unasked", Unasked())]))
    assert reason == "TypeError: Unasked names no options: derive from InvoiceSource[MyOptions]"


def test_options_are_read_off_an_ancestor_too() -> None:
    class More(Retainer):
        """Inherits its options."""

    assert options_type(More) is Options


def test_options_without_a_graphql_form_are_a_reason(module: Callable[..., str]) -> None:
    checked = []

    def check(found: InstalledSource) -> None:
        checked.append(found.name)
        if found.name == "retainer":
            raise TypeError("Options.odd: float has no GraphQL form")

    modules = [module("plug.odd", Retainer()), module("plug.fine", source(name="fine"))]
    sources = load_sources(modules, check_options=check)
    assert checked == ["retainer", "fine"]
    assert list(sources.installed) == ["fine"]
    assert [broken.reason for broken in sources.broken] == ["TypeError: Options.odd: float has no GraphQL form"]


def test_a_broken_plugin_leaves_its_name_to_the_next(module: Callable[..., str]) -> None:
    modules = [module("plug.old", source(api_version=0)), module("plug.new", Retainer())]
    sources = load_sources(modules)
    assert list(sources.installed) == ["retainer"]
    assert [broken.name for broken in sources.broken] == ["old"]


def test_strict_makes_a_broken_plugin_a_start_up_error(module: Callable[..., str]) -> None:
    modules = [module("plug.old", source(api_version=0)), module("plug.bad", ValueError("see BILLHOOK_PLUGINS_BLOCK"))]
    with pytest.raises(Misconfiguration) as refused:
        load_sources(modules, strict=True)
    assert str(refused.value) == (
        "broken plugins: old (billhook): TypeError: made for api_version 0; this billhook has 1; "
        "bad (billhook): ValueError: see BILLHOOK_PLUGINS_BLOCK"
    )


def test_a_blocked_plugin_is_not_even_imported_and_is_no_fault_when_strict(distribution: Callable[..., None]) -> None:
    distribution("acme", "1", gone="acme_that_is_not_there")
    sources = load_sources((), blocked=frozenset({"gone"}), strict=True)
    assert sources == Sources({}, (BrokenPlugin("gone", "acme", "1", BLOCKED, blocked=True),))


def test_a_plugin_is_blocked_by_the_name_of_its_source_too(module: Callable[..., str], distribution: Callable[..., None]) -> None:
    distribution("acme", "1", entry=module("acme", Retainer()))
    assert load_sources((), blocked=frozenset({"retainer"})) == Sources({}, (BrokenPlugin("entry", "acme", "1", BLOCKED, blocked=True),))


def test_built_in_sources_can_be_blocked() -> None:
    sources = load_sources(blocked=frozenset({"deal", "subscription"}), strict=True)
    assert list(sources.installed) == ["manual", "phase", "timetracking"]
    assert [broken.name for broken in sources.broken] == ["deal", "subscription"]
    assert len(BUILT_IN) == 5
