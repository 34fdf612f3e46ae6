"""The promises of the contract, each a function that tries one source on one generated project (sources.md).

A promise that is not kept raises BrokenPromise, with a text that says what was seen and what to do. These are those of `api_version` 1.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from billhook.domain.errors import ErrorCode, Refusal, StateChanged
from billhook.domain.guard import BrokenContract, examine
from billhook.domain.proposal import Proposal, Refused
from billhook.domain.source import Effect
from billhook.domain.words import ClaimKind, InvoiceKind
from billhook.sources import propose
from billhook.testing.outside import watched
from billhook.testing.projects import HUGE
from billhook.testing.trial import ANY, Balance, BrokenPromise, told
from billhook.testing.variations import variations

if TYPE_CHECKING:
    from billhook.domain.facts import Facts
    from billhook.domain.options import SourceOptions
    from billhook.testing.trial import Trial

OF_THE_HOST = frozenset({ErrorCode.COVERED_BY_ADVANCE, ErrorCode.RATE_MISSING})
"""Refusals that no source can foresee: whether an advance covers the project (R6), and that claimed time has no rate (M4)."""


def proposes_what_the_host_takes(trial: Trial) -> None:
    """Propose lines made of the contract's types, numbers and claims, and refuse nothing that it suggests itself."""
    facts = trial.facts()
    for options in trial.suggestions(facts):
        with told(options):
            try:
                proposal = propose(trial.installed, facts.context, options)
                lines = examine(proposal, trial.installed.effect, facts, trial.workshop.workspace.settings.max_invoice_lines)
            except BrokenContract as error:
                raise trial.installed.fault(str(error)) from error
        if not lines:
            raise BrokenPromise(f"it suggests {options!r}, and proposes no line for it; suggest what has something to bill, or nothing")


def answers_alike(trial: Trial) -> None:
    """Give the same answer to the same snapshot and options, whatever was asked in between: remember nothing."""
    facts = trial.facts()
    suggested = trial.suggestions(facts)
    if trial.suggestions(facts) != suggested:
        raise BrokenPromise("example_options() gives other options when it is asked again with the same snapshot")
    for options in suggested:
        first = _asked(trial, facts, options)
        with suppress(Refusal, BrokenPromise):  # what is wrong there is told there
            _ask_elsewhere(trial.elsewhere())
        if (second := _asked(trial, facts, options)) != first:
            raise BrokenPromise(f"propose() answers otherwise when it is asked again with {options!r}: {_difference(first, second)}")


def asks_nothing_outside(trial: Trial) -> None:
    """Ask neither the clock, nor chance, nor files, nor the network: all that it may know is in the snapshot and the options."""
    facts = trial.facts()
    suggested = trial.suggestions(facts)
    others = [] if trial.on == HUGE else variations(trial.installed.options, suggested, facts.context())
    with watched() as asked:
        trial.suggestions(facts)
        for options in (*suggested, *others):
            with suppress(Refusal):  # another promise is about that
                propose(trial.installed, facts.context, options)
    if asked:
        raise BrokenPromise("; ".join(dict.fromkeys(asked)))


def leaves_its_options_alone(trial: Trial) -> None:
    """Change neither the snapshot nor the options."""
    facts = trial.facts()
    for options in trial.suggestions(facts):
        own = options.model_copy(deep=True)
        with told():
            propose(trial.installed, facts.context, own)  # a changed snapshot is a fault
        try:
            trial.installed.source.propose(facts.context(), own)
        except Refused:
            continue
        if own != options:
            raise BrokenPromise(f"it changed its options from {options!r} to {own!r}")


def suggests_what_can_be_invoiced(trial: Trial) -> None:
    """Suggest what can be invoiced now, as a draft and booked."""
    for options in trial.suggestions(trial.facts()):
        for book in (False, True):
            with trial.workshop.trying() as tx, told(options, refusable=OF_THE_HOST | {ErrorCode.ADVANCE_NOT_BOOKED}):
                trial.create(tx, options, book=book)


def does_what_its_effect_says(trial: Trial) -> None:
    """Leave unbilled time and raise the open advance by the net, as an advance; settle only if declared, as a regular source."""
    installed = trial.installed
    for options in trial.suggestions(trial.facts()):
        with trial.workshop.trying() as tx, told(options, refusable=OF_THE_HOST):
            before = trial.balance(tx)
            invoice = trial.create(tx, options)
            after = trial.balance(tx)
            if installed.effect is Effect.REGISTERS_ADVANCE_CREDIT:
                kind, expected = InvoiceKind.ADVANCE, Balance(before.unbilled_minor, before.open_advance_minor + invoice.net_minor)
            else:
                applied = invoice.advances_applied_minor if installed.settles_advances else 0
                kind, expected = InvoiceKind.REGULAR, Balance(after.unbilled_minor, before.open_advance_minor - applied)
            if (invoice.kind, after) != (kind, expected):
                raise BrokenPromise(f"it made a {invoice.kind.name} invoice: {before} became {after}, where {expected} was expected")


