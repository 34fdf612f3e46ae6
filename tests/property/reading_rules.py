"""Rules that only look: the queries of a front end over GraphQL, and the proof of the books, both the same on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import rule
from tests.property.drawing import Raw, some
from tests.property.rules import Rules

from billhook.billing.verifying.verifying import verify
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject


LISTS = {
    "BillableProjects": ("UNBILLED_AMOUNT", "TITLE"),
    "Projects": ("TITLE", "CREATED_AT"),
    "Invoices": ("CREATED_AT", "ISSUED_ON", "NUMBER"),
    "TimeEntries": ("WORKED_ON", "CREATED_AT"),
}
"""The queries of lists.graphql, and what each can be ordered by."""
DIRECTIONS = st.sampled_from(("ASC", "DESC"))


class ReadingRules(Rules):
    """Looks at whatever there is: the lists, the screens of a front end (operations.graphql), and what `billhook verify` says."""

    @rule(data=st.data())
    def look(self, data: DataObject) -> None:
        looks = [self.look_at_a_list, self.look_at_a_project, self.look_at_a_time_sheet, self.prove_the_books]
        if self.facts["invoice"]:
            looks.append(self.look_at_a_document)
        data.draw(st.sampled_from(looks), "at")(data)

    def look_at_a_list(self, data: DataObject) -> None:
        """Page through a list: it holds each row once. Projects to invoice are those that the predicate holds (R3)."""
        name = data.draw(st.sampled_from(sorted(LISTS)), "list")
        order = {"field": data.draw(st.sampled_from(LISTS[name]), "by"), "direction": data.draw(DIRECTIONS, "direction")}
        asked: Raw = {"first": data.draw(st.integers(1, 3), "first"), "order": order}
        page = self.office.query(name, **asked)["list"]
        found = [node["id"] for node in page["nodes"]]
        while page["pageInfo"]["hasNextPage"]:
            page = self.office.query(name, **asked, after=page["pageInfo"]["endCursor"])["list"]
            found += [node["id"] for node in page["nodes"]]
        assert page["totalCount"] == len(found) == len(set(found))
        if name == "BillableProjects":
            assert set(found) == {encode("Project", key) for key in self.listed()}

    def look_at_a_project(self, data: DataObject) -> None:
        project, _ = self.project(data)
        self.office.query("BillingTab", id=encode("Project", project))
        self.office.query("Wizard", projectId=encode("Project", project))

    def look_at_a_document(self, data: DataObject) -> None:
        invoice = some(data, "Invoice", self.keys("invoice"), "invoice")
        self.office.query("Draft", id=invoice)
        self.office.query("CreditDialog", id=invoice)

    def look_at_a_time_sheet(self, data: DataObject) -> None:
        user = some(data, "User", [1, 2], "user")
        self.office.query("Sheet", **{"user": user, "from": "2026-01-01", "upTo": str(self.office.calendar.today)})

    def prove_the_books(self, _data: DataObject) -> None:
        """What `billhook verify` counts is the same, and it finds nothing (G6)."""
        findings = self.office.see(lambda tx: [(each.check.name, each.rows, each.count) for each in verify(tx, lambda _: None)])
        assert [finding for finding in findings if finding[-1]] == []
