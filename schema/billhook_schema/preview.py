"""Previews: what an invoice, a change of a draft or a credit note would be."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any, Self

import strawberry

from billhook.billing.reading.rows import LIST
from billhook.domain import preview as domain
from billhook.domain.money import hours_shown
from billhook.store import tables
from billhook_schema.context import Context, Info
from billhook_schema.enums import InvoiceKind, LineKind, WarningCode
from billhook_schema.loaders import Loaders
from billhook_schema.money import Money, Vat, VatBreakdown, money, money_or_none, vat_of
from billhook_schema.node import InvoiceLineRef, InvoiceRef, Node, node_of
from billhook_schema.roles import MONEY, seen_by
from billhook_schema.source import InvoiceSource
from billhook_schema.spending import SHOWN, Work

EACH_FIELD_ONCE = 20
"""Values of a line that has every field once, `line` with its id, and `settles` with its id and number."""
AT_A_TIME = 100
"""Lines that are answered before others have their turn."""


@seen_by(MONEY)
@strawberry.type(description="A line as it would stand on the document.")
class PreviewLine:
    """A line as it would stand on the document."""

    kind: LineKind = strawberry.field(description="What it bills.")
    section: str = strawberry.field(description="Heading that it is grouped under; may be empty.")
    description: str = strawberry.field(description="What the customer reads.")
    quantity: Decimal = strawberry.field(description="Quantity; a line that groups time entries has 1.")
    unit: str = strawberry.field(description="UN/ECE Recommendation 20 code: HUR for hours, C62 for pieces.")
    unit_price: Decimal = strawberry.field(description="Price of one, excluding VAT.")
    net: Money = strawberry.field(description="The line's amount, excluding VAT; negative on a settlement line.")
    hours: Decimal | None = strawberry.field(description="Hours of the time that it bills, for display: no amount comes from them.")
    vat: Vat = strawberry.field(description="VAT category and rate.")
    time_entry_count: int = strawberry.field(description="How many time entries it bills.")
    settles_key: strawberry.Private[int | None]
    line_key: strawberry.Private[int | None]

    @strawberry.field(description="The advance invoice that a settlement line takes off.", graphql_type=InvoiceRef | None)
    def settles(self, info: Info) -> Any:  # noqa: ANN401 - a node, or what to wait for
        """Return the advance invoice."""
        return _node(info.context.loaders, tables.Invoice, self.settles_key)

    @strawberry.field(
        description="The line of the draft that it is, or of the invoice that it corrects; null for a new one.",
        graphql_type=InvoiceLineRef | None,
    )
    def line(self, info: Info) -> Any:  # noqa: ANN401 - a node, or what to wait for
        """Return the existing line."""
        return _node(info.context.loaders, tables.InvoiceLine, self.line_key)

    @classmethod
    def of(cls, line: domain.PreviewLine, currency: str) -> Self:
        """Show a line."""
        return cls(
            kind=line.kind,
            section=line.section,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            net=money(line.net_minor, currency),
            hours=None if line.seconds is None else hours_shown(line.seconds),
            vat=vat_of(line.vat.category, line.vat.rate),
            time_entry_count=line.time_entry_count,
            settles_key=line.settles_key,
            line_key=line.line_key,
        )


@seen_by(MONEY)
@strawberry.type(description="What would be taken off of one advance invoice, in one VAT group.")
class PreviewApplication:
    """What would be taken off of one advance invoice, in one VAT group."""

    vat: Vat = strawberry.field(description="The VAT group.")
    amount: Money = strawberry.field(description="How much, excluding VAT.")
    advance_key: strawberry.Private[int]

    @strawberry.field(description="The advance invoice.")
    async def advance(self, info: Info) -> InvoiceRef:
        """Return the advance invoice."""
        return node_of(await info.context.loaders.row(tables.Invoice, self.advance_key))


@seen_by(MONEY)
@strawberry.type(description="Something that is allowed, but worth a look.")
class Warning:  # noqa: A001 - its name in the schema
    """Something that is allowed, but worth a look."""

    code: WarningCode = strawberry.field(description="What it is about.")
    message: str = strawberry.field(description="What it means here; in English.")
    amount: Money | None = strawberry.field(description="The amount that it is about, if any.")


def _node(loaders: Loaders, table: type[tables.Invoice | tables.InvoiceLine], key: int | None) -> Any:  # noqa: ANN401 - as above
    """Return the node behind a key, and nothing to wait for where it is at hand or there is none: there may be thousands of lines."""
    if key is None:
        return None
    row = loaders.at_hand(table, key)
    return _read_node(loaders, table, key) if row is None else node_of(row)


async def _read_node(loaders: Loaders, table: type[tables.Invoice | tables.InvoiceLine], key: int) -> Node:
    return node_of(await loaders.row(table, key))


async def _lines(root: strawberry.Parent["InvoicePreview"], info: Info) -> Any:  # noqa: ANN401 - the lines, or what gives them out
    beyond = root.proposed[LIST:]
    if not beyond:
        return root.proposed
    spending, loaders = info.context.spending, info.context.loaders
    values, pages = spending.price_of_item(info._raw_info)  # noqa: SLF001 - strawberry has no other way to it
    rows_behind = sum(line.line_key is not None or line.settles_key is not None for line in beyond)
    usual = values <= EACH_FIELD_ONCE and not pages
    spending.begin(Work.LINES, len(beyond) * values // SHOWN + rows_behind * pages, usual=usual)
    await loaders.fetch(tables.InvoiceLine, {line.line_key for line in root.proposed if line.line_key is not None})
    await loaders.fetch(tables.Invoice, {line.settles_key for line in root.proposed if line.settles_key is not None})
    return _in_turns(root.proposed, info.context)


async def _in_turns(lines: Sequence[PreviewLine], context: Context) -> AsyncIterator[PreviewLine]:
    """Give lines out a few at a time, and everybody else a turn before each few."""
    for start in range(0, len(lines), AT_A_TIME):
        await context.let_others_in()
        for line in lines[start : start + AT_A_TIME]:
            yield line


@seen_by(MONEY)
@strawberry.type(description="A whole document before anything is written, and what it would leave behind; amounts exclude VAT.")
class InvoicePreview:
    """A whole document before anything is written."""

    source_name: strawberry.Private[str]
    kind: InvoiceKind = strawberry.field(description="Kind of the document.")
    proposed: strawberry.Private[list[PreviewLine]]
    lines: list[PreviewLine] = strawberry.field(resolver=_lines, graphql_type=list[PreviewLine], description="All lines, in order.")
    work: Money = strawberry.field(description="Net of the lines other than settlement lines.")
    advances_applied: Money = strawberry.field(description="What is taken off, as a positive amount.")
    net: Money = strawberry.field(description="What is payable excluding VAT: work minus the advances applied.")
    vat: Money = strawberry.field(description="The VAT: the sum of `vatBreakdown`.")
    total: Money = strawberry.field(description="What is payable including VAT.")
    vat_breakdown: list[VatBreakdown] = strawberry.field(description="The VAT by category and rate.")
    applications: list[PreviewApplication] = strawberry.field(description="What would be taken off, by advance invoice and VAT group.")
    open_advance_after: Money = strawberry.field(description="Open advance of the project afterwards.")
    unbilled_after: Money = strawberry.field(description="Unbilled amount of the project afterwards.")
    warnings: list[Warning] = strawberry.field(description="What is allowed, but worth a look.")
    token: str = strawberry.field(description="Send it as `previewToken` to get exactly this document, or STATE_CHANGED.")

    @strawberry.field(description="The invoice source; null when it is not installed any more.")
    def source(self, info: Info) -> InvoiceSource | None:
        """Return the source, if it is installed."""
        installed = info.context.door.workspace.sources.get(self.source_name)
        return None if installed is None else InvoiceSource.of(installed)

    @classmethod
    def of(cls, preview: domain.Preview) -> Self:
        """Show a preview."""
        currency = preview.currency
        return cls(
            source_name=preview.source_name,
            kind=preview.kind,
            proposed=[PreviewLine.of(line, currency) for line in preview.lines],
            work=money(preview.work_minor, currency),
            advances_applied=money(preview.advances_applied_minor, currency),
            net=money(preview.net_minor, currency),
            vat=money(preview.vat_minor, currency),
            total=money(preview.total_minor, currency),
            vat_breakdown=[_vat_row(row, currency) for row in preview.vat_rows],
            applications=[_application(application, currency) for application in preview.applications],
            open_advance_after=money(preview.open_advance_after_minor, currency),
            unbilled_after=money(preview.unbilled_after_minor, currency),
            warnings=[_warning(caution, currency) for caution in preview.warnings],
            token=preview.token,
        )


def _vat_row(row: domain.VatRow, currency: str) -> VatBreakdown:
    return VatBreakdown(vat=vat_of(row.vat.category, row.vat.rate), net=money(row.net_minor, currency), tax=money(row.tax_minor, currency))


def _application(application: domain.PreviewApplication, currency: str) -> PreviewApplication:
    vat = vat_of(application.vat.category, application.vat.rate)
    return PreviewApplication(vat=vat, amount=money(application.amount_minor, currency), advance_key=application.advance_key)


def _warning(caution: domain.Caution, currency: str) -> Warning:
    return Warning(code=caution.code, message=caution.message, amount=money_or_none(caution.amount_minor, currency))
