"""A project of the example as it is agreed: its rates, phases, deals and subscriptions, and the steps that follow."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billhook.domain.options import Vat, VatCategory
from billhook.domain.words import BillingMethod, CycleUnit, ProjectStatus, RatePolicy

if TYPE_CHECKING:
    from billhook.billing.demo.scene import Request, Scene
    from billhook.billing.demo.steps import Step

STANDARD = Vat(category=VatCategory.S, rate=Decimal(21))
REDUCED = Vat(category=VatCategory.S, rate=Decimal(9))
REVERSE_CHARGE = Vat(category=VatCategory.AE, rate=Decimal(0))


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of time and materials, unless it says otherwise."""

    title: str
    hourly_rate: str | None = None
    fixed_price: str | None = None
    billing_method: BillingMethod | None = None
    vat: Vat | None = None

    def request(self, scene: Scene) -> Request:
        """Return the request that creates it."""
        method = BillingMethod.TIME_AND_MATERIALS if self.fixed_price is None else BillingMethod.FIXED_PRICE
        return "createPhase", {
            "projectId": scene.id_of("Project"),
            "title": self.title,
            "billingMethod": self.billing_method or method,
            "hourlyRate": self.hourly_rate,
            "fixedPrice": self.fixed_price,
            "vat": self.vat,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a deal or of a subscription."""

    description: str
    unit_price: str
    quantity: str = "1"
    vat: Vat | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """A value sold beforehand."""

    title: str
    lines: tuple[Line, ...]

    def request(self, scene: Scene) -> Request:
        """Return the request that creates it."""
        return "createDeal", {"projectId": scene.id_of("Project"), "title": self.title, "lines": _raw(self.lines)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Something billed period by period."""

    title: str
    lines: tuple[Line, ...]
    starts_days_ago: int
    every: int = 1
    unit: CycleUnit = CycleUnit.MONTH
    book: bool = False

    def request(self, scene: Scene) -> Request:
        """Return the request that creates it."""
        return "createSubscription", {
            "projectId": scene.id_of("Project"),
            "title": self.title,
            "lines": _raw(self.lines),
            "startsOn": scene.today - timedelta(days=self.starts_days_ago),
            "every": self.every,
            "unit": self.unit,
            "book": self.book,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project and what happened on it, oldest step first."""

    title: str
    hourly_rate: str | None = None
    rate_policy: RatePolicy = RatePolicy.PROJECT
    currency: str = "EUR"
    status: ProjectStatus = ProjectStatus.ACTIVE
    vat: Vat = STANDARD
    phases: tuple[Phase, ...] = ()
    deals: tuple[Deal, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    steps: tuple[Step, ...] = ()

    def request(self, customer_id: str) -> Request:
        """Return the request that creates it."""
        return "createProject", {
            "customerId": customer_id,
            "title": self.title,
            "currency": self.currency,
            "ratePolicy": self.rate_policy,
            "hourlyRate": self.hourly_rate,
            "status": self.status,
            "vat": self.vat,
        }


def _raw(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    return [asdict(line) for line in lines]
