"""The lists of customers, users and work types, all by name, and their hourly rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from billhook.billing.reading.listing import Listing
from billhook.billing.reading.paging import Order, OrderKey
from billhook.billing.reading.rows import children
from billhook.billing.reading.text import sort_text_holds
from billhook.store.tables import Customer, Seller, User, UserRate, WorkType, WorkTypeRate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.billing.transaction import Transaction


def customers(search: str | None) -> Listing:
    """List customers by name; `search` looks in their names."""
    where = (sort_text_holds(col(Customer.name_sort), search),) if search else ()
    return Listing(table=Customer, order=_by_name("customers", Customer), where=where)


def users(search: str | None) -> Listing:
    """List users by name; `search` looks in their names and email addresses."""
    where: tuple[sa.ColumnElement[bool], ...] = ()
    if search:
        where = (sa.or_(sort_text_holds(col(User.name_sort), search), sort_text_holds(col(User.email_sort), search)),)
    return Listing(table=User, order=_by_name("users", User), where=where)


def work_types(search: str | None) -> Listing:
    """List work types by name; `search` looks in their names."""
    where = (sort_text_holds(col(WorkType.name_sort), search),) if search else ()
    return Listing(table=WorkType, order=_by_name("workTypes", WorkType), where=where)


def sellers(tx: Transaction) -> list[Seller]:
    """Return all sellers, the workspace's first one first; there are a few."""
    return list(tx.session.scalars(sa.select(Seller).order_by(col(Seller.id))))


def user_rates(tx: Transaction, keys: Sequence[int]) -> list[list[UserRate]]:
    """Return the hourly rates of each user, by currency."""
    return children(tx, sa.select(UserRate).order_by(col(UserRate.currency)), col(UserRate.user_id), keys)


def work_type_rates(tx: Transaction, keys: Sequence[int]) -> list[list[WorkTypeRate]]:
    """Return the hourly rates of each work type, by currency."""
    return children(tx, sa.select(WorkTypeRate).order_by(col(WorkTypeRate.currency)), col(WorkTypeRate.work_type_id), keys)


def _by_name(name: str, table: type[Customer | User | WorkType]) -> Order:
    return Order(
        f"{name}/NAME",
        (
            OrderKey(col(table.name_sort), lambda found: found[0].name_sort, str),
            OrderKey(col(table.id), lambda found: found[0].id, int),
        ),
    )
