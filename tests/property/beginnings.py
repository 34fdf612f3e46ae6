"""How every office begins: two sellers, two currencies, three projects, and work, prices and periods on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.billing.operations import OPERATIONS
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from billhook.billing.workspace import Workspace

S21 = {"category": "S", "rate": "21"}
S6 = {"category": "S", "rate": "6"}
Z = {"category": "Z", "rate": "0"}


def begin(workspace: Workspace) -> None:
    """Fill an empty workspace: rates of every kind, and in each currency a project with everything that can be billed."""

    def do(name: str, /, **raw: Any) -> None:  # noqa: ANN401 - inputs are of any type
        with workspace.writing() as tx:
            OPERATIONS[name].perform(tx, raw)

    for name, vat in (("Studio", S21), ("Atelier", Z)):
        do("createSeller", party={"name": name}, vat=vat)
    do("createCustomer", name="Acme")
    rates = [{"currency": "EUR", "hourlyRate": "95.55"}, {"currency": "JPY", "hourlyRate": "9001"}]
    for noun in ("User", "WorkType"):
        do(f"create{noun}", name="Rated", hourlyRates=rates)
        do(f"create{noun}", name="Unrated")
    shared = {"customerId": encode("Customer", 1)}
    do("createProject", title="By the project", ratePolicy="PROJECT", hourlyRate="100.00", **shared)
    do("createProject", title="By the work type", ratePolicy="WORK_TYPE", currency="JPY", sellerId=encode("Seller", 2), **shared)
    do("createProject", title="By the user, with nothing on it yet", ratePolicy="USER", vat=S6, **shared)
    for key in (1, 2):
        project = {"projectId": encode("Project", key)}
        do("createPhase", title="Design", vat=S6, **project)
        do("createPhase", title="Build", billingMethod="FIXED_PRICE", fixedPrice="1000", **project)
        do("createDeal", title="Deal", lines=[_line("33.33", S21), _line("66.67", S6), _line("0.01", Z)], **project)
        do("createSubscription", title="Hosting", lines=[_line("10", None)], startsOn="2025-12-31", **project)
        work: dict[str, Any] = {"userId": encode("User", 1), "workTypeId": encode("WorkType", 1), "workedOn": "2026-01-29", **project}
        do("trackTime", seconds=1200, extraCosts=[_line("12.345", None)], **work)
        do("trackTime", seconds=5000, phaseId=encode("Phase", 2 * key - 1), **work)
        do("createExternalCost", incurredOn="2026-01-29", **_line("7.77", S21), **project)


def _line(unit_price: str, vat: dict[str, str] | None) -> dict[str, Any]:
    return {"description": "x", "quantity": "3", "unitPrice": unit_price, "vat": vat}
