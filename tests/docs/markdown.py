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
_TABLE = re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_FRAGMENT = re.compile(r"\]\(([^)#:]*)#([^)]*)\)")
_CODE = re.compile(r"`([^`\n]+)`")


def all_blocks(page: Path) -> list[tuple[str, str]]:
    """Return the blocks of code on a page, each with its language; a page may have none."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def blocks(page: Path, language: str | None = None) -> list[tuple[str, str]]:
    """Return the blocks of code on a page, of which there are some, each with its language; those of one language if asked."""
    found = [(kind, text) for kind, text in all_blocks(page) if language in {None, kind}]
    assert found, f"{page.name} has no block of {language}"
    return found


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Return where the links of a page lead, without the part after #."""
    return _LINK.findall(prose(page))


def fragments(page: Path) -> list[tuple[Path, str]]:
    """Return the headings that links of a page lead to: the page they are on, and the part after #."""
    return [((page.parent / file).resolve() if file else page, name) for file, name in _FRAGMENT.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are called after #."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-").lower() for heading in headings}


def names(page: Path) -> list[str]:
    """Return what stands in backticks."""
    return _CODE.findall(prose(page))


def rows(page: Path, header: str) -> list[tuple[str, ...]]:
    """Return the cells of the table whose first column is `header`."""
    [found] = tables(page, header)
    return found


def tables(page: Path, header: str) -> list[list[tuple[str, ...]]]:
    """Return the cells of every table whose first column is `header`, which is at least one."""
    found = [_cells(text) for text in _TABLE.findall(prose(page)) if text.startswith(f"| {header} |")]
    assert found, f"{page.name} has no table of {header}"
    return found


def _cells(table: str) -> list[tuple[str, ...]]:
    """Return the cells below the head of a table, each row as long as the head."""
    head, ruler, *lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    assert {cell.strip("-") for cell in ruler} == {""}
    assert all(len(line) == len(head) for line in lines), table
    return [tuple(cell.strip().replace("\\|", "|") for cell in line) for line in lines]


def section(page: Path, heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    _, _, below = page.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    assert below, f"{page.name} has no heading {heading!r}"
    return re.split(r"^#", below, maxsplit=1, flags=re.MULTILINE)[0]
