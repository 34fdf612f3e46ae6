"""What the pages are compared with: an output is the one that is shown, and a block goes where its reader would put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.docs.pasting import blocks_to_paste, is_shown, put

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "class Tide:\n    def ebb(self) -> int:\n        return 1\n\n    def flood(self) -> int:\n        return 2\n"


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("one\ntwo\n", "one\ntwo\n"),
        ("  one\ntwo\n", "\n  one   \ntwo\n\n"),
        ("one\n...\nfour\n", "one\ntwo\nthree\nfour\n"),
        ("2 passed in ...s\n", "2 passed in 0.31s\n"),
        ("...\nlast\n", "first\nlast\n"),
    ],
)
def test_an_output_is_the_one_that_is_shown(shown: str, printed: str) -> None:
    assert is_shown(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("one\n", "one\ntwo\n"),
        ("one\ntwo\n", "two\none\n"),
        ("one\n...\nfour\n", "one\ntwo\nfour\nfive\n"),
        ("1 passed in ...s\n", "11 passed in 0.31s\n"),
        ("one [two]\n", "one t\n"),
    ],
)
def test_another_output_is_not(shown: str, printed: str) -> None:
    assert not is_shown(shown, printed)


def test_a_block_knows_its_language_and_the_file_that_was_named_last(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Do not touch `ebb.py`. Save `tides/flood.py`:\n\n```python\nx = 1\n```\n\nRun it.\n\n```sh\nls\n```\n", encoding="utf-8"
    )
    module, command = blocks_to_paste(page)
    assert (module.language, module.text, module.file) == ("python", "x = 1\n", "tides/flood.py")
    assert (command.language, command.text, command.before.strip()) == ("sh", "ls\n", "Run it.")


def test_a_whole_module_takes_the_place_of_another() -> None:
    assert put("x = 1\n", MODULE) == "x = 1\n"


def test_a_method_takes_the_place_of_the_one_of_its_name() -> None:
    changed = put("    def ebb(self) -> int:\n        low = 0\n        return low\n", MODULE)
    assert changed == MODULE.replace("return 1", "low = 0\n        return low")


def test_a_method_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError, match="there are 0 methods moon"):
        put("    def moon(self) -> int:\n        return 3\n", MODULE)
