"""Reads what the documentation shows: blocks of code, tables, links, and names in backticks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
EXAMPLES = tuple(sorted((ROOT / "examples").glob("*/README.md")))
PAGES = (README, ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")), *EXAMPLES)

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")


def blocks(page: Path, language: str | None = None) -> list[tuple[str, str]]:
    """Return the blocks of code on a page, each with its language; those of one language if asked."""
    found = [(kind, text) for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if language in {None, kind}]
    assert found, f"{page.name} has no block of {language}"
    return found


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Return where the links of a page lead, without the part after #."""
    return _LINK.findall(prose(page))


def names(page: Path) -> list[str]:
    """Return what stands in backticks."""
    return _CODE.findall(prose(page))


def rows(page: Path, header: str) -> list[tuple[str, ...]]:
    """Return the cells of the table whose first column is `header`."""
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    assert any(line.startswith(f"| {header} |") for line in lines), f"{page.name} has no table of {header}"
    assert set(next(lines)) == set("|-")
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        found.append(tuple(cell.strip().replace("\\|", "|") for cell in cells))
    return found


def section(page: Path, heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    _, _, below = page.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    assert below, f"{page.name} has no heading {heading!r}"
    return re.split(r"^#", below, maxsplit=1, flags=re.MULTILINE)[0]
