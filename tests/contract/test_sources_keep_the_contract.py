"""Every built-in source on every project: pure, without a trace on its snapshot, and with proposals that the host takes (sources.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlmodel import col
from tests.contract.projects import PROJECTS

from billhook import Effect
from billhook.billing.operations import OPERATIONS
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.guard import examine
from billhook.domain.ids import decode
from billhook.domain.words import InvoiceKind
from billhook.sources import load_sources
from billhook.store.snapshot import load_facts
from billhook.store.tables import Invoice, Project, ProjectBalance
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from billhook.billing.transaction import Transaction
    from billhook.billing.workspace import Workspace
    from billhook.domain.facts import Facts
    from billhook.domain.options import SourceOptions
    from billhook.sources import InstalledSource

    Trying = Callable[[], AbstractContextManager[Transaction]]

SOURCES = [pytest.param(installed, id=installed.name) for installed in load_sources(strict=True)]
ON_PROJECTS = pytest.mark.parametrize("on", [make.__name__ for make in PROJECTS])
OF_SOURCES = pytest.mark.parametrize("installed", SOURCES)

SUGGESTED = {
    "empty": {"manual": 1},
    "one_entry": {"manual": 1, "phase": 1, "timetracking": 1},
    "two_thousand_entries": {"manual": 1, "phase": 1, "timetracking": 1},
    "mixed_vat": {"deal": 1, "manual": 1, "phase": 1, "subscription": 1, "timetracking": 1},
    "fixed_price": {"manual": 1, "phase": 1},
    "open_advances": {"deal": 1, "manual": 1, "phase": 1, "subscription": 1, "timetracking": 1},
    "zero_rates": {"manual": 1, "phase": 1, "timetracking": 1},
    "without_a_rate": {"manual": 1, "phase": 1, "timetracking": 1},
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


@dataclass(frozen=True, slots=True)
class Balance:
    """What a project has unbilled and advanced."""

    unbilled_minor: int
    open_advance_minor: int


def facts_of(workspace: Workspace, installed: InstalledSource, project_id: str) -> Facts:
    with workspace.reading() as tx:
        project = tx.session.get_one(Project, decode(project_id)[1])
        return load_facts(tx.session, project, [installed.name], tx.today)[installed.name]


def suggestions(installed: InstalledSource, facts: Facts) -> list[SourceOptions]:
    return list(installed.source.example_options(facts.context()))


def balance_of(tx: Transaction, project_id: str) -> Balance:
    row = tx.session.get_one(ProjectBalance, decode(project_id)[1], populate_existing=True)
    return Balance(row.unbilled_minor, row.open_advance_minor)


def create(tx: Transaction, installed: InstalledSource, options: SourceOptions, project_id: str) -> Invoice:
    source = {installed.name: options.model_dump(mode="json", by_alias=True, exclude_none=True)}
    raw: dict[str, Any] = {"projectId": project_id, "source": source, "book": False}
    return tx.session.get_one(Invoice, OPERATIONS["createInvoice"].perform(tx, raw)["invoice"])


@OF_SOURCES
@ON_PROJECTS
def test_a_source_suggests_options_of_its_own_type(
    installed: InstalledSource, on: str, workspace: Workspace, projects: dict[str, str]
) -> None:
    found = suggestions(installed, facts_of(workspace, installed, projects[on]))
    assert len(found) == SUGGESTED[on].get(installed.name, 0)
    assert all(type(options) is installed.options for options in found)


@OF_SOURCES
@ON_PROJECTS
def test_a_source_gives_the_same_answer_to_the_same_snapshot_and_options(
    installed: InstalledSource, on: str, workspace: Workspace, projects: dict[str, str]
) -> None:
    facts = facts_of(workspace, installed, projects[on])
    assert suggestions(installed, facts) == suggestions(installed, facts)
    for options in suggestions(installed, facts):
        first = installed.source.propose(facts.context(), options)
        assert installed.source.propose(facts.context(), options) == first
        assert type(installed.source)().propose(facts.context(), options) == first, "another instance answers alike"


@OF_SOURCES
@ON_PROJECTS
def test_a_source_leaves_its_snapshot_as_it_was(
    installed: InstalledSource, on: str, workspace: Workspace, projects: dict[str, str]
) -> None:
    facts = facts_of(workspace, installed, projects[on])
    snapshot = facts.context()
    for options in list(installed.source.example_options(snapshot)):
        installed.source.propose(snapshot, options)
    assert snapshot == facts.context()


@OF_SOURCES
@ON_PROJECTS
def test_the_guard_finds_nothing_wrong_with_what_a_source_proposes(
    installed: InstalledSource, on: str, workspace: Workspace, projects: dict[str, str]
) -> None:
    facts = facts_of(workspace, installed, projects[on])
    for options in suggestions(installed, facts):
        proposal = installed.source.propose(facts.context(), options)
        assert examine(proposal, installed.effect, facts, workspace.settings.max_invoice_lines) == proposal.lines


@OF_SOURCES
@ON_PROJECTS
def test_the_host_makes_an_invoice_of_what_a_source_suggests_and_its_effect_is_the_declared_one(
    installed: InstalledSource, on: str, workspace: Workspace, projects: dict[str, str], trying: Trying
) -> None:
    project = projects[on]
    for options in suggestions(installed, facts_of(workspace, installed, project)):
        with trying() as tx:
            before = balance_of(tx, project)
            if (on, installed.name) in REFUSED:
                with pytest.raises(Refusal) as refused:
                    create(tx, installed, options, project)
                assert refused.value.code is REFUSED[on, installed.name]
                continue
            invoice = create(tx, installed, options, project)
            after = balance_of(tx, project)
            if installed.effect is Effect.REGISTERS_ADVANCE_CREDIT:
                assert invoice.kind is InvoiceKind.ADVANCE
                assert after == Balance(before.unbilled_minor, before.open_advance_minor + invoice.net_minor)
            else:
                assert invoice.kind is InvoiceKind.REGULAR
                assert after == Balance(0, before.open_advance_minor - invoice.advances_applied_minor)
                assert installed.settles_advances or invoice.advances_applied_minor == 0


@OF_SOURCES
def test_a_source_has_options_with_a_graphql_form(installed: InstalledSource) -> None:
    check_options(installed)


def test_the_tries_left_nothing_behind(workspace: Workspace, projects: dict[str, str], trying: Trying) -> None:
    """Guards this file itself: a try is rolled back, whatever it wrote."""
    manual = next(installed for installed in load_sources() if installed.name == "manual")
    with workspace.reading() as tx:
        count = tx.session.scalar(sa.select(sa.func.count(col(Invoice.id))))
    with trying() as tx:
        [options] = suggestions(manual, facts_of(workspace, manual, projects["empty"]))
        create(tx, manual, options, projects["empty"])
    with workspace.reading() as tx:
        assert tx.session.scalar(sa.select(sa.func.count(col(Invoice.id)))) == count
