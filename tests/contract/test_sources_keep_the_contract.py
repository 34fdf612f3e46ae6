"""Every built-in source keeps every promise of the contract, on every generated project and on both databases (sources.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.offers import MOST_SUGGESTIONS
from billhook.domain.errors import ErrorCode, Refusal
from billhook.sources import load_sources, suggest
from billhook.store.tables import Invoice
from billhook.testing.checking import cases
from billhook.testing.projects import PROJECTS
from billhook.testing.trial import Trial

if TYPE_CHECKING:
    from billhook.sources import InstalledSource
    from billhook.testing.workshop import Workshop

SOURCES = [pytest.param(installed, id=installed.name) for installed in load_sources(third_party=False, strict=True)]
NAMES = [make.__name__ for make in PROJECTS]
SUGGESTED = {
    "empty": {"manual": 1},
    "one_entry": {"manual": 1, "phase": 1, "timetracking": 1},
    "thousands_of_entries": {"manual": 1, "phase": 1, "timetracking": 1},
    "mixed_vat": {"deal": 1, "manual": 1, "phase": 1, "subscription": 1, "timetracking": 1},
    "fixed_price": {"manual": 1, "phase": 1},
    "open_advances": {"deal": 1, "manual": 1, "phase": 1, "subscription": 1, "timetracking": 1},
    "zero_rates": {"manual": 1, "phase": 1, "timetracking": 1},
    "without_a_rate": {"manual": 1, "phase": 1, "timetracking": 1},
    "long_texts": {"manual": 1, "phase": 1, "timetracking": 1},
    "loose_ends": {"manual": 1, "phase": 1, "timetracking": 1},
    "in_yen": {"deal": 1, "manual": 1, "phase": 1, "subscription": 1, "timetracking": 1},
    "in_dinars": {"deal": 1, "manual": 1, "phase": 1, "subscription": 1, "timetracking": 1},
}
"""How many options each source suggests for each project; none where it is not here."""
REFUSED = {
    ("open_advances", "timetracking"): ErrorCode.COVERED_BY_ADVANCE,
    ("without_a_rate", "timetracking"): ErrorCode.RATE_MISSING,
    ("without_a_rate", "phase"): ErrorCode.RATE_MISSING,
}
"""Proposals that keep the contract, and that a rule of the host refuses all the same (R6, M4)."""


@pytest.mark.parametrize("installed", SOURCES)
@pytest.mark.parametrize("on", [None, *NAMES])
def test_a_built_in_source_keeps_every_promise(installed: InstalledSource, on: str | None, workshop: Workshop) -> None:
    tried = [case for case in cases(installed.source, lambda: workshop) if case.on == on]
    assert len(tried) == {None: 4, "thousands_of_entries": 5}.get(on, 10)
    assert {case.promise: why for case in tried if (why := case.broken()) is not None} == {}


@pytest.mark.parametrize("installed", SOURCES)
@pytest.mark.parametrize("on", NAMES)
def test_what_a_source_suggests_is_invoiced_or_refused_by_a_rule_of_the_host(
    installed: InstalledSource, on: str, workshop: Workshop
) -> None:
    trial = Trial(workshop, installed, on)
    suggested = suggest(installed, trial.facts().context, MOST_SUGGESTIONS)
    assert len(suggested) == SUGGESTED[on].get(installed.name, 0)
    code = REFUSED.get((on, installed.name))
    for options in suggested:
        with workshop.trying() as tx:
            if code is None:
                assert trial.create(tx, options).source_name == installed.name
            else:
                with pytest.raises(Refusal) as refused:
                    trial.create(tx, options)
                assert refused.value.code is code


def test_what_is_tried_leaves_nothing_behind(workshop: Workshop) -> None:
    """Guards the kit itself: a try is rolled back, whatever it wrote."""
    trial = Trial(workshop, workshop.workspace.sources.installed["manual"], "empty")
    count = sa.select(sa.func.count(col(Invoice.id)))
    with workshop.workspace.reading() as tx:
        before = tx.session.scalar(count) or 0
    with workshop.trying() as tx:
        [options] = suggest(trial.installed, trial.facts().context, MOST_SUGGESTIONS)
        trial.create(tx, options)
        assert tx.session.scalar(count) == before + 1
    with workshop.workspace.reading() as tx:
        assert tx.session.scalar(count) == before
