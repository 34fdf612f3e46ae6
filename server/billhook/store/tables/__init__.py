"""The tables, one file a noun. There are no ORM relationships, so that nothing is loaded by accident."""

from sqlmodel import SQLModel

from billhook.store.tables.access import AccessToken, AuditEntry
from billhook.store.tables.agreement import Deal, DealLine, Subscription, SubscriptionLine
from billhook.store.tables.document import Claim, Invoice, InvoiceLine, InvoiceVat
from billhook.store.tables.ledger import AdvanceLedger, Idempotency, NumberSeries
from billhook.store.tables.party import Customer, Seller
from billhook.store.tables.people import User, UserRate, WorkType, WorkTypeRate
from billhook.store.tables.project import Phase, Project, ProjectBalance
from billhook.store.tables.work import ExternalCost, ExtraCost, TimeEntry

__all__ = [
    "AccessToken",
    "AdvanceLedger",
    "AuditEntry",
    "Claim",
    "Customer",
    "Deal",
    "DealLine",
    "ExternalCost",
    "ExtraCost",
    "Idempotency",
    "Invoice",
    "InvoiceLine",
    "InvoiceVat",
    "NumberSeries",
    "Phase",
    "Project",
    "ProjectBalance",
    "Seller",
    "Subscription",
    "SubscriptionLine",
    "TimeEntry",
    "User",
    "UserRate",
    "WorkType",
    "WorkTypeRate",
]

for _table in SQLModel.metadata.tables.values():
    if "id" in _table.c:
        # SQLite would give a deleted row's id to the next row, and whoever still has the id would meet a stranger.
        _table.dialect_options["sqlite"]["autoincrement"] = True
