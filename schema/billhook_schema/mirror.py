"""Turns the pydantic models of inputs and options into plain GraphQL inputs, and what arrives in them back into plain values.

The models are checked in the use case, so that what a person mistypes is a user error with a path. `strawberry.pydantic` would check
them before the resolver, and one wrong value would void the whole answer.
"""

import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Optional, TypeAlias, Union, cast, get_args, get_origin

import strawberry
from pydantic import BaseModel, PlainSerializer, WrapSerializer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from strawberry import UNSET
from strawberry.types.base import has_object_definition

from billhook.billing.inputs.common import ID, CurrencyCode, Keyed
from billhook.domain.options import OneOf
from billhook.domain.views import DealId, ExternalCostId, ExtraCostId, PhaseId, SubscriptionId, TimeEntryId
from billhook_schema.enums import definition_of

HOST = "billhook"
Form: TypeAlias = Any
"""A type, a default, a field or an argument of strawberry, for which it has no narrower type."""
IDS = (ID, TimeEntryId, ExtraCostId, ExternalCostId, PhaseId, DealId, SubscriptionId)
PLAIN: Mapping[object, Form] = {
    **{kind: kind for kind in (str, bool, int, Decimal, date, datetime, CurrencyCode)},
    **dict.fromkeys(IDS, strawberry.ID),
}
"""The types that have a scalar, and the type that strawberry knows it by."""


class Mirror:
    """The inputs of one schema, each model once. Those of a source come from a mirror of its own, made by `of_source`."""

    def __init__(self, *, prefix: str = "", host: "Mirror | None" = None) -> None:
        self._prefix = prefix
        self._host = host
        self._forms: dict[object, Form] = dict(PLAIN)
        self._names: set[str] = set()

    def of_source(self, source: str) -> "Mirror":
        """Return a mirror for the options of one source: its inputs are called <Source>Options<Name>; the host's models are shared."""
        return Mirror(prefix=f"{source.capitalize()}Options", host=self)

    def know(self, kind: object, form: type) -> None:
        """Show this type as that GraphQL type."""
        self._forms[kind] = form

    def options(self, model: type[BaseModel]) -> type:
        """Return the input for the options of this mirror's source. Raises TypeError when they have no GraphQL form."""
        return self._input(model, self._prefix)

    def input(self, model: type[BaseModel]) -> type:
        """Return the input that mirrors a model. Raises TypeError when a field has no GraphQL form."""
        if self._host is not None and _is_hosts(model):
            return self._host.input(model)
        return self._input(model, self._prefix + model.__name__ if self._host else input_name(model))

    def _input(self, model: type[BaseModel], name: str) -> type:
        if model in self._forms:
            form: type | None = self._forms[model]
            if form is None:
                raise TypeError(f"{model.__name__} contains itself, which has no GraphQL form")
            return form
        if not model.model_fields:
            raise TypeError(f"{model.__name__} has no fields; GraphQL has no empty inputs")
        if self._host is not None:
            check_fields(model)
        self._take(name, model)
        self._forms[model] = None
        one_of = issubclass(model, OneOf)
        # The idempotency key comes last: it is about the request, not about what it asks for.
        fields = dict(sorted(model.model_fields.items(), key=lambda item: item[0] in Keyed.model_fields))
        hints = {key: self._hint(field.annotation, f"{model.__name__}.{key}") for key, field in fields.items()}
        body: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
        for key, field in fields.items():
            default = UNSET if one_of else self._default(field, f"{model.__name__}.{key}")
            body["__annotations__"][key] = Optional[hints[key]] if default is UNSET else hints[key]  # noqa: UP045 - a value, not an annotation
            body[key] = _field(field.alias or key, field.description, default)
        made = types.new_class(name, (), {}, lambda space: space.update(body))
        form = strawberry.input(made, name=name, one_of=one_of, description=_text(model))
        self._forms[model] = form
        return form

    def _take(self, name: str, kind: type) -> None:
        """Keep a name for one type. Raises TypeError when another one has it: they would become one in GraphQL."""
        if name in self._names:
            raise TypeError(f"two types of the options are called {kind.__name__}; give one another name")
        self._names.add(name)

    def _default(self, field: FieldInfo, where: str) -> Form:
        """Return the default that GraphQL shows: `...` for none, UNSET where the model alone knows it, as what a factory makes."""
        if field.is_required():
            return ...
        default = field.default
        if field.annotation is Decimal and type(default) is not Decimal and default is not PydanticUndefined:
            raise TypeError(f"{where}: the default {default!r} is a {type(default).__name__}; write Decimal({str(default)!r})")
        if isinstance(default, Enum):
            return self._hint(type(default), "default")[default.name]
        if isinstance(default, str | bool | int | Decimal) or default == ():
            return default
        return UNSET

    def _hint(self, hint: Form, where: str) -> Form:
        origin: Form = get_origin(hint)
        arguments = get_args(hint)
        if origin is Annotated:
            return self._hint(arguments[0], where)
        if origin in (Union, types.UnionType):
            inner = [argument for argument in arguments if argument is not types.NoneType]
            if len(inner) == 1:
                return Optional[self._hint(inner[0], where)]  # noqa: UP045 - a value, not an annotation
        if (origin is tuple and arguments[1:] == (Ellipsis,)) or origin is list:
            return types.GenericAlias(list, (self._hint(arguments[0], where),))
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            return self.input(hint)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self._enum(hint)
        if hint in self._forms:
            return self._forms[hint]
        raise TypeError(f"{where}: {hint!r} has no GraphQL form")

    def _enum(self, words: type[Enum]) -> Form:
        """Return the host's own enum, or a copy of a source's, so that two sources can have one of the same name."""
        if _is_hosts(words):
            definition_of(words)
            return words
        if words not in self._forms:
            self._take(f"{self._prefix}{words.__name__}", words)
            copy = cast("type[Enum]", Enum(f"{self._prefix}{words.__name__}", {word.name: word.value for word in words}))
            self._forms[words] = strawberry.enum(copy, description=_text(words))
            for value in definition_of(copy).values:
                value.description = getattr(words[value.name], "description", None) or _sentence(value.name)
        return self._forms[words]


