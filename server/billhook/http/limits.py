"""What one request may ask: the bytes of its body, the size of its document, its variables, and its cost, each before it takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, OperationDefinitionNode, get_operation_ast, specified_rules, validate
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from billhook.http.cost import PART, reckoning_of
from billhook.http.observing import LONGEST_NAME
from billhook.http.parsing import ADVICE, MOST_VARIABLES, Document, reader
from billhook_schema.masking import BAD_REQUEST, TOO_EXPENSIVE, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphql import DocumentNode
    from starlette.requests import Request

    from billhook.settings import Settings

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""As strawberry has them."""
MOST_ERRORS = 20
"""What is wrong with a document is told up to this: each error looks for its line, and says what else may have been meant."""


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body of a request. Raises HTTPException 413 as soon as it is known to be larger than `max_bytes`."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                raise _too_large(max_bytes)
    except ClientDisconnect:
        raise HTTPException(400, "The client went away before it had sent the whole body.") from None
    return bytes(body)


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"The request body is larger than {max_bytes} bytes.")


def document_limits(settings: Settings) -> tuple[Callable[[], SchemaExtension], ...]:
    """Return the schema extension that reads and validates documents within the limits of the settings, and refuses what costs too much.

    What was read is kept here, for all requests: parsing and validation are done once for a document.
    """
    read = reader(settings)
    return (lambda: _Limits(settings, read),)


class _Limits(SchemaExtension):
    """Takes one operation through its limits, whether it answers once or is a subscription."""

    def __init__(self, settings: Settings, read: Callable[[str], Document]) -> None:
        self.settings = settings
        self.read = read
        self.sent = 0
        """Values in the variables."""
        self.cost: int | None = None

    def on_parse(self) -> Iterator[None]:
        """Give the operation its document. Strawberry itself would run the first of several operations."""
        asked = self.execution_context
        if asked.query is not None:
            self.sent = count_values(asked.variables or {}, self.settings.max_query_depth)
            self.document = self.read(asked.query)
            parsed = self.document.node()
            if get_operation_ast(parsed, asked.operation_name) is None:
                raise GraphQLError(_which(parsed, asked.operation_name), extensions={"code": BAD_REQUEST})
            asked.graphql_document = parsed
        yield

    def on_validate(self) -> Iterator[None]:
        """Validate the document, unless that was done before, and add up what the operation costs.

        Here and not in `on_execute`: what is found now also keeps a subscription from starting.
        """
        asked = self.execution_context
        parsed = asked.graphql_document
        if parsed is not None:
            errors = self._invalid(parsed)
            asked.pre_execution_errors = errors or self._too_expensive(parsed)
        yield

    def get_results(self) -> dict[str, Any]:
        """Say in `extensions` of the answer what the operation cost, with what was loaded for it."""
        context = self.execution_context.context
        cost = self.cost if context is None else context.cost
        return {} if cost is None else {"cost": {"requested": cost, "maximum": self.settings.max_query_cost}}

    def _invalid(self, parsed: DocumentNode) -> list[GraphQLError]:
        if self.document.invalid is not None:
            return self.document.invalid
        asked = self.execution_context
        errors = validate(asked.schema._schema, parsed, RULES, MOST_ERRORS)  # noqa: SLF001 - strawberry has no other way to it
        self.document.keep(errors)
        return errors

    def _too_expensive(self, parsed: DocumentNode) -> list[GraphQLError]:
        asked = self.execution_context
        operation = get_operation_ast(parsed, asked.operation_name)
        if operation is None:
            raise TypeError("a document without this operation is refused before")
        reckoning = reckoning_of(asked.schema._schema, parsed, operation, asked.variables or {}, self.settings)  # noqa: SLF001 - as above
        cost = reckoning.whole(operation) - (-self.sent // PART)
        self.cost = cost
        if asked.context is not None:
            spending = asked.context.spending
            spending.reckoned = cost
            spending.price_of_item, spending.price_of_more, spending.holds_many = reckoning.item, reckoning.more, reckoning.holds_many
        most = self.settings.max_query_cost
        if cost <= most:
            return []
        message = f"The operation costs {cost}, and {most} is the most. Ask for smaller pages, for fewer fields, or in several requests."
        return [GraphQLError(message, [operation], extensions={"code": TOO_EXPENSIVE})]


def _which(parsed: DocumentNode, name: str | None) -> str:
    """Say why it cannot be told which operation of a document is to be executed."""
    if name is not None:
        return f"The document has no operation named '{cut(name, LONGEST_NAME)}'."
    if any(isinstance(node, OperationDefinitionNode) for node in parsed.definitions):
        return "The document has several operations: name the one to execute in 'operationName'."
    return "The document has no operation."


def count_values(variables: dict[str, Any], max_depth: int) -> int:
    """Return how many values there are in variables. Raises GraphQLError for too many variables, and for values nested too deeply."""
    if len(variables) > MOST_VARIABLES:
        raise _refused(f"There are more than {MOST_VARIABLES} variables")
    values, depth = 0, 0
    level: list[Any] = list(variables.values())
    while level:
        values += len(level)
        holders = [value for value in level if isinstance(value, dict | list)]
        if holders and depth == max_depth:
            raise _refused(f"The variables are more than {max_depth} levels deep")
        level = [inner for holder in holders for inner in (holder.values() if isinstance(holder, dict) else holder)]
        depth += 1
    return values


def _refused(what: str) -> GraphQLError:
    return GraphQLError(f"{what}. {ADVICE}", extensions={"code": TOO_EXPENSIVE})
