"""What `billhook new` writes is a source from the start: it installs, keeps the contract, has clean types, and proposes invoices."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import graphql
import orjson
import pytest
from tests.e2e.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.installed.environment import Environment

TOOLS = Path(sys.executable).parent
MODULE_LINES, TEST_LINES = 25, 6
PREVIEW = """query ($input: PreviewInvoiceInput!) {
  previewInvoice(input: $input) { preview { kind net { amount } lines { description } } userErrors { code message } }
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is written for one effect, and what is expected of it."""

    name: str
    effect: str
    description: str
    options: dict[str, tuple[str, str]]
    """The type and the description of each."""
    invoice: tuple[str, str]
    """Its kind and net on the project Website of the example data."""
    folder: Path = Path()

    @property
    def module(self) -> str:
        return f"billhook_{self.name}.py"


EXPECTED = {
    "regular": Written(
        name="tides",
        effect="CLEARS_UNBILLED_TIME",
        description="Bills unbilled time and its extra costs up to a day, in one line.",
        options={"upTo": ("Date!", "The last day whose work is billed.")},
        invoice=("REGULAR", "401.67"),
    ),
    "advance": Written(
        name="dues",
        effect="REGISTERS_ADVANCE_CREDIT",
        description="Bills a fee once a month, in advance.",
        options={"month": ("Date!", "Any day of the month to bill."), "fee": ("Decimal!", "The fee of a month, excluding VAT.")},
        invoice=("ADVANCE", "500.00"),
    ),
}


@pytest.fixture(scope="module", params=EXPECTED)
def written(request: pytest.FixtureRequest, environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """The new source, written by the installed billhook and installed beside it."""
    folder = tmp_path_factory.mktemp("new source")  # a folder with a space in its name
    expected = EXPECTED[request.param]
    done = environment.run("billhook", "new", expected.name, "--effect", request.param, "--folder", str(folder), cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    written = replace(expected, folder=folder / f"billhook-{expected.name}")
    with environment.having(written.folder):
        yield written


def test_the_module_and_its_test_are_short(written: Written) -> None:
    module, test = ((written.folder / file).read_text(encoding="utf-8").splitlines() for file in (written.module, f"test_{written.module}"))
    assert len([line for line in module if line.strip()]) <= MODULE_LINES
    assert len([line for line in test if line.strip()]) <= TEST_LINES


def test_its_own_test_passes_without_a_warning(written: Written, environment: Environment) -> None:
    done = environment.run("python", "-W", "error", "-m", "pytest", "-W", "error", cwd=written.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"= \d+ passed in ", done.stdout.splitlines()[-1])


def test_a_module_named_as_tests_are_is_not_taken_for_one(environment: Environment, tmp_path: Path) -> None:
    assert environment.run("billhook", "new", "test", "--effect", "regular", cwd=tmp_path).returncode == 0
    collect = ["-m", "pytest", "-W", "error", "--collect-only", "--quiet", "--no-summary"]
    done = environment.run("python", *collect, cwd=tmp_path / "billhook-test")
    assert done.returncode == 0, done.stdout + done.stderr
    collected = [line for line in done.stdout.splitlines() if "::" in line]
    assert collected
    assert [line for line in collected if not line.startswith("test_billhook_test.py::TestTest::")] == []


def test_it_keeps_the_contract_where_it_is_installed(written: Written, environment: Environment, tmp_path: Path) -> None:
    done = environment.run("billhook", "check", written.name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_it_is_listed_as_a_plugin_that_works(written: Written, environment: Environment, tmp_path: Path) -> None:
    listed = orjson.loads(environment.run("billhook", "plugins", "--json", cwd=tmp_path).stdout)
    assert [plugin for plugin in listed if plugin["package"] != "billhook"] == [
        {
            "name": written.name,
            "label": written.name.capitalize(),
            "effect": written.effect,
            "settlesAdvances": False,
            "package": f"billhook-{written.name}",
            "version": "0.1.0",
            "state": "WORKS",
            "reason": None,
        }
    ]


def test_its_name_is_taken_from_then_on(written: Written, environment: Environment, tmp_path: Path) -> None:
    done = environment.run("billhook", "new", written.name, "--effect", "regular", cwd=tmp_path)
    reason = f"the name '{written.name}' is taken by billhook-{written.name} 0.1.0; choose another"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"billhook: {reason}\n")
    assert list(tmp_path.iterdir()) == []


def test_the_schema_has_its_options_with_types_and_descriptions(written: Written, environment: Environment, tmp_path: Path) -> None:
    schema = graphql.build_schema(environment.run("billhook", "schema", cwd=tmp_path).stdout)
    sources, options = schema.type_map["InvoiceSourceInput"], schema.type_map[f"{written.name.capitalize()}Options"]
    assert isinstance(sources, graphql.GraphQLInputObjectType)
    assert isinstance(options, graphql.GraphQLInputObjectType)
    assert sources.fields[written.name].type is options
    assert str(sources.fields[written.name].description).startswith(written.description)
    assert {name: (str(field.type), field.description) for name, field in options.fields.items()} == written.options


@pytest.mark.parametrize(
    "tool",
    [
        ["mypy", "--strict", "--python-executable", "{python}", "--cache-dir", "{cache}", "."],
        ["basedpyright", "--pythonpath", "{python}", "--project", "standard.json"],
        ["basedpyright", "--pythonpath", "{python}", "--project", "strict.json"],
        ["ruff", "check", "--extend-select", "A,ANN,B,C4,I,N,PT,RUF,SIM,UP", "."],
        ["ruff", "format", "--check", "."],
    ],
    ids=["mypy", "basedpyright-standard", "basedpyright-strict", "ruff-check", "ruff-format"],
)
def test_a_tool_of_its_author_finds_nothing(written: Written, environment: Environment, tool: list[str]) -> None:
    for mode in ("standard", "strict"):
        settings = {"typeCheckingMode": mode, "pythonVersion": "3.11", "failOnWarnings": True}
        (written.folder / f"{mode}.json").write_bytes(orjson.dumps(settings))
    places = {"python": environment.python, "cache": environment.folder.parent / "mypy"}
    program, *arguments = (argument.format(**places) for argument in tool)
    done = subprocess.run([TOOLS / program, *arguments], cwd=written.folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_data_has_something_for_it_to_bill(written: Written, environment: Environment, tmp_path: Path) -> None:
    readme = (written.folder / "README.md").read_text(encoding="utf-8")
    [query] = re.findall(r"^```graphql\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    with environment.serving("demo", tmp_path) as http:
        client = Client(http)
        [project] = [project for project in client.graphql(query)["projects"]["nodes"] if project["title"] == "Website"]
        [offer] = [offer for offer in project["sources"] if offer["source"]["name"] == written.name]
        assert (offer["available"], offer["unavailableBecause"], len(offer["suggestions"])) == (True, None, 1)
        chosen = {"projectId": project["id"], "source": {written.name: offer["suggestions"][0]}}
        answer = client.graphql(PREVIEW, {"input": chosen})["previewInvoice"]
    assert answer["userErrors"] == []
    assert (answer["preview"]["kind"], answer["preview"]["net"]["amount"]) == written.invoice
    assert len(answer["preview"]["lines"]) == 1


def test_it_is_four_files_in_a_folder_as_any_other(written: Written) -> None:
    assert sorted(file.name for file in written.folder.iterdir() if file.suffix in {".md", ".py", ".toml"}) == [
        "README.md",
        written.module,
        "pyproject.toml",
        f"test_{written.module}",
    ]
    (other := written.folder.parent / "other").mkdir()
    assert written.folder.stat().st_mode == other.stat().st_mode
