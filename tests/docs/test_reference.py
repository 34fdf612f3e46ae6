"""The reference is what the docstrings say, of every public name, and there is no public name without one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import DOCS, section
from tests.docs.public_names import PublicName, Undocumented, hooks, public_names
from tests.docs.reference import exported, group_of, page
from tests.docs.reference import section as section_of

import billhook
from billhook import testing

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = DOCS / "reference.md"
TIDE = '''
"""Tides."""
from __future__ import annotations

import decimal
from dataclasses import dataclass

__all__ = ["Tide"]


@dataclass(frozen=True, kw_only=True)
class Tide:
    """How high the water stands (M1).

    See `Moon`.
    """

    height: decimal.Decimal | None
    """In metres; negative is INVALID_INPUT."""
    moon: Moon = ()
    """What pulls."""
    _secret: int = 0

    @property
    def is_high(self) -> bool:
        """Whether it is high."""

    @classmethod
    def at(cls, hour: int, place: str = 'pier') -> Tide:
        """Look it up."""
'''
WHAT_IT_SAYS = """### Tide

```py
Tide(*, height: Decimal | None, moon: Moon = (), _secret: int = 0)
```

How high the water stands (M1).

See [`Moon`](#moon).

| field | type | default | what it is |
|---|---|---|---|
| `height` | `Decimal \\| None` | required | In metres; negative is [INVALID_INPUT](errors.md#invalid_input). |
| `moon` | [`Moon`](#moon) | `()` | What pulls. |

**`Tide.is_high: bool`** (property)

Whether it is high.

**`Tide.at(hour: int, place: str = "pier") -> Tide`** (class method)

Look it up."""


def headings(level: int) -> list[str]:
    """Return the headings of the committed page."""
    return re.findall(rf"^{'#' * level} (.*)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)


def write(folder: Path, text: str) -> str:
    """Write a module into a folder, and return its name."""
    (folder / "tides.py").write_text(text, encoding="utf-8")
    return "tides"


def test_the_committed_page_is_what_the_docstrings_say() -> None:
    assert page(exported()) == REFERENCE.read_text(encoding="utf-8"), "docs/reference.md is out of date: run `make docs`"


def test_every_public_name_has_a_section() -> None:
    assert sorted(headings(3)) == sorted([*billhook.__all__, *testing.__all__, "billhook_invoice_source"])


def test_no_section_is_empty() -> None:
    for heading in headings(3):
        code, _, said = section(REFERENCE, f"### {heading}").strip().partition("\n```\n")
        assert len(code.splitlines()) >= 2, heading
        assert len(said.split()) >= 3, heading
    for group in REFERENCE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, said, first = group.split("\n\n")[:3]
        assert len(said.split()) >= 3, heading
        assert first.startswith("### "), heading


def test_every_row_has_a_cell_for_each_column_and_says_what_it_is() -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(tables) > len(headings(2))
    for table in tables:
        head, _, *rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
        assert head[-1].strip() == "what it is"
        assert [row for row in rows if len(row) != len(head) or not row[-1].strip()] == [], table


def test_every_link_leads_to_a_heading() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    codes = re.findall(r"^### (.*)$", (DOCS / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) == {heading.lower() for heading in headings(3)}
    assert set(re.findall(r"\]\(errors\.md#([^)]*)\)", text)) <= {code.lower() for code in codes}


def test_a_name_is_shown_with_its_code_fields_and_methods(tmp_path: Path) -> None:
    [tide] = public_names(write(tmp_path, TIDE), tmp_path)
    assert section_of(tide, frozenset({"Tide", "Moon"})) == WHAT_IT_SAYS


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Ebb = 1", "Ebb"),
        ("def Ebb() -> None: ...", "Ebb"),
        ("class Ebb: ...", "Ebb"),
        ("class Ebb:\n '''Water.'''\n height: int", "Ebb.height"),
        ("class Ebb:\n '''Water.'''\n def falls(self) -> None: ...", "Ebb.falls"),
        ("class Ebb:\n '''Water.'''\n @property\n def low(self) -> bool: ...", "Ebb.low"),
        ("class Ebb:\n '''Water.'''\n def __init__(self, at: int) -> None:\n  self.at = at", "Ebb.at"),
        ("class _Water:\n height: int\nclass Ebb(_Water):\n '''Water.'''", "_Water.height"),
        ("import enum\nclass Ebb(enum.Enum):\n '''Water.'''\n LOW = 1", "Ebb.LOW"),
        ("import pydantic\nclass Ebb(pydantic.BaseModel):\n '''Water.'''\n height: int = pydantic.Field(gt=0)", "Ebb.height"),
    ],
    ids=["value", "function", "class", "field", "method", "property", "attribute", "inherited", "enum", "model"],
)
def test_what_is_public_and_undocumented_is_refused(tmp_path: Path, text: str, missing: str) -> None:
    module = write(tmp_path, f"__all__ = ['Ebb']\n{text}\n")
    with pytest.raises(Undocumented, match=rf"^tides\.{re.escape(missing)} has no docstring$"):
        public_names(module, tmp_path)


def test_a_hook_without_a_docstring_is_refused(tmp_path: Path) -> None:
    module = write(tmp_path, "class Hooks:\n    @hookspec\n    def billhook_tide(self) -> int: ...\n")
    with pytest.raises(Undocumented, match=r"^tides\.Hooks\.billhook_tide has no docstring$"):
        hooks(module, tmp_path)


def test_a_package_that_exports_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Undocumented, match=r"^tides has no __all__$"):
        public_names(write(tmp_path, "ebb = 1\n"), tmp_path)


def test_the_fields_of_a_model_show_description_docstring_and_bounds(tmp_path: Path) -> None:
    module = write(
        tmp_path,
        "from typing import Annotated\n"
        "from pydantic import BaseModel, Field\n"
        "__all__ = ['Ebb']\n"
        "class Ebb(BaseModel):\n"
        "    '''Water.'''\n"
        "    model_config = {}\n"
        "    height: Annotated[int, Field(ge=1, lt=10**3)] | None = Field(default=None, description='In metres.')\n"
        "    '''Above the ground.'''\n"
        "    names: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description='Of the places.')\n",
    )
    [ebb] = public_names(module, tmp_path)
    assert ebb.code == "class Ebb(BaseModel)\nEbb(*, height: int | None = None, names: tuple[str, ...])"
    assert [(field.name, field.type, field.default, field.bounds, field.meaning) for field in ebb.fields] == [
        ("height", "int | None", "None", "from 1, below 10^3", "In metres.\n\nAbove the ground."),
        ("names", "tuple[str, ...]", None, "at least 1 items", "Of the places."),
    ]


def test_a_constraint_without_words_is_refused(tmp_path: Path) -> None:
    text = (
        "from pydantic import BaseModel, Field\n__all__ = ['Ebb']\n"
        "class Ebb(BaseModel):\n    '''Water.'''\n    height: int = Field(multiple_of=2, description='Height.')\n"
    )
    with pytest.raises(ValueError, match=r"^tides\.Ebb\.height has multiple_of"):
        public_names(write(tmp_path, text), tmp_path)


def test_a_name_of_a_module_that_no_group_stands_for_is_refused() -> None:
    moon = PublicName(name="Moon", package="billhook", module="billhook.domainmoon", kind="class", code="", meaning="Pulls.")
    with pytest.raises(LookupError, match=r"^Moon is of billhook\.domainmoon"):
        group_of(moon)
