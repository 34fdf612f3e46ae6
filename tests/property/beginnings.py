"""How every office begins: with two sellers, three projects, and two currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billhook.billing.operations import OPERATIONS
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from billhook.billing.workspace import Workspace


def begin(workspace: Workspace) -> None:
    """Fill an empty workspace: two sellers, users and work types with and without rates, and a project of each rate policy."""

    def do(name: str, /, **raw: Any) -> None:  # noqa: ANN401 - inputs are of any type
        with workspace.writing() as tx:
            OPERATIONS[name].perform(tx, raw)

    for name, vat in (("Studio", {"category": "S", "rate": "21"}), ("Atelier", {"category": "Z", "rate": "0"})):
        do("createSeller", party={"name": name}, vat=vat)
    do("createCustomer", name="Acme")
    rates = [{"currency": "EUR", "hourlyRate": "95.55"}, {"currency": "JPY", "hourlyRate": "9001"}]
    for noun in ("User", "WorkType"):
        do(f"create{noun}", name="Rated", hourlyRates=rates)
        do(f"create{noun}", name="Unrated")
    shared = {"customerId": encode("Customer", 1)}
    do("createProject", title="By the project", ratePolicy="PROJECT", hourlyRate="100.00", **shared)
    do("createProject", title="By the user", ratePolicy="USER", vat={"category": "S", "rate": "6"}, **shared)
    yen = {"currency": "JPY", "sellerId": encode("Seller", 2)}
    do("createProject", title="By the work type", ratePolicy="WORK_TYPE", **yen, **shared)
