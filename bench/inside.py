"""Invoicing without the door: 16 clients in one process call the use case itself, or only its writing part, planned beforehand.

`python -m bench.inside` does a `Job`; an answer is whether the invoice was made.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from bench.naive import become_naive, open_door_for_all
from bench.process import Answered, do_elsewhere, given_job, hand_back
from billhook.billing.inputs.invoice import CreateInvoice
from billhook.billing.invoicing import create_invoice, write_invoice
from billhook.billing.planning import plan_invoice
from billhook.billing.transaction import LOCAL_ADMIN
from billhook.cli.opening import opened
from billhook.domain.errors import Refusal
from billhook.settings import Settings
from billhook_schema.context import Context, Door, open_door

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billhook.billing.transaction import Transaction
    from billhook.billing.workspace import Workspace

USE_CASE, WRITE = "use case", "write"
"""The whole of `create_invoice`, or what it does once the document is planned: head, lines, claims, VAT rows, ledger, balance."""


@dataclass(frozen=True, slots=True)
class Job:
    """Which projects each thread invoices, at which level and in which variant."""

    database_url: str
    level: str
    naive: bool
    clients: list[list[str]]


def run(job: Job) -> list[Answered]:
    """Do a job in another process. Raises RuntimeError when it fails."""
    return do_elsewhere("bench.inside", asdict(job))


async def _do(job: Job) -> list[Answered]:
    with opened(Settings(database_url=job.database_url, pool_size=len(job.clients))) as workspace:
        door = open_door_for_all(workspace) if job.naive else open_door(workspace)
        prepare = _planned if job.level == WRITE else _unplanned
        todo = [[prepare(workspace, project_id) for project_id in client] for client in job.clients]
        answered = await asyncio.gather(*(_client(number, door, each) for number, each in enumerate(todo)))
        return [each for of_client in answered for each in of_client]


async def _client(number: int, door: Door, todo: Sequence[Callable[[Transaction], object]]) -> list[Answered]:
    """Do one after the other, each as the resolver of a mutation does: in its turn, in a thread, in a transaction."""
    answered = []
    for invoice in todo:
        began = perf_counter()
        try:
            await Context(door, LOCAL_ADMIN).run(invoice)
        except Refusal:
            answered.append(Answered(number, began, perf_counter() - began, answer=False))
        else:
            answered.append(Answered(number, began, perf_counter() - began, answer=True))
    return answered


def _given(project_id: str) -> CreateInvoice:
    return CreateInvoice.model_validate({"projectId": project_id, "source": {"timetracking": {}}})


def _unplanned(_workspace: Workspace, project_id: str) -> Callable[[Transaction], object]:
    given = _given(project_id)
    return lambda tx: create_invoice(tx, given)


def _planned(workspace: Workspace, project_id: str) -> Callable[[Transaction], object]:
    with workspace.reading() as tx:
        plan = plan_invoice(tx, _given(project_id))
    return lambda tx: write_invoice(tx, plan, None)


def main() -> None:
    """Do the job on standard input."""
    job = Job(**given_job())
    if job.naive:
        become_naive()
    hand_back(asyncio.run(_do(job)))


if __name__ == "__main__":
    main()
