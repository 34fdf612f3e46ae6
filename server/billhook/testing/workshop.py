"""Where sources are tried: a workspace with the generated projects, in which nothing that is tried stays."""

from __future__ import annotations

import atexit
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from billhook.billing.workspace import Workspace, engine_of, open_workspace
from billhook.domain.ids import decode
from billhook.settings import GivenSettings
from billhook.sources import Sources, load_sources
from billhook.store.agreements import Due
from billhook.store.snapshot import load_facts
from billhook.store.tables import Project
from billhook.testing.projects import PROJECTS, TODAY, Filling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billhook.billing.transaction import Transaction
    from billhook.domain.facts import Facts
    from billhook.sources import InstalledSource


class _Undone(Exception):
    """Raised at the end of what is tried."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A workspace whose clock stands still, and the id of each generated project by its name."""

    workspace: Workspace
    projects: dict[str, str]

    def with_source(self, installed: InstalledSource) -> Workshop:
        """Return this workshop with one source more, or in the place of the one of its name."""
        sources = Sources({**self.workspace.sources.installed, installed.name: installed})
        return replace(self, workspace=replace(self.workspace, sources=sources))

    @contextmanager
    def trying(self) -> Iterator[Transaction]:
        """Open a transaction whose writes are rolled back."""
        with suppress(_Undone), self.workspace.writing() as tx:
            yield tx
            raise _Undone

    def facts(self, tx: Transaction, installed: InstalledSource, project: str) -> Facts:
        """Load what the host knows of a project, as this source is shown it."""
        row = tx.session.get_one(Project, decode(self.projects[project])[1])
        due = Due(as_of=tx.today, most=tx.settings.max_subscription_periods)
        return load_facts(tx.session, row, [installed.name], due)[installed.name]


def noon() -> datetime:
    """Return the moment at which a workshop's clock stands."""
    return datetime.combine(TODAY, time(12), UTC)


def filled(workspace: Workspace) -> Workshop:
    """Add the generated projects to an empty workspace."""
    filling = Filling(workspace)
    return Workshop(workspace, {make.__name__: make(filling) for make in PROJECTS})


@cache
def workshop() -> Workshop:
    """Return the workshop of this process: made at the first call, in a temporary folder that is removed when the process ends."""
    folder = Path(mkdtemp(prefix="billhook-check-"))
    atexit.register(shutil.rmtree, folder)
    settings = GivenSettings(database_url=f"sqlite:///{folder / 'workshop.db'}")
    workspace = open_workspace(settings, load_sources(third_party=False, strict=True), noon)
    atexit.register(workspace.engine.dispose)  # before the folder goes
    return filled(workspace)


@contextmanager
def reopened(url: str, projects: dict[str, str]) -> Iterator[Workshop]:
    """Open a workshop that another process made."""
    settings = GivenSettings(database_url=url)
    workspace = Workspace(engine_of(settings), settings, load_sources(third_party=False, strict=True), noon)
    try:
        yield Workshop(workspace, projects)
    finally:
        workspace.engine.dispose()
