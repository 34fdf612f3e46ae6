"""One source on one generated project: what it suggests, proposes, and what becomes of an invoice."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

import billhook
from billhook.billing.inputs.invoice import PreviewInvoice
from billhook.billing.invoicing import preview_invoice
from billhook.billing.offers import MOST_SUGGESTIONS
from billhook.billing.operation import validated
from billhook.billing.operations import OPERATIONS
from billhook.domain.errors import ErrorCode, PluginFault, Refusal, Refusals
from billhook.domain.guard import BrokenContract
from billhook.domain.ids import decode, encode
from billhook.sources import as_json, suggest
from billhook.store.tables import Invoice, ProjectBalance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billhook.billing.transaction import Transaction
    from billhook.domain.facts import Facts
    from billhook.domain.options import SourceOptions
    from billhook.domain.preview import Preview
    from billhook.sources import InstalledSource
    from billhook.testing.workshop import Workshop

Raw = dict[str, Any]
ANY = frozenset(ErrorCode) - {ErrorCode.PLUGIN_FAULT}
"""Whatever can be refused to whoever asks for too much."""
HOST = (Path(billhook.__file__).parent, Path(pydantic.__file__).parent)
"""What calls a source, and is not of it."""


class BrokenPromise(AssertionError):
    """A source broke a promise of the contract; the text tells its author which, where and what to do."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a project has unbilled and advanced, in minor units."""

    unbilled_minor: int
    open_advance_minor: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A source, and the project of the workshop that it is tried on."""

    workshop: Workshop
    installed: InstalledSource
    on: str

    @property
    def project_id(self) -> str:
        """The id of the project."""
        return self.workshop.projects[self.on]

    def elsewhere(self) -> Trial:
        """Return the same source on the next project."""
        names = list(self.workshop.projects)
        return Trial(self.workshop, self.installed, names[(names.index(self.on) + 1) % len(names)])

    def facts(self) -> Facts:
        """Return what the host knows of the project."""
        with self.workshop.workspace.reading() as tx:
            return self.workshop.facts(tx, self.installed, self.on)

    def suggestions(self, facts: Facts) -> list[SourceOptions]:
        """Return what the source suggests; at most as many as the host shows."""
        with told():
            return suggest(self.installed, facts.context, MOST_SUGGESTIONS)

    def preview(self, tx: Transaction, options: SourceOptions) -> Preview:
        """Preview an invoice, as `previewInvoice` does. Raises what that refuses."""
        return preview_invoice(tx, validated(PreviewInvoice, self._request(options)))

    def create(self, tx: Transaction, options: SourceOptions, **more: Any) -> Invoice:  # noqa: ANN401 - inputs are of any type
        """Create an invoice, as `createInvoice` does. Raises what that refuses."""
        keys = OPERATIONS["createInvoice"].perform(tx, self._request(options) | more)
        return tx.session.get_one(Invoice, keys["invoice"])

    def undo(self, tx: Transaction, invoice: Invoice) -> None:
        """Discard a draft, credit what is booked."""
        name = "discardInvoice" if invoice.number is None else "creditInvoice"
        OPERATIONS[name].perform(tx, {"invoiceId": encode("Invoice", invoice.id)})

    def balance(self, tx: Transaction) -> Balance:
        """Return the balance of the project as it is in this transaction."""
        row = tx.session.get_one(ProjectBalance, decode(self.project_id)[1], populate_existing=True)
        return Balance(row.unbilled_minor, row.open_advance_minor)

    def _request(self, options: SourceOptions) -> Raw:
        return {"projectId": self.project_id, "source": {self.installed.name: as_json(self.installed, options)}}


@contextmanager
def told(asked: SourceOptions | None = None, *, refusable: frozenset[ErrorCode] = frozenset()) -> Iterator[None]:
    """Turn what the host refuses into a broken promise, in words that its author can act on; codes that are `refusable` end the block."""
    with_what = f"asked with {asked!r:.1000}, " if asked is not None else ""
    try:
        yield
    except PluginFault as fault:
        raise BrokenPromise(f"{with_what}the host answers PLUGIN_FAULT: {fault.reason}{_where(fault.__cause__)}") from fault
    except Refusal as refusal:
        if refusal.code not in refusable:
            raise BrokenPromise(f"{with_what}the host answers {refusal.code.name}: {refusal.message}") from refusal
    except Refusals as refusals:
        if ErrorCode.INVALID_INPUT not in refusable:
            raise BrokenPromise(f"{with_what}the host answers INVALID_INPUT: {refusals}") from refusals


def _where(error: BaseException | None) -> str:
    """Say what was raised, and the last place outside of billhook that it came through."""
    if error is None or isinstance(error, BrokenContract):
        return ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not any(map(Path(frame.filename).is_relative_to, HOST))]
    place = f", at {Path(frames[-1].filename).name}, line {frames[-1].lineno}: {frames[-1].line}" if frames else ""
    return f" ({type(error).__name__}: {' '.join(str(error).split())}{place})"
