"""One mutation, from its raw input to its result: checked, and answered once per idempotency key (G4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from billhook.billing.fingerprint import fingerprint
from billhook.billing.inputs.common import Input
from billhook.domain.errors import ErrorCode, Refusal, Refusals
from billhook.domain.words import Role
from billhook.store.answers import forget, take_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import ErrorDetails

    from billhook.billing.transaction import Transaction

Keys = dict[str, Any]
"""What a mutation made or touched: row keys by name, as JSON. The schema shows the rows as they are now."""
InputT = TypeVar("InputT", bound=Input)


@dataclass(frozen=True, slots=True)
class Operation(Generic[InputT]):
    """A use case that writes: its GraphQL name, its input, and the function that does it."""

    name: str
    takes: type[InputT]
    does: Callable[[Transaction, InputT], Keys]
    description: str
    roles: frozenset[Role]
    """Who may do it."""
    identity: Callable[[Transaction, InputT], Any] | None = None
    """What of the input counts for its idempotency key, where the input alone does not know all of its defaults."""

    def perform(self, tx: Transaction, raw: dict[str, Any]) -> Keys:
        """Check the input, and do it, unless its idempotency key was used before: then return that result.

        Raises Refusals for a wrong input, IDEMPOTENCY_KEY_REUSED for a key used with another input, and what the use case refuses.
        """
        given = validated(self.takes, raw)
        key = getattr(given, "idempotency_key", None)
        if key is None:
            return self.does(tx, given)
        identity = self.identity(tx, given) if self.identity else after_defaults(given)
        return _once(tx, key, self.name, fingerprint(identity), lambda: self.does(tx, given))


def _owned(tx: Transaction, key: str) -> str:
    """Return a key as it is kept. A timekeeper's are its own: else it would find out by them what others sent, or take their keys."""
    if tx.viewer.role is Role.TIMEKEEPER:
        return f"user {tx.viewer.user_key}: {key}"
    return f"any {key}" if key.startswith(("user ", "any ")) else key  # no key of others looks like one of a timekeeper


def validated(model: type[InputT], raw: dict[str, Any]) -> InputT:
    """Check a raw input. Raises Refusals: INVALID_INPUT with the path of each value that is wrong."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise Refusals(refusals_of(error)) from None


def refusals_of(error: ValidationError, *prefix: str) -> list[Refusal]:
    """Turn pydantic's findings into INVALID_INPUT refusals with their paths; at most 20 of them.

    pydantic leaves wrong items out before it counts a list, and then finds it too short as well: that is no news.
    """
    found = error.errors(include_url=False, include_input=False)
    around = {each["loc"][:depth] for each in found for depth in range(len(each["loc"]))}
    telling = [each for each in found if each["type"] != "too_short" or each["loc"] not in around]
    return [Refusal(ErrorCode.INVALID_INPUT, _sentence(each), *prefix, *each["loc"]) for each in telling[:20]]


def _sentence(found: ErrorDetails) -> str:
    """Say what is wrong in the words of whoever filled the field in."""
    match found:
        case {"type": "too_short", "ctx": {"min_length": least}}:
            return f"Give at least {least}."
        case {"type": "too_long", "ctx": {"max_length": most}}:
            return f"Give at most {most}."
        case {"type": "string_too_short" | "string_pattern_mismatch"}:
            return "This cannot be empty."
        case {"type": "string_too_long", "ctx": {"max_length": most}}:
            return f"This is too long: at most {most} characters."
        case {"type": "missing"}:
            return "This is required."
    message = found["msg"].removeprefix("Value error, ").replace("Input should be", "This should be")
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")


def after_defaults(given: Input) -> dict[str, Any]:
    """Return an input after its defaults; of changes, only what was given counts (see `Change`)."""
    return given.model_dump(mode="python", by_alias=True, exclude={"idempotency_key"})


def _once(tx: Transaction, key: str, operation: str, input_hash: str, do: Callable[[], Keys]) -> Keys:
    """Do it under a key that is new; under a used one return what it gave."""
    answer, new = take_key(tx.session, _owned(tx, key), operation, input_hash, tx.now)
    if new:
        answer.result = do()
        tx.session.add(answer)
        tx.session.flush()
        if any(each.get("errors") for each in answer.result.get("results", ())):
            return forget(tx.session, answer)  # refusals are not stored, those in a list neither
    elif (answer.operation, answer.input_hash) != (operation, input_hash):
        raise Refusal(
            ErrorCode.IDEMPOTENCY_KEY_REUSED,
            f"The idempotency key {key!r} was used before, for {answer.operation} with another input. Use a new key for a new request.",
            "idempotencyKey",
        )
    return answer.result
