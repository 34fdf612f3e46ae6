"""The inputs that hold many invoices at once, each answered by itself and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from billhook.billing.inputs.common import Input
from billhook.billing.inputs.invoice import CreateInvoice, PreviewInvoice
from billhook.domain.errors import ErrorCode, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_AT_ONCE = 100


class CreateInvoices(Input):
    """New invoices, each in its own transaction, with its own preview token and idempotency key."""

    invoices: tuple[CreateInvoice, ...] = Field(description="1 to 100 invoices; the answers have their order.")


class PreviewInvoices(Input):
    """What invoices would be, each by itself, all read from one snapshot."""

    invoices: tuple[PreviewInvoice, ...] = Field(description="1 to 100 invoices; the answers have their order.")


def wrong_number(invoices: Sequence[object]) -> Refusal | None:
    """Return what is wrong with the number of invoices asked for, None when it is from 1 to 100."""
    if not invoices:
        return Refusal(ErrorCode.INVALID_INPUT, "Name at least one invoice.", "invoices")
    if len(invoices) > MOST_AT_ONCE:
        message = f"{len(invoices)} invoices are too many for one request; send at most {MOST_AT_ONCE}."
        return Refusal(ErrorCode.LIMIT_EXCEEDED, message, "invoices")
    return None
