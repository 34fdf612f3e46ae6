"""What all inputs share: their base, the ids, and the bounds of texts and amounts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, NewType

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    field_validator,
    model_serializer,
)
from pydantic.alias_generators import to_camel

from billhook.domain.options import storable

ID = NewType("ID", str)
"""An id of any type: the use case says which it takes, and answers NOT_FOUND for any other."""
CurrencyCode = NewType("CurrencyCode", str)

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
LineText = Annotated[str, Field(min_length=1, max_length=5000, pattern=r"\S")]
Text = Annotated[str, Field(max_length=5000)]
Short = Annotated[str, Field(max_length=100)]
Heading = Annotated[str, Field(max_length=200)]
Unit = Annotated[str, Field(max_length=20)]
Amount = Annotated[Decimal, Field(ge=0, lt=10**12)]
"""An amount, rate or price; the use case checks the currency's decimals."""
UnitPrice = Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=6)]
Quantity = Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=6)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that calendars, time zones and both databases agree on."""
Moment = Annotated[datetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC))]

NONE_IF_EMPTY = AfterValidator(lambda items: items or None)
"""For lists of which an empty one says the same as none."""

KEY_DESCRIPTION = "Your own key for this request: sent again with the same input it gives the same result once more, and changes nothing."


class Input(BaseModel):
    """Base of every input. Field names are camelCase outside."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, arbitrary_types_allowed=True)

    _storable = field_validator("*")(storable)


class Keyed(Input):
    """An input that can be sent again safely."""

    idempotency_key: Key | None = Field(default=None, description=KEY_DESCRIPTION)


class Change(Input):
    """An input in which absent and null differ: absent is unchanged, null is cleared."""

    @model_serializer(mode="wrap")
    def _only_given(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write only what was given, so that two different changes never look the same."""
        aliases = {field.alias or name for name, field in type(self).model_fields.items() if name in self.model_fields_set}
        return {name: value for name, value in serialize(self).items() if name in aliases}


class KeyedChange(Change, Keyed):
    """A change that can be sent again safely."""


def update_of(create: type[Keyed]) -> type[Keyed]:
    """Return the input that changes what `create` makes: `id`, and its fields, all optional (absent: unchanged; null: cleared)."""
    fields: dict[str, Any] = {"id": (ID, Field(description="Which one."))}
    for name, field in create.model_fields.items():
        fields[name] = (field.rebuild_annotation() | None, Field(default=None, description=field.description))
    noun = create.__name__.removeprefix("Create")
    return create_model(f"Update{noun}", __base__=KeyedChange, __doc__="Changes. Absent: unchanged; null: cleared.", **fields)


def delete_of(create: type[Keyed]) -> type[Keyed]:
    """Return the input that deletes what `create` makes."""
    noun = create.__name__.removeprefix("Create")
    fields: dict[str, Any] = {"id": (ID, Field(description="Which one."))}
    return create_model(f"Delete{noun}", __base__=Keyed, __doc__="What to delete.", **fields)
