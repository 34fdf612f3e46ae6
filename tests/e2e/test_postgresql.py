"""What only a PostgreSQL can do to billhook: other defaults, other encodings, users without rights, connections that end."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa
from tests.e2e.settings import settings_for

from billhook.billing.reading.agreements import deal_lines
from billhook.billing.transaction import LOCAL_ADMIN
from billhook.billing.workspace import Workspace, open_workspace
from billhook.domain.errors import Misconfiguration, Unavailable
from billhook.store.engine import close_snapshot, open_engine, open_snapshot
from billhook.store.faults import explained
from billhook.store.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import PostgreSQL

    from billhook.sources import Sources

HOW_LONG_AND_HOW_ALONE = "SELECT current_setting('transaction_isolation'), current_setting('statement_timeout')"


@pytest.fixture
def url(postgresql: PostgreSQL) -> Iterator[str]:
    made = postgresql.new()
    yield made
    postgresql.drop(made)


@pytest.fixture
def workspace(url: str, sources: Sources) -> Iterator[Workspace]:
    opened = open_workspace(settings_for(url), sources)
    yield opened
    opened.engine.dispose()


def changed(postgresql: PostgreSQL, url: str, change: str) -> None:
    """Change a setting of a database; who is connected is thrown out, and finds it changed."""
    name = sa.make_url(url).database
    postgresql.admin.execute(f'ALTER DATABASE "{name}" {change}'.encode())
    ended(postgresql, url)


def ended(postgresql: PostgreSQL, url: str) -> None:
    name = sa.make_url(url).database
    postgresql.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@contextmanager
def role(postgresql: PostgreSQL, url: str) -> Iterator[str]:
    """Give the URL of the same database for a user that may do nothing in it."""
    postgresql.admin.execute("CREATE ROLE onlooker LOGIN")
    yield sa.make_url(url).set(username="onlooker").render_as_string(hide_password=False)
    postgresql.admin.execute("DROP ROLE onlooker")


def test_a_writer_reads_what_is_committed_whatever_the_database_has_for_a_default(
    postgresql: PostgreSQL, url: str, workspace: Workspace
) -> None:
    changed(postgresql, url, "SET default_transaction_isolation = 'serializable'")
    with workspace.writing() as tx:
        assert tx.session.execute(sa.text(HOW_LONG_AND_HOW_ALONE)).one() == ("read committed", "30s")
    with workspace.reading() as tx:
        assert tx.session.execute(sa.text(HOW_LONG_AND_HOW_ALONE)).one() == ("repeatable read", "30s")
    with workspace.writing() as tx:
        assert tx.session.execute(sa.text(HOW_LONG_AND_HOW_ALONE)).one() == ("read committed", "30s")


def test_what_was_read_stands_when_its_connection_is_lost_afterwards(postgresql: PostgreSQL, url: str, workspace: Workspace) -> None:
    connection = workspace.engine.connect()
    assert open_snapshot(connection).scalar(sa.text("SELECT 1")) == 1
    ended(postgresql, url)
    close_snapshot(connection)
    assert isinstance(workspace.engine.pool, sa.QueuePool)
    assert workspace.engine.pool.checkedout() == 0
    with workspace.reading() as tx:
        assert tx.session.scalar(sa.text("SELECT 2")) == 2


def test_a_database_that_can_only_be_read_now_is_unavailable_for_writing(postgresql: PostgreSQL, url: str, workspace: Workspace) -> None:
    changed(postgresql, url, "SET default_transaction_read_only = on")
    with pytest.raises(Unavailable, match=r"^The database can only be read"), workspace.writing() as tx:
        tx.session.execute(sa.text("DELETE FROM project"))
    with workspace.reading() as tx:
        assert tx.session.scalar(sa.text("SELECT count(*) FROM project")) == 0


def test_a_database_in_another_encoding_is_refused(postgresql: PostgreSQL) -> None:
    postgresql.admin.execute("CREATE DATABASE billhook_test_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    url = postgresql.server.set(database="billhook_test_latin").render_as_string(hide_password=False)
    engine = open_engine(url, pool_size=1)
    with pytest.raises(Misconfiguration, match=r"is in LATIN1; make one with ENCODING 'UTF8' TEMPLATE template0$"):
        upgrade(engine)
    engine.dispose()
    postgresql.drop(url)


def test_a_user_who_may_make_no_tables_is_refused_in_one_line(postgresql: PostgreSQL, url: str) -> None:
    with role(postgresql, url) as onlooker:
        engine = open_engine(onlooker, pool_size=1)
        with pytest.raises(Misconfiguration, match=r"^cannot upgrade the database .*: permission denied for schema public"):
            upgrade(engine)
        engine.dispose()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_user_who_may_not_write_is_told_so(postgresql: PostgreSQL, url: str, workspace: Workspace) -> None:
    assert workspace.engine.url.username != "onlooker"
    with role(postgresql, url) as onlooker:
        engine = open_engine(onlooker, pool_size=1)
        with pytest.raises(Unavailable, match=r"^The database can only be read"), explained(), engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM project")
        engine.dispose()


def test_what_is_read_after_the_connection_was_lost_is_unavailable_too(postgresql: PostgreSQL, url: str, workspace: Workspace) -> None:
    connection = workspace.engine.connect()
    snapshot = workspace.snapshot(connection, LOCAL_ADMIN)
    ended(postgresql, url)
    for _ in range(3):
        with pytest.raises(Unavailable, match=r"^The database cannot be reached"), explained():
            deal_lines(snapshot, [1])
    close_snapshot(connection)
