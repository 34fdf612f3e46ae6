"""Rules for what was agreed: phases with every billing method, deals, subscriptions, and their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.property.drawing import Raw, amounts, day, free_lines, subset, vats
from tests.property.office import Refused
from tests.property.rules import Rules

from billhook.domain.ids import encode

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

METHODS = ("TIME_AND_MATERIALS", "FIXED_PRICE", "NON_BILLABLE")
AGREED = (("Phase", "Phase", "phase"), ("Deal", "Deal", "deal"), ("Subscription", "BillingSubscription", "subscription"))
"""A noun, the type that its ids name, and its table."""
CYCLES = st.sampled_from(((1, "MONTH"), (1, "WEEK"), (2, "WEEK"), (1, "YEAR")))


class AgreementRules(Rules):
    """Everything that makes or changes a price to be billed in portions or periods."""

    def terms(self, data: DataObject, currency: str) -> Raw:
        """How a phase is billed."""
        method = data.draw(st.sampled_from(METHODS), "method")
        price = data.draw(amounts(currency), "price") if method == "FIXED_PRICE" else None
        return {"billingMethod": method, "fixedPrice": price}

    @rule(data=st.data(), noun=st.sampled_from(("Phase", "Deal", "Subscription")))
    def agree(self, data: DataObject, noun: str) -> None:
        project, currency = self.project(data)
        raw: Raw = {"projectId": encode("Project", project), "title": noun}
        if noun == "Phase":
            rate = data.draw(st.one_of(st.none(), amounts(currency, 20_000)), "rate")
            raw |= {"hourlyRate": rate, "vat": data.draw(vats, "VAT"), **self.terms(data, currency)}
        else:
            raw["lines"] = data.draw(free_lines(), "lines")
        if noun == "Subscription":
            every, unit = data.draw(CYCLES, "cycle")
            starts_on = day(data, self.office.calendar.today, 40, 10, "start")
            raw |= {"startsOn": starts_on, "every": every, "unit": unit, "book": data.draw(st.booleans(), "book")}
        self.perform(data, f"create{noun}", **raw)

    @rule(data=st.data())
    def change_what_was_agreed(self, data: DataObject) -> None:
        known = [(noun, kind, key) for noun, kind, table in AGREED for key in self.keys(table)]
        noun, kind, key = data.draw(st.sampled_from(known), "which")
        if data.draw(st.integers(0, 4), "delete") == 4:
            self.perform(data, f"delete{noun}", id=encode(kind, key))
        elif noun == "Phase":
            self.perform(data, "updatePhase", id=encode(kind, key), **self.change_of_a_phase(data, key))
        elif noun == "Subscription" and data.draw(st.booleans(), "end it"):
            ends_on = data.draw(st.one_of(st.none(), st.just(day(data, self.office.calendar.today, 60, 60, "end"))), "ends")
            self.perform(data, "updateSubscription", id=encode(kind, key), endsOn=ends_on)
        else:
            self.perform(data, f"update{noun}", id=encode(kind, key), lines=data.draw(free_lines(), "lines"))

    def change_of_a_phase(self, data: DataObject, key: int) -> Raw:
        currency = self.facts.by_id("project")[self.facts.by_id("phase")[key]["project_id"]]["currency"]
        what = data.draw(st.sampled_from(("terms", "hourlyRate", "fixedPrice", "vat")), "what")
        if what == "terms":
            return self.terms(data, currency)
        if what == "vat":
            return {"vat": data.draw(vats, "VAT")}
        return {what: data.draw(st.one_of(st.none(), amounts(currency)), what)}

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
        again = self.do("runSubscriptions", asOf=as_of, projectIds=projects)
        assert again == {"results": []}
