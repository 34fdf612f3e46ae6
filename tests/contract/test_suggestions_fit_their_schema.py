"""Whatever a source suggests, on whatever project, fits the form that is built from its options, and can be sent as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLInputObjectType
from graphql.utilities import coerce_input_value
from jsonschema import Draft202012Validator

import billhook_expenses
import billhook_retainer
from billhook.billing.offers import offers
from billhook.domain.ids import decode
from billhook.sources import Sources, install, load_sources
from billhook.testing.projects import PROJECTS
from billhook_schema.compose import build_schema
from billhook_schema.options_schema import options_schema

if TYPE_CHECKING:
    from billhook.billing.offers import Offer
    from billhook.testing.workshop import Workshop

EXAMPLES = [install(module.billhook_invoice_source(), module.__name__, "1.0") for module in (billhook_expenses, billhook_retainer)]
SOURCES = Sources({**load_sources(third_party=False, strict=True).installed, **{one.name: one for one in EXAMPLES}})


def offered(workshop: Workshop, on: str) -> list[Offer]:
    """What every source offers on a project."""
    with replace(workshop.workspace, sources=SOURCES).reading() as tx:
        return offers(tx, decode(workshop.projects[on])[1])


@pytest.fixture(scope="module")
def choice() -> GraphQLInputObjectType:
    """The input that a suggestion is sent in, of these sources."""
    found = build_schema(SOURCES)._schema.type_map["InvoiceSourceInput"]  # noqa: SLF001 - strawberry has no other way to it
    assert isinstance(found, GraphQLInputObjectType)
    return found


@pytest.mark.parametrize("on", [make.__name__ for make in PROJECTS])
def test_every_suggestion_fits_its_schema_and_its_input(on: str, workshop: Workshop, choice: GraphQLInputObjectType) -> None:
    for offer in offered(workshop, on):
        schema = options_schema(SOURCES.installed[offer.source_name].options)
        validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for suggestion in offer.suggestions:
            validator.validate(suggestion)
            coerce_input_value({offer.source_name: suggestion}, choice)


def test_every_source_suggests_something_somewhere(workshop: Workshop) -> None:
    """Guards this file: what suggests nothing is not looked at."""
    suggesting = {offer.source_name for on in workshop.projects for offer in offered(workshop, on) if offer.suggestions}
    assert suggesting == {"deal", "expenses", "manual", "phase", "retainer", "subscription", "timetracking"}
