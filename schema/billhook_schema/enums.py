"""The GraphQL enums: the closed lists of the domain under their names in the schema, every value described.

The domain's own enums are shown, not copied: a resolver returns a `BillingMethod` and an input brings one.
"""

from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from billhook.domain.errors import ErrorCode
from billhook.domain.options import VatCategory
from billhook.domain.source import Effect
from billhook.domain.words import (
    AdvancesMode,
    AuditAction,
    BillingMethod,
    CustomerKind,
    CycleUnit,
    InvoiceChangeKind,
    InvoiceKind,
    InvoiceStatus,
    LedgerKind,
    LineKind,
    NotProposedReason,
    PhaseStatus,
    ProjectStatus,
    RateOrigin,
    RatePolicy,
    Role,
    TimeEntryState,
    WarningCode,
)
from billhook.sources import PluginState

__all__ = [
    "AdvancesMode",
    "AuditAction",
    "BillingMethod",
    "CustomerKind",
    "CycleUnit",
    "Effect",
    "ErrorCode",
    "InvoiceChangeKind",
    "InvoiceKind",
    "InvoiceStatus",
    "LedgerKind",
    "LineKind",
    "NotProposedReason",
    "PhaseStatus",
    "PluginState",
    "ProjectStatus",
    "RateOrigin",
    "RatePolicy",
    "Role",
    "TimeEntryState",
    "VatCategory",
    "WarningCode",
    "definition_of",
]


def definition_of(words: type[Enum]) -> StrawberryEnumDefinition:
    """Return what GraphQL knows of an enum that is shown. Raises TypeError for one that is not."""
    definition = words.__dict__.get("__strawberry_definition__")
    if not isinstance(definition, StrawberryEnumDefinition):
        raise TypeError(f"the enum {words.__name__} is not shown in GraphQL")
    return definition


def _show(words: type[Enum], name: str, description: str, values: dict[str, str]) -> None:
    """Give an enum its name in GraphQL and describe each of its values. Raises TypeError unless exactly its values are described."""
    if set(values) != set(words.__members__):
        raise TypeError(f"describe exactly the values of {words.__name__}")
    strawberry.enum(words, name=name, description=description)
    for value in definition_of(words).values:
        value.description = values[value.name]