def creates_what_it_previewed(trial: Trial) -> None:
    """Give the invoice that was previewed, to the cent (G3)."""
    for options in trial.suggestions(trial.facts()):
        with trial.workshop.trying() as tx, told(options, refusable=OF_THE_HOST):
            preview = trial.preview(tx, options)
            try:
                invoice = trial.create(tx, options, previewToken=preview.token)
            except StateChanged as changed:
                raise BrokenPromise(f"asked twice for the same, it proposes two invoices: {changed.message}") from None
            after = Balance(preview.unbilled_after_minor, preview.open_advance_after_minor)
            if (invoice.net_minor, trial.balance(tx)) != (preview.net_minor, after):
                raise BrokenPromise(f"the preview said {after}, and the invoice left {trial.balance(tx)}")


def is_undone_without_a_trace(trial: Trial) -> None:
    """Leave the project as it was when the invoice is discarded, or booked and credited: all can be billed again."""
    for options in trial.suggestions(trial.facts()):
        for book in (False, True):
            with trial.workshop.trying() as tx, told(options, refusable=OF_THE_HOST | {ErrorCode.ADVANCE_NOT_BOOKED}):
                before = _billable(trial.workshop.facts(tx, trial.installed, trial.on))
                trial.undo(tx, trial.create(tx, options, book=book))
                after = _billable(trial.workshop.facts(tx, trial.installed, trial.on))
                if before != after:
                    raise BrokenPromise(f"after {options!r} was {'credited' if book else 'discarded'}: {_difference(before, after)}")


def bills_nothing_twice(trial: Trial) -> None:
    """Look at the snapshot when asked again after the invoice: claim nothing that is billed, and suggest what is left."""
    for options in trial.suggestions(trial.facts()):
        with trial.workshop.trying() as tx, told(options, refusable=OF_THE_HOST):
            trial.create(tx, options)
            with told(options, refusable=ANY):  # there is nothing left of it, or its key is used
                trial.preview(tx, options)
            for left in trial.suggestions(trial.workshop.facts(tx, trial.installed, trial.on)):
                with told(left, refusable=OF_THE_HOST):
                    trial.preview(tx, left)


def survives_what_people_choose(trial: Trial) -> None:
    """Propose what the host takes for other options than the suggested ones too, or say `Refused` with a path into them."""
    facts = trial.facts()
    for options in variations(trial.installed.options, trial.suggestions(facts), facts.context()):
        with trial.workshop.workspace.reading() as tx, told(options, refusable=ANY):
            try:
                trial.preview(tx, options)
            except Refusal as refusal:
                if (lost := _lost_step(options, refusal.path[2:])) is not None:
                    raise BrokenPromise(f"asked with {options!r}, it refuses {lost!r}, which is not in its options") from None
                raise


def _ask_elsewhere(trial: Trial) -> None:
    facts = trial.facts()
    for options in trial.suggestions(facts):
        propose(trial.installed, facts.context, options)


def _asked(trial: Trial, facts: Facts, options: SourceOptions) -> object:
    with told():
        return propose(trial.installed, facts.context, options)


def _billable(facts: Facts) -> dict[str, Any]:
    """Return what can be billed; subscription periods do not come back by themselves (R11)."""
    items = {key: item for key, item in facts.items.items() if item.kind is not ClaimKind.SUBSCRIPTION_PERIOD}
    return {"items": items, "keys": facts.once, "unbilled": facts.unbilled_minor, "open advance": facts.open_advance_minor}


def _difference(first: object, second: object) -> str:
    """Say where two answers differ, as closely as their form allows."""
    if isinstance(first, Proposal) and isinstance(second, Proposal):
        if len(first.lines) != len(second.lines):
            return f"it has {len(first.lines)} lines, and then {len(second.lines)}"
        first, second = next((pair for pair in zip(first.lines, second.lines, strict=True) if pair[0] != pair[1]), (first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        changed = [name for name in first if first[name] != second[name]]
        return "changed: " + ", ".join(changed)
    return f"{first!r:.500} and then {second!r:.500}"


def _lost_step(options: SourceOptions, path: tuple[str, ...]) -> str | None:
    """Return the first step of a path that leads nowhere in the options; None when all of it leads somewhere."""
    value: Any = options
    for step in path:
        if isinstance(value, BaseModel):
            fields = {field.alias or name: name for name, field in type(value).model_fields.items()}
            if step not in fields:
                return step
            value = getattr(value, fields[step])
        elif isinstance(value, tuple | list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return step
    return None
