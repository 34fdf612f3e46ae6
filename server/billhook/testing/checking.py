"""Which promises a source gave, and the trial of each: the same for pytest and for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from billhook.sources import install
from billhook.testing import promises, wholly
from billhook.testing.projects import HUGE, PROJECTS
from billhook.testing.trial import BrokenPromise, Trial
from billhook.testing.workshop import workshop
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from billhook.domain.source import InvoiceSource
    from billhook.sources import InstalledSource
    from billhook.testing.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What a source of one `api_version` promises."""

    as_a_whole: tuple[Callable[[Workshop, InstalledSource], None], ...]
    asked: tuple[Callable[[Trial], None], ...]
    invoiced: tuple[Callable[[Trial], None], ...]
    """Tried on all projects but the huge one: what holds of five entries here holds of thousands."""


PROMISES = {
    1: Promises(
        as_a_whole=(wholly.suggests_something, wholly.answers_alike_in_another_process, wholly.keeps_the_books),
        asked=(
            promises.proposes_what_the_host_takes,
            promises.answers_alike,
            promises.asks_nothing_outside,
            promises.leaves_its_options_alone,
            promises.suggests_what_can_be_invoiced,
        ),
        invoiced=(
            promises.does_what_its_effect_says,
            promises.creates_what_it_previewed,
            promises.is_undone_without_a_trace,
            promises.bills_nothing_twice,
            promises.survives_what_people_choose,
        ),
    )
}
"""By `api_version`: a source is held to what the contract said when it was written."""


@dataclass(frozen=True, slots=True)
class Case:
    """One promise, in words, and the project that it is tried on; None where it is about the source as a whole."""

    promise: str
    on: str | None
    keep: Callable[[], object]
    """Raises BrokenPromise when the promise is not kept."""

    def broken(self) -> str | None:
        """Return why the promise is not kept; None when it is."""
        try:
            self.keep()
        except BrokenPromise as broken:
            return str(broken)
        return None


def cases(source: InvoiceSource, at: Callable[[], Workshop] = workshop) -> list[Case]:
    """Return what a source promises by its `api_version`; of one that the host would not install, that alone.

    `at` returns where it is tried, once a case is; the workshop of this process unless told otherwise.
    """
    declaration = Case("is declared as the host takes it", None, partial(_declared, source))
    if declaration.broken() is not None:
        return [declaration]
    installed = _declared(source)
    promised = PROMISES[source.api_version]
    whole = [Case(_words(keep), None, partial(_as_a_whole, keep, installed, at)) for keep in promised.as_a_whole]
    each = [
        Case(_words(keep), make.__name__, partial(_on_a_project, keep, installed, at, make.__name__))
        for make in PROJECTS
        for keep in (promised.asked if make.__name__ == HUGE else promised.asked + promised.invoiced)
    ]
    return [declaration, *whole, *each]


def tried(planned: Iterable[Case]) -> Iterator[tuple[Case, str | None]]:
    """Yield each case, and why it is broken; what would follow from a broken one on the same project is left out."""
    lost: set[str | None] = set()
    for case in planned:
        if case.on is None or case.on not in lost:
            why = case.broken()
            if why is not None:
                lost.add(case.on)
            yield case, why


def _declared(source: InvoiceSource) -> InstalledSource:
    try:
        installed = install(source, "checked", "0")
        check_options(installed)
    except Exception as error:
        raise BrokenPromise(f"billhook does not install it: {type(error).__name__}: {error}") from error
    return installed


def _as_a_whole(keep: Callable[[Workshop, InstalledSource], None], installed: InstalledSource, at: Callable[[], Workshop]) -> None:
    keep(at().with_source(installed), installed)


def _on_a_project(keep: Callable[[Trial], None], installed: InstalledSource, at: Callable[[], Workshop], on: str) -> None:
    keep(Trial(at().with_source(installed), installed, on))


def _words(keep: Callable[..., None]) -> str:
    return keep.__name__.replace("_", " ")
