"""The projects that every source is tried on: empty, huge, mixed, covered, free of charge, and in other currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.billing.operations import OPERATIONS
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from billhook.billing.operation import Keys
    from billhook.billing.workspace import Workspace

Raw = dict[str, Any]
S21: Raw = {"category": "S", "rate": "21"}
S6: Raw = {"category": "S", "rate": "6"}
AT_ONCE = 200


class Filling:
    """Performs mutations on a workspace, and adds projects of its one customer to it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.do("createSeller", party={"name": "Studio"}, vat=S21)
        self.do("createCustomer", name="Acme")
        self.do("createUser", name="Ann")
        self.do("createWorkType", name="Design")

    def do(self, name: str, /, **raw: Any) -> Keys:  # noqa: ANN401 - inputs are of any type
        with self.workspace.writing() as tx:
            return OPERATIONS[name].perform(tx, raw)

    def project(self, **raw: Any) -> str:  # noqa: ANN401 - inputs are of any type
        keys = self.do("createProject", **({"customerId": encode("Customer", 1), "title": "Website", "hourlyRate": "100"} | raw))
        return encode("Project", keys["project"])

    def track(self, project: str, count: int, **raw: Any) -> None:  # noqa: ANN401 - inputs are of any type
        """Add so many entries, of 1, 2, 3 ... seconds more than 20 minutes."""
        entries = [{"projectId": project, "userId": encode("User", 1), "seconds": 1200 + at} | raw for at in range(count)]
        for start in range(0, count, AT_ONCE):
            self.do("saveTimeEntries", track=entries[start : start + AT_ONCE])

    def phase(self, project: str, **raw: Any) -> str:  # noqa: ANN401 - inputs are of any type
        return encode("Phase", self.do("createPhase", projectId=project, **({"title": "Build"} | raw))["phase"])

    def agree(self, project: str) -> None:
        """Add a deal of three VAT rates, and a monthly subscription that has begun."""
        prices = [{"description": "Part", "unitPrice": "50", "vat": vat} for vat in (S21, S6, {"category": "Z", "rate": "0"})]
        self.do("createDeal", projectId=project, title="Launch", lines=prices)
        self.do("createSubscription", projectId=project, title="Hosting", lines=prices, startsOn="2025-12-31")


def empty(fill: Filling) -> str:
    return fill.project()


def one_entry(fill: Filling) -> str:
    project = fill.project()
    fill.track(project, 1, workTypeId=encode("WorkType", 1))
    return project


def two_thousand_entries(fill: Filling) -> str:
    project = fill.project()
    fill.track(project, 2000)
    return project


def mixed_vat(fill: Filling) -> str:
    """Time, extra and external costs at three rates, a deal and a subscription as well."""
    project = fill.project()
    cheap = fill.phase(project, vat=S6)
    fill.track(project, 3, extraCosts=[{"description": "Font", "unitPrice": "12.345", "vat": {"category": "Z", "rate": "0"}}])
    fill.track(project, 3, phaseId=cheap)
    fill.do("createExternalCost", projectId=project, phaseId=cheap, description="Print", quantity="3", unitPrice="7.77", vat=S21)
    fill.agree(project)
    return project


def fixed_price(fill: Filling) -> str:
    """One phase with a third of its price invoiced, and one that is invoiced to its end."""
    project = fill.project()
    for portion in ({"percentage": "33.3333"}, {"percentage": "100"}):
        phase = fill.phase(project, billingMethod="FIXED_PRICE", fixedPrice="1000")
        fill.track(project, 2, phaseId=phase)
        fill.do("createInvoice", projectId=project, source={"phase": {"phases": [{"phaseId": phase, "portion": portion}]}})
    return project


def open_advances(fill: Filling) -> str:
    """Two advances at two rates, one still a draft; together more than what is unbilled."""
    project = fill.project()
    for vat, book in ((S21, True), (S6, False)):
        lines = [{"description": "Advance", "unitPrice": "150", "vat": vat}]
        fill.do("createInvoice", projectId=project, source={"manual": {"lines": lines}}, book=book)
    fill.track(project, 5)
    fill.agree(project)
    return project


def zero_rates(fill: Filling) -> str:
    project = fill.project(hourlyRate="0")
    fill.track(project, 3)
    return project


def without_a_rate(fill: Filling) -> str:
    project = fill.project(hourlyRate=None)
    fill.track(project, 1)
    return project


def in_yen(fill: Filling) -> str:
    project = fill.project(currency="JPY", hourlyRate="9001")
    fill.track(project, 3, extraCosts=[{"description": "Font", "unitPrice": "0.5"}])
    fill.agree(project)
    return project


def in_dinars(fill: Filling) -> str:
    """A currency of three decimals."""
    project = fill.project(currency="BHD", hourlyRate="33.333")
    fill.track(project, 3)
    fill.agree(project)
    return project


PROJECTS: tuple[Callable[[Filling], str], ...] = (
    empty,
    one_entry,
    two_thousand_entries,
    mixed_vat,
    fixed_price,
    open_advances,
    zero_rates,
    without_a_rate,
    in_yen,
    in_dinars,
)
