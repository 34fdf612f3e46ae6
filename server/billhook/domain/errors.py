"""The one tree of errors.

    Refusal                     expected: a code, what is wrong with which item, and what to do next; changes nothing (G5)
    ├── CoveredByAdvance        0 < unbilled <= open advance (R6)
    ├── AlreadyBilled           items that are on a live line (R5)
    ├── RateMissing             time entries without a rate (M4)
    ├── ExceedsAmount           EXCEEDS_REMAINING, EXCEEDS_OPEN_ADVANCE: what is available (R10, R16, R17)
    ├── AdvanceProblem          ADVANCE_NOT_BOOKED, ADVANCE_IN_USE: the invoices (R15)
    ├── StateChanged            the preview or version that the client saw is not what is there now (G3)
    └── PluginFault             a source broke its contract; names it (G5)
    Refusals                    several at once: all that is wrong with one input
    Overtaken                   a transaction lost a race: it is tried again from its start, and in the end it is CONFLICT
    Unauthenticated             nobody knows any more who asks: the access has ended; a top-level error
    Forbidden                   whoever asks may not do that; a top-level error, as for a field of another role
    Unavailable                 the database is full, too slow or not there: nothing to do with the request; logged
    Misconfiguration            at start-up: one line on stderr, exit 2

Anything else is a bug: it is logged with a request id and masked. There is no HTTP status here.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from billhook.domain.text import made_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billhook.domain.preview import Preview


class ErrorCode(Enum):
    """Every code of a user error."""

    NOT_FOUND = "NOT_FOUND"
    INVALID_INPUT = "INVALID_INPUT"
    NOTHING_TO_BILL = "NOTHING_TO_BILL"
    COVERED_BY_ADVANCE = "COVERED_BY_ADVANCE"
    RATE_MISSING = "RATE_MISSING"
    ALREADY_BILLED = "ALREADY_BILLED"
    WRONG_STATUS = "WRONG_STATUS"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    EXCEEDS_REMAINING = "EXCEEDS_REMAINING"
    EXCEEDS_OPEN_ADVANCE = "EXCEEDS_OPEN_ADVANCE"
    ADVANCE_NOT_BOOKED = "ADVANCE_NOT_BOOKED"
    ADVANCE_IN_USE = "ADVANCE_IN_USE"
    STATE_CHANGED = "STATE_CHANGED"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    CONFLICT = "CONFLICT"
    IN_USE = "IN_USE"
    DATE_BEFORE_LAST_NUMBER = "DATE_BEFORE_LAST_NUMBER"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    PLUGIN_FAULT = "PLUGIN_FAULT"


class Refusal(Exception):
    """An expected no. `path` points below `input`, in camelCase."""

    def __init__(self, code: ErrorCode, message: str, *path: str | int) -> None:
        self.message = made_storable(message)  # it may quote a plugin, and every answer must be sendable
        super().__init__(self.message)
        self.code = code
        self.path = tuple(made_storable(str(step)) for step in path)

    def below(self, *prefix: str | int) -> Refusal:
        """Put the path below a field, where an inner input is refused inside an outer one."""
        self.path = (*(str(step) for step in prefix), *self.path)
        return self


class Refusals(Exception):
    """All that is wrong with one input, where more than one thing is."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


class CoveredByAdvance(Refusal):
    """The project's unbilled amount is covered by its open advance; both in minor units of `currency` (R6)."""

    def __init__(self, message: str, unbilled_minor: int, open_advance_minor: int, currency: str) -> None:
        super().__init__(ErrorCode.COVERED_BY_ADVANCE, message, "source")
        self.unbilled_minor = unbilled_minor
        self.open_advance_minor = open_advance_minor
        self.currency = currency


class AlreadyBilled(Refusal):
    """Items on a live line: (GraphQL type, key, invoice key) each, the first 20 of `count` (R5)."""

    def __init__(self, message: str, items: Sequence[tuple[str, int, int | None]], *path: str | int) -> None:
        super().__init__(ErrorCode.ALREADY_BILLED, message, *path)
        self.items = tuple(items[:20])
        self.count = len(items)


class RateMissing(Refusal):
    """Time entries without a rate: the keys of the first 20 of `count` (M4)."""

    def __init__(self, message: str, time_entry_keys: Sequence[int], *path: str | int) -> None:
        super().__init__(ErrorCode.RATE_MISSING, message, *path)
        self.time_entry_keys = tuple(time_entry_keys[:20])
        self.count = len(time_entry_keys)


class ExceedsAmount(Refusal):
    """More was asked than is available; `available_minor` in minor units of `currency` (R10, R16, R17)."""

    def __init__(self, code: ErrorCode, message: str, available_minor: int, currency: str, *path: str | int) -> None:
        super().__init__(code, message, *path)
        self.available_minor = available_minor
        self.currency = currency


class AdvanceProblem(Refusal):
    """An advance stands in the way; the keys of the invoices to look at (R15)."""

    def __init__(self, code: ErrorCode, message: str, invoice_keys: Sequence[int], *path: str | int) -> None:
        super().__init__(code, message, *path)
        self.invoice_keys = tuple(invoice_keys)


class StateChanged(Refusal):
    """What the client saw is not what is there now: the amounts it saw, what it is now, or the version now (G3)."""

    def __init__(
        self,
        message: str,
        *path: str | int,
        before: tuple[int, int, str] | None = None,
        now: Preview | None = None,
        version: int | None = None,
    ) -> None:
        super().__init__(ErrorCode.STATE_CHANGED, message, *path)
        self.before = before
        """Net and total that the token was made for, in minor units, and their currency."""
        self.now = now
        self.version = version


class PluginFault(Refusal):
    """A source broke its contract. `reason` says how, in words its author can act on."""

    def __init__(self, source: str, package: str, version: str, reason: str) -> None:
        message = (
            f"The source '{source}' of {package} {version} broke its contract: {reason}. "
            "Nothing was changed; invoice with another source, or report this to its author."
        )
        super().__init__(ErrorCode.PLUGIN_FAULT, message, "source", source)
        self.source = source
        self.reason = reason


class Unauthenticated(Exception):
    """The access of whoever asks has ended since it was let in. The message says how."""


class Forbidden(Exception):
    """Whoever asks may not do that. The message says what, and who may."""


class Overtaken(Exception):
    """What a transaction had read was changed by another one before it could write: the same again will see that."""


class TooMuchToRead(Exception):
    """A question asks for more rows than its answer may cost; the message says what to do."""


class Unavailable(Exception):
    """The database cannot answer now: it is full, too slow, or not there. The message says which, and what to do."""


class Misconfiguration(Exception):
    """A setting, a plugin or a database that billhook cannot start with: one clear line."""
