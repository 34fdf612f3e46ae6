"""What a source says: the lines that it proposes, and what they bill (part of the public API).

Amounts are exact `Decimal`s in the project's currency, excluding VAT.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from billhook.domain.options import Portion, SourceOptions, Vat


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
