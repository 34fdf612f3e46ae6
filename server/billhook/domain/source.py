"""The public API for authors of invoice sources: the types a source speaks in (design: one frozen snapshot in, one proposal out).

Amounts are exact `Decimal`s in the project's currency, excluding VAT. Ids are opaque strings, the same that the GraphQL API shows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, NewType, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from typing_extensions import TypeVar

# ---- ids: opaque, the same strings the door shows. In options they become `ID!`; the host checks kind and project
TimeEntryId = NewType("TimeEntryId", str)
ExtraCostId = NewType("ExtraCostId", str)
ExternalCostId = NewType("ExternalCostId", str)
PhaseId = NewType("PhaseId", str)
DealId = NewType("DealId", str)
SubscriptionId = NewType("SubscriptionId", str)


class Effect(Enum):
    """What an invoice of a source does: bill unbilled time, or register advance credit."""

    CLEARS_UNBILLED_TIME = "CLEARS_UNBILLED_TIME"
    REGISTERS_ADVANCE_CREDIT = "REGISTERS_ADVANCE_CREDIT"


class VatCategory(Enum):
    """The VAT categories of EN 16931 (M5); only S has a rate above 0."""

    S = "S"
    Z = "Z"
    E = "E"
    AE = "AE"
    K = "K"
    G = "G"
    O = "O"  # noqa: E741


# ---- options ------------------------------------------------------------------------------------------------
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


# ---- what a source says -------------------------------------------------------------------------------------
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days that something is billed for."""

    start: date
    end: date
    """Inclusive."""