_show(
    VatCategory,
    "VatCategory",
    "VAT category of EN 16931 (UNTDID 5305). Only S has a rate above 0.",
    {
        "S": "Standard or reduced rate.",
        "Z": "Zero rated.",
        "E": "Exempt from VAT.",
        "AE": "Reverse charge: the buyer accounts for the VAT.",
        "K": "Intra-Community supply.",
        "G": "Export outside the EU.",
        "O": "Outside the scope of VAT.",
    },
)
_show(
    Effect,
    "InvoiceEffect",
    "What invoices of a source do to the project's credit.",
    {
        "CLEARS_UNBILLED_TIME": "A regular invoice: what it bills is no longer unbilled.",
        "REGISTERS_ADVANCE_CREDIT": "An advance invoice: clears no time, and raises the open advance.",
    },
)
_show(
    AuditAction,
    "AuditAction",
    "What the audit log keeps.",
    {
        "INVOICE_BOOKED": "An invoice got its number and was frozen.",
        "INVOICE_CREDITED": "A credit note took an invoice back, or a part of it.",
        "INVOICE_DISCARDED": "A draft was discarded.",
        "TOKEN_CREATED": "An access token was made.",
        "TOKEN_REVOKED": "An access token was revoked.",
    },
)
_show(
    PluginState,
    "PluginState",
    "What became of a plugin when the server started.",
    {
        "WORKS": "It is installed: its source can be used.",
        "BROKEN": "It was left out for a fault; the reason says which.",
        "BLOCKED": "It was left out on purpose, by BILLHOOK_PLUGINS_BLOCK.",
    },
)
_show(
    ErrorCode,
    "ErrorCode",
    "What a user error refuses. Treat codes you do not know as text: more may come.",
    {
        "NOT_FOUND": "There is nothing with this id, or it is of another kind or project.",
        "INVALID_INPUT": "A value is wrong by itself; `path` leads to it.",
        "NOTHING_TO_BILL": "The selection holds nothing unbilled.",
        "COVERED_BY_ADVANCE": "The unbilled amount is covered by the open advance: see CoveredByAdvance.",
        "RATE_MISSING": "Time entries have no hourly rate: see RateMissing.",
        "ALREADY_BILLED": "Items are on a live invoice line: see AlreadyBilled.",
        "WRONG_STATUS": "The status does not allow this, such as changing a booked invoice.",
        "CURRENCY_MISMATCH": "A time entry with prices would move to a project in another currency.",
        "EXCEEDS_REMAINING": "More than what remains: see ExceedsAmount.",
        "EXCEEDS_OPEN_ADVANCE": "More than what is open of the advance: see ExceedsAmount.",
        "ADVANCE_NOT_BOOKED": "An applied advance is still a draft, and must be booked first: see AdvanceProblem.",
        "ADVANCE_IN_USE": "The advance is applied on other invoices: see AdvanceProblem.",
        "STATE_CHANGED": "What you saw is not what is there now: see StateChanged.",
        "IDEMPOTENCY_KEY_REUSED": "The idempotency key was used before, with another input.",
        "CONFLICT": "The same work was billed or changed at the same moment: look again and retry.",
        "IN_USE": "Something refers to it, so that it cannot be deleted.",
        "DATE_BEFORE_LAST_NUMBER": "The issue date is before that of the series' last document.",
        "LIMIT_EXCEEDED": "More than one request may hold.",
        "PLUGIN_FAULT": "An invoice source broke its contract: see PluginFault.",
    },
)
_show(
    AdvancesMode,
    "AdvancesMode",
    "How a settling invoice takes open advances off.",
    {
        "AUTO": "All that fits within its VAT groups.",
        "NONE": "Nothing.",
        "UP_TO": "All that fits, at most `upTo`.",
    },
)
_show(
    BillingMethod,
    "BillingMethod",
    "How a phase is billed.",
    {
        "TIME_AND_MATERIALS": "By its time and costs.",
        "FIXED_PRICE": "By its price; its time is never unbilled time.",
        "NON_BILLABLE": "Not at all.",
    },
)
_show(
    CustomerKind,
    "CustomerKind",
    "Who buys: decides which e-invoicing rules apply.",
    {
        "BUSINESS": "A company.",
        "CONSUMER": "A private person.",
        "PUBLIC": "A public body.",
    },
)
_show(
    CycleUnit,
    "CycleUnit",
    "Unit of a subscription's cycle.",
    {
        "WEEK": "Weeks.",
        "MONTH": "Months; the day is that of the first period, or the last of a shorter month.",
        "YEAR": "Years.",
    },
)
_show(
    InvoiceChangeKind,
    "InvoiceChangeKind",
    "What happened to an invoice or a credit note.",
    {
        "CREATED": "It was made; a credit note is booked at once.",
        "CHANGED": "The draft was changed.",
        "BOOKED": "It was booked.",
        "CREDITED": "A credit note on it was made.",
        "DISCARDED": "The draft was discarded.",
    },
)
_show(
    InvoiceKind,
    "InvoiceKind",
    "Kind of a document.",
    {
        "REGULAR": "An invoice for work done (UNTDID 1001 code 380).",
        "ADVANCE": "An invoice in advance of work (code 386).",
        "CREDIT_NOTE": "Corrects a booked invoice (code 381).",
    },
)
_show(
    InvoiceStatus,
    "InvoiceStatus",
    "Where a document is in its life.",
    {
        "DRAFT": "Has no number and may change; it already claims work or registers credit.",
        "BOOKED": "Numbered and frozen.",
        "DISCARDED": "A draft that was ended; everything it did was undone.",
    },
)
_show(
    LineKind,
    "InvoiceLineKind",
    "What a line bills.",
    {
        "TIME": "Time entries.",
        "EXTRA_COST": "Extra costs of time entries.",
        "EXTERNAL_COST": "An external cost of the project or a phase.",
        "FIXED_PRICE": "All or part of a phase's fixed price.",
        "DEAL": "All or part of a deal.",
        "SUBSCRIPTION": "A period of a subscription.",
        "FREE": "Composed by hand or by a source.",
        "SETTLEMENT": "Takes an advance invoice off; its net is negative.",
    },
)
_show(
    LedgerKind,
    "AdvanceLedgerKind",
    "Movement of advance credit. The open advance is the sum of the signed amounts.",
    {
        "REGISTERED": "An advance invoice was created.",
        "APPLIED": "Taken off a regular invoice.",
        "RELEASED": "Undoes another row, wholly or in part.",
        "CREDITED": "The advance invoice was credited.",
    },
)
_show(
    NotProposedReason,
    "NotProposedReason",
    "Why a project is not proposed for invoicing.",
    {
        "COVERED_BY_ADVANCE": "There is unbilled work, at most as much as the open advance.",
        "NOTHING_UNBILLED": "No time and no extra costs are unbilled; external costs and fixed prices may be.",
    },
)
_show(
    PhaseStatus,
    "PhaseStatus",
    "Whether a phase still takes work.",
    {
        "OPEN": "Takes work.",
        "CLOSED": "Takes no more work; what is unbilled on it stays billable.",
    },
)
_show(
    ProjectStatus,
    "ProjectStatus",
    "How far a project is. Billing does not look at it.",
    {
        "ACTIVE": "Being worked on.",
        "ON_HOLD": "Paused.",
        "DONE": "Finished.",
        "CANCELLED": "Called off.",
    },
)
_show(
    RateOrigin,
    "RateOrigin",
    "Which rule gave a time entry its rate.",
    {
        "ENTRY": "Its own rate.",
        "PHASE": "Its phase's rate.",
        "PROJECT": "The project's rate.",
        "USER": "Its user's rate in the project's currency.",
        "WORK_TYPE": "Its work type's rate in the project's currency.",
    },
)
_show(
    RatePolicy,
    "RatePolicy",
    "Where hourly rates come from when neither the entry nor its phase has one.",
    {
        "PROJECT": "One rate for the project.",
        "USER": "The rate of the user.",
        "WORK_TYPE": "The rate of the work type.",
    },
)
_show(
    Role,
    "Role",
    "What a viewer may do.",
    {
        "VIEWER": "See everything, change nothing.",
        "TIMEKEEPER": "Track time; sees no amounts.",
        "BILLER": "Everything but administration.",
        "ADMIN": "Everything.",
    },
)
_show(
    TimeEntryState,
    "TimeEntryState",
    "Where a time entry stands between being tracked and being billed.",
    {
        "NOT_BILLABLE": "It or its phase is not billable.",
        "UNRATED": "Unbilled, and without a rate: it cannot be invoiced before it has one.",
        "UNBILLED": "Waits to be invoiced.",
        "ON_DRAFT": "On a draft invoice.",
        "BILLED": "On a booked invoice.",
        "IN_FIXED_PRICE": "Its phase has a fixed price, which is billed instead.",
    },
)
_show(
    WarningCode,
    "WarningCode",
    "What a preview warns of without refusing.",
    {
        "OPEN_ADVANCE_NOT_SETTLED": "The project has an open advance that this source leaves alone.",
        "ADVANCE_OF_OTHER_VAT": "Part of the open advance has a VAT rate that this invoice does not have; it stays open.",
        "UNRATED_LEFT_OUT": "Time entries without a rate are not on the invoice.",
    },
)
