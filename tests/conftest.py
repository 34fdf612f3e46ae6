"""What every test shares: how hypothesis looks for examples."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is no bug. With CI set, hypothesis takes its own profile `ci` instead: no deadline, and the same examples every time.
settings.register_profile("default", deadline=None)
