"""One source in several versions, and a billhook with one of them: what the tests of the promises are told with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field
from tests.e2e.story import plain

from billhook import Claim, Effect, FreeLine, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.sources import Sources, install

if TYPE_CHECKING:
    from tests.e2e.client import Billhook
    from tests.e2e.story import Answer

SOURCE = "source { name label description effect settlesAdvances package version installed optionsSchema } options"
TIDE = {"tide": {"word": "spring"}}


class First(SourceOptions):
    """Which tide."""

    word: str = Field(description="Its name.")


class Second(SourceOptions):
    """Which tide, and how high."""

    word: str = Field(description="Its name.")
    height: int = Field(default=1, description="In metres.")


class Tide(InvoiceSource[Any]):
    """Bills a tide, each once."""

    name: ClassVar[str] = "tide"
    label: ClassVar[str] = "Tides"
    description: ClassVar[str] = "Bills a tide."
    effect: ClassVar[Effect] = Effect.REGISTERS_ADVANCE_CREDIT
    price: ClassVar[int] = 100

    def propose(self, ctx: SourceContext, options: First) -> Proposal:  # noqa: ARG002 - the contract's signature
        line = FreeLine(description=f"Tide {options.word}", unit_price=Decimal(self.price), claims=(Claim.once(options.word),))
        return Proposal(lines=(line,))


class Earlier(Tide, InvoiceSource[First]):
    """As it was."""


class Higher(Tide, InvoiceSource[Second]):
    """With an option more."""


class Dearer(Tide, InvoiceSource[First]):
    """With another price."""

    price = 120


class Renamed(Tide, InvoiceSource[First]):
    """Under another name."""

    name = "ebb"


class Regular(Tide, InvoiceSource[First]):
    """Of the other effect."""

    effect = Effect.CLEARS_UNBILLED_TIME


def beside(sources: Sources, *more: InvoiceSource, package: str = "billhook-tide", version: str = "1.0") -> Sources:
    """The built-in sources, and these."""
    built_in = {name: source for name, source in sources.installed.items() if source.package == "billhook"}
    return Sources(built_in | {source.name: install(source, package, version) for source in more})


def shown(billhook: Billhook, invoice: Answer) -> Answer:
    query = f"query($id: ID!) {{ invoice(id: $id) {{ {SOURCE} }} }}"
    found: Answer = plain(billhook.graphql(query, {"id": invoice["id"]})["invoice"])
    return found
