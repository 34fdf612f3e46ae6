"""Users and work types, and the rates that re-rate unbilled work (M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select

from billhook.billing.finding import find, key_of, rate_minor
from billhook.billing.inputs.common import CurrencyCode
from billhook.billing.inputs.people import CreateUser, CreateWorkType, RateInput
from billhook.billing.records.changing import add, assign, changed, refuse_if_used
from billhook.billing.rerating import lock_rated, rerate
from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.money import to_decimal
from billhook.settings import known_currency
from billhook.store.sorting import sort_key
from billhook.store.tables import AccessToken, TimeEntry, User, UserRate, WorkType, WorkTypeRate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction

RateT = TypeVar("RateT", UserRate, WorkTypeRate)


def checked_currency(code: str, *path: str | int) -> str:
    """Return a currency that ISO 4217 knows. Raises INVALID_INPUT for another."""
    try:
        return known_currency(code)
    except ValueError as error:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{error}.", *path) from None


def create_user(tx: Transaction, given: CreateUser) -> Keys:
    """Add a user with rates."""
    user = add(tx, User(**_user_columns(given), created_at=tx.now))
    for rate in _rates(given.hourly_rates):
        tx.session.add(UserRate(user_id=user.id, **rate))
    tx.session.flush()
    return {"user": user.id}


def update_user(tx: Transaction, given: Any) -> Keys:
    """Change a user; new rates re-rate what is unbilled, in this transaction."""
    if "hourly_rates" in given.model_fields_set:
        lock_rated(tx, col(TimeEntry.user_id) == key_of(User, given.id, "id"))
    user = find(tx, User, given.id, "id", lock=True)
    old = tx.session.exec(select(UserRate).where(UserRate.user_id == user.id)).all()
    after = changed(CreateUser, {"name": user.name, "email": user.email, "hourly_rates": _rate_inputs(old)}, given)
    assign(tx, user, _user_columns(after))
    new = [UserRate(user_id=user.id, **rate) for rate in _rates(after.hourly_rates)]
    if _replace(tx, old, new):
        rerate(tx, col(TimeEntry.user_id) == user.id)
    return {"user": user.id}


def delete_user(tx: Transaction, given: Any) -> Keys:
    """Delete a user without time."""
    user = find(tx, User, given.id, "id", lock=True)
    refuse_if_used(
        tx,
        f"User '{user.name}'",
        "Keep it; they need it.",
        time_entries=col(TimeEntry.user_id) == user.id,
        access_tokens=col(AccessToken.user_id) == user.id,
    )
    tx.session.execute(sa.delete(UserRate).where(col(UserRate.user_id) == user.id))
    tx.session.delete(user)
    tx.session.flush()
    return {"deleted": given.id}


def create_work_type(tx: Transaction, given: CreateWorkType) -> Keys:
    """Add a work type with rates."""
    work_type = add(tx, WorkType(name=given.name, name_sort=sort_key(given.name), created_at=tx.now))
    for rate in _rates(given.hourly_rates):
        tx.session.add(WorkTypeRate(work_type_id=work_type.id, **rate))
    tx.session.flush()
    return {"workType": work_type.id}


def update_work_type(tx: Transaction, given: Any) -> Keys:
    """Change a work type; new rates re-rate what is unbilled, in this transaction."""
    if "hourly_rates" in given.model_fields_set:
        lock_rated(tx, col(TimeEntry.work_type_id) == key_of(WorkType, given.id, "id"))
    work_type = find(tx, WorkType, given.id, "id", lock=True)
    old = tx.session.exec(select(WorkTypeRate).where(WorkTypeRate.work_type_id == work_type.id)).all()
    after = changed(CreateWorkType, {"name": work_type.name, "hourly_rates": _rate_inputs(old)}, given)
    assign(tx, work_type, {"name": after.name, "name_sort": sort_key(after.name)})
    new = [WorkTypeRate(work_type_id=work_type.id, **rate) for rate in _rates(after.hourly_rates)]
    if _replace(tx, old, new):
        rerate(tx, col(TimeEntry.work_type_id) == work_type.id)
    return {"workType": work_type.id}


def delete_work_type(tx: Transaction, given: Any) -> Keys:
    """Delete a work type without time."""
    work_type = find(tx, WorkType, given.id, "id", lock=True)
    uses = col(TimeEntry.work_type_id) == work_type.id
    refuse_if_used(tx, f"Work type '{work_type.name}'", "Keep it; its time needs it.", time_entries=uses)
    tx.session.execute(sa.delete(WorkTypeRate).where(col(WorkTypeRate.work_type_id) == work_type.id))
    tx.session.delete(work_type)
    tx.session.flush()
    return {"deleted": given.id}


def _user_columns(given: CreateUser) -> dict[str, Any]:
    email = given.email
    return {"name": given.name, "name_sort": sort_key(given.name), "email": email, "email_sort": sort_key(email) if email else None}


def _rates(given: Iterable[RateInput] | None) -> list[dict[str, Any]]:
    rates: dict[str, dict[str, Any]] = {}
    for index, rate in enumerate(given or ()):
        code = checked_currency(rate.currency, "hourlyRates", index, "currency")
        if code in rates:
            raise Refusal(ErrorCode.INVALID_INPUT, f"There are two rates in {code}; give one per currency.", "hourlyRates", index)
        rates[code] = {"currency": code, "hourly_rate_minor": rate_minor(rate.hourly_rate, code, "hourlyRates", index, "hourlyRate")}
    return list(rates.values())


def _rate_inputs(rows: Iterable[UserRate | WorkTypeRate]) -> tuple[RateInput, ...]:
    return tuple(
        RateInput(currency=CurrencyCode(row.currency), hourly_rate=to_decimal(row.hourly_rate_minor, row.currency)) for row in rows
    )


def _replace(tx: Transaction, old: Iterable[RateT], new: Iterable[RateT]) -> bool:
    """Write the new rates in place of the old; say whether anything differs."""
    before = {row.currency: row for row in old}
    after = {row.currency: row.hourly_rate_minor for row in new}
    if {code: row.hourly_rate_minor for code, row in before.items()} == after:
        return False
    for row in before.values():
        tx.session.delete(row)
    tx.session.flush()
    tx.session.add_all(list(new))
    tx.session.flush()
    return True
