"""A client of a billhook under test: sends GraphQL, and fails on errors that a test did not ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

    from billhook.billing.workspace import Workspace

TODAY = date(2026, 3, 10)


def without_cost(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what it cost, which `test_cost.py` is about."""
    rest = {name: value for name, value in answer.get("extensions", {}).items() if name != "cost"}
    return {name: value for name, value in answer.items() if name != "extensions"} | ({"extensions": rest} if rest else {})


@dataclass
class FixedClock:
    """The workspace's clock: it stands still until a test moves it."""

    now: datetime = field(default_factory=lambda: datetime.combine(TODAY, time(9), UTC))

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, day: date) -> None:
        """Make it 9 o'clock UTC of this day."""
        self.now = datetime.combine(day, time(9), UTC)


@dataclass
class Client:
    """A way to a running billhook: `graphql` for any operation, `mutate`, `refused` and `attempt` for one mutation, `http` for the rest."""

    http: httpx2.Client

    def graphql(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Execute an operation that has no errors, and return its data."""
        answer = self.execute(query, variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def errors(self, query: str, variables: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Execute an operation that has top-level errors, and return them."""
        answer = self.execute(query, variables)
        assert "errors" in answer, answer
        errors: list[dict[str, Any]] = answer["errors"]
        return errors

    def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Execute an operation, and return the whole answer."""
        response = self.http.post("/graphql", json={"query": query, "variables": variables or {}})
        answer: dict[str, Any] = response.json()
        return answer

    def mutate(self, mutation: str, given: dict[str, Any], selection: str) -> dict[str, Any]:
        """Call a mutation that succeeds, and return this selection of its payload."""
        payload = self.attempt(mutation, given, f"{selection} userErrors {{ code message path }}")
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    def refused(self, mutation: str, given: dict[str, Any], selection: str = "") -> list[dict[str, Any]]:
        """Call a mutation that is refused, and return its user errors: code, message, path, and this selection of each."""
        payload = self.attempt(mutation, given, f"userErrors {{ code message path {selection} }}")
        assert payload["userErrors"], f"{mutation} was not refused"
        user_errors: list[dict[str, Any]] = payload["userErrors"]
        return user_errors

    def attempt(self, mutation: str, given: dict[str, Any], selection: str) -> dict[str, Any]:
        """Call a mutation that may be refused, and return this selection of its payload."""
        takes = mutation[0].upper() + mutation[1:] + "Input!"
        query = f"mutation($input: {takes}) {{ {mutation}(input: $input) {{ {selection} }} }}"
        payload: dict[str, Any] = self.graphql(query, {"input": given})[mutation]
        return payload


@dataclass
class Billhook(Client):
    """A billhook whose workspace and clock a test has in its hands."""

    workspace: Workspace
    clock: FixedClock
