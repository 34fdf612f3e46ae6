"""What a transaction changed that others wait to hear of: invoices and balances by their keys, told exactly when it commits.

Invoices are written by the ORM alone, so its own events note each of them and nobody can forget to; balances are written by statements,
in `balances`. What a savepoint undid is forgotten. On PostgreSQL the notes travel by NOTIFY, which belongs to the transaction; on SQLite
`Workspace.writing` hands them on after the commit. They hold keys, never amounts: who hears of a change reads it with its own rights.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import object_session
from sqlmodel import Session

from billhook.domain.ids import LARGEST_KEY
from billhook.domain.words import InvoiceChangeKind, InvoiceKind, InvoiceStatus
from billhook.store.tables import AccessToken, Invoice, ProjectBalance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session as AnySession
    from sqlalchemy.orm import SessionTransaction

CHANNEL = "billhook"
"""The name that PostgreSQL's LISTEN and NOTIFY share; it is of one database."""
MOST_TOLD = 500
"""A transaction that changed more invoices and balances than this tells that everything may have changed."""
AT_ONCE = 50
"""Items of one notification: PostgreSQL takes less than 8000 bytes."""
NOTES, SAVEPOINTS = "notes", "savepoints"
"""What `Session.info` holds of a transaction under way."""
BY_STATUS = {InvoiceStatus.BOOKED: InvoiceChangeKind.BOOKED, InvoiceStatus.DISCARDED: InvoiceChangeKind.DISCARDED}


