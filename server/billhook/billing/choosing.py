"""From the source that a request chooses to its checked options: every id in them is of this project and may be billed (sources.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NewType, get_args

from pydantic import BaseModel, ValidationError
from sqlmodel import col, select

from billhook.billing.finding import find_on, key_of
from billhook.billing.operation import refusals_of
from billhook.domain.errors import AlreadyBilled, ErrorCode, Refusal, Refusals
from billhook.domain.views import DealId, ExternalCostId, ExtraCostId, PhaseId, SubscriptionId, TimeEntryId
from billhook.domain.words import ClaimKind
from billhook.sources import as_json, by_value, faults, read_options
from billhook.store.tables import Claim, Deal, ExternalCost, ExtraCost, InvoiceLine, Phase, Subscription, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from billhook.billing.transaction import Transaction
    from billhook.domain.facts import Facts
    from billhook.domain.options import SourceOptions
    from billhook.sources import InstalledSource
    from billhook.store.tables import Project

TABLE_OF: dict[object, Any] = {
    TimeEntryId: TimeEntry,
    ExtraCostId: ExtraCost,
    ExternalCostId: ExternalCost,
    PhaseId: Phase,
    DealId: Deal,
    SubscriptionId: Subscription,
}
TAKEN_WHOLE: dict[object, ClaimKind] = {
    TimeEntryId: ClaimKind.TIME_ENTRY,
    ExtraCostId: ClaimKind.EXTRA_COST,
    ExternalCostId: ClaimKind.EXTERNAL_COST,
}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An installed source with checked options."""

    installed: InstalledSource
    options: SourceOptions

    def identity(self) -> dict[str, Any]:
        """Return the options by value, for hashes: keys and tokens outlive this process (G3, G4)."""
        return by_value(self.installed, self.options)

    def as_json(self) -> dict[str, Any]:
        """Return the options under their names in the API, to be kept with the invoice."""
        return as_json(self.installed, self.options)


@dataclass(frozen=True, slots=True)
class _NamedId:
    """An id in the options: which type it is of, the id, and where it stands."""

    kind: object
    text: str
    path: Path


def choose(tx: Transaction, choice: Mapping[str, Any]) -> Choice:
    """Return the chosen source and its options. Raises INVALID_INPUT with the path of each wrong option, PLUGIN_FAULT."""
    [(name, raw)] = choice.items()
    installed = tx.sources.get(name)
    if installed is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"There is no invoice source {name[:40]!r}; query invoiceSources.", "source")
    try:
        options = read_options(installed, raw)
    except ValidationError as error:
        raise Refusals(refusals_of(error, "source", name)) from None
    with faults(installed):  # a model that was made past its constructor may lack what it declares, or contain itself
        wrong = any(type(named.text) is not str for named in _ids(options, ()))
    if wrong:
        raise installed.fault("its options hold something else where an id, or a tuple of ids, is declared")
    return Choice(installed, options)


def check_ids(tx: Transaction, project: Project, choice: Choice) -> None:
    """Refuse ids in the options that are of another type or project (NOT_FOUND), or of billed items (ALREADY_BILLED)."""
    billed: list[tuple[str, int, int | None]] = []
    where: Path = ()
    for named in _ids(choice.options, ("source", choice.installed.name)):
        if named.kind in TAKEN_WHOLE:
            continue
        find_on(tx, project, TABLE_OF[named.kind], named.text, *named.path)
    for kind in TAKEN_WHOLE:
        found = [named for named in _ids(choice.options, ("source", choice.installed.name)) if named.kind is kind]
        for named, line_key, key in _rows(tx, project, kind, found):
            if line_key is not None:
                where = where or named.path
                billed.append((TABLE_OF[kind].__name__, key, _invoice_of(tx, line_key)))
    if billed:
        raise AlreadyBilled(
            f"{len(billed)} of these are already invoiced. Leave them out, or discard or credit that invoice first.", billed, *where
        )


