"""Every mutation by its GraphQL name: what it takes, and the use case that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.billing.booking import book_invoice
from billhook.billing.crediting import credit_invoice
from billhook.billing.discarding import discard_invoice
from billhook.billing.drafts import update_draft_invoice
from billhook.billing.inputs import invoice, party, people, project, time
from billhook.billing.inputs.common import Keyed, delete_of, update_of
from billhook.billing.invoicing import after_option_defaults, create_invoice
from billhook.billing.operation import Keys, Operation
from billhook.billing.records import agreement, cost, phase
from billhook.billing.records import party as parties
from billhook.billing.records import people as persons
from billhook.billing.records import project as projects
from billhook.billing.subscriptions import run_subscriptions
from billhook.billing.time_entries import save_time_entries, track_time
from billhook.domain.words import ADMINS, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billhook.billing.transaction import Transaction

    UseCase = Callable[[Transaction, Any], Keys]

BILLING = ADMINS | {Role.BILLER}
TRACKING = BILLING | {Role.TIMEKEEPER}
INVOICING: tuple[Operation[Any], ...] = (
    Operation(
        "createInvoice",
        invoice.CreateInvoice,
        create_invoice,
        "Create an invoice by its source, as a draft or booked at once.",
        BILLING,
        identity=after_option_defaults,
    ),
    Operation("updateDraftInvoice", invoice.UpdateDraftInvoice, update_draft_invoice, "Change a draft, all or nothing.", BILLING),
    Operation("bookInvoice", invoice.BookInvoice, book_invoice, "Book a draft: number it and freeze it.", BILLING),
    Operation(
        "discardInvoice",
        invoice.DiscardInvoice,
        discard_invoice,
        "Discard a draft: everything it did is undone, and no gap is left.",
        BILLING,
    ),
    Operation(
        "creditInvoice",
        invoice.CreditInvoice,
        credit_invoice,
        "Credit a booked invoice, in full or per line; the note is booked at once.",
        BILLING,
    ),
    Operation(
        "runSubscriptions",
        invoice.RunSubscriptions,
        run_subscriptions,
        "Invoice every due period that was never invoiced, oldest first.",
        BILLING,
    ),
    Operation("trackTime", time.TrackTime, track_time, "Add a time entry; it is unbilled at once.", TRACKING),
    Operation(
        "saveTimeEntries",
        time.SaveTimeEntries,
        save_time_entries,
        "Save a time sheet: add, change and delete entries, all or nothing.",
        TRACKING,
    ),
)
RECORDS: tuple[tuple[str, frozenset[Role], type[Keyed], UseCase, UseCase, UseCase], ...] = (
    ("seller", ADMINS, party.CreateSeller, parties.create_seller, parties.update_seller, parties.delete_seller),
    ("customer", BILLING, party.CreateCustomer, parties.create_customer, parties.update_customer, parties.delete_customer),
    ("project", BILLING, project.CreateProject, projects.create_project, projects.update_project, projects.delete_project),
    ("phase", BILLING, project.CreatePhase, phase.create_phase, phase.update_phase, phase.delete_phase),
    ("user", ADMINS, people.CreateUser, persons.create_user, persons.update_user, persons.delete_user),
    ("work type", ADMINS, people.CreateWorkType, persons.create_work_type, persons.update_work_type, persons.delete_work_type),
    ("extra cost", BILLING, time.CreateExtraCost, cost.create_extra_cost, cost.update_extra_cost, cost.delete_extra_cost),
    ("external cost", BILLING, project.CreateExternalCost, cost.create_external_cost, cost.update_external_cost, cost.delete_external_cost),
    ("deal", BILLING, project.CreateDeal, agreement.create_deal, agreement.update_deal, agreement.delete_deal),
    (
        "subscription",
        BILLING,
        project.CreateSubscription,
        agreement.create_subscription,
        agreement.update_subscription,
        agreement.delete_subscription,
    ),
)
"""A noun, who may, the input that creates it, and what creates, changes and deletes it."""


def _record_operations() -> Iterator[Operation[Any]]:
    for noun, roles, create, creates, updates, deletes in RECORDS:
        name = noun.title().replace(" ", "")
        yield Operation(f"create{name}", create, creates, f"Create {_a(noun)}.", roles)
        yield Operation(f"update{name}", update_of(create), updates, f"Change {_a(noun)}: absent fields stay, null clears.", roles)
        yield Operation(f"delete{name}", delete_of(create), deletes, f"Delete {_a(noun)} that nothing uses.", roles)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


OPERATIONS: dict[str, Operation[Any]] = {operation.name: operation for operation in (*INVOICING, *_record_operations())}
"""The registry that the schema makes its mutations from."""
