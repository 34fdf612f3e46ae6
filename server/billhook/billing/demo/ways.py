"""The ways of invoicing, one value each; every one becomes an input `InvoiceSourceInput`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from billhook.billing.demo.scene import Scene
    from billhook.domain.options import Vat


@dataclass(frozen=True, slots=True)
class Timetracking:
    """Invoices > Invoice timetracking."""

    source: ClassVar[str] = "timetracking"
    group_by: str = "ENTRY"

    def options(self, _scene: Scene) -> dict[str, Any]:
        """Return the options of the source."""
        return {"groupBy": self.group_by}


@dataclass(frozen=True, slots=True)
class Phases:
    """Project > Invoices > Based on phases: all of them, or the given ones, each with a percentage of its fixed price if it has one."""

    source: ClassVar[str] = "phase"
    chosen: tuple[tuple[str, str | None], ...] | None = None
    group_by: str = "PHASE"

    def options(self, scene: Scene) -> dict[str, Any]:
        """Return the options of the source."""
        if self.chosen is None:
            return {"groupBy": self.group_by}
        phases = [{"phaseId": scene.id_of("Phase", title), "portion": share and {"percentage": share}} for title, share in self.chosen]
        return {"groupBy": self.group_by, "phases": phases}


@dataclass(frozen=True, slots=True)
class Manual:
    """Project > Invoices > Compose yourself; with the other entry point Invoices > Add invoice."""

    source: ClassVar[str] = "manual"
    price: str
    description: str
    entry_point: str = "PROJECT"
    vat: Vat | None = None

    def options(self, _scene: Scene) -> dict[str, Any]:
        """Return the options of the source."""
        line = {"description": self.description, "unitPrice": self.price, "vat": self.vat}
        return {"entryPoint": self.entry_point, "lines": [line]}


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPart:
    """A deal: a percentage or an amount of it, or all that remains."""

    source: ClassVar[str] = "deal"
    title: str
    percentage: str | None = None
    amount: str | None = None

    def options(self, scene: Scene) -> dict[str, Any]:
        """Return the options of the source."""
        portion = {name: value for name in ("percentage", "amount") if (value := getattr(self, name)) is not None}
        return {"dealId": scene.id_of("Deal", self.title), "portion": portion or None}


@dataclass(frozen=True, slots=True)
class OldestPeriod:
    """The oldest period of a subscription that is due."""

    source: ClassVar[str] = "subscription"
    title: str

    def options(self, scene: Scene) -> dict[str, Any]:
        """Return the options of the source."""
        return {"subscriptionId": scene.id_of("BillingSubscription", self.title)}


Way = Timetracking | Phases | Manual | DealPart | OldestPeriod
