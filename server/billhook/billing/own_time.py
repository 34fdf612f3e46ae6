"""A timekeeper tracks the time of one user, and says nothing about money: what it may ask of a time sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook.billing.finding import key_of
from billhook.domain.errors import Forbidden
from billhook.domain.words import Role
from billhook.store.tables import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billhook.billing.inputs.time import TrackTime, UpdateTimeEntry
    from billhook.billing.transaction import Transaction
    from billhook.store.tables import TimeEntry


def require_own_time(
    tx: Transaction, track: Sequence[TrackTime] = (), update: Sequence[UpdateTimeEntry] = (), present: Iterable[TimeEntry] = ()
) -> None:
    """Raise Forbidden for a timekeeper that asks for the time of somebody else, or gives a rate or a price."""
    viewer = tx.viewer
    if viewer.role is not Role.TIMEKEEPER:
        return
    named = [given.user_id for given in track if given.user_id is not None]
    named += [given.user_id for given in update if given.user_id is not None]
    if any(key_of(User, text, "userId") != viewer.user_key for text in named) or any(entry.user_id != viewer.user_key for entry in present):
        raise Forbidden("A timekeeper tracks, changes and deletes the time of its own user only.")
    if any(given.hourly_rate is not None or given.extra_costs for given in track) or any(
        "hourly_rate" in given.model_fields_set for given in update
    ):
        raise Forbidden("A timekeeper gives no rates and no prices: leave hourlyRate and extraCosts out.")
