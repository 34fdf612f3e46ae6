"""The tutorial is true: each of its blocks is pasted where its reader would, in a new folder with nothing but the wheel in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import orjson
from tests.docs.markdown import DOCS
from tests.docs.pasting import Block, blocks_to_paste, is_shown, put
from tests.e2e.client import without_cost
from tests.installed.environment import MANY_SECONDS, ROOT, WHEELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.installed.environment import Environment

TUTORIAL = DOCS / "tutorial.md"
FAILS = "python -m pytest --quiet --exitfirst\n"
"""The one command that the page says ends with a failure."""
SERVES = "billhook demo\n"
"""The one that goes on until it is stopped."""
PORT = re.compile(r"(?<=http://127\.0\.0\.1:)[0-9]+")
TOKEN = re.compile(r"#token=(\S+)")
PINNED = re.compile(r"^([\w.-]+==[^\s;\\]+(?: *;[^\\]*)?)", re.MULTILINE)
REMEMBER = 'export -p > "$TERMINAL"; printf "cd %s\\n" "\'$PWD\'" >> "$TERMINAL"'


@dataclass
class Reader:
    """Somebody with a terminal, whose folder and variables stay from block to block, and with a browser."""

    folder: Path
    variables: dict[str, str]
    address: str = ""
    token: str = ""
    servers: ExitStack = field(default_factory=ExitStack)

    def runs(self, commands: str) -> tuple[int, str]:
        """Paste commands into the terminal, and return how they ended and all that they printed."""
        done = subprocess.run(  # noqa: S603 - the commands of our own page
            self._terminal(f"{commands}{REMEMBER}"),
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=MANY_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout

    @contextmanager
    def serves(self, command: str) -> Iterator[str]:
        """Start a server on a free port, and give what it prints, as if it were on the usual one; it goes on until the block ends."""
        server = subprocess.Popen(  # noqa: S603 - the command of our own page
            self._terminal(f"exec {command}"),
            cwd=self.folder,
            env=self.variables | {"BILLHOOK_PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert server.stdout is not None
            printed = "".join(server.stdout.readline() for _ in range(3))
            assert "GraphiQL: " in printed, printed
            self.address = f"http://127.0.0.1:{PORT.findall(printed)[0]}/graphql"
            self.token = TOKEN.findall(printed)[0]
            yield PORT.sub("8000", printed)
        finally:
            server.terminate()
            server.communicate(timeout=MANY_SECONDS)

    def saves(self, block: Block) -> None:
        """Put a block of code into the file that the page names, in the folder that the terminal is in."""
        _, place = self.runs("pwd\n")
        file = Path(place.strip()) / block.file
        file.write_text(put(block.text, file.read_text(encoding="utf-8")), encoding="utf-8")

    def asks(self, operation: str) -> Any:  # noqa: ANN401 - JSON
        """Send an operation to the server, and return its answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.post(self.address, json={"query": operation}, headers=headers, timeout=MANY_SECONDS).json()

    def _terminal(self, commands: str) -> list[str]:
        return ["sh", "-e", "-c", f'. "$TERMINAL"\n{commands}']


def reader_with_the_wheel(environment: Environment, folder: Path) -> Reader:
    """Return a reader whose folder has the wheel in it, and whose path has one Python on it; pip takes what is kept of the lock."""
    desk, home = folder / "desk", folder / "sources"
    desk.mkdir()
    home.mkdir()
    (desk / "python3").symlink_to(os.path.realpath(sys.executable))
    [wheel] = environment.folder.parent.glob("*.whl")
    shutil.copy(wheel, home)
    (desk / "terminal").touch()
    pins = PINNED.findall((ROOT / "requirements-dev.txt").read_text(encoding="utf-8"))
    (desk / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG", "LC_ALL", "TMPDIR"}}
    own = {
        "PATH": f"{desk}{os.pathsep}{os.defpath}",
        "TERMINAL": str(desk / "terminal"),
        "PIP_CONSTRAINT": str(desk / "pins.txt"),
        "PIP_BUILD_CONSTRAINT": str(desk / "pins.txt"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(WHEELS),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return Reader(home, kept | own)


def test_whoever_pastes_the_tutorial_sees_what_it_shows(environment: Environment, tmp_path: Path) -> None:
    blocks = blocks_to_paste(TUTORIAL)
    reader = reader_with_the_wheel(environment, tmp_path)
    with reader.servers:
        for block, after in pairwise([*blocks, Block("", "", "")]):
            shown = after.text if after.language in {"text", "json"} else None
            match block.language:
                case "python":
                    reader.saves(block)
                case "sh" if block.text == SERVES:
                    assert shown is not None
                    printed = reader.servers.enter_context(reader.serves(block.text))
                    assert is_shown(shown, printed), printed
                case "sh":
                    code, printed = reader.runs(block.text)
                    assert code == (1 if block.text == FAILS else 0), printed
                    assert shown is not None
                    assert is_shown(shown, printed), f"{block.text}prints\n{printed}"
                case "graphql":
                    assert shown is not None
                    answer = without_cost(reader.asks(block.text))
                    assert answer == orjson.loads(shown), f"{block.text}\nis answered with\n{orjson.dumps(answer).decode()}"


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    blocks = blocks_to_paste(TUTORIAL)
    assert {block.language for block in blocks} == {"sh", "text", "python", "graphql", "json"}
    outputs = [(block.language, after.language) for block, after in pairwise(blocks) if after.language in {"text", "json"}]
    assert set(outputs) == {("sh", "text"), ("graphql", "json")}
    assert len(outputs) == sum(block.language in {"text", "json"} for block in blocks)
    assert [block.text for block in blocks if block.text in {FAILS, SERVES}] == [FAILS, SERVES]
