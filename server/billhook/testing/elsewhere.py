"""Asks a source in a process of its own, where texts hash otherwise: a preview and its invoice may come from two processes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

from billhook.billing.offers import MOST_SUGGESTIONS
from billhook.domain.errors import Refusal
from billhook.sources import install, propose, suggest
from billhook.testing.workshop import reopened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billhook.domain.source import InvoiceSource
    from billhook.sources import InstalledSource
    from billhook.testing.workshop import Workshop

HASH_SEED = "PYTHONHASHSEED"


def answers_elsewhere(workshop: Workshop, source: InvoiceSource, projects: Sequence[str]) -> dict[str, str]:
    """Return the `answers` that a source gives in a new process. Raises whatever keeps it from being made again there."""
    url = workshop.workspace.settings.database_url
    with _other_hashes(), ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_answers_on, url, workshop.projects, source, projects).result()


def answers(workshop: Workshop, source: InvoiceSource, projects: Sequence[str]) -> dict[str, str]:
    """Return all that a source suggests and proposes for each of these projects, as a text; or what the host refuses it for."""
    installed = install(source, "checked", "0")
    return {project: _answer(workshop, installed, project) for project in projects}


def _answer(workshop: Workshop, installed: InstalledSource, project: str) -> str:
    with workshop.workspace.reading() as tx:
        facts = workshop.facts(tx, installed, project)
    try:
        suggested = suggest(installed, facts.context, MOST_SUGGESTIONS)
        return "\n".join(f"{options!r}: {propose(installed, facts.context, options)!r}" for options in suggested)
    except Refusal as refusal:
        return refusal.message


def _answers_on(url: str, projects: dict[str, str], source: InvoiceSource, asked: Sequence[str]) -> dict[str, str]:
    with reopened(url, projects) as workshop:
        return answers(workshop, source, asked)


@contextmanager
def _other_hashes() -> Iterator[None]:
    """Let processes that start in this block hash texts as this one does not."""
    before = os.environ.get(HASH_SEED)
    os.environ[HASH_SEED] = "1" if before != "1" else "2"
    try:
        yield
    finally:
        if before is None:
            del os.environ[HASH_SEED]
        else:
            os.environ[HASH_SEED] = before
