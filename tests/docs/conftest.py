"""A billhook for what the pages say, with more sources than it comes with, and a database of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.docs.clumsy import Clumsy
from tests.docs.office import opened
from tests.e2e.settings import settings_for
from tests.gallery import claims, conduct, impure, lines
from tests.gallery.exhibit import GALLERY

import billhook_expenses
import billhook_retainer
from billhook.billing.workspace import open_workspace
from billhook.http.app import served_schema
from billhook.settings import GivenSettings
from billhook.sources import Sources, install, load_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strawberry import Schema
    from tests.databases import SQLite
    from tests.e2e.client import Billhook

    from billhook import InvoiceSource

ROOMS = (claims, conduct, impure, lines)
"""Importing them hangs up their faulty sources."""


@pytest.fixture(scope="session")
def sources() -> Sources:
    """The built-in sources, both examples, the gallery, and one whose options have a bad validator."""
    examples = [install(module.billhook_invoice_source(), module.__name__, "1.0") for module in (billhook_expenses, billhook_retainer)]
    faulty: list[InvoiceSource] = [Clumsy(), *(exhibit.source for exhibit in GALLERY.values())]
    more = [*examples, *(install(source, "gallery", "1") for source in faulty)]
    return Sources({**load_sources(third_party=False, strict=True).installed, **{one.name: one for one in more}})


@pytest.fixture(scope="session")
def schema(sources: Sources) -> Schema:
    return served_schema(sources, GivenSettings())


@pytest.fixture(scope="session")
def empty_database(sqlite: SQLite, sources: Sources) -> Iterator[str]:
    """Migrated once, and copied for each test."""
    url = sqlite.new()
    open_workspace(settings_for(url), sources).engine.dispose()
    yield url
    sqlite.drop(url)


@pytest.fixture
def database_url(sqlite: SQLite, empty_database: str) -> Iterator[str]:
    url = sqlite.copy(empty_database)
    yield url
    sqlite.drop(url)


@pytest.fixture
def billhook(database_url: str, sources: Sources, schema: Schema) -> Iterator[Billhook]:
    with opened(database_url, sources, schema) as found:
        yield found
