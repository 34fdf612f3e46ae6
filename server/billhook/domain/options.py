"""The options of a source: what an author declares them with, and the values that are options as well (part of the public API)."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel


class VatCategory(Enum):
    """The VAT categories of EN 16931 (M5); only S has a rate above 0."""

    S = "S"
    Z = "Z"
    E = "E"
    AE = "AE"
    K = "K"
    G = "G"
    O = "O"  # noqa: E741


def storable(value: Any) -> Any:  # noqa: ANN401 - of every field
    """Return a field's value. Raises ValueError for a text with U+0000, which PostgreSQL does not store."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text cannot hold the character U+0000")
    return value


class SourceOptions(BaseModel):
    """A source's options, and every model nested in them. Becomes a GraphQL input."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
    )

    _storable = field_validator("*")(storable)


class OneOf(SourceOptions):
    """Exactly one field is given. Becomes an `@oneOf` input."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for _, value in self) != 1:
            raise ValueError("give exactly one of " + ", ".join(type(self).model_fields))
        return self


class Vat(SourceOptions):
    """A VAT category and rate; only category S has a rate above 0."""

    category: VatCategory = Field(description="EN 16931 category.")
    rate: Annotated[Decimal, Field(ge=0, le=100, decimal_places=6)] = Field(description='In percent: "21". Above 0 only in category S.')

    @model_validator(mode="after")
    def _only_standard_has_a_rate(self) -> Self:
        if self.rate > 0 and self.category is not VatCategory.S:
            raise ValueError(f"category {self.category.value} has rate 0; only S has a rate above 0")
        return self


class Portion(OneOf):
    """A part of a price: a percentage or an amount; all parts together never exceed the price."""

    percentage: Annotated[Decimal, Field(gt=0, le=100, decimal_places=6)] | None = Field(default=None, description="Percent of the price.")
    amount: Annotated[Decimal, Field(gt=0, lt=10**12)] | None = Field(default=None, description="An amount of the price.")
