"""The examples are distributions that install beside billhook and work there, together: as somebody else's would."""

from __future__ import annotations

import re
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

import orjson
import pytest
from tests.e2e.client import Client
from tests.e2e.story import (
    Answer,
    applied,
    balance,
    billing,
    create,
    external_cost,
    figures,
    phase_invoice,
    plain,
    preview,
    project,
    refuse,
    s,
    sums,
    taxed,
    track,
)
from tests.installed.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.installed.environment import Environment

EXAMPLES = {
    "expenses": ("External costs with a markup", "CLEARS_UNBILLED_TIME"),
    "retainer": ("Monthly retainer", "REGISTERS_ADVANCE_CREDIT"),
}
SOURCE = "query($id: ID!) { invoice(id: $id) { source { name package version installed } } }"


@pytest.fixture(scope="module")
def installed(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Both examples, each built from a copy of its folder, until the tests here have ended."""
    copies = tmp_path_factory.mktemp("examples")
    with ExitStack() as stack:
        for name in EXAMPLES:
            shutil.copytree(ROOT / "examples" / name, copies / name, ignore=shutil.ignore_patterns("__pycache__"))
            stack.enter_context(environment.having(copies / name))
        yield environment


def test_both_are_listed_as_plugins_that_work(installed: Environment, tmp_path: Path) -> None:
    listed = orjson.loads(installed.run("billhook", "plugins", "--json", cwd=tmp_path).stdout)
    assert [plugin for plugin in listed if plugin["package"] != "billhook"] == [
        {
            "name": name,
            "label": label,
            "effect": effect,
            "settlesAdvances": False,
            "package": f"billhook-{name}",
            "version": "1.0",
            "state": "WORKS",
            "reason": None,
        }
        for name, (label, effect) in EXAMPLES.items()
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_keeps_the_contract_where_it_is_installed(name: str, installed: Environment, tmp_path: Path) -> None:
    done = installed.run("billhook", "check", name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_test_of_an_example_passes(name: str, installed: Environment, tmp_path: Path) -> None:
    # Without the module beside it, so that the installed one is tried.
    shutil.copy(ROOT / "examples" / name / f"test_billhook_{name}.py", tmp_path)
    done = installed.run("python", "-W", "error", "-m", "pytest", "-W", "error", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"= [1-9][0-9]* passed in ", done.stdout.splitlines()[-1])


def test_a_project_is_invoiced_with_both_and_its_books_are_proved(installed: Environment, tmp_path: Path) -> None:
    with installed.serving("serve", tmp_path) as http:
        billhook = Client(http)
        website = project(billhook, vat=s("21"))
        march = {"retainer": {"month": "2026-03-31", "fee": "500"}}
        retainer = create(billhook, website, march)
        assert (retainer["kind"], taxed(retainer)) == ("ADVANCE", ("500.00", "105.00", "605.00"))
        assert refuse(billhook, website, march)["code"] == "ALREADY_BILLED"

        track(billhook, website, 3 * 3600)
        external_cost(billhook, website, "80")
        external_cost(billhook, website, "20.05", vat=s("6"))
        assert balance(billhook, website) == ("300.00", "500.00")
        seen = preview(billhook, website, {"expenses": {"markup": "12.5"}})
        expenses = create(billhook, website, {"expenses": {"markup": "12.5"}}, previewToken=seen["token"])
        assert figures(expenses) == [("EXTERNAL_COST", "80.00"), ("EXTERNAL_COST", "20.05"), ("FREE", "10.00"), ("FREE", "2.51")]
        assert (expenses["kind"], taxed(expenses)) == ("REGULAR", ("112.56", "20.25", "132.81"))
        assert refuse(billhook, website, {"expenses": {}})["code"] == "NOTHING_TO_BILL"
        assert (balance(billhook, website), billing(billhook, website)["unbilledExternalCosts"]) == (("300.00", "500.00"), "0.00")

        track(billhook, website, 4 * 3600)
        settled = phase_invoice(billhook, website)
        assert (sums(settled), applied(settled)) == (("700.00", "500.00", "200.00"), [(retainer["number"], "500.00")])
        assert balance(billhook, website) == ("0.00", "0.00")
        assert [made_by(billhook, invoice) for invoice in (retainer, expenses, settled)] == [
            "billhook-retainer",
            "billhook-expenses",
            "billhook",
        ]

    proved = installed.run("billhook", "verify", cwd=tmp_path)
    assert (proved.returncode, proved.stderr) == (0, ""), proved.stdout


def made_by(billhook: Client, invoice: Answer) -> str:
    """The package of the source that made an invoice."""
    source = plain(billhook.graphql(SOURCE, {"id": invoice["id"]}))["invoice"]["source"]
    assert source["installed"]
    package: str = source["package"]
    return package
