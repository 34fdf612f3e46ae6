"""Fills an empty database with the example, through the use cases that everyone's requests take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.demo import brewery, harbour, museum, studio
from billhook.billing.demo.scene import CURRENT, Ids, Scene
from billhook.billing.demo.steps import Bill
from billhook.billing.finding import global_id
from billhook.billing.operations import OPERATIONS
from billhook.domain.errors import Misconfiguration
from billhook.domain.ids import encode
from billhook.store.locks import lock_imports
from billhook.store.tables import Customer, Invoice, InvoiceLine, Seller, User, WorkType

if TYPE_CHECKING:
    from billhook.billing.demo.project import Project
    from billhook.billing.demo.scene import Request
    from billhook.billing.transaction import Transaction
    from billhook.billing.workspace import Workspace

OPENED_DAYS_AGO = 365
"""When the studio began to use billhook."""
PORTFOLIO = ((studio.HARBOUR, harbour.PROJECTS), (studio.BREWERY, brewery.PROJECTS), (studio.MUSEUM, museum.PROJECTS))


def fill_demo(workspace: Workspace) -> bool:
    """Fill an empty database, whole or not at all; return False, and change nothing, when there is data in it.

    Every day counts back from today, so that the example never ages. Raises Misconfiguration when an invoice source that it uses is
    not installed.
    """
    with workspace.writing() as tx:
        lock_imports(tx.session)  # of two that fill it at once the second finds data
        if _has_data(tx):
            return False
        _require_sources(tx)
        opening = _days_before(tx, OPENED_DAYS_AGO)
        people = _people(opening)
        stories = []
        for customer, projects in PORTFOLIO:
            customer_id = _create(opening, "Customer", customer.request())
            stories += [(project, _agree(tx, project, customer_id, people)) for project in projects]
        _tell(tx, stories)
        return True


def _has_data(tx: Transaction) -> bool:
    """Whether anyone is in it: everything else belongs to one of these."""
    return any(tx.session.exec(select(sa.exists().select_from(table))).one() for table in (Seller, Customer, User, WorkType))


def _require_sources(tx: Transaction) -> None:
    steps = (step for _, projects in PORTFOLIO for project in projects for step in project.steps)
    needed = {step.way.source for step in steps if isinstance(step, Bill)}
    missing = sorted(name for name in needed if tx.sources.get(name) is None)
    if missing:
        raise Misconfiguration(f"the demo needs the invoice sources {', '.join(missing)}; unblock or install them, see `billhook plugins`")


def _people(opening: Transaction) -> Ids:
    """Create the seller, the users and the work types; return the ids of those that work is tracked with."""
    _create(opening, "Seller", studio.seller_request())
    users = {("User", person.name): _create(opening, "User", person.request()) for person in studio.PEOPLE}
    return users | {("WorkType", kind.name): _create(opening, "WorkType", kind.request()) for kind in studio.WORK_TYPES}


def _agree(tx: Transaction, project: Project, customer_id: str, people: Ids) -> Ids:
    """Create a project on the day of its first step, with all that is agreed on it; return the ids that its steps can name."""
    begun = _days_before(tx, max((step.days_ago for step in project.steps), default=0))
    ids = people | {("Project", CURRENT): _create(begun, "Project", project.request(customer_id))}
    scene = Scene(tx.today, ids)
    for kind, agreements in (("Phase", project.phases), ("Deal", project.deals), ("BillingSubscription", project.subscriptions)):
        ids |= {(kind, agreed.title): _create(begun, kind, agreed.request(scene)) for agreed in agreements}
    return ids


def _tell(tx: Transaction, stories: list[tuple[Project, Ids]]) -> None:
    """Take the steps of all projects in the order of their days, so that invoice numbers follow the dates (R15)."""
    steps = [(step, ids) for project, ids in stories for step in project.steps]
    for step, ids in sorted(steps, key=lambda pair: -pair[0].days_ago):
        then = _days_before(tx, step.days_ago)
        keys = _perform(then, step.request(Scene(then.today, ids)))
        if isinstance(step, Bill):
            ids.update(_current_invoice(tx, keys["invoice"]))


def _current_invoice(tx: Transaction, key: int) -> Ids:
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == key).order_by(col(InvoiceLine.position)).limit(1)
    invoice = tx.session.get_one(Invoice, key)
    return {("Invoice", CURRENT): global_id(invoice), ("InvoiceLine", CURRENT): global_id(tx.session.exec(lines).one())}


def _days_before(tx: Transaction, days: int) -> Transaction:
    """Return the transaction as it would have been some days before: what is done in it has that day."""
    past = timedelta(days=days)
    return replace(tx, now=tx.now - past, today=tx.today - past)


def _perform(tx: Transaction, request: Request) -> dict[str, Any]:
    name, raw = request
    return OPERATIONS[name].perform(tx, raw)


def _create(tx: Transaction, kind: str, request: Request) -> str:
    """Create a record of this type and return its id."""
    [key] = _perform(tx, request).values()
    return encode(kind, key)
