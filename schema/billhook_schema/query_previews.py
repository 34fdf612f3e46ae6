"""The queries that show what a mutation would do: the same use cases without the writes, from the operation's snapshot."""

from collections.abc import Callable
from typing import Annotated, TypeAlias, TypeVar

import strawberry

from billhook.billing.crediting import preview_credit
from billhook.billing.drafts import preview_draft_update
from billhook.billing.inputs.common import Input
from billhook.billing.inputs.invoice import CreditInvoice, PreviewInvoice, UpdateDraftInvoice
from billhook.billing.invoicing import preview_invoice
from billhook.billing.operation import validated
from billhook.billing.transaction import Transaction
from billhook.billing.weighing import items_of
from billhook.domain.errors import Refusal, Refusals
from billhook.domain.preview import Preview
from billhook_schema.context import Context, Info
from billhook_schema.errors import user_error
from billhook_schema.many import PreviewInvoices, wrong_number
from billhook_schema.masking import log_fault
from billhook_schema.mirror import Form, Mirror, raw
from billhook_schema.payloads import PreviewInvoicePayload, PreviewInvoicesPayload
from billhook_schema.preview import InvoicePreview
from billhook_schema.roles import MONEY, only
from billhook_schema.spending import CHARACTERS, Work
from billhook_schema.weight import WORK, costs

InputT = TypeVar("InputT", bound=Input)
UseCase: TypeAlias = Callable[[Transaction, InputT], Preview]
INPUT_DESCRIPTION = "What the mutation would be given; of createInvoice without book, previewToken and idempotencyKey."


def preview_fields(mirror: Mirror) -> dict[str, Form]:
    """Return the preview fields of the Query type by name, their inputs taken from the mirror."""
    return {
        "preview_invoice": _field(mirror, PreviewInvoice, preview_invoice, "What createInvoice would make of this input."),
        "preview_invoices": _preview_invoices(mirror),
        "preview_draft_update": _field(mirror, UpdateDraftInvoice, preview_draft_update, "What updateDraftInvoice would make of it."),
        "preview_credit": _field(mirror, CreditInvoice, preview_credit, "The credit note that creditInvoice would make of this input."),
    }


def _field(mirror: Mirror, model: type[InputT], use_case: UseCase[InputT], description: str) -> Form:
    argument = strawberry.argument(name="input", description=INPUT_DESCRIPTION, graphql_type=mirror.input(model))

    async def resolve(info: Info, given: Annotated[Form, argument]) -> PreviewInvoicePayload | None:
        return await _preview(info.context, model, use_case, given)

    return strawberry.field(resolver=resolve, description=description, metadata={**only(MONEY), **costs(extra=WORK)})


def _preview_invoices(mirror: Mirror) -> Form:
    argument = strawberry.argument(name="input", description=INPUT_DESCRIPTION, graphql_type=mirror.input(PreviewInvoices))

    async def resolve(info: Info, given: Annotated[Form, argument]) -> PreviewInvoicesPayload | None:
        if (refusal := wrong_number(given.invoices)) is not None:
            return PreviewInvoicesPayload(user_errors=[user_error(refusal)])
        results = [await _preview(info.context, PreviewInvoice, preview_invoice, each) for each in given.invoices]
        return PreviewInvoicesPayload(results=results)

    return strawberry.field(
        resolver=resolve,
        description="What createInvoices would make of this input: one answer an invoice, in order.",
        metadata={**only(MONEY), **costs(extra=WORK, lists=("input.invoices",))},
    )


async def _preview(context: Context, model: type[InputT], use_case: UseCase[InputT], given: object) -> PreviewInvoicePayload:
    """Return what it would be; for equal inputs of one operation it is worked out once."""
    plain = raw(given)
    text = repr(plain)
    return await context.loaders.once((use_case, text), lambda: _look(context, model, use_case, plain, len(text)))


async def _look(context: Context, model: type[InputT], use_case: UseCase[InputT], plain: Form, characters: int) -> PreviewInvoicePayload:
    def look(tx: Transaction) -> Preview:
        items = items_of(tx, plain.get("projectId") or plain.get("invoiceId") or "")
        context.spending.begin(Work.PREVIEW, items + characters // CHARACTERS)
        preview = use_case(tx, validated(model, plain))
        context.spending.loaded += max(0, len(preview.lines) - items)
        return preview

    try:
        return PreviewInvoicePayload(preview=InvoicePreview.of(await context.read(look)))
    except Refusals as several:
        return PreviewInvoicePayload(user_errors=[user_error(refusal) for refusal in several.refusals])
    except Refusal as one:
        log_fault(context.request_id, one)
        return PreviewInvoicePayload(user_errors=[user_error(one)])
