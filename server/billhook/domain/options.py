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
    """Standard or reduced rate."""
    Z = "Z"
    """Zero rated."""
    E = "E"
    """Exempt from VAT."""
    AE = "AE"
    """Reverse charge: the buyer accounts for the VAT."""
    K = "K"
    """Intra-Community supply."""
    G = "G"
    """Export outside the EU."""
    O = "O"  # noqa: E741
    """Outside the scope of VAT."""


def storable(value: Any) -> Any:  # noqa: ANN401 - of every field
    """Return a field's value. Raises ValueError for a text with U+0000, which PostgreSQL does not store."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text cannot hold the character U+0000")
    return value


class SourceOptions(BaseModel):
    """A source's options, and every model nested in them: a frozen pydantic model that becomes a GraphQL input, with camelCase names.

    Declare at least one field; the class docstring and `Field(description=...)` become GraphQL descriptions. GraphQL itself refuses a
    field that is unknown, missing or of another type. A value that the model refuses is INVALID_INPUT, with its path below `source` and
    the source's name; so is the character U+0000 in a text. Made inside `propose`, a model that refuses its values is PLUGIN_FAULT.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
    )

    _storable = field_validator("*")(storable)


class OneOf(SourceOptions):
    """Options of which exactly one field is given: let each be optional, with default None. Becomes an `@oneOf` input.

    GraphQL itself refuses none of them, or several; made inside `propose`, that is PLUGIN_FAULT.
    """

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for _, value in self) != 1:
            raise ValueError("give exactly one of " + ", ".join(type(self).model_fields))
        return self


class Vat(SourceOptions):
    """A VAT category and rate; only category S has a rate above 0."""

    category: VatCategory = Field(description="EN 16931 category.")
    rate: Annotated[Decimal, Field(ge=0, le=100, decimal_places=6)] = Field(description='In percent: "21". Above 0 only in category S.')
    """The host applies it once to the net of all lines of the same category and rate (M5)."""

    @model_validator(mode="after")
    def _only_standard_has_a_rate(self) -> Self:
        if self.rate > 0 and self.category is not VatCategory.S:
            raise ValueError(f"category {self.category.value} has rate 0; only S has a rate above 0")
        return self


class Portion(OneOf):
    """A part of a price: a percentage or an amount; all parts together never exceed the price."""

    percentage: Annotated[Decimal, Field(gt=0, le=100, decimal_places=6)] | None = Field(
        default=None, description="Percent of the price as it is now. Those that are billed stay what they are when it changes."
    )
    """The rounded share of each VAT rate, at most what remains. What makes exactly 100 takes all that remains; more is EXCEEDS_REMAINING
    (R10)."""
    amount: Annotated[Decimal, Field(gt=0, lt=10**12)] | None = Field(default=None, description="An amount of the price.")
    """In the project's currency, excluding VAT. More decimals than the currency has is INVALID_INPUT; more than remains, EXCEEDS_REMAINING
    (R10)."""
