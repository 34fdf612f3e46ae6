"""`billhook verify` proves a sound database sound, finds every damage done by hand and nothing else, and writes nothing (G6)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
import pytest
from tests.docs.markdown import DOCS, rows
from tests.e2e.client import FixedClock
from tests.e2e.damage import DAMAGES, Damage
from tests.e2e.settings import settings_for
from tests.property.beginnings import begin

from billhook.billing.demo import fill_demo
from billhook.billing.verifying.verifying import CHECKS, SHOWN, Finding, verify
from billhook.billing.workspace import Workspace, open_workspace
from billhook.cli import main
from billhook.domain.ids import encode
from billhook.store.engine import open_engine

if TYPE_CHECKING:
    from pathlib import Path

    from billhook.sources import Sources


Command = Callable[..., tuple[object, str, str]]


@pytest.fixture(scope="module")
def demo_database(tmp_path_factory: pytest.TempPathFactory, sources: Sources) -> Path:
    """Filled once, and copied for each test."""
    file = tmp_path_factory.mktemp("database") / "demo.db"
    workspace = open_workspace(settings_for(file), sources, FixedClock())
    assert fill_demo(workspace) is True
    workspace.engine.dispose()
    return file


@pytest.fixture
def demo(tmp_path: Path, demo_database: Path) -> Path:
    file = tmp_path / "demo.db"
    shutil.copyfile(demo_database, file)
    return file


def verified(file: Path, sources: Sources) -> list[Finding]:
    settings = settings_for(file)
    engine = open_engine(settings.database_url, settings.pool_size)
    told: list[int] = []
    with Workspace(engine, settings, sources).reading() as tx:
        findings = verify(tx, told.append)
    engine.dispose()
    assert told == list(range(1, len(CHECKS) + 1))
    return findings


def breaches(findings: list[Finding]) -> dict[str, set[str]]:
    return {found.check.name: {breach.id for breach in found.breaches} for found in findings if found.count}


def break_it(file: Path, damage: Damage) -> dict[str, set[str]]:
    """Do the damage; return the ids that each check must report."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.row_factory = sqlite3.Row
        picked = [dict(row) for row in connection.execute(damage.pick)]
        assert picked, "there is nothing in the demo to damage so"
        for statement in damage.statements:
            connection.execute(statement, picked[0])
    return {
        check: {encode(kind, row[column]) if kind else row[column] for row in picked} for check, (kind, column) in damage.noticed.items()
    }


