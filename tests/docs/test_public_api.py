"""What authors may import is this list, and each of its names is documented; a change of it is a change of the contract."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from tests.docs.markdown import DOCS, anchors

PUBLIC = {
    "billhook": [
        "Claim",
        "ClaimLine",
        "DealId",
        "DealView",
        "Effect",
        "ExternalCostId",
        "ExternalCostView",
        "ExtraCostId",
        "ExtraCostView",
        "FreeLine",
        "FreeLineInput",
        "InvoiceSource",
        "Named",
        "OneOf",
        "OptionsT",
        "Period",
        "PhaseId",
        "PhaseView",
        "Portion",
        "ProjectView",
        "Proposal",
        "Refused",
        "SourceContext",
        "SourceOptions",
        "SubscriptionId",
        "SubscriptionPeriod",
        "SubscriptionView",
        "TimeEntryId",
        "TimeEntryView",
        "Vat",
        "VatCategory",
        "hookimpl",
    ],
    "billhook.testing": ["SourceContract"],
}
HOOK = "billhook_invoice_source"
SHOW = """
import importlib, json, sys, types
module = importlib.import_module(sys.argv[1])
public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
print(json.dumps([module.__all__, [name for name, value in public.items() if not isinstance(value, types.ModuleType)]]))
"""


@pytest.mark.parametrize("module", PUBLIC)
def test_a_module_exports_these_names_and_has_no_other(module: str) -> None:
    """In a process of its own, where nothing else has been imported."""
    done = subprocess.run([sys.executable, "-c", SHOW, module], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    exported, found = json.loads(done.stdout)
    assert exported == PUBLIC[module]
    assert sorted(found) == PUBLIC[module]


def test_each_of_them_and_the_hook_is_in_the_reference() -> None:
    names = [*(name for names in PUBLIC.values() for name in names), HOOK]
    assert [name for name in names if name.lower() not in anchors(DOCS / "reference.md")] == []


def test_each_of_them_is_told_of_where_the_contract_is() -> None:
    """Or on a page that it leads to: what is only in the reference is found by nobody who does not know it."""
    pages = [path for path in sorted(DOCS.glob("*.md")) if path.name != "reference.md"]
    said = " ".join(re.findall(r"\w+", " ".join(page.read_text(encoding="utf-8") for page in pages)))
    views = {"DealView", "ExternalCostView", "ExtraCostView", "Named", "PhaseView", "SubscriptionPeriod", "SubscriptionView"}
    untold = {name for names in PUBLIC.values() for name in names if not re.search(rf"\b{name}\b", said)}
    assert untold <= views | {"OptionsT", "TimeEntryView"}  # parts of SourceContext, and a type variable
