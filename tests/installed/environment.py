"""A Python that has billhook as its users have it, and neither the checkout nor the tools that are beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".venv" / "wheels"
"""What is locked for billhook and for building a source, and pytest: all that is installed here, so that nothing asks an index."""
NOT_KEPT = "the wheels to install are not there: run `make .venv/.wheels`, as `make test` does"
MANY_SECONDS = 600
"""Longer than any command takes: only what hangs is ended."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment: `run` a program of it, start a server, have another distribution for a while."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment to its end, however it ends."""
        return subprocess.run(  # noqa: S603 - a program of the environment, with the arguments of a test
            [self.folder / "bin" / program, *arguments],
            cwd=cwd,
            env=self._variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MANY_SECONDS,
            check=False,
        )

    @contextmanager
    def serving(self, command: str, cwd: Path) -> Iterator[httpx2.Client]:
        """Start `billhook serve` or `demo` on a free port, and give a client with the token that it printed, until the block ends."""
        with (cwd / "server.log").open("w+", encoding="utf-8") as log:
            server = subprocess.Popen(  # noqa: S603 - our own program
                [self.folder / "bin" / "billhook", command, "--host", "127.0.0.1", "--port", "0"],
                cwd=cwd,
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            try:
                assert server.stdout is not None
                printed = [server.stdout.readline() for _ in range(2)]
                assert printed[1].startswith("GraphiQL: http://127.0.0.1:"), Path(log.name).read_text(encoding="utf-8")
                address, _, token = printed[1].split()[1].partition("#token=")
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                with httpx2.Client(base_url=address.removesuffix("/graphql"), headers=headers, timeout=120) as client:
                    yield client
            finally:
                server.terminate()
                server.communicate(timeout=MANY_SECONDS)

    @contextmanager
    def having(self, distribution: Path) -> Iterator[None]:
        """Have the distribution of this folder installed, until the block ends. It may need nothing that is not installed already."""
        self.install("--no-deps", "--no-build-isolation", str(distribution))
        project = tomllib.loads((distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        try:
            yield
        finally:
            self.pip("uninstall", "--yes", project["name"])

    def install(self, *arguments: str) -> None:
        """Install what is kept for it, or lies in a folder; nothing from an index."""
        assert WHEELS.is_dir(), NOT_KEPT
        self.pip("install", "--no-index", "--find-links", str(WHEELS), *arguments)

    def pip(self, *arguments: str) -> None:
        """Change what is installed in the environment, by the pip that installed what runs the tests: it has none of its own."""
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(self.python)]
        made([*pip, *arguments])

    def _variables(self) -> dict[str, str]:
        """Return what the programs of the environment see: no setting of billhook, Python or pytest, and no tools of the checkout."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        return kept | {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.defpath}"}


def new_environment(folder: Path) -> Environment:
    """Build billhook's wheel, and install it with what is locked for it, and with pytest, into a new environment."""
    environment = Environment(folder / "environment")
    made([sys.executable, "-m", "venv", "--without-pip", str(environment.folder)])
    made([sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)])
    [wheel] = folder.glob("*.whl")
    locked = ("--requirement", str(ROOT / "requirements.txt"), "--constraint", str(ROOT / "requirements-dev.txt"))
    environment.install("--require-hashes", *locked, "pytest")
    environment.install("--no-deps", str(wheel))
    return environment


def made(command: list[str]) -> None:
    """Run a command that succeeds."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("BILLHOOK_", "PYTHON"))}
    done = subprocess.run(  # noqa: S603 - pip and venv
        command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=MANY_SECONDS, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
