"""Reads a database of the bench behind the server's back: what is expected is computed from the tables, in SQL of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.serving import environment
from billhook.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Open a connection to read from; a statement may take an hour."""
    engine = open_engine(url, 1, statement_timeout=3600)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def shown(minor: int | Decimal, currency: str) -> dict[str, str]:
    """Return an amount as the API shows it; all currencies of the bench have two decimals."""
    return {"amount": str(Decimal(int(minor)).scaleb(-2)), "currency": currency}


def require_verified(url: str) -> None:
    """Run `billhook verify`. Raises RuntimeError when anything does not hold."""
    verified = subprocess.run(
        [sys.executable, "-m", "billhook", "verify"], env=environment(url), capture_output=True, text=True, check=False
    )
    if verified.returncode:
        raise RuntimeError(f"billhook verify found breaches:\n{verified.stdout}{verified.stderr}")