def refuse_unbillable(choice: Choice, facts: Facts) -> None:
    """Refuse ids of items that cannot be billed by this source: not billable, or in a phase that is not billed by time."""
    for named in _ids(choice.options, ("source", choice.installed.name)):
        kind = TAKEN_WHOLE.get(named.kind)
        if kind is not None and (kind.value, named.text) not in facts.items:
            message = "This is not billable: it is marked so, or its phase is not billed by time. Leave it out."
            raise Refusal(ErrorCode.INVALID_INPUT, message, *named.path)


def asked_periods(tx: Transaction, project: Project, choice: Choice) -> set[tuple[int, date]]:
    """Return the subscription periods that the options ask for by their start: a date beside a subscription's id.

    Raises ALREADY_BILLED for one that is on a live line.
    """
    asked: set[tuple[int, date]] = set()
    for model, path in _models(choice.options, ("source", choice.installed.name)):
        subscriptions = [(text, at) for kind, text, at in _direct_ids(model, path) if kind is SubscriptionId]
        days = [value for _, value in model if type(value) is date]
        for text, at in subscriptions:
            row = find_on(tx, project, Subscription, text, *at)
            asked |= {(row.id, day) for day in days}
            _refuse_live_periods(tx, row, days, at)
    return asked


def _refuse_live_periods(tx: Transaction, row: Subscription, days: list[date], path: Path) -> None:
    statement = select(Claim.invoice_id).where(
        Claim.subscription_id == row.id, col(Claim.period_start).in_(days), col(Claim.released_at).is_(None)
    )
    live = [("BillingSubscription", row.id, invoice) for invoice in dict.fromkeys(tx.session.exec(statement))]
    if live:
        raise AlreadyBilled(f"That period of '{row.title}' is already invoiced. Discard or credit that invoice first.", live, *path)


def _rows(tx: Transaction, project: Project, kind: object, found: list[_NamedId]) -> Iterator[tuple[_NamedId, int | None, int]]:
    """Yield each id with its item's live line, all read in one statement. Raises NOT_FOUND for one that is not on the project."""
    if not found:
        return
    table = TABLE_OF[kind]
    keys = {key_of(table, named.text, *named.path): named for named in found}
    statement = select(table.id, table.live_line_id).where(
        col(table.id).in_(list(keys)), table.project_id == project.id, col(table.deleted_at).is_(None)
    )
    lines = dict(tx.session.exec(statement).all())
    for key, named in keys.items():
        if key not in lines:
            find_on(tx, project, table, named.text, *named.path)
        yield named, lines[key], key


def _invoice_of(tx: Transaction, line_key: int) -> int:
    return tx.session.get_one(InvoiceLine, line_key).invoice_id


def _models(value: object, path: Path) -> Iterator[tuple[BaseModel, Path]]:
    """Yield every model in the options with its path."""
    if isinstance(value, BaseModel):
        yield value, path
        for name, field in type(value).model_fields.items():
            yield from _models(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _models(item, (*path, index))


def _direct_ids(model: BaseModel, path: Path) -> Iterator[tuple[object, str, Path]]:
    """Yield the ids that stand in the model itself."""
    for name, field in type(model).model_fields.items():
        kind = _id_kind(field.annotation)
        value = getattr(model, name)
        at = (*path, field.alias or name)
        if kind is None or value is None:
            continue
        yield from ((kind, text, where) for text, where in _texts(value, at))


def _texts(value: object, at: Path) -> Iterator[tuple[Any, Path]]:
    """Yield what stands in a field of ids, with its path: one id, or tuples of them."""
    if isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*at, index))
    else:
        yield value, at


def _ids(options: SourceOptions, path: Path) -> Iterator[_NamedId]:
    for model, at in _models(options, path):
        yield from (_NamedId(*found) for found in _direct_ids(model, at))


def _id_kind(hint: object) -> object | None:
    """Return the id type in an annotation, however it is wrapped in Optional, tuple or Annotated."""
    if isinstance(hint, NewType):
        return hint if hint in TABLE_OF else None
    return next((kind for kind in map(_id_kind, get_args(hint)) if kind is not None), None)