def checksum(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def test_the_demo_is_sound(demo: Path, sources: Sources) -> None:
    findings = verified(demo, sources)
    assert breaches(findings) == {}
    counted = {found.check.name: found.rows for found in findings}
    assert counted["a balance for each project"] == 33
    assert [found.check for found in findings] == list(CHECKS)


def test_a_database_with_two_currencies_and_three_vat_groups_is_sound(workspace: Workspace) -> None:
    begin(workspace)
    with workspace.reading() as tx:
        assert breaches(verify(tx, lambda _: None)) == {}


def test_an_empty_database_is_sound(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        findings = verify(tx, lambda _: None)
    assert [(found.rows, found.count) for found in findings] == [(0, 0)] * len(CHECKS)


@pytest.mark.parametrize("damage", DAMAGES, ids=[f"{number}: {', '.join(damage.noticed)}" for number, damage in enumerate(DAMAGES, 1)])
def test_each_damage_is_found_by_its_check_and_by_no_other(demo: Path, sources: Sources, damage: Damage) -> None:
    expected = break_it(demo, damage)
    before = checksum(demo)
    assert breaches(verified(demo, sources)) == expected
    assert checksum(demo) == before


def test_every_check_finds_some_damage() -> None:
    assert {check for damage in DAMAGES for check in damage.noticed} == {check.name for check in CHECKS}
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_every_check_is_explained_in_the_docs() -> None:
    explained = [(name, rule, proves) for name, rule, _, proves in rows(DOCS / "verifying.md", "check")]
    names = [table.__tablename__ for table in (check.looks_at for check in CHECKS)]
    assert explained == [(check.name, check.rule, check.proves) for check in CHECKS]
    assert [table.strip("`") for _, _, table, _ in rows(DOCS / "verifying.md", "check")] == names


def test_a_breach_says_what_is_wrong_in_the_currency(demo: Path, sources: Sources) -> None:
    with closing(sqlite3.connect(demo)) as connection, connection:
        connection.execute("UPDATE project_balance SET open_advance_minor = 39999 WHERE project_id = 1")
    [found] = [found for found in verified(demo, sources) if found.count]
    [breach] = found.breaches
    assert (breach.id, breach.says) == (
        encode("Project", 1),
        "The balance says 399.99 EUR of open advances, the ledger adds up to 400.00 EUR.",
    )


def test_of_many_breaches_the_first_are_kept_and_all_are_counted(demo: Path, sources: Sources) -> None:
    with closing(sqlite3.connect(demo)) as connection, connection:
        connection.execute("UPDATE project_balance SET unbilled_minor = unbilled_minor + 1")
    [found] = [found for found in verified(demo, sources) if found.count]
    assert (found.count, [breach.id for breach in found.breaches]) == (33, [encode("Project", key) for key in range(1, SHOWN + 1)])


@pytest.fixture
def command(demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `billhook verify` on the copy of the demo in this process; return its exit code, what it printed, and what it complained."""
    for name in [name for name in os.environ if name.startswith("BILLHOOK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(demo.parent)

    def run(*options: str, database: str = "demo.db") -> tuple[object, str, str]:
        monkeypatch.setenv("BILLHOOK_DATABASE_URL", f"sqlite:///{database}")
        monkeypatch.setattr(sys, "argv", ["billhook", "verify", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def test_a_sound_database_exits_with_0_and_nothing_is_written(demo: Path, command: Command) -> None:
    before = checksum(demo)
    code, out, err = command()
    assert (code, err) == (0, "")
    assert out.endswith(f"All {len(CHECKS)} checks hold.\n")
    assert all(check.name in out for check in CHECKS)
    assert checksum(demo) == before
    assert [file.name for file in demo.parent.iterdir()] == ["demo.db"]


def test_a_breach_exits_with_1_and_is_shown_and_not_repaired(demo: Path, command: Command) -> None:
    with closing(sqlite3.connect(demo)) as connection, connection:
        connection.execute("UPDATE project_balance SET unbilled_minor = unbilled_minor + 1")
    before = checksum(demo)
    code, out, _ = command()
    assert code == 1
    assert encode("Project", SHOWN) in out
    assert encode("Project", SHOWN + 1) not in out
    assert out.endswith(f"... and 13 more.\n1 of {len(CHECKS)} checks found breaches. Nothing was changed.\n")
    assert checksum(demo) == before
    assert command()[0] == 1


def test_findings_as_json(demo: Path, command: Command) -> None:
    code, out, err = command("--json")
    sound = orjson.loads(out)
    assert (code, err, sound["holds"]) == (0, "", True)
    assert [check["name"] for check in sound["checks"]] == [check.name for check in CHECKS]
    assert {check["breaches"] for check in sound["checks"]} == {0}
    with closing(sqlite3.connect(demo)) as connection, connection:
        connection.execute(
            "UPDATE project_balance SET unbilled_seconds = 1, unbilled_entries = 2, unrated_entries = 3 WHERE project_id = 1"
        )
    code, out, _ = command("--json")
    [wrong] = [check for check in orjson.loads(out)["checks"] if check["breaches"]]
    assert (code, orjson.loads(out)["holds"]) == (1, False)
    assert {name: wrong[name] for name in ("name", "rule", "rows", "breaches")} == {
        "name": "unbilled time",
        "rule": "R2, M4, G6",
        "rows": 33,
        "breaches": 1,
    }
    assert [breach["id"] for breach in wrong["first"]] == [encode("Project", 1)]


def test_no_database_is_made(demo: Path, command: Command) -> None:
    code, out, err = command(database="other.db")
    assert (code, out) == (2, "")
    assert err.startswith("billhook: there is no database other.db")
    assert not (demo.parent / "other.db").exists()
