"""The options of a source as JSON Schema: what a form is built from, in the terms of the source's field of InvoiceSourceInput."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, NewType, get_args

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from billhook.domain.options import OneOf, SourceOptions
from billhook.domain.views import DealId, ExternalCostId, ExtraCostId, PhaseId, SubscriptionId, TimeEntryId
from billhook.sources import as_sent
from billhook_schema.enums import definition_of
from billhook_schema.scalars import DECIMAL

NODES: Mapping[object, str] = {
    TimeEntryId: "TimeEntry",
    ExtraCostId: "ExtraCost",
    ExternalCostId: "ExternalCost",
    PhaseId: "Phase",
    DealId: "Deal",
    SubscriptionId: "BillingSubscription",
}
"""The types of the ids in options, and the types in the API that they are ids of."""


class OptionsSchema(GenerateJsonSchema):
    """JSON Schema of what the API takes: decimals are strings, enums are their names, ids say of what; more than that is named x-."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Describe a decimal as the Decimal scalar; JSON Schema has no bounds for strings, so they are named as extensions."""
        bounds = {
            "x-exclusiveMinimum": schema.get("gt"),
            "x-minimum": schema.get("ge"),
            "x-exclusiveMaximum": schema.get("lt"),
            "x-maximum": schema.get("le"),
        }
        said: JsonSchemaValue = {name: f"{Decimal(bound):f}" for name, bound in bounds.items() if bound is not None}
        if (places := schema.get("decimal_places")) is not None:
            said["x-decimalPlaces"] = places
        return {"type": "string", "format": "decimal", "pattern": f"^{DECIMAL.pattern}$"} | said

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Describe an enum by the names of its values, with what is said of each."""
        words: list[Enum] = schema["members"]
        meanings = {word.name: said for word in words if (said := _meaning(word)) is not None}
        described = {"x-enumDescriptions": meanings} if meanings else {}
        return super().enum_schema(schema) | {"type": "string", "enum": [word.name for word in words]} | described

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Describe a model; in a OneOf exactly one field is given, and none is null."""
        model: type[SourceOptions] = schema["cls"]
        found = super().model_schema(schema)
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        for name, said in found.get("properties", {}).items():
            _name_ids(said, _node_of(fields[name].annotation) if name in fields else None)
            if issubclass(model, OneOf):
                _forbid_null(said)
        return found | ({"minProperties": 1, "maxProperties": 1} if issubclass(model, OneOf) else {})

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - the default of any field
        """Write a default as it would be sent."""
        return as_sent(dft, super().encode_default(dft))


@lru_cache
def options_schema(options: type[SourceOptions]) -> JsonSchemaValue:
    """Return the JSON Schema of a source's options, under their names in the API."""
    return options.model_json_schema(by_alias=True, schema_generator=OptionsSchema)


def _node_of(hint: object) -> str | None:
    """Return what the ids in an annotation are of, however they are wrapped in Optional, tuple or Annotated."""
    if isinstance(hint, NewType):
        return NODES.get(hint)
    return next((node for node in map(_node_of, get_args(hint)) if node is not None), None)


def _name_ids(said: JsonSchemaValue, node: str | None) -> None:
    """Say of the texts in a property that they are ids, and of what."""
    if node is None:
        return
    if said.get("type") == "string":
        said |= {"format": "id", "x-idOf": node}
    for inner in (*said.get("anyOf", ()), *([said["items"]] if "items" in said else ())):
        _name_ids(inner, node)


def _forbid_null(said: JsonSchemaValue) -> None:
    match [one for one in said.get("anyOf", ()) if one != {"type": "null"}]:
        case [inner]:
            del said["anyOf"]
            said.pop("default", None)
            said |= inner


def _meaning(word: Enum) -> str | None:
    """Return what the API says of a value of an enum, if somebody wrote it."""
    if "__strawberry_definition__" in type(word).__dict__:
        return next(value.description for value in definition_of(type(word)).values if value.name == word.name)
    said = getattr(word, "description", None)
    return said if isinstance(said, str) else None
