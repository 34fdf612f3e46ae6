"""billhook turns tracked project work into invoices. These are the names for authors of invoice sources, and nothing else."""

from billhook.domain.options import OneOf, Portion, SourceOptions, Vat, VatCategory
from billhook.domain.proposal import Claim, ClaimLine, FreeLine, FreeLineInput, Period, Proposal, Refused
from billhook.domain.source import Effect, InvoiceSource, OptionsT
from billhook.domain.views import (
    DealId,
    DealView,
    ExternalCostId,
    ExternalCostView,
    ExtraCostId,
    ExtraCostView,
    Named,
    PhaseId,
    PhaseView,
    ProjectView,
    SourceContext,
    SubscriptionId,
    SubscriptionPeriod,
    SubscriptionView,
    TimeEntryId,
    TimeEntryView,
)
from billhook.sources import hookimpl

__all__ = [
    "Claim",
    "ClaimLine",
    "DealId",
    "DealView",
    "Effect",
    "ExternalCostId",
    "ExternalCostView",
    "ExtraCostId",
    "ExtraCostView",
    "FreeLine",
    "FreeLineInput",
    "InvoiceSource",
    "Named",
    "OneOf",
    "OptionsT",
    "Period",
    "PhaseId",
    "PhaseView",
    "Portion",
    "ProjectView",
    "Proposal",
    "Refused",
    "SourceContext",
    "SourceOptions",
    "SubscriptionId",
    "SubscriptionPeriod",
    "SubscriptionView",
    "TimeEntryId",
    "TimeEntryView",
    "Vat",
    "VatCategory",
    "hookimpl",
]
