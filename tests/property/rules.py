"""The ground of the state machine: its office, days that pass, and requests that are sent again (G4)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from hypothesis import event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlmodel import col
from tests.property.drawing import Raw, given
from tests.property.office import Office, Refused

from billhook.domain.errors import ErrorCode
from billhook.store.tables import ProjectBalance
from billhook.store.tables.project import PROPOSED

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from hypothesis.strategies import DataObject
    from tests.property.facts import Facts, Row

    from billhook.billing.operation import Keys


class Rules(RuleBasedStateMachine):
    """What all rules share: the office, and what was sent with an idempotency key."""

    def __init__(self, opening: AbstractContextManager[Office]) -> None:
        super().__init__()
        self.stay = ExitStack()
        self.office = self.stay.enter_context(opening)
        self.sent: list[tuple[str, Raw, Keys]] = []

    @property
    def facts(self) -> Facts:
        return self.office.facts

    def teardown(self) -> None:
        self.stay.close()

    def keys(self, table: str, *where: Callable[[Row], Any]) -> list[int]:
        """Keys of the rows for which all of these hold."""
        return [row["id"] for row in self.facts[table] if all(condition(row) for condition in where)]

    def project(self, data: DataObject) -> tuple[int, str]:
        """A project: its key and its currency. Most of the time the first, so that much happens to one."""
        key = data.draw(st.sampled_from((1, 1, 1, 2, 2, 3)), "project")
        return key, self.facts.by_id("project")[key]["currency"]

    def listed(self) -> set[int]:
        """The projects that the list of billable projects holds, by the condition that it selects with (R3)."""
        keys = sa.select(col(ProjectBalance.project_id)).where(PROPOSED).order_by(col(ProjectBalance.project_id))
        return set(self.office.see(lambda tx: tx.session.scalars(keys).all()))

    def do(self, name: str, /, **raw: Any) -> Keys | Refused:  # noqa: ANN401 - inputs are of any type
        """Perform a mutation, and tell hypothesis of it."""
        note(f"{name} {raw}")
        answer = self.office.do(name, **raw)
        if isinstance(answer, Refused):
            note(f"  refused: {answer.refusals}")
        event(f"{name}: {answer.codes[0].value if isinstance(answer, Refused) else 'done'}")
        return answer

    def perform(self, data: DataObject, name: str, /, **raw: Any) -> Keys | Refused:  # noqa: ANN401 - inputs are of any type
        """Perform a mutation, sometimes with a key of its own."""
        key = f"key {len(self.sent)}" if data.draw(st.integers(0, 3), "with a key") == 3 else None
        request = given(idempotencyKey=key) | raw
        answer = self.do(name, **request)
        if key is not None and not isinstance(answer, Refused):
            self.sent.append((name, request, answer))
        return answer

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), same=st.booleans())
    def send_a_request_again(self, data: DataObject, same: bool) -> None:  # noqa: FBT001 - hypothesis names it
        """The same request gives the same answer and changes nothing; another one with its key is refused."""
        name, request, answer = self.sent[data.draw(st.integers(0, len(self.sent) - 1), "which")]
        before = self.facts
        if same:
            assert self.do(name, **request) == answer
            assert self.facts == before
        else:
            refused = self.do("createCustomer", name="Another", idempotencyKey=request["idempotencyKey"])
            assert isinstance(refused, Refused)
            assert refused.codes == (ErrorCode.IDEMPOTENCY_KEY_REUSED,)

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.office.calendar.pass_days(days)
