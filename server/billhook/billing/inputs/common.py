"""What all inputs share: their base, the ids, and the bounds of texts and amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, NewType

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

ID = NewType("ID", str)
"""An id of any type: the use case says which it takes, and answers NOT_FOUND for any other."""
CurrencyCode = NewType("CurrencyCode", str)

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Text = Annotated[str, Field(max_length=5000)]
Short = Annotated[str, Field(max_length=100)]
Amount = Annotated[Decimal, Field(ge=0, lt=10**12)]
"""An amount, rate or price; the use case checks the currency's decimals."""
UnitPrice = Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=6)]
Quantity = Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=6)]
Key = Annotated[str, Field(min_length=1, max_length=200)]

KEY_DESCRIPTION = "Your own key for this request: sent again with the same input it gives the same result once more, and changes nothing (G4)."


class Input(BaseModel):
    """Base of every input. Field names are camelCase outside."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, arbitrary_types_allowed=True)


class Keyed(Input):
    """An input that can be sent again safely."""

    idempotency_key: Key | None = Field(default=None, description=KEY_DESCRIPTION)
