"""Inputs for invoices: previewing, creating, changing drafts, booking, discarding, crediting, running subscriptions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, NewType, Self

from pydantic import Field, model_validator

from billhook.billing.inputs.common import ID, Amount, Day, Heading, Input, Keyed, KeyedChange, LineText, Short, Text, Unit
from billhook.domain.options import Vat
from billhook.domain.proposal import FreeLineInput
from billhook.domain.words import AdvancesMode

SourceChoice = NewType("SourceChoice", dict[str, Any])
"""One installed source and its options: `{"phase": {...}}`; the GraphQL input InvoiceSourceInput."""
Token = Annotated[str, Field(max_length=200)]


class AdvancesInput(Input):
    """Which advances an invoice takes off, if its source settles advances."""

    mode: AdvancesMode = Field(default=AdvancesMode.AUTO, description="AUTO: all that fits. NONE: nothing. UP_TO: at most `upTo`.")
    up_to: Amount | None = Field(default=None, description="Ceiling, excluding VAT; with UP_TO only.")

    @model_validator(mode="after")
    def _ceiling_with_up_to(self) -> Self:
        if (self.mode is AdvancesMode.UP_TO) != (self.up_to is not None):
            raise ValueError("give upTo with the mode UP_TO, and with no other")
        return self


class PreviewInvoice(Input):
    """What an invoice would be."""

    project_id: ID = Field(description="Which project; an invoice never covers two.")
    source: SourceChoice = Field(description="The way of invoicing and its options: exactly one field.")
    advances: AdvancesInput | None = Field(
        default=None,
        description="Which advances to take off; absent: AUTO. A source that settles none takes nothing off.",
    )
    issued_on: Day | None = Field(default=None, description="Issue date; absent: the later of today and the series' last date, at booking.")


class CreateInvoice(PreviewInvoice, Keyed):
    """A new invoice, as a draft or booked at once."""

    book: bool = Field(default=False, description="Book it at once: numbered and frozen.")
    preview_token: Token | None = Field(default=None, description="Token of a preview: create exactly that document, or get STATE_CHANGED.")


class DraftLineUpdate(Input):
    """A change of one line of a draft. Absent or null: unchanged."""

    line_id: ID = Field(description="Which line of the draft.")
    description: LineText | None = Field(default=None, description="New text.")
    section: Heading | None = Field(default=None, description="New heading.")
    quantity: Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=6)] | None = Field(
        default=None, description="New quantity; free lines only."
    )
    unit: Unit | None = Field(default=None, description="New unit; free lines only.")
    unit_price: Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=6)] | None = Field(
        default=None, description="New unit price; free lines only."
    )
    vat: Vat | None = Field(default=None, description="New VAT; free lines only.")


class UpdateDraftInvoice(KeyedChange):
    """Changes of a draft, all or nothing."""

    invoice_id: ID = Field(description="Which draft.")
    expected_version: int = Field(description="The version you saw; another is STATE_CHANGED.")
    remove_line_ids: tuple[ID, ...] | None = Field(default=None, description="Lines to remove; exactly what they billed is unbilled again.")
    update_lines: tuple[DraftLineUpdate, ...] | None = Field(default=None, description="Lines to change.")
    add_lines: Annotated[tuple[FreeLineInput, ...], Field(max_length=200)] | None = Field(
        default=None, description="Free lines to add at the end."
    )
    line_order: tuple[ID, ...] | None = Field(default=None, description="All lines that stay, in their new order; added lines follow.")
    advances: AdvancesInput | None = Field(default=None, description="Lower what is taken off; a change never raises it.")
    issued_on: Day | None = Field(default=None, description="Issue date to book with; null: decided at booking.")
    due_on: Day | None = Field(default=None, description="Due date; null: from the payment term at booking.")
    buyer_reference: Short | None = Field(default=None, description="Buyer reference (BT-10).")
    order_reference: Short | None = Field(default=None, description="Purchase order (BT-13).")
    contract_reference: Short | None = Field(default=None, description="Contract (BT-12).")
    payment_reference: Short | None = Field(default=None, description="Payment reference (BT-83).")
    note: Text | None = Field(default=None, description="Note on the document (BT-22).")


class BookInvoice(Keyed):
    """Book a draft: number it and freeze it."""

    invoice_id: ID = Field(description="Which draft.")
    expected_version: int | None = Field(default=None, description="The version you saw; another is STATE_CHANGED.")
    issued_on: Day | None = Field(
        default=None, description="Issue date; absent: the draft's, else the later of today and the series' last date."
    )


class DiscardInvoice(Keyed):
    """Discard a draft: everything it did is undone."""

    invoice_id: ID = Field(description="Which draft.")
    expected_version: int | None = Field(default=None, description="The version you saw; another is STATE_CHANGED.")


class CreditLineInput(Input):
    """One line to credit."""

    line_id: ID = Field(description="Which line of the invoice.")
    amount: Annotated[Decimal, Field(gt=0, lt=10**12)] | None = Field(
        default=None, description="How much of it, excluding VAT; absent: all that remains."
    )


class CreditInvoice(Keyed):
    """Credit a booked invoice, in full or per line; the note is booked at once."""

    invoice_id: ID = Field(description="Which booked invoice.")
    lines: Annotated[tuple[CreditLineInput, ...], Field(min_length=1, max_length=10_000)] | None = Field(
        default=None, description="Lines to credit; absent: all that remains."
    )
    release_work: bool = Field(default=True, description="Put what fully credited lines billed back to unbilled.")
    issued_on: Day | None = Field(default=None, description="Issue date of the note; absent: the later of today and the series' last date.")
    reason: Text | None = Field(default=None, description="Why; printed on the note.")
    preview_token: Token | None = Field(default=None, description="Token of previewCredit: make exactly that note, or get STATE_CHANGED.")


class RunSubscriptions(Keyed):
    """Create what is due."""

    as_of: Day = Field(description="Periods that start on or before this day are due; at most a year from today.")
    project_ids: tuple[ID, ...] | None = Field(default=None, description="Only subscriptions of these projects; absent: all.")
