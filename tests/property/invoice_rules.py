"""Rules for creating invoices in every way: what is previewed is what is made, or both are refused alike (G3)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.property.as_previewed import assert_as_previewed
from tests.property.drawing import Raw, advances, day, free_lines, given, portions, subset
from tests.property.facts import MILLION
from tests.property.office import Refused
from tests.property.rules import Rules

from billhook.billing.inputs.invoice import PreviewInvoice
from billhook.billing.invoicing import preview_invoice
from billhook.domain.errors import ErrorCode
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

AT_BOOKING = frozenset({ErrorCode.ADVANCE_NOT_BOOKED, ErrorCode.DATE_BEFORE_LAST_NUMBER, ErrorCode.INVALID_INPUT})
"""What booking refuses, which no preview shows."""


class InvoiceRules(Rules):
    """The six ways of invoicing a project."""

    def create(self, data: DataObject, project: int, source: Raw, **more: object) -> None:
        """Preview an invoice, create it at once, and compare the two."""
        today = self.office.calendar.today
        issued_on = day(data, today, 3, 0, "issued") if data.draw(st.integers(0, 4), "with a date") == 4 else None
        asked = given(projectId=encode("Project", project), source=source, issuedOn=issued_on, **more)
        preview = self.office.ask(preview_invoice, PreviewInvoice, **asked)
        token = None if isinstance(preview, Refused) or data.draw(st.booleans(), "no token") else preview.token
        book = data.draw(st.booleans(), "book")
        answer = self.perform(data, "createInvoice", **asked, book=book, **given(previewToken=token))
        if isinstance(preview, Refused):
            assert answer == preview
        elif isinstance(answer, Refused):
            assert book
            assert set(answer.codes) <= AT_BOOKING
        else:
            assert_as_previewed(self.facts, answer["invoice"], preview)

    @rule(data=st.data(), entry_point=st.sampled_from(("PROJECT", "INVOICING_MODULE")), lines=free_lines())
    def compose_an_advance(self, data: DataObject, entry_point: str, lines: list[Raw]) -> None:
        project, _ = self.project(data)
        self.create(data, project, {"manual": {"entryPoint": entry_point, "lines": lines}})

    @precondition(lambda self: self.facts["time_entry"])
    @rule(data=st.data(), group_by=st.sampled_from(("ENTRY", "WORK_TYPE", "USER", "PHASE")))
    def invoice_timetracking(self, data: DataObject, group_by: str) -> None:
        project, _ = self.project(data)
        options: Raw = {"groupBy": group_by}
        how = data.draw(st.sampled_from(("all", "all", "up to", "entries")), "how")
        if how == "up to":
            options["upTo"] = day(data, self.office.calendar.today, 10, 0, "up to")
        if how == "entries":
            entries = self.keys("time_entry", lambda row: row["project_id"] == project)
            options["entryIds"] = [encode("TimeEntry", key) for key in subset(data, entries, "entries")]
        self.create(data, project, {"timetracking": options})

    @rule(data=st.data(), group_by=st.sampled_from(("PHASE", "ENTRY", "WORK_TYPE", "USER")))
    def invoice_phases(self, data: DataObject, group_by: str) -> None:
        project, currency = self.project(data)
        options: Raw = {"groupBy": group_by}
        if data.draw(st.integers(0, 3), "only some phases") == 3:
            phases = subset(data, self.keys("phase", lambda row: row["project_id"] == project), "phases")
            options["phases"] = [given(phaseId=encode("Phase", key), portion=data.draw(portions(currency), "portion")) for key in phases]
            options["withoutPhase"] = data.draw(st.sampled_from((None, True, False)), "without a phase")
        if data.draw(st.integers(0, 3), "with a last day") == 3:
            options["upTo"] = day(data, self.office.calendar.today, 10, 0, "up to")
        self.create(data, project, {"phase": options}, advances=data.draw(advances(currency), "advances"))

    @precondition(lambda self: self.facts["deal"])
    @rule(data=st.data())
    def invoice_a_deal(self, data: DataObject) -> None:
        key = data.draw(st.sampled_from(self.keys("deal")), "deal")
        project = self.facts.by_id("deal")[key]["project_id"]
        currency = self.facts.by_id("project")[project]["currency"]
        portion = data.draw(portions(currency), "portion")
        self.create(data, project, {"deal": given(dealId=encode("Deal", key), portion=portion)})
        self.deal_is_billed_out_at_100_percent(key)

    def deal_is_billed_out_at_100_percent(self, key: int) -> None:
        """Where live percentages alone total exactly 100, nothing of the deal is left (R10)."""
        live = [claim for claim in self.facts["claim"] if claim["deal_id"] == key and claim["released_at"] is None]
        percentages = {claim["invoice_id"]: claim["percentage"] for claim in live}
        credited = self.facts.credited()
        if (
            None in percentages.values()
            or sum(percentages.values()) != 100 * MILLION
            or any(claim["line_id"] in credited for claim in live)
        ):
            return
        lines = Counter({"value": sum(line["net_minor"] for line in self.facts["deal_line"] if line["deal_id"] == key)})
        assert sum(claim["amount_minor"] for claim in live) == lines["value"]

    @precondition(lambda self: self.facts["subscription"])
    @rule(data=st.data())
    def invoice_a_period(self, data: DataObject) -> None:
        key = data.draw(st.sampled_from(self.keys("subscription")), "subscription")
        project = self.facts.by_id("subscription")[key]["project_id"]
        options = {"subscriptionId": encode("BillingSubscription", key)}
        known = [row["period_start"] for row in self.facts["claim"] if row["subscription_id"] == key]
        start = data.draw(st.sampled_from([None, *known, self.facts.by_id("subscription")[key]["starts_on"]]), "period")
        self.create(data, project, {"subscription": options | given(periodStart=start)})
