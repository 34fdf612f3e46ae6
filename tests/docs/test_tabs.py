"""The tabs that GraphiQL opens with tell the story of the README, and their comments promise what is answered."""

from __future__ import annotations

import json
import re

from graphql import parse, print_ast
from tests.docs.markdown import ROOT
from tests.docs.test_readme import PLUGIN, story

TABS = sorted((ROOT / "web" / "src" / "tabs").iterdir())


def test_each_tab_is_a_step_of_the_story_and_says_what_one_will_see() -> None:
    told = [(operation, answer) for operation, answer in story() if PLUGIN not in operation]
    assert len(TABS) == len(told) == 6
    for number, (tab, (operation, answer)) in enumerate(zip(TABS, told, strict=True), start=1):
        text = tab.read_text(encoding="utf-8")
        assert print_ast(parse(text)) == print_ast(parse(operation)), tab.name
        comment = "".join(line for line in text.splitlines() if line.startswith("#"))
        assert comment.startswith(f"# {number} of 6: "), tab.name
        assert "ou will see" in comment, tab.name
        promised = set(re.findall(r"\d+\.\d\d|(?:INV|CN)-\d{5}", comment))
        assert promised, tab.name
        assert [fact for fact in promised if f'"{fact}"' not in json.dumps(answer)] == [], tab.name
