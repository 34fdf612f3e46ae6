"""What a test of a refusal needs: the one error, and the proof that nothing was written (G5)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.client import Billhook
    from tests.e2e.story import Answer

    from billhook.billing.workspace import Workspace


def dump(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored, to show that a refusal changed nothing."""
    with workspace.engine.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in SQLModel.metadata.sorted_tables}


@contextmanager
def nothing_written(billhook: Billhook) -> Iterator[None]:
    """Assert that the block leaves every row of every table as it was."""
    before = dump(billhook.workspace)
    yield
    assert dump(billhook.workspace) == before


def refusal(billhook: Billhook, mutation: str, given: Answer) -> tuple[str, str, str]:
    """Code, path and message of the one user error of a mutation that wrote nothing."""
    with nothing_written(billhook):
        [error] = billhook.refused(mutation, given)
    assert error["message"].endswith(".")
    return error["code"], ".".join(error["path"]), error["message"]


def top_level(billhook: Billhook, query: str, variables: Answer | None = None) -> tuple[str, str]:
    """Code and message of the one top-level error of an operation that wrote nothing."""
    with nothing_written(billhook):
        [error] = billhook.errors(query, variables)
    return error["extensions"]["code"], error["message"]


def mutation_of(name: str) -> str:
    """A mutation that asks for nothing but what was refused."""
    return f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
