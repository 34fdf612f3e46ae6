"""User errors: what a person can mend, as data in the answer. Rows behind them are fetched only when they are asked for."""

from functools import singledispatch
from typing import Annotated, Any, TypeAlias, Union

import strawberry

from billhook.domain import errors as domain
from billhook.store import tables
from billhook_schema.context import Info
from billhook_schema.enums import ErrorCode
from billhook_schema.money import Money, money
from billhook_schema.node import (
    DealRef,
    ExternalCostRef,
    ExtraCostRef,
    InvoiceRef,
    PhaseRef,
    SubscriptionRef,
    TimeEntryRef,
    node_of,
)
from billhook_schema.preview import InvoicePreview
from billhook_schema.roles import EVERYONE, MONEY, only, seen_by
from billhook_schema.source import InvoiceSource

Billable: TypeAlias = Annotated[
    Union[TimeEntryRef, ExtraCostRef, ExternalCostRef, PhaseRef, DealRef, SubscriptionRef],  # noqa: UP007 - strawberry's lazy types have no |
    strawberry.union("Billable", description="What an invoice line can bill."),
]
_TABLES: dict[str, type[Any]] = {
    "TimeEntry": tables.TimeEntry,
    "ExtraCost": tables.ExtraCost,
    "ExternalCost": tables.ExternalCost,
    "Phase": tables.Phase,
    "Deal": tables.Deal,
    "BillingSubscription": tables.Subscription,
}


@strawberry.interface(description="Why something was refused, and nothing changed.")
class UserError:
    """Why something was refused."""

    code: ErrorCode = strawberry.field(description="What was refused, for programs.")
    message: str = strawberry.field(description="What is wrong with which thing, and what to do next; in English.")
    path: list[str] = strawberry.field(description='Where, below `input`: ["lines", "0", "quantity"]. Empty when it is about the whole.')


@seen_by(EVERYONE)
@strawberry.type(description="A refusal that has nothing more to say than its code and message.")
class InputError(UserError):
    """A refusal without details."""


@seen_by(MONEY)
@strawberry.type(description="COVERED_BY_ADVANCE: the project's unbilled amount is covered by its open advance.")
class CoveredByAdvance(UserError):
    """The project's unbilled amount is covered by its open advance."""

    unbilled: Money = strawberry.field(description="The project's unbilled amount.")
    open_advance: Money = strawberry.field(description="The project's open advance.")


@seen_by(EVERYONE)
@strawberry.type(description="An item that is on a live invoice line.")
class BilledItem:
    """An item that is on a live invoice line."""

    item: Billable = strawberry.field(description="The item.")
    invoice_key: strawberry.Private[int | None]

    @strawberry.field(description="The invoice that it is on.", metadata=only(MONEY))
    async def invoice(self, info: Info) -> InvoiceRef | None:
        """Return the invoice that it is on."""
        row = None if self.invoice_key is None else await info.context.loaders.rows(tables.Invoice).load(self.invoice_key)
        return None if row is None else node_of(row)


@seen_by(EVERYONE)
@strawberry.type(description="ALREADY_BILLED: items are on live invoice lines.")
class AlreadyBilled(UserError):
    """Items are on live invoice lines."""

    found: strawberry.Private[tuple[tuple[str, int, int | None], ...]]
    count: int = strawberry.field(description="How many there are.")

    @strawberry.field(description="The first 20 of them.")
    async def items(self, info: Info) -> list[BilledItem]:
        """Return the items with their invoices."""
        loaders = info.context.loaders
        rows = [(await loaders.rows(_TABLES[kind]).load(key), invoice_key) for kind, key, invoice_key in self.found]
        return [BilledItem(item=node_of(row), invoice_key=invoice_key) for row, invoice_key in rows if row is not None]


@seen_by(EVERYONE)
@strawberry.type(description="RATE_MISSING: time entries have no hourly rate, so they have no amount.")
class RateMissing(UserError):
    """Time entries have no hourly rate."""

    time_entry_keys: strawberry.Private[tuple[int, ...]]
    count: int = strawberry.field(description="How many there are.")

    @strawberry.field(description="The first 20 of them.")
    async def time_entries(self, info: Info) -> list[TimeEntryRef]:
        """Return the entries."""
        rows = await info.context.loaders.rows(tables.TimeEntry).load_many(self.time_entry_keys)
        return [node_of(row) for row in rows if row is not None]


