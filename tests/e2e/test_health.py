"""Whether it runs, and whether it is ready: without a token, in bounded time, and without a word on the inside."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from starlette.testclient import TestClient
from tests.databases import file_of
from tests.e2e.settings import settings_for
from tests.e2e.test_access import secret_of

from billhook.billing.workspace import open_workspace
from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    import pytest
    from strawberry import Schema
    from tests.databases import Databases
    from tests.e2e.client import Billhook

    from billhook.sources import Sources


def asked(billhook: Billhook, path: str = "/readyz") -> tuple[int, str]:
    response = billhook.http.get(path)
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.text


def test_it_is_ready_without_a_token_also_when_there_is_one(billhook: Billhook) -> None:
    assert asked(billhook) == (200, "ready\n")
    secret_of(billhook.workspace, Role.ADMIN)
    assert [asked(billhook, path) for path in ("/healthz", "/readyz")] == [(200, "ok\n"), (200, "ready\n")]


def test_it_is_not_ready_for_tables_of_another_billhook(billhook: Billhook, caplog: pytest.LogCaptureFixture) -> None:
    with billhook.workspace.writing() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    with caplog.at_level(logging.WARNING, logger="billhook.health"):
        assert asked(billhook) == (503, "not ready: the tables of the database are not those of this billhook\n")
    assert caplog.messages == ["not ready: the tables of the database are not those of this billhook"]
    assert asked(billhook, "/healthz") == (200, "ok\n")


def test_it_is_not_ready_without_its_database(
    billhook: Billhook, databases: Databases, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert asked(billhook) == (200, "ready\n")
    billhook.workspace.engine.dispose()
    databases.drop_now(database_url)
    if databases.name == "sqlite":
        Path(file_of(database_url)).mkdir()
    with caplog.at_level(logging.WARNING, logger="billhook.health"):
        assert asked(billhook) == (503, "not ready: the database cannot be read\n")
    assert caplog.messages[-1] == "not ready: the database cannot be read"
    if databases.name == "sqlite":
        Path(file_of(database_url)).rmdir()


def test_it_is_not_ready_while_its_file_is_moved_away_though_connections_to_it_are_open(
    tmp_path: Path, sources: Sources, schema: Schema
) -> None:
    file, away = tmp_path / "billhook.db", tmp_path / "away.db"
    workspace = open_workspace(settings_for(file), sources)
    with TestClient(create_app(workspace, schema), "http://127.0.0.1", client=("127.0.0.1", 50000)) as http:
        said = [http.get("/readyz").text]
        file.rename(away)
        said.append(http.get("/readyz").text)
        away.rename(file)
        said.append(http.get("/readyz").text)
    workspace.engine.dispose()
    assert said == ["ready\n", "not ready: the database cannot be read\n", "ready\n"]


def test_it_is_not_ready_while_all_connections_are_in_use_and_says_so_before_one_is_free(billhook: Billhook) -> None:
    busy = (503, "not ready: the database does not answer in time, or all connections to it are in use\n")
    with ExitStack() as held:
        for _ in range(billhook.workspace.settings.pool_size):
            held.enter_context(billhook.workspace.engine.connect())
        assert asked(billhook) == busy
        assert asked(billhook) == busy, "who asks again waits for the same answer"
    assert asked(billhook) == (200, "ready\n")


def test_it_is_ready_while_somebody_writes(billhook: Billhook) -> None:
    with billhook.workspace.writing():
        assert asked(billhook) == (200, "ready\n")
