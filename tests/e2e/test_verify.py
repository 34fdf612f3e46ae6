"""`billhook verify` proves a sound database sound, finds every damage done by hand and nothing else, and writes nothing (G6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.docs.markdown import DOCS, rows
from tests.e2e.client import FixedClock
from tests.e2e.damage import CLAIMS, WORK, Damage, do_damage, names_of
from tests.e2e.damage_documents import ANSWERS, DOCUMENTS, LEDGERS, NUMBERS
from tests.e2e.damage_names import DANGLING, NAMES
from tests.e2e.sample import filled
from tests.e2e.settings import settings_for
from tests.e2e.story import advance, create, deal, discard, part, project, s
from tests.property.beginnings import begin

from billhook.billing.verifying.verifying import CHECKS, SHOWN, Finding, verify
from billhook.billing.workspace import Workspace, engine_of
from billhook.domain.ids import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases, SQLite
    from tests.e2e.client import Billhook

    from billhook.sources import Sources

DAMAGES = (*WORK, *CLAIMS, *NAMES, *LEDGERS, *DOCUMENTS, *NUMBERS, *ANSWERS)


@pytest.fixture(scope="module")
def demo_database(databases: Databases, sources: Sources) -> Iterator[str]:
    """Filled once, and copied for each test."""
    url = databases.new()
    filled(url, sources)
    yield url
    databases.drop(url)


@pytest.fixture
def demo(databases: Databases, demo_database: str, sources: Sources) -> Iterator[Workspace]:
    url = databases.copy(demo_database)
    workspace = Workspace(engine_of(settings_for(url)), settings_for(url), sources, FixedClock())
    yield workspace
    workspace.engine.dispose()
    databases.drop(url)


def verified(workspace: Workspace) -> list[Finding]:
    told: list[int] = []
    with workspace.reading() as tx:
        findings = verify(tx, told.append)
    assert told == list(range(1, len(CHECKS) + 1))
    return findings


def breaches(findings: list[Finding]) -> dict[str, set[str]]:
    return {found.check.name: {breach.id for breach in found.breaches} for found in findings if found.count}


def change(workspace: Workspace, statement: str) -> None:
    with workspace.writing() as tx:
        tx.session.execute(sa.text(statement))


def test_the_demo_is_sound(demo: Workspace) -> None:
    findings = verified(demo)
    assert breaches(findings) == {}
    counted = {found.check.name: found.rows for found in findings}
    assert counted["a balance for each project"] == 34
    assert counted["kept answers"] == 13
    assert [found.check for found in findings] == list(CHECKS)


def test_a_database_with_two_currencies_and_three_vat_groups_is_sound(workspace: Workspace) -> None:
    begin(workspace)
    assert breaches(verified(workspace)) == {}


def test_discarded_documents_keep_the_currency_that_their_project_has_left(billhook: Billhook, workspace: Workspace) -> None:
    website = project(billhook, hourlyRate=None)
    discard(billhook, advance(billhook, website, "10", book=False))
    billhook.mutate("updateProject", {"id": website, "currency": "JPY"}, "project { id }")
    assert advance(billhook, website, "1000")["net"] == "1000"
    assert breaches(verified(workspace)) == {}


def test_a_deal_is_sound_that_went_over_to_another_rate_between_its_portions(billhook: Billhook, workspace: Workspace) -> None:
    sold = deal(billhook, website := project(billhook), ("100", s("21")))
    create(billhook, website, part(sold, percentage="60"))
    lines = [{"description": "x", "unitPrice": "60", "vat": s("21")}, {"description": "y", "unitPrice": "40", "vat": s("9")}]
    billhook.mutate("updateDeal", {"id": sold, "lines": lines}, "deal { id }")
    assert [create(billhook, website, part(sold, percentage=each))["net"] for each in ("40", "24")] == ["16.00", "24.00"]
    assert breaches(verified(workspace)) == {}


def test_an_empty_database_is_sound(workspace: Workspace) -> None:
    assert [(found.rows, found.count) for found in verified(workspace)] == [(0, 0)] * len(CHECKS)


@pytest.mark.parametrize("damage", DAMAGES, ids=names_of(DAMAGES))
def test_each_damage_is_found_by_its_check_and_by_no_other(demo: Workspace, damage: Damage) -> None:
    expected = do_damage(demo.engine, damage)
    assert breaches(verified(demo)) == expected


@pytest.mark.parametrize("damage", DANGLING, ids=names_of(DANGLING))
def test_rows_of_sqlite_that_name_none_are_found(sqlite: SQLite, sources: Sources, damage: Damage) -> None:
    url = sqlite.new()
    filled(url, sources)
    by_hand = sa.create_engine(url)
    expected = do_damage(by_hand, damage)
    by_hand.dispose()
    workspace = Workspace(engine_of(settings_for(url)), settings_for(url), sources, FixedClock())
    assert breaches(verified(workspace)) == expected
    workspace.engine.dispose()


def test_every_check_finds_some_damage() -> None:
    assert {check for damage in (*DAMAGES, *DANGLING) for check in damage.noticed} == {check.name for check in CHECKS}
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_every_check_is_explained_in_the_docs() -> None:
    explained = [(name, rule, proves) for name, rule, _, proves in rows(DOCS / "verifying.md", "check")]
    names = [check.looks_at.__tablename__ if check.looks_at else "all" for check in CHECKS]
    assert explained == [(check.name, check.rule, check.proves) for check in CHECKS]
    assert [table.strip("`") for _, _, table, _ in rows(DOCS / "verifying.md", "check")] == names


def test_a_breach_says_what_is_wrong_in_the_currency(demo: Workspace) -> None:
    change(demo, "UPDATE project_balance SET open_advance_minor = 39999 WHERE project_id = 1")
    [found] = [found for found in verified(demo) if found.count]
    [breach] = found.breaches
    assert (breach.id, breach.says) == (
        encode("Project", 1),
        "The balance says 399.99 EUR of open advances, the ledger adds up to 400.00 EUR.",
    )


def test_of_many_breaches_the_first_are_kept_and_all_are_counted(demo: Workspace) -> None:
    change(demo, "UPDATE project_balance SET unbilled_minor = unbilled_minor + 1")
    [found] = [found for found in verified(demo) if found.count]
    assert (found.count, [breach.id for breach in found.breaches]) == (34, [encode("Project", key) for key in range(1, SHOWN + 1)])


def test_a_word_that_no_list_has_is_a_breach_and_ends_nothing(demo: Workspace) -> None:
    change(demo, "UPDATE invoice SET status = 'SENT' WHERE id = 3")
    [found] = [found for found in verified(demo) if found.count]
    assert (found.check.name, found.count) == ("booked and numbered", 1)
    assert found.breaches[0].says.startswith("cannot be read: 'SENT' is not among the defined enum values. Enum name: invoicestatus.")
