"""Rules for what was agreed: phases with every billing method, deals, subscriptions, and their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billhook.domain.ids import encode
from tests.property.drawing import Raw, amounts, day, free_lines, some, subset, vats
from tests.property.office import Refused
from tests.property.rules import Rules

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

METHODS = ("TIME_AND_MATERIALS", "FIXED_PRICE", "NON_BILLABLE")
CYCLES = st.sampled_from(((1, "MONTH"), (1, "WEEK"), (2, "WEEK"), (1, "YEAR")))


class AgreementRules(Rules):
    """Everything that makes or changes a price to be billed in portions or periods."""

    def terms(self, data: DataObject, currency: str) -> Raw:
        """How a phase is billed."""
        method = data.draw(st.sampled_from(METHODS), "method")
        price = data.draw(amounts(currency), "price") if method == "FIXED_PRICE" else None
        return {"billingMethod": method, "fixedPrice": price}

    @rule(data=st.data())
    def add_a_phase(self, data: DataObject) -> None:
        project, currency = self.project(data)
        rate = data.draw(st.one_of(st.none(), amounts(currency, 20_000)), "rate")
        raw = {"title": "Phase", "hourlyRate": rate, "vat": data.draw(vats, "VAT"), **self.terms(data, currency)}
        self.perform(data, "createPhase", projectId=encode("Project", project), **raw)

    @precondition(lambda self: self.facts["phase"])
    @rule(data=st.data())
    def change_a_phase(self, data: DataObject) -> None:
        key = data.draw(st.sampled_from(self.keys("phase")), "phase")
        currency = self.facts.by_id("project")[self.facts.by_id("phase")[key]["project_id"]]["currency"]
        what = data.draw(st.sampled_from(("terms", "rate", "price", "vat", "delete")), "what")
        if what == "delete":
            self.perform(data, "deletePhase", id=encode("Phase", key))
            return
        change: Raw = {
            "terms": lambda: self.terms(data, currency),
            "rate": lambda: {"hourlyRate": data.draw(st.one_of(st.none(), amounts(currency, 20_000)), "rate")},
            "price": lambda: {"fixedPrice": data.draw(amounts(currency), "price")},
            "vat": lambda: {"vat": data.draw(vats, "VAT")},
        }[what]()
        self.perform(data, "updatePhase", id=encode("Phase", key), **change)

    @rule(data=st.data(), lines=free_lines())
    def agree_a_deal(self, data: DataObject, lines: list[Raw]) -> None:
        project, _ = self.project(data)
        self.perform(data, "createDeal", projectId=encode("Project", project), title="Deal", lines=lines)

    @rule(data=st.data(), lines=free_lines())
    def agree_a_subscription(self, data: DataObject, lines: list[Raw]) -> None:
        project, _ = self.project(data)
        every, unit = data.draw(CYCLES, "cycle")
        starts_on = day(data, self.office.calendar.today, 40, 10, "start")
        self.perform(
            data,
            "createSubscription",
            projectId=encode("Project", project),
            title="Subscription",
            lines=lines,
            startsOn=starts_on,
            every=every,
            unit=unit,
            book=data.draw(st.booleans(), "book"),
        )

    @precondition(lambda self: self.facts["deal"] or self.facts["subscription"])
    @rule(data=st.data(), lines=free_lines())
    def change_a_deal_or_subscription(self, data: DataObject, lines: list[Raw]) -> None:
        deals = [("Deal", "Deal", key) for key in self.keys("deal")]
        subscriptions = [("Subscription", "BillingSubscription", key) for key in self.keys("subscription")]
        noun, kind, key = data.draw(st.sampled_from([*deals, *subscriptions]), "which")
        if data.draw(st.booleans(), "delete"):
            self.perform(data, f"delete{noun}", id=encode(kind, key))
        else:
            self.perform(data, f"update{noun}", id=encode(kind, key), lines=lines)

    @precondition(lambda self: self.facts["subscription"])
    @rule(data=st.data())
    def run_the_subscriptions(self, data: DataObject) -> None:
        """Every period that was never invoiced gets one invoice; the same run once more makes none (R11)."""
        projects = [encode("Project", key) for key in subset(data, self.keys("project"), "projects", least=1)]
        as_of = day(data, self.office.calendar.today, 10, 40, "as of")
        had = {(row["subscription_id"], row["period_start"]) for row in self.facts["claim"] if row["subscription_id"]}
        answer = self.perform(data, "runSubscriptions", asOf=as_of, projectIds=projects)
        assert not isinstance(answer, Refused)
        made = [(each["subscription"], each["period"][0]) for each in answer["results"]]
        assert len(set(made)) == len(made)
        assert not had & set(made)
        assert [each["errors"] for each in answer["results"]] == [[]] * len(made)
        again = self.office.do("runSubscriptions", asOf=as_of, projectIds=projects)
        assert again == {"results": []}

    @precondition(lambda self: self.facts["subscription"])
    @rule(data=st.data())
    def end_a_subscription(self, data: DataObject) -> None:
        which = some(data, "BillingSubscription", self.keys("subscription"), "which")
        ends_on = data.draw(st.one_of(st.none(), st.just(day(data, self.office.calendar.today, 60, 60, "end"))), "ends")
        self.perform(data, "updateSubscription", id=which, endsOn=ends_on)
