"""What mutations answer: the rows they made or touched, as they are now, and what was refused."""

import strawberry

from billhook_schema.agreement import BillingSubscription, Deal, Period
from billhook_schema.cost import ExternalCost, ExtraCost
from billhook_schema.customer import Customer
from billhook_schema.errors import UserError
from billhook_schema.invoice import Invoice
from billhook_schema.mirror import Form
from billhook_schema.people import User, WorkType
from billhook_schema.phase import Phase
from billhook_schema.preview import InvoicePreview
from billhook_schema.project import Project
from billhook_schema.roles import EVERYONE, MONEY, seen_by
from billhook_schema.seller import Seller
from billhook_schema.time_entry import TimeEntry
from billhook_schema.weight import costs


def _result(description: str) -> Form:
    return strawberry.field(default=None, description=f"{description} Null when refused.")


def _results(description: str, *, as_asked: bool = True) -> Form:
    return strawberry.field(default_factory=list, description=f"{description} Empty when refused.", metadata=costs(as_asked=as_asked))


def _errors() -> Form:
    return strawberry.field(
        default_factory=list, description="What was refused, and why; empty when it was done.", metadata=costs(length=1)
    )


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createInvoice, and one answer of createInvoices.")
class CreateInvoicePayload:
    """The new invoice."""

    invoice: Invoice | None = _result("The new invoice.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createInvoices.")
class CreateInvoicesPayload:
    """One answer for each invoice asked for."""

    results: list[CreateInvoicePayload] = _results("One answer for each invoice, in order; each was created or refused by itself.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of the queries that preview one document, and one answer of previewInvoices.")
class PreviewInvoicePayload:
    """What it would be."""

    preview: InvoicePreview | None = _result("The whole document.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of previewInvoices.")
class PreviewInvoicesPayload:
    """One answer for each invoice asked for."""

    results: list[PreviewInvoicePayload] = _results("One answer for each invoice asked for, in order.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of updateDraftInvoice.")
class UpdateDraftInvoicePayload:
    """The changed draft."""

    invoice: Invoice | None = _result("The changed draft.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of bookInvoice.")
class BookInvoicePayload:
    """The booked invoice."""

    invoice: Invoice | None = _result("The booked invoice.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of discardInvoice.")
class DiscardInvoicePayload:
    """The discarded invoice."""

    invoice: Invoice | None = _result("The discarded invoice.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of creditInvoice.")
class CreditInvoicePayload:
    """The credit note and what it corrects."""

    credit_note: Invoice | None = _result("The booked credit note.")
    invoice: Invoice | None = _result("The invoice that it corrects.")
    user_errors: list[UserError] = _errors()


@seen_by(MONEY)
@strawberry.type(description="What a run did for one period of one subscription.")
class SubscriptionRun:
    """One period of one subscription."""

    subscription: BillingSubscription = strawberry.field(description="The subscription.")
    period: Period = strawberry.field(description="The period that was due.")
    invoice: Invoice | None = _result("Its invoice.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of runSubscriptions.")
class RunSubscriptionsPayload:
    """One result for each period that was due."""

    results: list[SubscriptionRun] = _results(
        "One result for each period that was due, oldest first. An answer with a refused period is not kept for its idempotency key: "
        "the same sent again tries what is still due, and does not list again what was made.",
        as_asked=False,
    )
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of trackTime.")
class TrackTimePayload:
    """The new time entry."""

    time_entry: TimeEntry | None = _result("The new time entry.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of saveTimeEntries.")
class SaveTimeEntriesPayload:
    """All that was saved."""

    tracked: list[TimeEntry] = _results("The new entries, in order.")
    updated: list[TimeEntry] = _results("The changed entries, in order.")
    deleted_ids: list[strawberry.ID] = _results("Ids of the deleted entries, in order.")
    projects: list[Project] = _results("The projects whose work changed.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createSeller and updateSeller.")
class SellerPayload:
    """The seller."""

    seller: Seller | None = _result("The seller.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createCustomer and updateCustomer.")
class CustomerPayload:
    """The customer."""

    customer: Customer | None = _result("The customer.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createProject and updateProject.")
class ProjectPayload:
    """The project."""

    project: Project | None = _result("The project.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createPhase and updatePhase.")
class PhasePayload:
    """The phase."""

    phase: Phase | None = _result("The phase.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createUser and updateUser.")
class UserPayload:
    """The user."""

    user: User | None = _result("The user.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createWorkType and updateWorkType.")
class WorkTypePayload:
    """The work type."""

    work_type: WorkType | None = _result("The work type.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createExtraCost and updateExtraCost.")
class ExtraCostPayload:
    """The extra cost."""

    extra_cost: ExtraCost | None = _result("The extra cost.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createExternalCost and updateExternalCost.")
class ExternalCostPayload:
    """The external cost."""

    external_cost: ExternalCost | None = _result("The external cost.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createDeal and updateDeal.")
class DealPayload:
    """The deal."""

    deal: Deal | None = _result("The deal.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of createSubscription and updateSubscription.")
class SubscriptionPayload:
    """The subscription."""

    subscription: BillingSubscription | None = _result("The subscription.")
    user_errors: list[UserError] = _errors()


@seen_by(EVERYONE)
@strawberry.type(description="Answer of every mutation that deletes.")
class DeletePayload:
    """What was deleted."""

    deleted_id: strawberry.ID | None = _result("Id of what was deleted.")
    user_errors: list[UserError] = _errors()
