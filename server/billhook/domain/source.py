"""The class that a plugin's author derives from, and what it declares (part of the public API)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum
from typing import Any, ClassVar, Generic

from typing_extensions import TypeVar

from billhook.domain.options import SourceOptions
from billhook.domain.proposal import Proposal
from billhook.domain.views import SourceContext


class Effect(Enum):
    """What an invoice of a source does, draft or booked (R13): bill unbilled time, or register advance credit.

    It decides what lines may claim, beside free lines and their keys; anything else is PLUGIN_FAULT.
    """

    CLEARS_UNBILLED_TIME = "CLEARS_UNBILLED_TIME"
    """A regular invoice: may claim time entries, extra costs, external costs and fixed prices of phases."""
    REGISTERS_ADVANCE_CREDIT = "REGISTERS_ADVANCE_CREDIT"
    """An advance: may claim deals and subscription periods. Clears no time, and raises the open advance by its net, which is above 0: else
    INVALID_INPUT when all its lines are free, and NOTHING_TO_BILL when not."""


OptionsT = TypeVar("OptionsT", bound=SourceOptions, default=Any)
"""The type of a source's options, for code that is generic in it."""


class InvoiceSource(ABC, Generic[OptionsT]):
    """A way of invoicing a project: subclass it with the options it takes, `InvoiceSource[MyOptions]`.

    What it declares is read once, at start-up. A plugin that declares what the host cannot take is left out, and `billhook plugins`
    says why.
    """

    name: ClassVar[str]
    """Lowercase letters and digits, a letter first, at most 40; no Python keyword, not taken. Its field in `InvoiceSourceInput`."""
    label: ClassVar[str]
    """What people call it: 1 to 100 characters, not blank."""
    description: ClassVar[str]
    """What it bills and what that does, for people: 1 to 1000 characters, not blank. GraphQL shows it with its field."""
    effect: ClassVar[Effect]
    """What its invoices do: whether they are regular or advances, and what they may claim."""
    settles_advances: ClassVar[bool] = False
    """Whether its invoices take open advances off, within each VAT rate (R8); only with `CLEARS_UNBILLED_TIME`. If not, claiming time or
    extra costs is COVERED_BY_ADVANCE while the project has 0 < `unbilled` <= `open_advance` (R6)."""
    api_version: ClassVar[int] = 1
    """The version of this contract that it was written for."""

    @abstractmethod
    def propose(self, ctx: SourceContext, options: OptionsT) -> Proposal:
        """Return the lines that an invoice would hold. Pure: the same snapshot and options give the same answer.

        Called for a preview, and again in the transaction that creates the invoice; booking calls no source (R15). No lines is
        NOTHING_TO_BILL. Raise `Refused` for what a person can mend; any other exception, or a changed snapshot, is PLUGIN_FAULT (G5).
        """

    def example_options(self, ctx: SourceContext) -> Iterable[OptionsT]:  # noqa: ARG002 - for those who override it
        """Return options that make sense for this project now, best first; none: not available there.

        `Project.sources` suggests the first 5, and the source is available when the first could be invoiced. An exception, `Refused`
        too, or options of another type is PLUGIN_FAULT.
        """
        return ()
