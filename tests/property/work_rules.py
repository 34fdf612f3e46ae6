"""Rules for work: time tracked, changed, moved and deleted, costs, and the rates that re-rate them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.property.beginnings import S21, Z
from tests.property.drawing import Raw, amounts, day, perhaps, quantities, seconds, some, subset, unit_prices, vats
from tests.property.rules import Rules

from billhook.domain.ids import encode

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject, SearchStrategy
    from tests.property.facts import Row


def is_there(row: Row) -> bool:
    return row["deleted_at"] is None


class WorkRules(Rules):
    """Everything that makes, changes or prices billable work."""

    def time(self, data: DataObject) -> Raw:
        """The input of a new time entry."""
        project, currency = self.project(data)
        raw: Raw = {
            "projectId": encode("Project", project),
            "phaseId": perhaps(data, "Phase", self.phases_of(project), "phase"),
            "userId": encode("User", data.draw(st.integers(1, 2), "user")),
            "workTypeId": perhaps(data, "WorkType", [1, 2], "work type"),
            "seconds": data.draw(seconds, "seconds"),
            "workedOn": day(data, self.office.calendar.today, 5, 0, "worked"),
            "billable": data.draw(st.integers(0, 5), "billable") != 5,
        }
        if data.draw(st.integers(0, 3), "own rate") == 3:
            raw["hourlyRate"] = data.draw(amounts(currency, 20_000), "rate")
        if data.draw(st.integers(0, 2), "extra cost") == 2:
            raw["extraCosts"] = [self.cost(data)]
        return raw

    def cost(self, data: DataObject) -> Raw:
        return {
            "description": "Article",
            "quantity": data.draw(quantities, "quantity"),
            "unitPrice": data.draw(unit_prices, "price"),
            "vat": data.draw(vats, "VAT"),
        }

    def phases_of(self, project: int) -> list[int]:
        return self.keys("phase", lambda row: row["project_id"] == project)

    @rule(data=st.data())
    def track(self, data: DataObject) -> None:
        self.perform(data, "trackTime", **self.time(data))

    @precondition(lambda self: self.facts["time_entry"])
    @rule(data=st.data())
    def save_a_sheet(self, data: DataObject) -> None:
        entries = subset(data, self.keys("time_entry", is_there), "entries")
        split = data.draw(st.integers(0, len(entries)), "of which changed")
        raw: Raw = {
            "track": [self.time(data) for _ in range(data.draw(st.integers(0, 2), "new"))],
            "update": [self.change_of(data, self.facts.by_id("time_entry")[key]) for key in entries[:split]],
            "deleteIds": [encode("TimeEntry", key) for key in entries[split:]],
        }
        self.perform(data, "saveTimeEntries", **raw)

    def change_of(self, data: DataObject, entry: Row) -> Raw:
        """A change of some fields of an entry; a move to another project among them."""
        project = data.draw(st.sampled_from([entry["project_id"], *self.keys("project")]), "to project")
        changes: dict[str, Any] = {
            "seconds": lambda: data.draw(seconds, "seconds"),
            "billable": lambda: data.draw(st.sampled_from((True, False)), "billable"),
            "userId": lambda: encode("User", data.draw(st.integers(1, 2), "user")),
            "workTypeId": lambda: perhaps(data, "WorkType", [1, 2], "work type"),
            "phaseId": lambda: perhaps(data, "Phase", self.phases_of(project), "phase"),
            "hourlyRate": lambda: data.draw(st.one_of(st.none(), amounts("JPY", 200)), "rate"),
            "description": lambda: "Reworded",
            "workedOn": lambda: day(data, self.office.calendar.today, 5, 0, "worked"),
        }
        fields = data.draw(st.lists(st.sampled_from(sorted(changes)), unique=True, max_size=2), "fields")
        raw = {"timeEntryId": encode("TimeEntry", entry["id"])} | {name: changes[name]() for name in fields}
        return raw if project == entry["project_id"] else raw | {"projectId": encode("Project", project)}

    @rule(data=st.data())
    def add_a_cost(self, data: DataObject) -> None:
        """To a time entry, or to a project or phase."""
        entries = self.keys("time_entry")
        if data.draw(st.booleans(), "extra") and entries:
            self.perform(data, "createExtraCost", timeEntryId=some(data, "TimeEntry", entries, "entry"), **self.cost(data))
            return
        project, _ = self.project(data)
        phase = perhaps(data, "Phase", self.phases_of(project), "phase")
        self.perform(data, "createExternalCost", projectId=encode("Project", project), phaseId=phase, **self.cost(data))

    @precondition(lambda self: self.facts["extra_cost"] or self.facts["external_cost"])
    @rule(data=st.data())
    def change_or_delete_a_cost(self, data: DataObject) -> None:
        extra = [("ExtraCost", key) for key in self.keys("extra_cost")]
        external = [("ExternalCost", key) for key in self.keys("external_cost")]
        kind, key = data.draw(st.sampled_from([*extra, *external]), "cost")
        if data.draw(st.booleans(), "delete"):
            self.perform(data, f"delete{kind}", id=encode(kind, key))
            return
        change = self.cost(data)
        wanted = data.draw(st.sampled_from(sorted(change)), "field")
        self.perform(data, f"update{kind}", id=encode(kind, key), **{wanted: change[wanted]})

    @rule(data=st.data())
    def change_a_rate(self, data: DataObject) -> None:
        """Of a user, a work type or a project, whose other terms change too."""
        noun = data.draw(st.sampled_from(("User", "WorkType", "Project")), "of")
        if noun == "Project":
            project, currency = self.project(data)
            self.perform(data, "updateProject", id=encode("Project", project), **data.draw(terms(currency), "terms"))
            return
        currencies = data.draw(st.lists(st.sampled_from(("EUR", "JPY")), unique=True), "currencies")
        rates = [{"currency": code, "hourlyRate": data.draw(amounts(code, 15_000), code)} for code in currencies]
        self.perform(data, f"update{noun}", id=encode(noun, data.draw(st.integers(1, 2), "which")), hourlyRates=rates)


def terms(currency: str) -> SearchStrategy[Raw]:
    """One of the terms of a project that decide what its work is worth, and who invoices it."""
    return st.one_of(
        st.fixed_dictionaries({"hourlyRate": st.one_of(st.none(), amounts(currency, 20_000))}),
        st.fixed_dictionaries({"ratePolicy": st.sampled_from(("PROJECT", "USER", "WORK_TYPE"))}),
        st.fixed_dictionaries({"vat": st.sampled_from((S21, Z))}),
        st.fixed_dictionaries({"currency": st.sampled_from(("EUR", "JPY"))}),
        st.fixed_dictionaries({"sellerId": st.sampled_from((encode("Seller", 1), encode("Seller", 2)))}),
    )
