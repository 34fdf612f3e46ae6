"""The promises of the contract that are about a source as a whole, and not about one project (sources.md)."""

from __future__ import annotations

import pickle
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from billhook.billing.verifying.verifying import verify
from billhook.testing.elsewhere import answers, answers_elsewhere
from billhook.testing.projects import HUGE
from billhook.testing.trial import ANY, BrokenPromise, Trial, told

if TYPE_CHECKING:
    from billhook.sources import InstalledSource
    from billhook.testing.workshop import Workshop


def suggests_something(workshop: Workshop, installed: InstalledSource) -> None:
    """Suggest options on one of the projects at least: else nobody is offered the source, and nothing of it is tried."""
    if not any(trial.suggestions(trial.facts()) for trial in _trials(workshop, installed)):
        raise BrokenPromise(
            "example_options() suggests nothing on any of the projects, so no wizard offers the source, and nothing of it is tried; "
            "yield options that make sense for the project in ctx"
        )


def answers_alike_in_another_process(workshop: Workshop, installed: InstalledSource) -> None:
    """Give the same answers in another process, where a set of texts has another order: servers have several."""
    projects = [trial.on for trial in _trials(workshop, installed) if trial.on != HUGE]
    here = answers(workshop, installed.source, projects)
    try:
        there = answers_elsewhere(workshop, installed.source, projects)
    except (AttributeError, ImportError, TypeError, pickle.PickleError):
        return  # what it holds cannot travel, a lock perhaps; nothing forbids that
    except BrokenProcessPool as error:
        raise BrokenPromise("it ended the process that asked it; return a Proposal, or raise Refused") from error
    for name in projects:
        if here[name] != there[name]:
            raise BrokenPromise(
                f"on {name} another process answers otherwise, as when a set is gone over without sorted(): "
                f"{here[name]:.500} and there {there[name]:.500}"
            )


def keeps_the_books(workshop: Workshop, installed: InstalledSource) -> None:
    """Leave books that `billhook verify` proves, after invoices on all projects (G6)."""
    with workshop.trying() as tx:
        for trial in [trial for trial in _trials(workshop, installed) if trial.on != HUGE]:
            for options in trial.suggestions(workshop.facts(tx, installed, trial.on)):
                with told(options, refusable=ANY):
                    trial.create(tx, options)
        breaches = [f"{found.check.name}: {breach.says}" for found in verify(tx, lambda _: None) for breach in found.breaches]
    if breaches:
        raise BrokenPromise("the books are wrong after its invoices: " + "; ".join(breaches[:5]))


def _trials(workshop: Workshop, installed: InstalledSource) -> list[Trial]:
    return [Trial(workshop, installed, name) for name in workshop.projects]
