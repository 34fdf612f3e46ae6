"""Guards the office of the state machine: it notices when the two databases hold or answer something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlmodel import col
from tests.property.office import Refused

from billhook.store.tables import Project

if TYPE_CHECKING:
    from tests.property.office import Office


def rename(office: Office, side: int) -> None:
    with office.workspaces[side].writing() as tx:
        tx.session.execute(sa.update(Project).where(col(Project.id) == 1).values(title="Renamed"))


@pytest.mark.parametrize("side", [0, 1])
def test_rows_that_only_one_database_holds_are_noticed(office: Office, side: int) -> None:
    rename(office, side)
    with pytest.raises(AssertionError, match=r"PostgreSQL holds other rows than SQLite: \{'project': "):
        office.do("createCustomer", name="Another")


@pytest.mark.parametrize("side", [0, 1])
def test_another_answer_of_one_database_is_noticed(office: Office, side: int) -> None:
    rename(office, side)
    with pytest.raises(AssertionError, match="PostgreSQL answers"):
        office.see(lambda tx: tx.session.scalars(sa.select(col(Project.title))).all())


def test_keys_that_postgresql_used_up_for_what_it_rolled_back_are_given_again(office: Office) -> None:
    office.postgresql.connection.execute("SELECT nextval('customer_id_seq')")
    assert isinstance(office.do("createCustomer", name=""), Refused)
    assert office.do("createCustomer", name="Another") == {"customer": 2}