@dataclass(frozen=True, slots=True)
class InvoiceChanged:
    """An invoice, its project, and what happened to it, in order; CHANGED only where nothing else did."""

    key: int
    project_key: int
    kinds: tuple[InvoiceChangeKind, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: in one transaction, or in several that are told together."""

    invoices: tuple[InvoiceChanged, ...] = ()
    balances: tuple[int, ...] = ()
    """Projects."""
    access: bool = False
    """An access token was made or ended."""
    everything: bool = False
    """Anything may have changed: more than can be listed, or something was missed."""

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.invoices or self.balances or self.access or self.everything)


MISSED = Changes(access=True, everything=True)
"""What was not heard, or cannot be read, may have been anything."""


def together(earlier: Changes, later: Changes) -> Changes:
    """Return both as one; more than `MOST_TOLD` are everything."""
    access, everything = earlier.access or later.access, earlier.everything or later.everything
    invoices = {each.key: each for each in earlier.invoices}
    for each in later.invoices:
        kinds = invoices[each.key].kinds if each.key in invoices else ()
        invoices[each.key] = replace(each, kinds=in_short((*kinds, *each.kinds)))
    balances = tuple(dict.fromkeys((*earlier.balances, *later.balances)))
    if everything or len(invoices) + len(balances) > MOST_TOLD:
        return Changes(access=access, everything=True)
    return Changes(tuple(invoices.values()), balances, access=access)


def note_balances(session: AnySession, project_keys: Iterable[int]) -> None:
    """Note that the balances of these projects were written."""
    _notes(session).extend(project_keys)


def changes_of(session: Session) -> Changes:
    """Return what was noted of the transaction of a session."""
    notes = _notes(session)
    told = Changes(
        tuple(_of_each_invoice(note for note in notes if isinstance(note, InvoiceChanged))),
        tuple(dict.fromkeys(note for note in notes if isinstance(note, int))),
        access=any(note is AccessToken for note in notes),
    )
    return together(Changes(), told)


def _of_each_invoice(notes: Iterable[InvoiceChanged]) -> Iterator[InvoiceChanged]:
    kinds: defaultdict[tuple[int, int], list[InvoiceChangeKind]] = defaultdict(list)
    for note in notes:
        kinds[note.key, note.project_key] += note.kinds
    return (InvoiceChanged(key, project_key, in_short(each)) for (key, project_key), each in kinds.items())


def in_short(kinds: Iterable[InvoiceChangeKind]) -> tuple[InvoiceChangeKind, ...]:
    """Return each kind once; CHANGED only where it is the only one, because all others are changes too."""
    once = dict.fromkeys(kinds)
    return tuple(kind for kind in once if kind is not InvoiceChangeKind.CHANGED or len(once) == 1)


def notify(session: Session, changes: Changes) -> None:
    """Have PostgreSQL tell all who listen, if this transaction commits; one statement, in pieces that it takes."""
    pieces = [sa.func.pg_notify(CHANNEL, payload) for payload in payloads(changes)]
    if pieces:
        session.connection().execute(sa.select(*pieces))


def payloads(changes: Changes) -> list[str]:
    """Return changes as texts, each short enough for one notification."""
    items: list[Any] = [[each.key, each.project_key, *(kind.value for kind in each.kinds)] for each in changes.invoices]
    items += changes.balances
    flags = {"access": changes.access, "everything": changes.everything}
    parts = [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)] or [[]]
    return [orjson.dumps({**flags, "items": part}).decode() for part in parts] if changes else []


def read_payload(payload: str) -> Changes:
    """Return what a text tells. One that cannot be read, of another version of billhook for instance, may stand for everything."""
    try:
        match orjson.loads(payload):
            case {"access": bool() as access, "everything": bool() as everything, "items": list() as items}:
                invoices = tuple(_invoice_of(*item) for item in items if isinstance(item, list))
                balances = tuple(_key_of(item) for item in items if not isinstance(item, list))
                return Changes(invoices, balances, access=access, everything=everything)
            case _:
                return MISSED
    except (ValueError, TypeError):
        return MISSED


def _invoice_of(key: object, project_key: object, kind: object, *more: object) -> InvoiceChanged:
    return InvoiceChanged(_key_of(key), _key_of(project_key), tuple(map(InvoiceChangeKind, (kind, *more))))


def _key_of(given: object) -> int:
    """Return a key. Raises ValueError for what is none: whoever may connect to the database may send a notification."""
    if not isinstance(given, int) or isinstance(given, bool) or not 0 < given <= LARGEST_KEY:
        raise ValueError(given)
    return given


def _notes(session: AnySession) -> list[Any]:
    notes: list[Any] = session.info.setdefault(NOTES, [])
    return notes


def _note(row: object, *notes: object) -> None:
    session = object_session(row)
    if session is not None:
        _notes(session).extend(notes)


def _is_changed(row: object) -> bool:
    """Whether the statement of an update changes anything: the ORM calls for rows that were only touched, too."""
    session = object_session(row)
    return session is not None and session.is_modified(row)


@event.listens_for(Invoice, "after_insert")
def _invoice_made(_mapper: object, _connection: object, invoice: Invoice) -> None:
    kinds = (InvoiceChangeKind.CREATED, *filter(None, [BY_STATUS.get(invoice.status)]))
    _note(invoice, InvoiceChanged(invoice.id, invoice.project_id, kinds))
    if invoice.kind is InvoiceKind.CREDIT_NOTE and invoice.corrects_id is not None:
        _note(invoice, InvoiceChanged(invoice.corrects_id, invoice.project_id, (InvoiceChangeKind.CREDITED,)))


@event.listens_for(Invoice, "after_update")
def _invoice_changed(_mapper: object, _connection: object, invoice: Invoice) -> None:
    if _is_changed(invoice):
        moved = sa.inspect(invoice).attrs.status.history.has_changes()
        kind = BY_STATUS[invoice.status] if moved else InvoiceChangeKind.CHANGED
        _note(invoice, InvoiceChanged(invoice.id, invoice.project_id, (kind,)))


@event.listens_for(ProjectBalance, "after_update")
def _balance_changed(_mapper: object, _connection: object, balance: ProjectBalance) -> None:
    if _is_changed(balance):
        _note(balance, balance.project_id)


@event.listens_for(AccessToken, "after_insert")
@event.listens_for(AccessToken, "after_update")
def _token_changed(_mapper: object, _connection: object, token: AccessToken) -> None:
    _note(token, AccessToken)


@event.listens_for(Session, "after_transaction_create")
def _begun(session: AnySession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(SAVEPOINTS, WeakKeyDictionary())[transaction] = len(_notes(session))


@event.listens_for(Session, "after_soft_rollback")
def _undone(session: AnySession, transaction: SessionTransaction | None) -> None:
    """Forget what was noted since the savepoint; of a flush that failed in it, this is told instead of the savepoint itself."""
    while transaction is not None and not transaction.nested:
        transaction = transaction.parent
    if transaction is not None:
        del _notes(session)[session.info[SAVEPOINTS][transaction] :]
