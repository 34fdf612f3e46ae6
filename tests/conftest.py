"""What every test shares: how hypothesis looks for examples, and databases of both kinds."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from tests.databases import Databases, PostgreSQL, SQLite, postgresql_server
from tests.left_out import say_what_was_left_out

from billhook.sources.loading import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.terminal import TerminalReporter

# A slow machine is no bug. With CI set, hypothesis takes its own profile `ci` instead: no deadline, and the same examples every time.
settings.register_profile("default", deadline=None)


def pytest_configure() -> None:
    """Stop where other plugins are installed: what the tests count, print and list is what billhook itself brings."""
    others = {
        point.dist.name for point in entry_points(group=ENTRY_POINT_GROUP) if point.dist is not None and point.dist.name != "billhook"
    }
    if others:
        named = " ".join(sorted(others))
        raise pytest.UsageError(f"The tests are for billhook with its own plugins only. Run `python -m pip uninstall {named}` first.")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SQLite:
    return SQLite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server for the whole run; a run without it fails."""
    with postgresql_server() as server:
        databases = PostgreSQL(server)
        yield databases
        databases.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both kinds, one after the other: whatever uses this is run on each."""
    made: Databases = request.getfixturevalue(request.param)
    return made


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: TerminalReporter) -> Iterator[None]:
    """After everything else that pytest says."""
    yield
    say_what_was_left_out(terminalreporter)
