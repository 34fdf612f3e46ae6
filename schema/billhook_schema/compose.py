"""Builds the schema from the installed sources: one field of InvoiceSourceInput for each of them, and everything else around it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Optional

import orjson
import strawberry
from graphql import GraphQLError, GraphQLObjectType, is_input_object_type
from strawberry import UNSET
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionContext, PreExecutionError

from billhook.billing.inputs.invoice import SourceChoice
from billhook.domain.errors import Misconfiguration
from billhook.sources import InstalledSource, Sources
from billhook_schema.context import OperationScope
from billhook_schema.enums import definition_of
from billhook_schema.errors import DETAILED
from billhook_schema.executor import Executor
from billhook_schema.masking import MaskedErrors
from billhook_schema.mirror import Mirror
from billhook_schema.mutation import mutation_type
from billhook_schema.options_schema import options_schema
from billhook_schema.query import query_type
from billhook_schema.query_previews import preview_fields
from billhook_schema.roles import guard
from billhook_schema.scalars import SCALARS
from billhook_schema.subscription import Subscription


class Schema(strawberry.Schema):
    """The schema of one app; there is none that modules share."""

    def process_errors(self, errors: list[Any], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here: MaskedErrors logs what nobody expected, and what a client did wrong is no news."""

    def _extend_introspection(self) -> None:
        """Let `isOneOf` be null of all that is no input object: strawberry takes lists and non-null types for types with a definition."""
        super()._extend_introspection()
        told = self._schema.type_map["__Type"]
        if isinstance(told, GraphQLObjectType):
            told.fields["isOneOf"].resolve = _is_one_of

    async def stream(self, *asked: Any, **named: Any) -> StreamResult:  # noqa: ANN401 - handed on
        """Execute an operation and stream its results; a document that cannot be parsed is one, too."""
        return _answered(await super().stream(*asked, **named))


def _is_one_of(kind: Any, _info: object) -> bool | None:  # noqa: ANN401 - any type of the schema, or one around it
    return kind.extensions["strawberry-definition"].is_one_of if is_input_object_type(kind) else None


async def _answered(results: StreamResult) -> AsyncGenerator[Any, None]:
    try:
        async with aclosing(results):
            async for result in results:
                yield result
    except GraphQLError as error:
        yield PreExecutionError(data=None, errors=[error])


def build_schema(sources: Sources, *, extensions: Sequence[Callable[[], SchemaExtension]] = ()) -> strawberry.Schema:
    """Build the schema for these sources. Raises Misconfiguration when there is none, TypeError for options without a GraphQL form.

    `extensions` come inside its own: a server's limits on what is parsed, and its caches.
    """
    mirror = Mirror()
    mirror.know(SourceChoice, source_input(mirror, sources))
    schema = Schema(
        query=query_type(preview_fields(mirror)),
        mutation=mutation_type(mirror),
        subscription=Subscription,
        types=DETAILED,
        # The first is the outermost: errors are masked when everything else has ended.
        extensions=[MaskedErrors, OperationScope, *extensions],
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    guard(schema._schema)  # noqa: SLF001 - strawberry has no other way to its fields
    return schema


def source_input(mirror: Mirror, sources: Sources) -> type:
    """Return InvoiceSourceInput: exactly one of the installed sources, in name order, with its options."""
    if not sources.installed:
        raise Misconfiguration("no invoice source is installed, so nothing could be invoiced; see `billhook plugins`")
    body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for name, installed in sorted(sources.installed.items()):
        options = mirror.of_source(name).options(installed.options)
        body["__annotations__"][name] = Optional[options]  # noqa: UP045 - a value, not an annotation
        body[name] = strawberry.field(name=name, description=_description(installed), default=UNSET)
    form = type("InvoiceSourceInput", (), body)
    description = "The way of invoicing and its options: exactly one field, one for each installed source."
    return strawberry.input(form, one_of=True, description=description)


def check_options(installed: InstalledSource) -> None:
    """Raise TypeError unless the options of a source have a GraphQL form and a JSON Schema that every client can be told of."""
    form = Mirror().of_source(installed.name).options(installed.options)

    def probe(options: Annotated[object, strawberry.argument(graphql_type=form)]) -> bool:
        return options is not None

    query = strawberry.type(type("Query", (), {"probe": strawberry.field(resolver=probe)}))
    try:
        schema = Schema(query, config=StrawberryConfig(scalar_map=SCALARS))
        orjson.dumps([schema.as_str(), schema.introspect(), options_schema(installed.options)])
    except Exception as error:
        raise TypeError(f"the options of {installed.name} have no GraphQL form: {error}") from error


def _description(installed: InstalledSource) -> str:
    effect = installed.effect
    says = next(value.description for value in definition_of(type(effect)).values if value.name == effect.name)
    return f"{installed.description} {effect.name}: {says}"
