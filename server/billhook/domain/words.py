"""The closed lists of the domain, one enum each (design: the words table)."""

from __future__ import annotations

from enum import Enum


class RatePolicy(Enum):
    """Where a project's hourly rate comes from when neither the entry nor its phase has one (M3)."""

    PROJECT = "PROJECT"
    USER = "USER"
    WORK_TYPE = "WORK_TYPE"


class RateOrigin(Enum):
    """Which rule gave a time entry its rate (M3)."""

    ENTRY = "ENTRY"
    PHASE = "PHASE"
    PROJECT = "PROJECT"
    USER = "USER"
    WORK_TYPE = "WORK_TYPE"


class ProjectStatus(Enum):
    """How far a project is. Billing does not look at it (R3)."""

    ACTIVE = "ACTIVE"
    ON_HOLD = "ON_HOLD"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class BillingMethod(Enum):
    """How a phase is billed (R1)."""

    TIME_AND_MATERIALS = "TIME_AND_MATERIALS"
    FIXED_PRICE = "FIXED_PRICE"
    NON_BILLABLE = "NON_BILLABLE"


class PhaseStatus(Enum):
    """Whether a phase still takes work. What is unbilled on a closed phase stays billable (R5a)."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class CustomerKind(Enum):
    """Who buys: decides which e-invoicing rules apply."""

    BUSINESS = "BUSINESS"
    CONSUMER = "CONSUMER"
    PUBLIC = "PUBLIC"


class CycleUnit(Enum):
    """The unit of a subscription's cycle (R11)."""

    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class InvoiceKind(Enum):
    """Regular (UNTDID 1001 code 380), advance (386) or credit note (381)."""

    REGULAR = "REGULAR"
    ADVANCE = "ADVANCE"
    CREDIT_NOTE = "CREDIT_NOTE"


class InvoiceStatus(Enum):
    """A draft may change, a booked document never does, a discarded one has ended (R13)."""

    DRAFT = "DRAFT"
    BOOKED = "BOOKED"
    DISCARDED = "DISCARDED"


class InvoiceChangeKind(Enum):
    """What those who wait are told of a document."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    BOOKED = "BOOKED"
    CREDITED = "CREDITED"
    DISCARDED = "DISCARDED"


class LineKind(Enum):
    """What a line of a document bills."""

    TIME = "TIME"
    EXTRA_COST = "EXTRA_COST"
    EXTERNAL_COST = "EXTERNAL_COST"
    FIXED_PRICE = "FIXED_PRICE"
    DEAL = "DEAL"
    SUBSCRIPTION = "SUBSCRIPTION"
    FREE = "FREE"
    SETTLEMENT = "SETTLEMENT"


class ClaimKind(Enum):
    """What a claim takes; the values are those of `Claim.kind` in the public API."""

    TIME_ENTRY = "time_entry"
    EXTRA_COST = "extra_cost"
    EXTERNAL_COST = "external_cost"
    PHASE = "phase"
    DEAL = "deal"
    SUBSCRIPTION_PERIOD = "subscription_period"
    ONCE = "once"


class LedgerKind(Enum):
    """The four movements of advance credit (R18)."""

    REGISTERED = "REGISTERED"
    APPLIED = "APPLIED"
    RELEASED = "RELEASED"
    CREDITED = "CREDITED"


class AdvancesMode(Enum):
    """How a settling invoice takes advances off (R8)."""

    AUTO = "AUTO"
    NONE = "NONE"
    UP_TO = "UP_TO"


class TimeEntryState(Enum):
    """Where a time entry stands between being tracked and being billed."""

    NOT_BILLABLE = "NOT_BILLABLE"
    UNRATED = "UNRATED"
    UNBILLED = "UNBILLED"
    ON_DRAFT = "ON_DRAFT"
    BILLED = "BILLED"
    IN_FIXED_PRICE = "IN_FIXED_PRICE"


class NotProposedReason(Enum):
    """Why a project is not in "Invoice timetracking" (R3)."""

    COVERED_BY_ADVANCE = "COVERED_BY_ADVANCE"
    NOTHING_UNBILLED = "NOTHING_UNBILLED"


class Series(Enum):
    """The two number series of a seller (R15)."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


class WarningCode(Enum):
    """What a preview warns of without refusing."""

    OPEN_ADVANCE_NOT_SETTLED = "OPEN_ADVANCE_NOT_SETTLED"
    ADVANCE_OF_OTHER_VAT = "ADVANCE_OF_OTHER_VAT"
    UNRATED_LEFT_OUT = "UNRATED_LEFT_OUT"


class Role(Enum):
    """What a viewer may do."""

    VIEWER = "VIEWER"
    TIMEKEEPER = "TIMEKEEPER"
    BILLER = "BILLER"
    ADMIN = "ADMIN"


ADMINS = frozenset({Role.ADMIN})


class AuditAction(Enum):
    """What the audit log keeps: documents that got their number or lost their effect, and every change of who has access."""

    INVOICE_BOOKED = "INVOICE_BOOKED"
    INVOICE_CREDITED = "INVOICE_CREDITED"
    INVOICE_DISCARDED = "INVOICE_DISCARDED"
    TOKEN_CREATED = "TOKEN_CREATED"  # noqa: S105 - the name of what happened
    TOKEN_REVOKED = "TOKEN_REVOKED"  # noqa: S105 - the same