@dataclass(frozen=True, slots=True)
class Claim:
    """'This line bills that item.' Made by the items (`entry.claim`, `phase.part(...)`), or `Claim.once`."""

    kind: str
    id: str
    portion: Portion | None = None

    @classmethod
    def once(cls, key: str) -> Claim:
        """Claim the source's own key; live at most once per project and source."""
        return cls("once", key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """Priced by the host from what it claims. Split by the host, one line per VAT category and rate."""

    description: str
    claims: tuple[Claim, ...]
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeLine:
    """Priced by the source: quantity x unit_price, rounded by the host. May claim only `Claim.once` keys."""

    description: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    unit: str = ""
    vat: Vat | None = None  # None: the project's
    period: Period | None = None
    claims: tuple[Claim, ...] = ()
    section: str = ""


class FreeLineInput(SourceOptions):
    """A line composed by hand; its net is quantity x unit price, rounded half up to the cent."""

    description: Annotated[str, Field(min_length=1, max_length=5000, pattern=r"\S")] = Field(
        description="What the customer reads on the line."
    )
    quantity: Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=6)] = Field(
        default=Decimal(1), description='How many; up to 6 decimals: "2.5".'
    )
    unit: Annotated[str, Field(max_length=20)] = Field(
        default="", description="UN/ECE Recommendation 20 code: HUR for hours, C62 (the default) for pieces."
    )
    unit_price: Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=6)] = Field(
        description='Price of one, excluding VAT; up to 6 decimals: "100.00".'
    )
    vat: Vat | None = Field(default=None, description="VAT category and rate; absent: the project's.")
    section: Annotated[str, Field(max_length=200)] = Field(default="", description="A heading to group lines under.")

    @model_validator(mode="after")
    def _payable(self) -> Self:
        if self.quantity * self.unit_price > 10**10:
            raise ValueError("quantity x unit price is too large")
        return self

    def line(self, *claims: Claim) -> FreeLine:
        """Return the line to propose, with the once-keys it claims."""
        return FreeLine(
            description=self.description,
            unit_price=self.unit_price,
            quantity=self.quantity,
            unit=self.unit,
            vat=self.vat,
            claims=claims,
            section=self.section,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a source would put on the invoice; the host prices, guards and claims it."""

    lines: tuple[ClaimLine | FreeLine, ...]


class Refused(Exception):
    """Raise in `propose`: a reason a person can mend. `path` points into the options."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


# ---- what a source sees (the project's currency; amounts are exact Decimals, excluding VAT) --------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A user or work type, by its id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """The project that is invoiced; `vat` is what lines get that say nothing else."""

    id: str
    title: str
    currency: str
    vat: Vat


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntryView:
    """An unbilled entry. `amount` None: unrated; claiming it is refused with RATE_MISSING by the host."""

    id: TimeEntryId
    worked_on: date
    seconds: int
    description: str
    user: Named
    work_type: Named | None
    phase_id: PhaseId | None
    hourly_rate: Decimal | None
    amount: Decimal | None

    @property
    def claim(self) -> Claim:
        """The claim that bills this entry."""
        return Claim("time_entry", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraCostView:
    """An unbilled article on a time entry."""

    id: ExtraCostId
    time_entry_id: TimeEntryId
    worked_on: date
    phase_id: PhaseId | None
    description: str
    amount: Decimal
    vat: Vat

    @property
    def claim(self) -> Claim:
        """The claim that bills this extra cost."""
        return Claim("extra_cost", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCostView:
    """An unbilled, billable cost of the project or of a phase."""

    id: ExternalCostId
    incurred_on: date
    phase_id: PhaseId | None
    description: str
    amount: Decimal
    vat: Vat

    @property
    def claim(self) -> Claim:
        """The claim that bills this external cost."""
        return Claim("external_cost", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """A phase, with its fixed price and how much of that is billed."""

    id: PhaseId
    title: str
    fixed_price: Decimal | None  # None: not a fixed-price phase
    billed: Decimal

    def part(self, portion: Portion | None = None) -> Claim:
        """Claim a portion of it; None: all that is left."""
        return Claim("phase", self.id, portion)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealView:
    """A deal, with its value and how much of that is billed."""

    id: DealId
    title: str
    value: Decimal
    billed: Decimal

    def part(self, portion: Portion | None = None) -> Claim:
        """Claim a portion of it; None: all that is left."""
        return Claim("deal", self.id, portion)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPeriod:
    """One period of a subscription, and what it costs."""

    subscription_id: SubscriptionId
    period: Period
    amount: Decimal

    @property
    def claim(self) -> Claim:
        """The claim that bills this period."""
        return Claim("subscription_period", f"{self.subscription_id}/{self.period.start}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """A subscription, with its periods that can be billed now."""

    id: SubscriptionId
    title: str
    due: tuple[SubscriptionPeriod, ...]
    """Periods begun by `as_of` and never invoiced, or asked for by their start, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """A frozen snapshot of one project as of one day. New facts are added here, never as new arguments."""

    as_of: date
    project: ProjectView
    time_entries: tuple[TimeEntryView, ...] = ()
    extra_costs: tuple[ExtraCostView, ...] = ()
    external_costs: tuple[ExternalCostView, ...] = ()
    phases: tuple[PhaseView, ...] = ()
    deals: tuple[DealView, ...] = ()
    subscriptions: tuple[SubscriptionView, ...] = ()
    once: frozenset[str] = frozenset()
    """This source's own keys that are live on this project."""
    unbilled: Decimal = Decimal(0)
    open_advance: Decimal = Decimal(0)


OptionsT = TypeVar("OptionsT", bound=SourceOptions, default=Any)


class InvoiceSource(ABC, Generic[OptionsT]):
    """A way of invoicing a project: subclass it with the options it takes, `InvoiceSource[MyOptions]`."""

    name: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    effect: ClassVar[Effect]
    settles_advances: ClassVar[bool] = False
    api_version: ClassVar[int] = 1

    @abstractmethod
    def propose(self, ctx: SourceContext, options: OptionsT) -> Proposal:
        """Pure: the same snapshot and options give the same answer. No lines: the host answers NOTHING_TO_BILL."""

    def example_options(self, ctx: SourceContext) -> Iterable[OptionsT]:  # noqa: ARG002 - for those who override it
        """Options that make sense now, best first; none: not available for this project."""
        return ()
