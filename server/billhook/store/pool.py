"""Tells when a connection of the pool is taken, and when it is given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa


def watch_pool(engine: sa.Engine, taken: Callable[[], None], given_back: Callable[[], None]) -> None:
    """Call these whenever a connection is taken, and given back."""
    event.listen(engine, "checkout", lambda *_about_it: taken())
    event.listen(engine, "checkin", lambda *_about_it: given_back())
