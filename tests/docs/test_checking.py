"""docs/checking.md tells of the kit as it is: its promises, its projects, and its words for each mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.docs.markdown import DOCS, ROOT, blocks, prose, rows
from tests.gallery.exhibit import GALLERY

from billhook.testing.checking import PROMISES, cases
from billhook.testing.projects import PROJECTS, TODAY
from billhook.testing.promises import OF_THE_HOST
from billhook.testing.workshop import noon
from billhook_retainer import Retainer

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKING = DOCS / "checking.md"
VERBS = ("Have ", "Be ")
"""How the docstring of a project begins."""


def test_every_promise_is_listed_in_the_order_that_it_is_tried_in() -> None:
    tried = list(dict.fromkeys(case.promise for case in cases(Retainer())))
    assert [promise for promise, *_ in rows(CHECKING, "promise")] == tried
    assert len(PROMISES[1].as_a_whole) + 1 == 4
    assert len(PROMISES[1].invoiced) == 5


def test_every_row_of_promises_says_what_it_means_and_how_it_is_broken() -> None:
    assert [row for row in rows(CHECKING, "promise") if not all(row[:3])] == []


def test_every_project_is_listed_with_what_is_odd_about_it() -> None:
    assert [(project.strip("`"), odd) for project, odd, _ in rows(CHECKING, "project")] == [
        (make.__name__, sense_of(make)) for make in PROJECTS
    ]


def sense_of(make: Callable[..., object]) -> str:
    """What the docstring of a project says that it has, or is."""
    said = make.__doc__ or ""
    [verb] = [verb for verb in VERBS if said.startswith(verb)]
    return said.removeprefix(verb).removesuffix(".")


def test_what_is_invoiced_is_not_tried_on_the_huge_project() -> None:
    invoiced = {keep.__name__.replace("_", " ") for keep in PROMISES[1].invoiced}
    tried = {case.promise for case in cases(Retainer()) if case.on == "thousands_of_entries"}
    assert not tried & invoiced


def test_the_refusals_that_no_source_can_know_are_named() -> None:
    text = CHECKING.read_text(encoding="utf-8")
    assert {code.name for code in OF_THE_HOST} == {"COVERED_BY_ADVANCE", "RATE_MISSING"}
    assert all(f"`{code.name}`" in text for code in OF_THE_HOST)


def test_the_clock_stands_where_the_page_says() -> None:
    assert noon().date() == TODAY
    assert f"noon of {TODAY.day} {TODAY:%B %Y} UTC" in " ".join(prose(CHECKING).split())


@pytest.mark.parametrize(("mistake", "says", "promise", "instead"), rows(CHECKING, "mistake"))
def test_every_mistake_is_of_the_gallery_in_the_words_of_the_kit(mistake: str, says: str, promise: str, instead: str) -> None:
    assert mistake
    assert instead
    assert (promise, says) in {(exhibit.promise, exhibit.says) for exhibit in GALLERY.values()}


def test_the_class_is_the_test_of_the_example() -> None:
    shown = blocks(CHECKING, "python")[0][1]
    assert shown == (ROOT / "examples" / "retainer" / "test_billhook_retainer.py").read_text(encoding="utf-8")


def test_the_test_of_what_is_billed_passes_and_would_fail_for_another_fee() -> None:
    shown = blocks(CHECKING, "python")[1][1]
    told(shown)["test_a_retainer_is_for_the_whole_month"]()
    with pytest.raises(AssertionError):
        told(shown.replace("fee=Decimal(500)", "fee=Decimal(400)"))["test_a_retainer_is_for_the_whole_month"]()


def told(code: str) -> dict[str, Any]:
    """What a block of code defines."""
    defined: dict[str, Any] = {}
    exec(compile(code, str(CHECKING), "exec"), defined)  # noqa: S102 - it is our own page
    return defined
