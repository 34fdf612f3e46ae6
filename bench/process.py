"""Work in another process, so that it takes no time from the one that measures: a job goes in as JSON, what was answered comes back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Answered:
    """Which client asked, when (by a clock of that process), the seconds it took, and the answer."""

    client: int
    sent_at: float
    seconds: float
    answer: Any


def do_elsewhere(module: str, job: object) -> list[Answered]:
    """Run a module of the bench with a job. Raises RuntimeError when it fails."""
    done = subprocess.run([sys.executable, "-m", module], input=orjson.dumps(job), capture_output=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr.decode()[-2000:]}")
    return [Answered(**each) for each in orjson.loads(done.stdout)]


def given_job() -> Any:  # noqa: ANN401 - the JSON of a job
    """Return the job that this process was started with."""
    return orjson.loads(sys.stdin.buffer.read())


def hand_back(answered: Iterable[Answered]) -> None:
    """Give what was answered to the process that started this one."""
    # PYTHONUNBUFFERED makes sys.stdout.buffer a raw file, which may write a part and no more.
    with open(sys.stdout.fileno(), "wb", closefd=False) as output:
        output.write(orjson.dumps(list(answered)))


def elapsed(answered: Iterable[Answered]) -> float:
    """Return the seconds from the first request to the last answer."""
    both = [(each.sent_at, each.sent_at + each.seconds) for each in answered]
    return max(end for _, end in both) - min(start for start, _ in both)
