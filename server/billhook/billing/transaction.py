"""What every use case works with: one session, one moment, who asks, and the workspace's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billhook.domain.words import Role

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

    from billhook.settings import Settings
    from billhook.sources import Sources


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks; found in one place, `http/access.py`."""

    name: str
    role: Role
    user_key: int | None = None
    token_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One unit of work: all of it is written, or nothing. `context.run` commits it, nobody else does."""

    session: Session
    now: datetime
    today: date
    """The workspace's day (M6)."""
    viewer: Viewer
    settings: Settings
    sources: Sources


LOCAL_ADMIN = Viewer(name="local", role=Role.ADMIN)
"""Whoever can run the command line on this machine."""
