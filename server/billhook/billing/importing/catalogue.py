"""The customers, projects, users and work types that rows name: found in the workspace, or created.

Names are compared as they are sorted, without regard to case; of several of the same name the oldest counts. A user is found by
email address first, then by name, unless that name has another address. A project belongs to its customer: work without a client
gets a customer with the project's own name, so that two such projects never end up on one customer by accident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.importing.report import BadValue
from billhook.billing.inputs.party import CreateCustomer
from billhook.billing.inputs.people import CreateUser, CreateWorkType
from billhook.billing.inputs.project import CreateProject
from billhook.billing.operation import validated
from billhook.billing.records.party import create_customer
from billhook.billing.records.people import create_user, create_work_type
from billhook.billing.records.project import create_project
from billhook.domain.errors import ErrorCode, Overtaken, Refusal
from billhook.domain.ids import encode
from billhook.store.sorting import sort_key
from billhook.store.tables import Customer, Project, Seller, User, WorkType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billhook.billing.importing.rows import Row
    from billhook.billing.transaction import Transaction

Place = tuple[str, str]
"""A project as exports name it: the sort keys of its customer and of its title."""


@dataclass(slots=True)
class Catalogue:
    """Row keys by name, and the currency of every project, those that are yet to be created among them."""

    new_currency: str
    """Of a project whose rows state none."""
    customers: dict[str, int]
    projects: dict[Place, int]
    currencies: dict[Place, str]
    work_types: dict[str, int]
    users_by_email: dict[str, int] = field(default_factory=dict)
    users_by_name: dict[str, int] = field(default_factory=dict)
    users_without_email: dict[str, int] = field(default_factory=dict)


def load_catalogue(tx: Transaction, header_currency: str | None) -> Catalogue:
    """Load all names once. Raises NOT_FOUND when there is no seller, whom a new project needs."""
    if tx.session.exec(select(Seller.id).limit(1)).first() is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no seller yet, and a project needs one. Create it with createSeller first.")
    projects = tx.session.execute(
        sa.select(col(Customer.name_sort), col(Project.title_sort), col(Project.id), col(Project.currency))
        .join(Customer, col(Customer.id) == col(Project.customer_id))
        .order_by(col(Project.id).desc())
    ).all()
    catalogue = Catalogue(
        new_currency=header_currency or tx.settings.currency,
        customers=dict(tx.session.exec(select(Customer.name_sort, Customer.id).order_by(col(Customer.id).desc())).all()),
        projects={(customer, title): key for customer, title, key, _ in projects},
        currencies={(customer, title): currency for customer, title, _, currency in projects},
        work_types=dict(tx.session.exec(select(WorkType.name_sort, WorkType.id).order_by(col(WorkType.id).desc())).all()),
    )
    for name, email, key in tx.session.exec(select(User.name_sort, User.email_sort, User.id).order_by(col(User.id))).all():
        _add_user(catalogue, name, email, key)
    return catalogue


def place_of(row: Row) -> Place:
    """Return the customer and project of a row."""
    return sort_key(row.client or row.project), sort_key(row.project)


def agree_on_currency(catalogue: Catalogue, row: Row) -> str:
    """Return the currency of a row's project; the first row that states one decides it for a new project.

    Raises BadValue for another than the project's (M1).
    """
    place, money = place_of(row), row.money
    known = catalogue.currencies.get(place)
    if known is None and (money.currency or money.value):
        known = catalogue.currencies[place] = money.currency or catalogue.new_currency
    if money.currency and money.currency != known:
        raise BadValue(money.currency_column, money.currency_value, f"is in {money.currency}, project '{row.project[:60]}' is in {known}")
    return known or catalogue.new_currency


def check_currencies(tx: Transaction, catalogue: Catalogue, projects: Iterable[int]) -> None:
    """Raise Overtaken when a project that is locked now has got another currency since its rows were read."""
    statement = sa.select(col(Project.id), col(Project.currency)).where(col(Project.id).in_(projects))
    currencies = {key: currency for key, currency in tx.session.execute(statement)}  # noqa: C416 - a row is no tuple of two for dict()
    for place, key in catalogue.projects.items():
        if key in currencies and currencies[key] != catalogue.currencies.get(place, catalogue.new_currency):
            raise Overtaken(f"project {key} is in another currency now")


def project_key(tx: Transaction, catalogue: Catalogue, row: Row) -> int:
    """Return the project of a row. A new one takes the first seller's VAT; it has no rate, so its time is unrated until it gets one."""
    place = place_of(row)
    if place not in catalogue.projects:
        raw = {
            "customer_id": encode("Customer", _customer_key(tx, catalogue, row)),
            "title": row.project,
            "currency": catalogue.currencies.get(place, catalogue.new_currency),
        }
        catalogue.projects[place] = create_project(tx, validated(CreateProject, raw))["project"]
    return catalogue.projects[place]


def user_key(tx: Transaction, catalogue: Catalogue, row: Row) -> int:
    """Return the user of a row, a new one without rates."""
    name, email = sort_key(row.user_name), sort_key(row.email)
    if email and email not in catalogue.users_by_email and name in catalogue.users_without_email:
        # From here on the name stands for this address: the next address of the same name is someone else.
        catalogue.users_by_email[email] = catalogue.users_without_email.pop(name)
    found = catalogue.users_by_email.get(email) if email else catalogue.users_by_name.get(name)
    if found is None:
        found = int(create_user(tx, validated(CreateUser, {"name": row.user_name, "email": row.email or None}))["user"])
        _add_user(catalogue, name, email, found)
    return found


def work_type_key(tx: Transaction, catalogue: Catalogue, row: Row) -> int | None:
    """Return the work type of a row, a new one without rates; None where the row names none."""
    if not row.work_type:
        return None
    name = sort_key(row.work_type)
    if name not in catalogue.work_types:
        catalogue.work_types[name] = create_work_type(tx, validated(CreateWorkType, {"name": row.work_type}))["workType"]
    return catalogue.work_types[name]


def _customer_key(tx: Transaction, catalogue: Catalogue, row: Row) -> int:
    name = row.client or row.project
    if sort_key(name) not in catalogue.customers:
        catalogue.customers[sort_key(name)] = create_customer(tx, validated(CreateCustomer, {"name": name}))["customer"]
    return catalogue.customers[sort_key(name)]


def _add_user(catalogue: Catalogue, name: str, email: str | None, key: int) -> None:
    catalogue.users_by_name.setdefault(name, key)
    if email:
        catalogue.users_by_email.setdefault(email, key)
    else:
        catalogue.users_without_email.setdefault(name, key)
