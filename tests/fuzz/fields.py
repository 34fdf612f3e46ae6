"""The schema as schemathesis reads it, and the tests of its root fields that are made of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import schemathesis
from graphql import build_schema, introspection_from_schema
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from tests.fuzz.aiming import aimed
from tests.fuzz.values import register

if TYPE_CHECKING:
    from graphql import DocumentNode
    from schemathesis.filters import HasAPIOperation
    from schemathesis.hooks import HookContext
    from schemathesis.specs.graphql.schemas import GraphQLSchema

SCHEMA = Path(__file__).parents[2] / "schema" / "schema.graphql"
EXAMPLES = int(os.environ.get("BILLHOOK_EXAMPLES", "10"))
"""Of each root field. A long run: BILLHOOK_EXAMPLES=500 pytest tests/fuzz"""
UNHURRIED = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture)
"""A document may be large and slow to make; and the examples of one test share its workspace, as they are meant to."""
SOME = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=UNHURRIED)


def fields(mode: GenerationMode) -> GraphQLSchema:
    """Read the schema. Of GenerationMode.POSITIVE the calls are valid; of NEGATIVE each violates the schema once."""
    register()
    introspected = introspection_from_schema(build_schema(SCHEMA.read_text(encoding="utf-8")))
    made = schemathesis.graphql.from_dict(dict(introspected))
    made.config.generation.update(modes=[mode])
    if mode is GenerationMode.POSITIVE:

        @made.hook
        def map_body(_context: HookContext, body: DocumentNode) -> DocumentNode:
            return aimed(body, made.client_schema)

    return made


def takes_arguments(context: HasAPIOperation) -> bool:
    """Whether a root field takes arguments: a call of one that takes none can hardly be wrong."""
    return bool(context.operation.definition.raw.args)
