"""From the keys that a use case returns to the payload that shows their rows, for every mutation."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import strawberry
from pydantic.alias_generators import to_camel

from billhook.domain.errors import ErrorCode, Refusal
from billhook.store import tables
from billhook_schema import payloads
from billhook_schema.agreement import Period
from billhook_schema.errors import user_error
from billhook_schema.node import node_of
from billhook_schema.weight import READ, WORK, costs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from billhook.billing.operation import Keys
    from billhook_schema.context import Context
    from billhook_schema.mirror import Form


@dataclass(frozen=True, slots=True)
class Answer:
    """A mutation's payload type, and how its fields are found from the keys of what was done."""

    payload: type[Any]
    fields: Callable[[Context, Keys], Awaitable[dict[str, Any]]]
    weight: Mapping[str, Any] = field(default_factory=dict)
    """What it costs, as metadata of the field; as any mutation where it is absent."""

    async def done(self, context: Context, keys: Keys) -> Form:
        """Return the payload of a mutation that was done."""
        return self.payload(**await self.fields(context, keys))

    def refused(self, refusals: tuple[Refusal, ...]) -> Form:
        """Return the payload of a mutation that was refused."""
        return self.payload(user_errors=[user_error(refusal) for refusal in refusals])


def rows(payload: type[Any], **found_in: type[Any]) -> Answer:
    """Return an answer that shows one row a field: the field's name and the table of its row."""

    async def fields(context: Context, keys: Keys) -> dict[str, Any]:
        return {name: await _one(context, table, keys[to_camel(name)]) for name, table in found_in.items()}

    return Answer(payload, fields)


async def _deleted(_context: Context, keys: Keys) -> dict[str, Any]:
    return {"deleted_id": strawberry.ID(keys["deleted"])}


async def _saved(context: Context, keys: Keys) -> dict[str, Any]:
    return {
        "tracked": await _all(context, tables.TimeEntry, keys["tracked"]),
        "updated": await _all(context, tables.TimeEntry, keys["updated"]),
        "deleted_ids": [strawberry.ID(each) for each in keys["deleted"]],
        "projects": await _all(context, tables.Project, keys["projects"]),
    }


async def _runs(context: Context, keys: Keys) -> dict[str, Any]:
    return {"results": await asyncio.gather(*(_run(context, run) for run in keys["results"]))}


async def _run(context: Context, run: Mapping[str, Any]) -> payloads.SubscriptionRun:
    starts_on, ends_on = map(date.fromisoformat, run["period"])
    errors = [Refusal(ErrorCode(error["code"]), error["message"], *error["path"]) for error in run["errors"]]
    return payloads.SubscriptionRun(
        subscription=node_of(await context.loaders.row(tables.Subscription, run["subscription"])),
        period=Period(starts_on=starts_on, ends_on=ends_on),
        invoice=None if run["invoice"] is None else await _one(context, tables.Invoice, run["invoice"]),
        user_errors=[user_error(error) for error in errors],
    )


async def _one(context: Context, table: type[Any], key: int) -> Any:  # noqa: ANN401 - any node type
    """Return the row as it is now, None if it is gone: an idempotency key may bring back an answer from long ago."""
    row = await context.loaders.rows(table).load(key)
    return None if row is None else node_of(row)


async def _all(context: Context, table: type[Any], keys: list[int]) -> list[Any]:
    found = await asyncio.gather(*(_one(context, table, key) for key in keys))
    return [node for node in found if node is not None]


_SAVED = {
    "Seller": rows(payloads.SellerPayload, seller=tables.Seller),
    "Customer": rows(payloads.CustomerPayload, customer=tables.Customer),
    "Project": rows(payloads.ProjectPayload, project=tables.Project),
    "Phase": rows(payloads.PhasePayload, phase=tables.Phase),
    "User": rows(payloads.UserPayload, user=tables.User),
    "WorkType": rows(payloads.WorkTypePayload, work_type=tables.WorkType),
    "ExtraCost": rows(payloads.ExtraCostPayload, extra_cost=tables.ExtraCost),
    "ExternalCost": rows(payloads.ExternalCostPayload, external_cost=tables.ExternalCost),
    "Deal": rows(payloads.DealPayload, deal=tables.Deal),
    "Subscription": rows(payloads.SubscriptionPayload, subscription=tables.Subscription),
}
_DELETED = Answer(payloads.DeletePayload, _deleted)

ANSWERS: dict[str, Answer] = {
    "createInvoice": rows(payloads.CreateInvoicePayload, invoice=tables.Invoice),
    "updateDraftInvoice": rows(payloads.UpdateDraftInvoicePayload, invoice=tables.Invoice),
    "bookInvoice": rows(payloads.BookInvoicePayload, invoice=tables.Invoice),
    "discardInvoice": rows(payloads.DiscardInvoicePayload, invoice=tables.Invoice),
    "creditInvoice": rows(payloads.CreditInvoicePayload, credit_note=tables.Invoice, invoice=tables.Invoice),
    "runSubscriptions": Answer(payloads.RunSubscriptionsPayload, _runs, costs(extra=10 * WORK)),
    "trackTime": rows(payloads.TrackTimePayload, time_entry=tables.TimeEntry),
    "saveTimeEntries": Answer(
        payloads.SaveTimeEntriesPayload, _saved, costs(extra=READ, lists=("input.track", "input.update", "input.deleteIds"))
    ),
    **{f"{verb}{noun}": answer for noun, answer in _SAVED.items() for verb in ("create", "update")},
    **{f"delete{noun}": _DELETED for noun in _SAVED},
}
"""By GraphQL field; every operation has one."""
