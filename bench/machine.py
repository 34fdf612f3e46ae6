"""What the bench runs on: the machine, the versions, and how fast its disk confirms that something is written."""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from bench.databases import PostgreSQL

WRITES = 300
PAGE = b"\0" * 4096
GIB = 2**30
DURABLE = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when it was measured. `load` is how busy the machine was before: 0 is idle, and the number of cores is full."""

    at: str
    cpu: str
    cores: int
    memory_gib: float
    system: str
    python: str
    sqlite: str
    postgresql: str
    postgresql_settings: str
    billhook: str
    fsyncs_per_second: int
    fsync_median_ms: float
    load: float


def look(folder: Path, postgresql: PostgreSQL) -> Machine:
    """Return what this machine is; `folder` is on the disk that the databases are on."""
    fsync = _fsync_seconds(folder / "fsync")
    settings = {name: postgresql.admin.execute(f"SHOW {name}").fetchone() or ("?",) for name in DURABLE}
    return Machine(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        cpu=processor(),
        cores=os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / GIB, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        postgresql=postgresql.admin.info.parameter_status("server_version") or "?",
        postgresql_settings=", ".join(f"{name} {value[0]}" for name, value in settings.items()),
        billhook=version("billhook"),
        fsyncs_per_second=round(1 / median(fsync)),
        fsync_median_ms=1000 * median(fsync),
        load=os.getloadavg()[0],
    )


def processor() -> str:
    """Return the name of the processor, where Linux tells it."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def _fsync_seconds(file: Path) -> list[float]:
    """Append pages to a file, and return how long the disk took to confirm each."""
    took = []
    with file.open("wb", buffering=0) as opened:
        for _ in range(WRITES):
            began = perf_counter()
            opened.write(PAGE)
            os.fsync(opened.fileno())
            took.append(perf_counter() - began)
    file.unlink()
    return took