@seen_by(MONEY)
@strawberry.type(description="EXCEEDS_REMAINING, EXCEEDS_OPEN_ADVANCE: more was asked than there is.")
class ExceedsAmount(UserError):
    """More was asked than there is."""

    available: Money = strawberry.field(description="How much there is.")


@seen_by(MONEY)
@strawberry.type(description="ADVANCE_NOT_BOOKED, ADVANCE_IN_USE: an advance invoice stands in the way.")
class AdvanceProblem(UserError):
    """An advance invoice stands in the way."""

    invoice_keys: strawberry.Private[tuple[int, ...]]

    @strawberry.field(description="The advance invoices to book first, or the invoices on which the advance is applied.")
    async def invoices(self, info: Info) -> list[InvoiceRef]:
        """Return the invoices to look at."""
        rows = await info.context.loaders.rows(tables.Invoice).load_many(self.invoice_keys)
        return [node_of(row) for row in rows if row is not None]


@seen_by(MONEY)
@strawberry.type(description="STATE_CHANGED: what the preview or version showed is not what is there now.")
class StateChanged(UserError):
    """What was shown is not what is there now."""

    net_before: Money | None = strawberry.field(description="Net of the preview that the token is of.")
    total_before: Money | None = strawberry.field(description="Total of the preview that the token is of.")
    now: InvoicePreview | None = strawberry.field(description="What it would be now, with a token to go on with.")
    version: int | None = strawberry.field(description="The version now, where `expectedVersion` was another.")


@seen_by(EVERYONE)
@strawberry.type(description="PLUGIN_FAULT: an invoice source broke its contract. Other sources keep working.")
class PluginFault(UserError):
    """An invoice source broke its contract."""

    source_name: strawberry.Private[str]

    @strawberry.field(description="The source, with the package that it came with.")
    def source(self, info: Info) -> InvoiceSource:
        """Return the source; it is installed, since it was asked."""
        return InvoiceSource.of(info.context.door.workspace.sources.installed[self.source_name])


DETAILED = (InputError, CoveredByAdvance, AlreadyBilled, RateMissing, ExceedsAmount, AdvanceProblem, StateChanged, PluginFault)
"""Every type of user error; only the interface is named in fields, so the schema must be told of them."""


@singledispatch
def user_error(refusal: domain.Refusal) -> UserError:
    """Show a refusal with all it knows."""
    return InputError(**_common(refusal))


@user_error.register
def _(refusal: domain.CoveredByAdvance) -> UserError:
    return CoveredByAdvance(
        **_common(refusal),
        unbilled=money(refusal.unbilled_minor, refusal.currency),
        open_advance=money(refusal.open_advance_minor, refusal.currency),
    )


@user_error.register
def _(refusal: domain.AlreadyBilled) -> UserError:
    return AlreadyBilled(**_common(refusal), found=refusal.items, count=refusal.count)


@user_error.register
def _(refusal: domain.RateMissing) -> UserError:
    return RateMissing(**_common(refusal), time_entry_keys=refusal.time_entry_keys, count=refusal.count)


@user_error.register
def _(refusal: domain.ExceedsAmount) -> UserError:
    return ExceedsAmount(**_common(refusal), available=money(refusal.available_minor, refusal.currency))


@user_error.register
def _(refusal: domain.AdvanceProblem) -> UserError:
    return AdvanceProblem(**_common(refusal), invoice_keys=refusal.invoice_keys)


@user_error.register
def _(refusal: domain.StateChanged) -> UserError:
    net_before: Money | None = None
    total_before: Money | None = None
    if refusal.before is not None:
        net_minor, total_minor, currency = refusal.before
        net_before, total_before = money(net_minor, currency), money(total_minor, currency)
    now = None if refusal.now is None else InvoicePreview.of(refusal.now)
    return StateChanged(**_common(refusal), net_before=net_before, total_before=total_before, now=now, version=refusal.version)


@user_error.register
def _(refusal: domain.PluginFault) -> UserError:
    return PluginFault(**_common(refusal), source_name=refusal.source)


def _common(refusal: domain.Refusal) -> dict[str, Any]:
    return {"code": refusal.code, "message": refusal.message, "path": list(refusal.path)}
