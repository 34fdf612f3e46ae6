"""Sources that plugins of the tests give, and what is asked of the plugins that were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from billhook.domain.options import SourceOptions
from billhook.domain.proposal import Proposal
from billhook.domain.source import Effect, InvoiceSource

if TYPE_CHECKING:
    from billhook.domain.views import SourceContext
    from billhook.sources import Sources

BLOCKED = "left out by BILLHOOK_PLUGINS_BLOCK"


class Options(SourceOptions):
    """How many."""

    count: int = 1


class Retainer(InvoiceSource[Options]):
    """A sound source."""

    name: ClassVar[str] = "retainer"
    label: ClassVar[str] = "Monthly retainer"
    description: ClassVar[str] = "Bills the month's retainer in advance."
    effect: ClassVar[Effect] = Effect.REGISTERS_ADVANCE_CREDIT

    @override
    def propose(self, ctx: SourceContext, options: Options) -> Proposal:
        return Proposal(lines=())


class Unasked(InvoiceSource):
    """Says no options."""

    name: ClassVar[str] = "unasked"
    label: ClassVar[str] = "Unasked"
    description: ClassVar[str] = "Has no options."
    effect: ClassVar[Effect] = Effect.REGISTERS_ADVANCE_CREDIT

    @override
    def propose(self, ctx: SourceContext, options: object) -> Proposal:
        return Proposal(lines=())


def source(**declared: object) -> InvoiceSource:
    """Return a source that declares this, for the rest like Retainer."""
    changed: type[InvoiceSource] = type("Changed", (Retainer,), declared)
    return changed()


def reason_of(sources: Sources) -> str:
    """Return the reason of the only plugin, which is broken."""
    assert not sources.installed
    [broken] = sources.broken
    return broken.reason
