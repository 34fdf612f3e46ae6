"""A database is brought up to date by itself when billhook opens it, and one that is too new is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from billhook.domain.errors import Misconfiguration
from billhook.store.engine import open_engine
from billhook.store.migrations import revision_of, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}", pool_size=2)
    yield engine
    engine.dispose()


def test_an_empty_database_gets_every_table_index_and_constraint_that_the_code_knows(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert revision_of(connection) is None
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_opening_an_up_to_date_database_again_changes_nothing(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        revision = revision_of(connection)
        tables = sorted(sa.inspect(connection).get_table_names())
    upgrade(engine)
    with engine.connect() as connection:
        assert revision_of(connection) == revision
        assert sorted(sa.inspect(connection).get_table_names()) == tables


def test_a_database_from_a_newer_billhook_is_refused_and_left_alone(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfiguration, match=r"revision 9999.*newer; upgrade billhook"):
        upgrade(engine)
    with engine.connect() as connection:
        assert revision_of(connection) == "9999"


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("these are notes, not a database, and they are long enough to be read as one " * 20)
    engine = open_engine(f"sqlite:///{file}", pool_size=1)
    with pytest.raises(Misconfiguration, match="cannot open the database"):
        upgrade(engine)
    engine.dispose()


def test_a_database_of_something_else_is_refused_and_left_alone(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE project (title TEXT)"))
    with pytest.raises(Misconfiguration, match="is not billhook's: it has other tables"):
        upgrade(engine)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["project"]


def test_a_folder_that_does_not_exist_is_refused_in_one_line(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'new.db'}", pool_size=1)
    with pytest.raises(Misconfiguration, match="cannot open the database"):
        upgrade(engine)
    engine.dispose()
