"""The projects that every source is tried on: empty, huge, mixed, covered, free of charge, and in other currencies.

They are made through the use cases that every request takes, so there is nothing in them that a real project cannot have.
"""

from __future__ import annotations

from datetime import date, timedelta
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
Z0: Raw = {"category": "Z", "rate": "0"}
THOUSANDS = 2000
AT_ONCE = 200
LONGEST_TEXT = "Ω" * 4999 + "."
TODAY = date(2026, 3, 10)


class Filling:
    """Performs mutations on a workspace, and adds projects of its one customer to it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.do("createSeller", party={"name": "Studio"}, vat=S21)
        self.do("createCustomer", name="Acme")
        self.users = [encode("User", self.do("createUser", name=name)["user"]) for name in ("Ann", "Bo")]
        self.work_types = [encode("WorkType", self.do("createWorkType", name=name)["workType"]) for name in ("Design", "Code")]

    def do(self, name: str, /, **raw: Any) -> Keys:  # noqa: ANN401 - inputs are of any type
        """Perform a mutation, and return the keys of what it made."""
        with self.workspace.writing() as tx:
            return OPERATIONS[name].perform(tx, raw)

    def project(self, **raw: Any) -> str:  # noqa: ANN401 - inputs are of any type
        """Add a project of 100 an hour, and return its id."""
        keys = self.do("createProject", **({"customerId": encode("Customer", 1), "title": "Website", "hourlyRate": "100"} | raw))
        return encode("Project", keys["project"])

    def track(self, project: str, count: int, **raw: Any) -> None:  # noqa: ANN401 - inputs are of any type
        """Add so many entries, of 1, 2, 3 ... seconds more than 20 minutes, on the days up to today, by all users in turn."""
        entries = [
            {
                "projectId": project,
                "userId": self.users[at % len(self.users)],
                "workedOn": str(TODAY - timedelta(days=at % 50)),
                "seconds": 1200 + at,
            }
            | raw
            for at in range(count)
        ]
        for start in range(0, count, AT_ONCE):
            self.do("saveTimeEntries", track=entries[start : start + AT_ONCE])

    def entry(self, project: str, **raw: Any) -> str:  # noqa: ANN401 - inputs are of any type
        """Add one entry of an hour, and return its id."""
        return encode("TimeEntry", self.do("trackTime", projectId=project, userId=self.users[0], seconds=3600, **raw)["timeEntry"])

    def phase(self, project: str, **raw: Any) -> str:  # noqa: ANN401 - inputs are of any type
        """Add a phase, and return its id."""
        return encode("Phase", self.do("createPhase", projectId=project, **({"title": "Build"} | raw))["phase"])

    def cost(self, project: str, unit_price: str, **raw: Any) -> None:  # noqa: ANN401 - inputs are of any type
        """Add an external cost."""
        self.do("createExternalCost", projectId=project, **({"description": "Print", "unitPrice": unit_price} | raw))

    def agree(self, project: str) -> None:
        """Add a deal of three VAT rates, and a monthly subscription that has begun."""
        prices = [{"description": "Part", "unitPrice": "50", "vat": vat} for vat in (S21, S6, Z0)]
        self.do("createDeal", projectId=project, title="Launch", lines=prices)
        self.do("createSubscription", projectId=project, title="Hosting", lines=prices, startsOn="2025-12-31")


def empty(fill: Filling) -> str:
    """Have nothing on it."""
    return fill.project()


def one_entry(fill: Filling) -> str:
    """Have one time entry, without a description."""
    project = fill.project()
    fill.track(project, 1, workTypeId=fill.work_types[0])
    return project


def thousands_of_entries(fill: Filling) -> str:
    """Have 2000 time entries of 50 days."""
    project = fill.project()
    fill.track(project, THOUSANDS)
    return project


def mixed_vat(fill: Filling) -> str:
    """Have time, extra and external costs at three VAT rates, in a phase and outside, a deal and a subscription as well."""
    project = fill.project()
    cheap = fill.phase(project, vat=S6)
    fill.track(project, 3, workTypeId=fill.work_types[1], extraCosts=[{"description": "Font", "unitPrice": "12.345", "vat": Z0}])
    fill.track(project, 3, phaseId=cheap)
    fill.cost(project, "7.77", phaseId=cheap, quantity="3", vat=S21)
    fill.cost(project, "0.99", description="Stock photo", vat=Z0)
    fill.cost(project, "0", description="Sample, free of charge")
    fill.agree(project)
    return project


def fixed_price(fill: Filling) -> str:
    """Have one fixed-price phase of which a third is invoiced, one that is invoiced to its end, and a phase that is not billable."""
    project = fill.project()
    for portion in ({"percentage": "33.3333"}, {"percentage": "100"}):
        phase = fill.phase(project, billingMethod="FIXED_PRICE", fixedPrice="1000")
        fill.track(project, 2, phaseId=phase)
        fill.do("createInvoice", projectId=project, source={"phase": {"phases": [{"phaseId": phase, "portion": portion}]}})
    fill.track(project, 1, phaseId=fill.phase(project, billingMethod="NON_BILLABLE"))
    return project


def open_advances(fill: Filling) -> str:
    """Have two open advances at two VAT rates, one still a draft, that together cover what is unbilled."""
    project = fill.project()
    for vat, book in ((S21, True), (S6, False)):
        lines = [{"description": "Advance", "unitPrice": "150", "vat": vat}]
        fill.do("createInvoice", projectId=project, source={"manual": {"lines": lines}}, book=book)
    fill.track(project, 5)
    fill.agree(project)
    return project


def zero_rates(fill: Filling) -> str:
    """Have time at an hourly rate of 0, which is a real 0."""
    project = fill.project(hourlyRate="0")
    fill.track(project, 3)
    return project


def without_a_rate(fill: Filling) -> str:
    """Have time without an hourly rate: nobody knows what it is worth."""
    project = fill.project(hourlyRate=None)
    fill.track(project, 1)
    return project


def long_texts(fill: Filling) -> str:
    """Have descriptions and titles as long as they can be, and in other scripts."""
    project = fill.project(title="تصميم الموقع")
    phase = fill.phase(project, title="Ω" * 200)
    fill.track(project, 2, phaseId=phase, description=LONGEST_TEXT)
    fill.cost(project, "10", description=LONGEST_TEXT)
    return project


def loose_ends(fill: Filling) -> str:
    """Have a new cost on an entry that is billed, time of tomorrow, a deal that is used up, and a subscription that is not due yet."""
    project = fill.project()
    billed = fill.entry(project, description="Billed", workedOn=str(TODAY))
    fill.do("createInvoice", projectId=project, source={"timetracking": {}})
    fill.do("createExtraCost", timeEntryId=billed, description="Forgotten", unitPrice="12.5")
    fill.entry(project, description="Ahead", workedOn=str(TODAY + timedelta(days=1)))
    deal = fill.do("createDeal", projectId=project, title="Launch", lines=[{"description": "All", "unitPrice": "80"}])["deal"]
    fill.do("createInvoice", projectId=project, source={"deal": {"dealId": encode("Deal", deal)}})
    hosting = [{"description": "Hosting", "unitPrice": "10"}]
    fill.do("createSubscription", projectId=project, title="Later", lines=hosting, startsOn="2026-06-01")
    return project


def in_yen(fill: Filling) -> str:
    """Be in a currency without decimals."""
    project = fill.project(currency="JPY", hourlyRate="9001")
    fill.track(project, 3, extraCosts=[{"description": "Font", "unitPrice": "0.5"}])
    fill.cost(project, "1234.5")
    fill.agree(project)
    return project


def in_dinars(fill: Filling) -> str:
    """Be in a currency of three decimals."""
    project = fill.project(currency="BHD", hourlyRate="33.333")
    fill.track(project, 3)
    fill.cost(project, "3.337")
    fill.agree(project)
    return project


PROJECTS: tuple[Callable[[Filling], str], ...] = (
    empty,
    one_entry,
    thousands_of_entries,
    mixed_vat,
    fixed_price,
    open_advances,
    zero_rates,
    without_a_rate,
    long_texts,
    loose_ends,
    in_yen,
    in_dinars,
)
"""Each adds its project and returns its id; its docstring says what is odd about it."""
HUGE = thousands_of_entries.__name__
"""The one that is asked about as suggested, and not in every other way."""
