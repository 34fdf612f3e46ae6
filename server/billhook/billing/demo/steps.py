"""What happens on a project, one value a step: time and costs come in, invoices are made, booked, discarded and credited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from billhook.billing.demo.scene import Request, Scene
    from billhook.billing.demo.ways import Way
    from billhook.domain.options import Vat

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Article:
    """An extra cost on a time entry."""

    description: str
    unit_price: str
    quantity: str = "1"


@dataclass(frozen=True, slots=True)
class Work:
    """A user tracks time."""

    days_ago: int
    user: str
    minutes: int
    description: str
    phase: str | None = None
    work_type: str | None = None
    billable: bool = True
    hourly_rate: str | None = None
    articles: tuple[Article, ...] = ()

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        return "trackTime", {
            "projectId": scene.id_of("Project"),
            "phaseId": self.phase and scene.id_of("Phase", self.phase),
            "userId": scene.id_of("User", self.user),
            "workTypeId": self.work_type and scene.id_of("WorkType", self.work_type),
            "seconds": self.minutes * SECONDS_PER_MINUTE,
            "description": self.description,
            "billable": self.billable,
            "hourlyRate": self.hourly_rate,
            "extraCosts": [
                {"description": article.description, "quantity": article.quantity, "unitPrice": article.unit_price}
                for article in self.articles
            ],
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """An external cost is incurred."""

    days_ago: int
    description: str
    unit_price: str
    quantity: str = "1"
    phase: str | None = None
    billable: bool = True
    vat: Vat | None = None

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        return "createExternalCost", {
            "projectId": scene.id_of("Project"),
            "phaseId": self.phase and scene.id_of("Phase", self.phase),
            "description": self.description,
            "quantity": self.quantity,
            "unitPrice": self.unit_price,
            "billable": self.billable,
            "vat": self.vat,
        }


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice is created, booked at once or left a draft."""

    days_ago: int
    way: Way
    book: bool = True

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        source = {self.way.source: self.way.options(scene)}
        return "createInvoice", {"projectId": scene.id_of("Project"), "source": source, "book": self.book}


@dataclass(frozen=True, slots=True)
class Book:
    """The latest invoice of the project, a draft, is booked."""

    days_ago: int

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        return "bookInvoice", {"invoiceId": scene.id_of("Invoice")}


@dataclass(frozen=True, slots=True)
class Discard:
    """The latest invoice of the project, a draft, is discarded."""

    days_ago: int

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        return "discardInvoice", {"invoiceId": scene.id_of("Invoice")}


@dataclass(frozen=True, slots=True)
class Credit:
    """The latest invoice of the project is credited: in full, or an amount of its first line."""

    days_ago: int
    reason: str
    amount: str | None = None

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        raw: dict[str, Any] = {"invoiceId": scene.id_of("Invoice"), "reason": self.reason}
        if self.amount is not None:
            raw["lines"] = [{"lineId": scene.id_of("InvoiceLine"), "amount": self.amount}]
        return "creditInvoice", raw


@dataclass(frozen=True, slots=True)
class RunSubscriptions:
    """Every period of the project's subscriptions that has begun by then is invoiced.

    The number of periods must not depend on the calendar: a month after the start is 28 to 31 days after it, so never run in between.
    """

    days_ago: int

    def request(self, scene: Scene) -> Request:
        """Return the request that does it."""
        return "runSubscriptions", {"asOf": scene.today, "projectIds": [scene.id_of("Project")]}


Step = Work | Cost | Bill | Book | Discard | Credit | RunSubscriptions
