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
    """The days that something is billed for, both ends included."""

    start: date
    """First day."""
    end: date
    """Last day, inclusive; before `start` is PLUGIN_FAULT."""


@dataclass(frozen=True, slots=True)
class Claim:
    """'This line bills that item.' Made by the items (`entry.claim`, `phase.part(...)`), or by `Claim.once`.

    An item is on at most one live line (G1). A claim on what is no unbilled item of the project, on one item twice, or on what the
    source's effect does not allow is PLUGIN_FAULT.
    """

    kind: str
    """What is billed: `time_entry`, `extra_cost`, `external_cost`, `phase`, `deal`, `subscription_period` or `once`."""
    id: str
    """The item's id; of a period, its subscription's id, a slash and its first day; of `once`, the key."""
    portion: Portion | None = None
    """Which part of the price of a phase or deal; None: all that remains (R10). On any other kind it is PLUGIN_FAULT."""

    @classmethod
    def once(cls, key: str) -> Claim:
        """Claim a key of the source's own, 1 to 200 characters, not blank: live at most once per project and source, else ALREADY_BILLED.

        It is free again when its invoice is discarded or its line is credited in full (R13, R16).
        """
        return cls("once", key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A line priced by the host from what it claims, excluding VAT, and split by the host, one line per VAT category and rate.

    Time entries share a line, and so do extra costs; any other item has its own. A price of which nothing remains gives no line.
    """

    description: str
    """What the customer reads: 1 to 5000 characters, not blank, else PLUGIN_FAULT."""
    claims: tuple[Claim, ...]
    """At least one, and no `Claim.once`, else PLUGIN_FAULT. An unrated time entry is RATE_MISSING (M4)."""
    section: str = ""
    """A heading to group lines under, at most 5000 characters; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeLine:
    """A line priced by the source: its net is quantity x unit_price, rounded half up by the host (M1).

    Anything but the types and bounds below is PLUGIN_FAULT: an int or float for a `Decimal`, too.
    """

    description: str
    """What the customer reads: 1 to 5000 characters, not blank."""
    unit_price: Decimal
    """Price of one, in the project's currency, excluding VAT: from 0, below 10^12, at most 6 decimals."""
    quantity: Decimal = Decimal(1)
    """How many: above 0, below 10^12, at most 6 decimals."""
    unit: str = ""
    """UN/ECE Recommendation 20 code, at most 20 characters: HUR for hours; empty: C62, pieces."""
    vat: Vat | None = None
    """VAT category and rate; None: the project's (M5)."""
    period: Period | None = None
    """The days that the line is for; None: it names none."""
    claims: tuple[Claim, ...] = ()
    """Keys of `Claim.once`, nothing else."""
    section: str = ""
    """A heading to group lines under, at most 5000 characters; empty: none."""


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
    """In the project's currency. Quantity x unit price is at most 10^10, else INVALID_INPUT."""
    vat: Vat | None = Field(default=None, description="VAT category and rate; absent: the project's.")
    section: Annotated[str, Field(max_length=200)] = Field(default="", description="A heading to group lines under.")

    @model_validator(mode="after")
    def _payable(self) -> Self:
        if self.quantity * self.unit_price > 10**10:
            raise ValueError("quantity x unit price is too large")
        return self

    def line(self, *claims: Claim) -> FreeLine:
        """Return the line to propose, with the `Claim.once` keys that it claims."""
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
    """What a source would put on the invoice; the host prices, guards and claims it.

    Types are taken exactly: a subclass of one of them, or a list for a tuple, is PLUGIN_FAULT. So is a text with the character U+0000 or
    half of a surrogate pair.
    """

    lines: tuple[ClaimLine | FreeLine, ...]
    """In the order of the document; none is NOTHING_TO_BILL, more than `BILLHOOK_MAX_INVOICE_LINES` is LIMIT_EXCEEDED."""


class Refused(Exception):
    """Raise in `propose` for a reason that a person can mend: it is answered as INVALID_INPUT, and nothing changes (G5).

    For example `raise Refused("This phase is chosen twice; choose it once.", "phases", 1, "phase_id")`.
    """

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        """What is wrong and what to do, for the person who invoices; the first 2000 characters are shown."""
        self.path = path
        """Where in the options: names of fields, and indexes from 0. The answer has camelCase, below `source` and the source's name."""
