"""Models of inputs and options become plain GraphQL inputs, and what arrives in them becomes plain values again."""

import re
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
import strawberry
from pydantic import Field, PlainSerializer, computed_field, field_serializer
from strawberry.schema.config import StrawberryConfig

from billhook.billing.inputs.common import ID, CurrencyCode, Input, delete_of, update_of
from billhook.billing.inputs.invoice import DraftLineUpdate
from billhook.billing.inputs.project import CreatePhase
from billhook.domain.options import OneOf, Portion, SourceOptions
from billhook.domain.proposal import FreeLineInput
from billhook.domain.views import PhaseId
from billhook.domain.words import BillingMethod, Series
from billhook_schema.mirror import Mirror, input_name, raw
from billhook_schema.scalars import SCALARS


class GroupBy(Enum):
    """How entries become lines."""

    ENTRY = "entry"
    WORK_TYPE = "work_type"


class Choice(SourceOptions):
    """One phase."""

    phase_id: PhaseId = Field(description="Which phase.")
    portion: Portion | None = Field(default=None, description="Which part.")


class Options(SourceOptions):
    """What to bill."""

    phases: tuple[Choice, ...] = Field(default=(), description="Which phases.")
    group_by: GroupBy = Field(default=GroupBy.ENTRY, description="How.")
    up_to: date | None = Field(default=None, description="Until when.")
    share: Annotated[Decimal, Field(gt=0)] = Field(default=Decimal("1.50"), description="Which share.")
    lines: list[FreeLineInput] | None = Field(default=None, description="Free lines.")


class Either(OneOf):
    """One or the other."""

    left: str | None = Field(default=None, description="Left.")
    right: str | None = Field(default=None, description="Right.")


class Nest(SourceOptions):
    """Contains itself."""

    inner: "Nest | None" = Field(default=None, description="Another one.")


def schema_of(form: type, received: list[Any] | None = None) -> strawberry.Schema:
    """Return a schema with one field that takes this input."""

    def resolve(given: Annotated[object, strawberry.argument(name="input", graphql_type=form)]) -> bool:
        if received is not None:
            received.append(raw(given))
        return True

    query = strawberry.type(type("Query", (), {"take": strawberry.field(resolver=resolve)}))
    return strawberry.Schema(query, config=StrawberryConfig(scalar_map=SCALARS))


def sdl(form: type, name: str) -> list[str]:
    """Return the fields and values of one type, without descriptions."""
    bare = re.sub(r'""".*?"""', "", schema_of(form).as_str(), flags=re.DOTALL)
    body = bare.partition(f" {name} ")[2].partition("{")[2].partition("}")[0]
    return [line.strip() for line in body.splitlines() if line.strip()]


def received_by(form: type, document: str) -> object:
    """Send a document and return what a use case gets."""
    received: list[Any] = []
    answer = schema_of(form, received).execute_sync(document)
    assert answer.errors is None
    return received[0]


def test_fields_keep_their_names_types_and_defaults() -> None:
    assert sdl(Mirror().of_source("phase").options(Options), "PhaseOptions") == [
        "phases: [PhaseOptionsChoice!]! = []",
        "groupBy: PhaseOptionsGroupBy! = ENTRY",
        "upTo: Date",
        'share: Decimal! = "1.50"',
        "lines: [FreeLineInput!]",
    ]


def test_nested_inputs_and_enums_carry_the_name_of_their_source_and_shared_ones_do_not() -> None:
    host = Mirror()
    phase, other = host.of_source("phase").options(Options), host.of_source("other").options(Options)
    assert sdl(phase, "PhaseOptionsChoice") == ["phaseId: ID!", "portion: PortionInput"]
    assert sdl(other, "OtherOptionsChoice") == ["phaseId: ID!", "portion: PortionInput"]
    assert sdl(other, "OtherOptionsGroupBy") == ["ENTRY", "WORK_TYPE"]
    assert host.input(Portion) is host.of_source("third").input(Portion)


def test_exactly_one_field_of_a_one_of_input_can_be_sent() -> None:
    schema = schema_of(Mirror().of_source("x").options(Either))
    assert "input XOptions @oneOf" in schema.as_str()
    assert schema.execute_sync('{ take(input: {left: "a"}) }').errors is None
    both = schema.execute_sync('{ take(input: {left: "a", right: "b"}) }')
    assert both.errors is not None
    assert "must specify exactly one key" in both.errors[0].message


def test_descriptions_come_from_the_model() -> None:
    printed = schema_of(Mirror().of_source("phase").options(Options)).as_str()
    for text in ("What to bill.", "Which phases.", "One phase.", "How entries become lines.", "Work type."):
        assert f'"""{text}"""' in printed


def test_what_arrives_is_what_the_model_takes() -> None:
    form = Mirror().of_source("phase").options(Options)
    arrived = received_by(form, '{ take(input: {phases: [{phaseId: "p", portion: {percentage: "33.3"}}], groupBy: WORK_TYPE}) }')
    assert arrived == {
        "phases": [{"phaseId": "p", "portion": {"percentage": Decimal("33.3")}}],
        "groupBy": "work_type",
        "share": Decimal("1.50"),
    }
    assert Options.model_validate(arrived) == Options(
        phases=(Choice(phase_id=PhaseId("p"), portion=Portion(percentage=Decimal("33.3"))),), group_by=GroupBy.WORK_TYPE
    )