def check_fields(model: type[BaseModel]) -> None:
    """Raise TypeError for options that GraphQL cannot mirror field by field: what is sent must be what is kept, by the same name."""
    name = model.__name__
    decorators = model.__pydantic_decorators__
    if model.model_computed_fields or decorators.field_serializers or decorators.model_serializers:
        raise TypeError(f"{name} has computed fields or serializers; options are kept as they were sent, so they have no form")
    taken: dict[str, str] = {}
    for key, field in model.model_fields.items():
        alias = field.alias or key
        if field.exclude or any(isinstance(said, PlainSerializer | WrapSerializer) for said in field.metadata):
            raise TypeError(f"{name}.{key} is excluded or serialized in its own way; options are kept as they were sent")
        if field.validation_alias not in {None, alias} or field.serialization_alias not in {None, alias}:
            raise TypeError(f"{name}.{key} has one name when it is sent and another when it is shown; give it one `alias`, or none")
        if alias in taken:
            raise TypeError(f"{name}.{taken[alias]} and {name}.{key} are both called {alias} in GraphQL; rename one")
        taken[alias] = key


def input_name(model: type[BaseModel]) -> str:
    """Return the name of a host model's input: CreateInvoice is CreateInvoiceInput; PartyInput and DraftLineUpdate stay."""
    name = model.__name__
    return name if name.endswith(("Input", "Update")) else f"{name}Input"


def raw(value: object) -> Form:
    """Turn what arrived in a mirrored input into plain values for `model_validate`; what was not sent is left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return [raw(item) for item in value]
    if has_object_definition(value):
        fields = value.__strawberry_definition__.fields
        sent = {field.graphql_name or field.python_name: getattr(value, field.python_name) for field in fields}
        return {name: raw(item) for name, item in sent.items() if item is not UNSET}
    return value


def _field(name: str, description: str | None, default: Form) -> Form:
    if default is ...:
        return strawberry.field(name=name, description=description)
    if default == ():
        return strawberry.field(name=name, description=description, default_factory=list)
    return strawberry.field(name=name, description=description, default=default)


def _is_hosts(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == HOST


def _text(kind: type) -> str:
    """Return the docstring that a type itself has, on one line a paragraph."""
    paragraphs = (kind.__dict__.get("__doc__") or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip()


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize() + "."
