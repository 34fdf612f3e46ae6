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
    """What an invoice of a source does: bill unbilled time, or register advance credit."""

    CLEARS_UNBILLED_TIME = "CLEARS_UNBILLED_TIME"
    REGISTERS_ADVANCE_CREDIT = "REGISTERS_ADVANCE_CREDIT"


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