def test_an_absent_field_is_left_out_and_a_null_stays() -> None:
    arrived = received_by(Mirror().input(update_of(CreatePhase)), '{ take(input: {id: "p", hourlyRate: null, title: "New"}) }')
    assert arrived == {"id": "p", "hourlyRate": None, "title": "New"}
    assert update_of(CreatePhase).model_validate(arrived).model_fields_set == {"id", "hourly_rate", "title"}


def test_a_delete_input_takes_an_id_and_the_key_comes_last() -> None:
    assert sdl(Mirror().input(delete_of(CreatePhase)), "DeletePhaseInput") == ["id: ID!", "idempotencyKey: String"]


@pytest.mark.parametrize(
    ("model", "name"),
    [(CreatePhase, "CreatePhaseInput"), (FreeLineInput, "FreeLineInput"), (DraftLineUpdate, "DraftLineUpdate")],
)
def test_the_name_of_an_input_ends_in_input_unless_it_is_an_update_of_a_part(model: type[Input], name: str) -> None:
    assert input_name(model) == name


def test_an_enum_of_the_domain_is_shown_itself() -> None:
    host = Mirror()
    assert sdl(host.input(CreatePhase), "BillingMethod") == ["TIME_AND_MATERIALS", "FIXED_PRICE", "NON_BILLABLE"]
    assert received_by(host.input(CreatePhase), '{ take(input: {projectId: "p", title: "t", billingMethod: NON_BILLABLE}) }') == {
        "projectId": "p",
        "title": "t",
        "billingMethod": BillingMethod.NON_BILLABLE.value,
        "status": "OPEN",
    }


@pytest.mark.parametrize(
    "kind",
    [float, dict[str, str], Any, Literal["a", "b"], int | str, tuple[int, int], set[str], bytes, object, Series],
    ids=repr,
)
def test_an_option_without_a_graphql_form_is_a_type_error_that_names_it(kind: object) -> None:
    options = type("Options", (SourceOptions,), {"__annotations__": {"odd": kind}, "__module__": __name__})
    with pytest.raises(TypeError, match=r"Options\.odd: .* has no GraphQL form|is not shown in GraphQL"):
        Mirror().of_source("x").options(options)


def test_options_without_fields_or_that_contain_themselves_are_type_errors() -> None:
    with pytest.raises(TypeError, match="has no fields"):
        Mirror().of_source("x").options(type("Empty", (SourceOptions,), {"__module__": __name__}))
    with pytest.raises(TypeError, match="contains itself"):
        Mirror().of_source("x").options(Nest)


def test_ids_and_currencies_have_their_scalars() -> None:
    hints = {"one": ID, "all": tuple[ID, ...], "currency": CurrencyCode}
    model = type("Ids", (Input,), {"__annotations__": hints, "__module__": __name__})
    assert sdl(Mirror().input(model), "IdsInput") == ["one: ID!", "all: [ID!]!", "currency: CurrencyCode!"]


def options_with(**fields: tuple[Any, Any]) -> type[SourceOptions]:
    """Return options with these annotated fields: (annotation, default)."""
    hints = {name: hint for name, (hint, _) in fields.items()}
    defaults = {name: default for name, (_, default) in fields.items() if default is not ...}
    return type("Odd", (SourceOptions,), {"__annotations__": hints, "__module__": __name__, **defaults})


class Computed(SourceOptions):
    """Options with a field that nobody sends."""

    count: int = 1

    @computed_field
    def twice(self) -> int:
        return 2 * self.count


class Serialized(SourceOptions):
    """Options that are shown otherwise than they were sent."""

    count: int = 1

    @field_serializer("count")
    def _shown(self, count: int) -> str:
        return f"{count} pieces"


KEPT_AS_SENT = "options are kept as they were sent"
NO_FORM = [
    (Computed, f"Computed has computed fields or serializers; {KEPT_AS_SENT}"),
    (Serialized, f"Serialized has computed fields or serializers; {KEPT_AS_SENT}"),
    (options_with(count=(int, Field(default=1, exclude=True))), f"Odd.count is excluded or serialized in its own way; {KEPT_AS_SENT}"),
    (options_with(count=(Annotated[int, PlainSerializer(str)], 1)), "Odd.count is excluded or serialized in its own way"),
    (options_with(count=(int, Field(default=1, validation_alias="number"))), "Odd.count has one name when it is sent and another"),
    (options_with(my_day=(int, 1), myDay=(int, 1)), "Odd.my_day and Odd.myDay are both called myDay in GraphQL"),
    (options_with(price=(Decimal, 0)), r"Odd.price: the default 0 is a int; write Decimal\('0'\)"),
]


@pytest.mark.parametrize(("options", "says"), NO_FORM, ids=[says for _, says in NO_FORM])
def test_options_that_are_not_kept_as_they_are_sent_are_type_errors_that_say_why(options: type[SourceOptions], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        Mirror().of_source("x").options(options)


def test_what_a_factory_makes_is_no_default_of_the_schema_for_it_may_be_another_tomorrow() -> None:
    made = iter(range(3))
    options = options_with(count=(int, Field(default_factory=lambda: next(made))), share=(Decimal, Field(default_factory=Decimal)))
    assert sdl(Mirror().of_source("x").options(options), "XOptions") == ["count: Int", "share: Decimal"]
    assert next(made) == 0


def test_two_types_of_one_name_in_one_source_are_a_type_error_and_not_one_type() -> None:
    other = type("Choice", (SourceOptions,), {"__annotations__": {"b": int}, "__module__": __name__})
    with pytest.raises(TypeError, match="two types of the options are called Choice; give one another name"):
        Mirror().of_source("x").options(options_with(one=(Choice, ...), two=(other, ...)))
