"""Follows a page as its reader does: what is to be pasted, where it goes, and whether what happened is what the page shows."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ANYTHING = "..."
"""Stands in a shown output for whatever is left out."""

_BLOCK = re.compile(r"(?P<before>.*?)^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w./-]+\.py)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page: its language, what it holds, and the prose since the block before it."""

    language: str
    text: str
    before: str

    @property
    def file(self) -> str:
        """The file that the prose tells to save it in: the one that it names last."""
        named: list[str] = _FILE.findall(self.before)
        return named[-1]


def blocks_to_paste(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    return [Block(**found.groupdict()) for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


def is_shown(shown: str, printed: str) -> bool:
    """Tell whether something that was printed is what is shown, but for what is left out and for blanks at the ends of lines."""
    wanted, found = ("\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (shown, printed))
    pattern = ".*".join(re.escape(part) for part in wanted.split(ANYTHING))
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def put(text: str, module: str) -> str:
    """Return a module with a block put into it: all of it, or, where the block is one indented method, the method of that name.

    Raises LookupError unless there is exactly one such method.
    """
    if not text.startswith(" "):
        return text
    [method] = re.findall(r"^ +def (\w+)\(", text, re.MULTILINE)
    places = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(module))
        if isinstance(node, ast.FunctionDef) and node.name == method
    ]
    if len(places) != 1:
        raise LookupError(f"there are {len(places)} methods {method}")
    [(first, last)] = places
    lines = module.splitlines(keepends=True)
    return "".join([*lines[: first - 1], text, *lines[last:]])
