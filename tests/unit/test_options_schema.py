"""The JSON Schema of options says what their GraphQL input takes: decimals, enums, ids and choices under the names of the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from billhook.domain.options import OneOf, Portion, SourceOptions, Vat
from billhook.domain.views import DealId, ExternalCostId, ExtraCostId, PhaseId, SubscriptionId, TimeEntryId
from billhook_schema.options_schema import options_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

DECIMAL = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"


class Speed(Enum):
    """How fast."""

    SLOW = "slow"
    VERY_FAST = 2

    @property
    def description(self) -> str:
        return f"{self.value!r} inside."


class Plain(Enum):
    ONE = "ONE"


class Which(OneOf):
    """By id, or all."""

    deal_id: DealId | None = Field(default=None, description="One.")
    all: bool | None = Field(default=None, description="All.")


class Options(SourceOptions):
    """All kinds."""

    rate: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)] = Field(default=Decimal("1E+1"), description="A rate.")
    price: Decimal = Field(ge=0, lt=10**9, description="A price.")
    speed: Speed = Field(default=Speed.VERY_FAST, description="A speed.")
    plain: Plain | None = Field(default=None, description="A word.")
    which: Which = Field(description="A choice.")
    entries: tuple[TimeEntryId, ...] | None = Field(default=None, description="Some entries.")
    extras: Annotated[tuple[ExtraCostId, ...], Field(max_length=3)] = Field(default=(), description="Some extra costs.")
    costs: tuple[Annotated[ExternalCostId, Field(min_length=1)], ...] = Field(description="Some costs.")
    phase: PhaseId | None = Field(default=None, description="A phase.")
    subscription: SubscriptionId = Field(description="A subscription.")
    vat: Vat | None = Field(default=None, description="A rate of VAT.")
    speeds: tuple[Speed, ...] = Field(default=(Speed.SLOW, Speed.VERY_FAST), description="Some speeds.")
    portion: Portion = Field(default=Portion(percentage=Decimal("5E+1")), description="A portion.")
    day: date = Field(default=date(2026, 1, 31), description="A day.")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found = options_schema(Options)
    Draft202012Validator.check_schema(found)
    return found


def said(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """What is said of a property, but for its title and description."""
    return {key: value for key, value in schema["properties"][name].items() if key not in {"title", "description"}}


def test_a_decimal_is_a_text_with_its_bounds_and_decimals_beside_it(schema: dict[str, Any]) -> None:
    text = {"type": "string", "format": "decimal", "pattern": DECIMAL}
    assert said(schema, "rate") == text | {"default": "10", "x-exclusiveMinimum": "0", "x-maximum": "100", "x-decimalPlaces": 2}
    assert said(schema, "price") == text | {"x-minimum": "0", "x-exclusiveMaximum": "1000000000"}


def test_an_enum_is_its_names_with_what_they_mean(schema: dict[str, Any]) -> None:
    assert said(schema, "speed") == {"$ref": "#/$defs/Speed", "default": "VERY_FAST"}
    assert schema["$defs"]["Speed"] == {
        "title": "Speed",
        "description": "How fast.",
        "type": "string",
        "enum": ["SLOW", "VERY_FAST"],
        "x-enumDescriptions": {"SLOW": "'slow' inside.", "VERY_FAST": "2 inside."},
    }
    assert schema["$defs"]["Plain"] == {"title": "Plain", "type": "string", "enum": ["ONE"]}
    assert schema["$defs"]["VatCategory"]["x-enumDescriptions"]["AE"] == "Reverse charge: the buyer accounts for the VAT."


def test_an_id_says_of_what_it_is(schema: dict[str, Any]) -> None:
    def of(node: str) -> dict[str, str]:
        return {"type": "string", "format": "id", "x-idOf": node}

    null = {"type": "null"}
    assert said(schema, "entries") == {"anyOf": [{"type": "array", "items": of("TimeEntry")}, null], "default": None}
    assert said(schema, "extras") == {"type": "array", "items": of("ExtraCost"), "maxItems": 3, "default": []}
    assert said(schema, "costs") == {"type": "array", "items": of("ExternalCost") | {"minLength": 1}}
    assert said(schema, "phase") == {"anyOf": [of("Phase"), null], "default": None}
    assert said(schema, "subscription") == of("BillingSubscription")
    assert schema["$defs"]["Which"]["properties"]["dealId"] == of("Deal") | {"title": "Deal id", "description": "One."}


def test_a_default_is_what_could_be_sent(schema: dict[str, Any]) -> None:
    defaults = {name: schema["properties"][name]["default"] for name in ("rate", "speed", "speeds", "portion", "day", "extras", "vat")}
    assert defaults == {
        "rate": "10",
        "speed": "VERY_FAST",
        "speeds": ["SLOW", "VERY_FAST"],
        "portion": {"percentage": "50"},
        "day": "2026-01-31",
        "extras": [],
        "vat": None,
    }
    for name, default in defaults.items():
        Draft202012Validator(schema["properties"][name] | {"$defs": schema["$defs"]}).validate(default)


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({"dealId": "x"}, True),
        ({"all": True}, True),
        ({}, False),
        ({"dealId": "x", "all": True}, False),
        ({"dealId": "x", "all": None}, False),
        ({"dealId": None}, False),
    ],
)
def test_of_a_one_of_exactly_one_is_given_and_none_is_null(given: dict[str, Any], fits: bool) -> None:  # noqa: FBT001 - a parameter
    assert Draft202012Validator(options_schema(Which)).is_valid(given) is fits


@pytest.mark.parametrize(
    ("given", "fits"),
    [({"percentage": "50"}, True), ({"amount": "0.5"}, True), ({"percentage": "1E+1"}, False), ({"amount": 5}, False), ({}, False)],
)
def test_a_portion_is_a_decimal_of_the_api(given: dict[str, Any], fits: bool) -> None:  # noqa: FBT001 - a parameter
    assert Draft202012Validator(options_schema(Portion)).is_valid(given) is fits


def test_what_may_be_left_out_is_not_required(schema: dict[str, Any]) -> None:
    required: Iterable[str] = schema["required"]
    assert list(required) == ["price", "which", "costs", "subscription"]
    assert schema["additionalProperties"] is False
