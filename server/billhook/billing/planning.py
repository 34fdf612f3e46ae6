"""Plans an invoice: asks the source, checks and prices what it proposes, applies advances; writes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from billhook.billing.choosing import Choice, asked_periods, check_ids, choose, refuse_unbillable
from billhook.billing.documents import refuse_before_last, refuse_future
from billhook.billing.finding import find, minor
from billhook.domain.advance import AdvancesChoice, Application, of_other_vat, settle
from billhook.domain.document import Line, Totals, refuse_too_many_lines, total_of
from billhook.domain.errors import CoveredByAdvance, ErrorCode, Refusal
from billhook.domain.guard import BrokenContract, examine
from billhook.domain.money import largest_minor, show, to_decimal
from billhook.domain.preview import Caution, Preview, PreviewApplication, PreviewLine
from billhook.domain.pricing import price
from billhook.domain.proposed import not_proposed_because
from billhook.domain.source import Effect
from billhook.domain.words import AdvancesMode, ClaimKind, InvoiceKind, LineKind, NotProposedReason, Series, WarningCode
from billhook.sources import propose
from billhook.store.agreements import Due
from billhook.store.snapshot import load_facts
from billhook.store.tables import Project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billhook.billing.inputs.invoice import AdvancesInput, PreviewInvoice
    from billhook.billing.transaction import Transaction
    from billhook.domain.facts import Facts
    from billhook.domain.options import Vat

UNBILLED_WORK = frozenset({ClaimKind.TIME_ENTRY, ClaimKind.EXTRA_COST})
"""What the unbilled amount of a project is made of (R2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An invoice as it would be: its lines, settlement lines last, and what it would apply."""

    project: Project
    choice: Choice
    facts: Facts
    lines: tuple[Line, ...]
    totals: Totals
    applications: tuple[Application, ...]
    advances: AdvancesChoice | None
    warnings: tuple[Caution, ...]

    @property
    def kind(self) -> InvoiceKind:
        """Regular or advance, as the source declares."""
        return InvoiceKind.REGULAR if self.choice.installed.effect is Effect.CLEARS_UNBILLED_TIME else InvoiceKind.ADVANCE


def plan_invoice(tx: Transaction, given: PreviewInvoice, *, as_of: date | None = None) -> Plan:
    """Plan an invoice of a project by its chosen source; as of a day in a run of subscriptions, which names the one period that it bills.

    Raises every refusal of the sources' rules: NOT_FOUND, INVALID_INPUT, ALREADY_BILLED, NOTHING_TO_BILL, COVERED_BY_ADVANCE (R6),
    RATE_MISSING (M4), EXCEEDS_REMAINING (R10), PLUGIN_FAULT.
    """
    project = find(tx, Project, given.project_id, "projectId")
    refuse_future(tx, given.issued_on)
    refuse_before_last(tx, project.seller_id, Series.INVOICE, given.issued_on)
    choice = choose(tx, given.source)
    check_ids(tx, project, choice)
    asked = asked_periods(tx, project, choice)
    name = choice.installed.name
    most = tx.settings.max_subscription_periods if as_of is None else 0
    due = Due(as_of=as_of or tx.today, most=most, asked=asked)
    facts = load_facts(tx.session, project, [name], due)[name]
    refuse_unbillable(choice, facts)
    advances = advances_choice(given.advances, project.currency, settles=choice.installed.settles_advances)
    return plan_of(tx, project, choice, facts, advances)


def plan_of(tx: Transaction, project: Project, choice: Choice, facts: Facts, advances: AdvancesChoice | None) -> Plan:
    """Plan an invoice from facts that are already loaded."""
    lines = _propose(tx, choice, facts)
    applications: list[Application] = []
    if choice.installed.settles_advances and advances is not None:
        applications = settle(_work(lines), facts.advances, advances)
    settled = (*lines, *(settlement_line(application, project.currency) for application in applications))
    plan = Plan(
        project=project,
        choice=choice,
        facts=facts,
        lines=settled,
        totals=total_of(settled),
        applications=tuple(applications),
        advances=advances,
        warnings=(),
    )
    _refuse_empty_advance(plan)
    refuse_too_large(plan.totals, project.currency)
    return replace(plan, warnings=tuple(_warnings(plan)))


def advances_choice(given: AdvancesInput | None, currency: str, *, settles: bool) -> AdvancesChoice | None:
    """Return which advances to take off; None for a source that settles none. Raises INVALID_INPUT for a ceiling it cannot use."""
    mode = given.mode if given else AdvancesMode.AUTO
    ceiling = minor(given.up_to, currency, "advances", "upTo") if given and given.up_to is not None else None
    if settles:
        return AdvancesChoice(mode=mode, up_to_minor=ceiling)
    if mode is AdvancesMode.UP_TO:
        message = "This source takes no advances off. Use a source that settles advances, such as phase, or leave advances out."
        raise Refusal(ErrorCode.INVALID_INPUT, message, "advances")
    return None


def settlement_line(application: Application, currency: str) -> Line:
    """Return the settlement line of an application: quantity -1, the advance's category and rate (R8)."""
    return Line(
        kind=LineKind.SETTLEMENT,
        description=settlement_text(application.advance.number, application.advance.issued_on),
        quantity=Decimal(-1),
        unit_price=to_decimal(application.amount_minor, currency),
        net_minor=-application.amount_minor,
        vat=application.advance.vat,
        settles_key=application.advance.key,
        settles_line_key=application.advance.line_key,
    )


def settlement_text(number: str | None, issued_on: date | None) -> str:
    """Return the text of a settlement line; it is final once the advance has a number (R8)."""
    return f"Advance invoice {number} of {issued_on}" if number else "Advance invoice (draft)"


def _propose(tx: Transaction, choice: Choice, facts: Facts) -> list[Line]:
    installed, most = choice.installed, tx.settings.max_invoice_lines
    try:
        proposed = examine(propose(installed, facts.context, choice.options), installed.effect, facts, most)
        claimed = {claim.kind for line in proposed for claim in line.claims}
        if not installed.settles_advances and claimed & {kind.value for kind in UNBILLED_WORK}:
            _refuse_covered(facts)
        lines = price(proposed, facts)
        refuse_too_many_lines(len(lines), most)
    except BrokenContract as error:
        raise installed.fault(str(error)) from error
    except Refusal as refusal:
        refusal.path = refusal.path or ("source", installed.name)
        raise
    if not lines:
        raise Refusal(
            ErrorCode.NOTHING_TO_BILL,
            "There is nothing to bill with these options: what they choose is invoiced already, or worth 0.00. Choose more.",
            "source",
            installed.name,
        )
    return lines


def _refuse_covered(facts: Facts) -> None:
    """Compare the whole project, whatever is unrated: covered work is invoiced by a source that settles advances (R6)."""
    reason = not_proposed_because(facts.unbilled_minor, facts.open_advance_minor, 0)
    if reason is NotProposedReason.COVERED_BY_ADVANCE:
        unbilled, covering = show(facts.unbilled_minor, facts.currency), show(facts.open_advance_minor, facts.currency)
        message = (
            f"The unbilled {unbilled} is covered by the open advance of {covering}, so it was invoiced already. "
            "Invoice it with the source 'phase', which takes the advance off."
        )
        raise CoveredByAdvance(message, facts.unbilled_minor, facts.open_advance_minor, facts.currency)


def _refuse_empty_advance(plan: Plan) -> None:
    if plan.kind is InvoiceKind.ADVANCE and plan.totals.net_minor <= 0:
        free = all(line.kind is LineKind.FREE for line in plan.lines)
        code = ErrorCode.INVALID_INPUT if free else ErrorCode.NOTHING_TO_BILL
        raise Refusal(
            code, "An advance of 0.00 registers nothing. Give it lines that add up to more.", "source", plan.choice.installed.name
        )


def refuse_too_large(totals: Totals, currency: str) -> None:
    """Raise LIMIT_EXCEEDED for a document beyond the largest amount that is possible in its currency."""
    if totals.work_minor > largest_minor(currency) or totals.total_minor > largest_minor(currency):
        message = f"A document of {show(totals.total_minor, currency)} is too large. Split it."
        raise Refusal(ErrorCode.LIMIT_EXCEEDED, message, "source")


def _work(lines: Sequence[Line]) -> Counter[Vat]:
    work: Counter[Vat] = Counter()
    for line in lines:
        work[line.vat] += line.net_minor
    return work


def _warnings(plan: Plan) -> list[Caution]:
    facts, warnings = plan.facts, []
    if plan.kind is not InvoiceKind.REGULAR:
        return []
    takes_none = plan.advances is None or plan.advances.mode is AdvancesMode.NONE
    if takes_none and facts.open_advance_minor > 0:
        message = f"An open advance of {show(facts.open_advance_minor, facts.currency)} stays open: this invoice does not take it off."
        warnings.append(Caution(code=WarningCode.OPEN_ADVANCE_NOT_SETTLED, message=message, amount_minor=facts.open_advance_minor))
    other = of_other_vat(_work([line for line in plan.lines if line.kind is not LineKind.SETTLEMENT]), facts.advances)
    if not takes_none and other > 0:
        message = f"{show(other, facts.currency)} of advances has another VAT rate than this invoice and stays open."
        warnings.append(Caution(code=WarningCode.ADVANCE_OF_OTHER_VAT, message=message, amount_minor=other))
    if facts.unrated_entries > 0:
        message = f"{facts.unrated_entries} time entries without an hourly rate are left out. Give them a rate to bill them."
        warnings.append(Caution(code=WarningCode.UNRATED_LEFT_OUT, message=message))
    return warnings


def preview_of(plan: Plan, token: str) -> Preview:
    """Return a plan as it is shown."""
    totals = plan.totals
    released = sum(claim.amount_minor for line in plan.lines for claim in line.claims if claim.kind in UNBILLED_WORK)
    moved = totals.net_minor if plan.kind is InvoiceKind.ADVANCE else -totals.advances_applied_minor
    return Preview(
        source_name=plan.choice.installed.name,
        kind=plan.kind,
        currency=plan.project.currency,
        lines=tuple(preview_line(line) for line in plan.lines),
        work_minor=totals.work_minor,
        advances_applied_minor=totals.advances_applied_minor,
        net_minor=totals.net_minor,
        vat_minor=totals.vat_minor,
        total_minor=totals.total_minor,
        vat_rows=totals.vat_rows,
        applications=tuple(
            PreviewApplication(advance_key=a.advance.key, vat=a.advance.vat, amount_minor=a.amount_minor) for a in plan.applications
        ),
        open_advance_after_minor=plan.facts.open_advance_minor + moved,
        unbilled_after_minor=plan.facts.unbilled_minor - released,
        warnings=plan.warnings,
        token=token,
    )


def preview_line(line: Line, line_key: int | None = None) -> PreviewLine:
    """Return a line as it is shown."""
    return PreviewLine(
        kind=line.kind,
        section=line.section,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        net_minor=line.net_minor,
        seconds=line.seconds,
        vat=line.vat,
        settles_key=line.settles_key,
        time_entry_count=sum(claim.kind is ClaimKind.TIME_ENTRY for claim in line.claims),
        line_key=line_key,
    )
