"""Every top-level error has a code, and a bug shows nothing but the id under which it was logged."""

import asyncio
import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from billhook.domain.errors import Unavailable
from billhook_schema.masking import MaskedErrors
from billhook_schema.scalars import SCALARS


@dataclass
class Asked:
    """As much of a context as masking needs."""

    request_id: str


@strawberry.type
class Query:
    @strawberry.field
    def secret(self) -> str | None:
        raise RuntimeError("the password is 1234")

    @strawberry.field
    def other(self) -> str | None:
        raise RuntimeError("the password is 1234")

    @strawberry.field
    def away(self) -> str | None:
        raise Unavailable("The database is away.")

    @strawberry.field
    def nothing(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def forbidden(self) -> str | None:
        raise GraphQLError("Not for you.", extensions={"code": "FORBIDDEN"})

    @strawberry.field
    def double(self, value: Decimal) -> Decimal:
        return 2 * value


class QuietSchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        pass


SCHEMA = QuietSchema(
    Query,
    extensions=[MaskedErrors, lambda: ParserCache(10), lambda: ValidationCache(10)],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def errors_of(document: str, **variables: object) -> list[dict[str, Any]]:
    answer = asyncio.run(SCHEMA.execute(document, variable_values=variables, context_value=Asked("r-17")))
    return [{key: value for key, value in error.formatted.items() if key != "locations"} for error in answer.errors or ()]


@pytest.mark.parametrize(("field", "cause"), [("secret", "the password is 1234"), ("nothing", "Cannot return null for non-nullable field")])
def test_a_bug_is_logged_with_its_cause_and_shown_as_its_request_id(field: str, cause: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="billhook.errors"):
        shown = errors_of(f"{{ {field} }}")
    assert shown == [{"message": "Internal error", "path": [field], "extensions": {"code": "INTERNAL", "requestId": "r-17"}}]
    assert [record.getMessage() for record in caplog.records] == [f"request r-17 failed at {field}"]
    assert cause in caplog.text


def test_of_many_errors_of_a_kind_the_first_is_logged_with_their_number(caplog: pytest.LogCaptureFixture) -> None:
    many = " ".join(f"a{number}: secret b{number}: away" for number in range(40))
    with caplog.at_level(logging.ERROR, logger="billhook.errors"):
        shown = errors_of(f"{{ {many} other secret }}")
    assert [error["extensions"]["code"] for error in shown] == ["INTERNAL", "UNAVAILABLE"] * 40 + ["INTERNAL"] * 2
    assert [record.getMessage() for record in caplog.records] == [
        "request r-17 failed at secret, 41 times",
        "request r-17: The database is away. None, 40 times",
        "request r-17 failed at other",
    ]
    assert caplog.text.count("Traceback") == 2


def test_an_error_that_brings_its_code_keeps_message_and_code(caplog: pytest.LogCaptureFixture) -> None:
    assert errors_of("{ forbidden }") == [
        {"message": "Not for you.", "path": ["forbidden"], "extensions": {"code": "FORBIDDEN", "requestId": "r-17"}}
    ]
    assert caplog.records == []


@pytest.mark.parametrize("attempt", ["first", "from the cache"])
def test_a_document_that_cannot_run_says_why(attempt: str) -> None:
    assert errors_of("{ secret") == [
        {"message": "Syntax Error: Expected Name, found <EOF>.", "extensions": {"code": "GRAPHQL_PARSE_FAILED", "requestId": "r-17"}}
    ], attempt
    message = "Cannot query field 'sekret' on type 'Query'. Did you mean 'secret'?"
    assert errors_of("{ sekret }") == [{"message": message, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED", "requestId": "r-17"}}], (
        attempt
    )


@pytest.mark.parametrize("variables", [{"value": 0.5}, {"value": "1e3"}, {"value": None}, {}], ids=repr)
def test_a_wrong_variable_is_bad_user_input(variables: dict[str, object]) -> None:
    (error,) = errors_of("query ($value: Decimal!) { double(value: $value) }", **variables)
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "requestId": "r-17"}
    assert error["message"].startswith("Variable '$value' has invalid value")


def test_a_wrong_literal_is_bad_user_input() -> None:
    (error,) = errors_of('{ double(value: "NaN") }')
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "requestId": "r-17"}
    assert error["message"].startswith("Not a Decimal: 'NaN'.")


@pytest.mark.parametrize("letters", [462, 463, 5000])
def test_a_message_has_no_more_than_500_characters(letters: int) -> None:
    (error,) = errors_of("{ " + "x" * letters + " }")
    message = f"Cannot query field '{'x' * letters}' on type 'Query'."
    assert error["message"] == (message if letters == 462 else message[:499] + "…")
    assert len(error["message"]) == 500
