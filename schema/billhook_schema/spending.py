"""What an operation has cost so far: what its document was reckoned to cost, and what turned out to be loaded while it ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from billhook_schema.masking import TOO_EXPENSIVE, AnswerTooLong

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLResolveInfo

OFFERED = 3
"""Each item of a project whose sources are asked what they offer: all of them look at it. For a preview, which asks one, it costs 1."""
SHOWN = 10
"""So many values cost 1 of the lines of a preview that are more than their list was reckoned for: they are at hand."""
MOST_CHARACTERS = 10_000_000
"""Of all texts of an answer, and of its errors: a value costs 1, however long it is."""
MOST_VALUES = 500_000
"""Of an answer, whatever it was reckoned to have."""
CHARACTERS = 100
"""So many characters of a preview's input cost 1."""


class Work(Enum):
    """What costs as much as it loads. The first of each in an operation is always done."""

    PREVIEW = auto()
    OFFER = auto()
    LINES = auto()


@dataclass(slots=True)
class Spending:
    """The costs of one operation, or of one event of a subscription."""

    most: int
    reckoned: int | None = None
    """Before it ran; None while that is not known."""
    price_of_item: Callable[[GraphQLResolveInfo[Any]], tuple[int, int]] = lambda _info: (0, 0)
    """What is reckoned for one item of the list that a field answers with: its values, and what is behind them."""
    price_of_more: Callable[[GraphQLResolveInfo[Any], int], int] = lambda _info, _length: 0
    """What the items of a list cost that are more than the field was reckoned to answer with."""
    holds_many: Callable[[str, str], bool] = lambda _kind, _name: False
    """Whether a field, by the names of its type and itself, answers with a list or a page."""
    loaded: int = 0
    _listed: int = 0
    _lists_end: str = ""
    """Why no list or page is answered any more, but what a mutation tells; empty while they are."""
    _characters: int = 0
    _values: int = 0
    _done: set[Work] = field(default_factory=set)

    @property
    def total(self) -> int | None:
        """What it has cost, for the answer and the log; None for what was not reckoned."""
        return None if self.reckoned is None else self.reckoned + self.loaded

    def begin(self, work: Work, cost: int, *, usual: bool = True) -> None:
        """Add work before it is done. Raises GraphQLError once the operation has cost too much, unless it is the first such work.

        What is more than `usual` is done only where the operation costs no more than the most with it.
        """
        spent = (self.reckoned or 0) + self.loaded + (0 if usual else cost)
        if spent > self.most and (work in self._done or not usual):
            says, advice = ("has cost {} so far", "the rest") if usual else ("would cost {}", "fewer fields, or for the rest,")
            message = (
                f"The operation {says.format(spent)}, and {self.most} is the most: previews, offers and long lists cost what they load. "
                f"Ask for {advice} in another request."
            )
            raise GraphQLError(message, extensions={"code": TOO_EXPENSIVE})
        self._done.add(work)
        self.loaded += cost

    def lengthen(self, info: GraphQLResolveInfo[Any], length: int, *, in_any_case: bool) -> None:
        """Add a list before its items are answered. Raises GraphQLError where the lists cost too much with it, unless it is `in_any_case`.

        What previews and offers load does not count there: a project that is large is no reason to keep its phases back.
        """
        more = self.price_of_more(info, length)
        spent = (self.reckoned or 0) + self._listed + more
        if more and spent > self.most:
            self.end_lists(
                f"The operation would cost {spent} with all items of its lists, and {self.most} is the most. "
                "Ask for fewer fields, for smaller pages, or in several requests."
            )
            if not in_any_case:
                self.refuse_more_lists()
        self._listed += more
        self.loaded += more

    def end_lists(self, why: str) -> None:
        """Answer no list or page from now on."""
        self._lists_end = why

    @property
    def lists_ended(self) -> bool:
        """Whether lists have cost too much, or were too long to be read. It is asked for each field."""
        return self._lists_end != ""

    @property
    def refusal_of_lists(self) -> GraphQLError:
        """What a list or page is refused with once they have ended."""
        return GraphQLError(self._lists_end, extensions={"code": TOO_EXPENSIVE})

    def refuse_more_lists(self) -> None:
        """Raise that GraphQLError once they have ended."""
        if self.lists_ended:
            raise self.refusal_of_lists

    @property
    def has_too_many(self) -> bool:
        """Whether the answer has too many values."""
        return self._values > MOST_VALUES

    def show_value(self) -> None:
        """Add a value to the answer. Raises AnswerTooLong once there are too many."""
        self._values += 1
        if self.has_too_many:
            raise _too_long(f"{MOST_VALUES} values")

    def show(self, characters: int) -> None:
        """Add a text, or an error, to the answer. Raises AnswerTooLong once all of them are."""
        self._characters += characters
        if self._characters > MOST_CHARACTERS:
            raise _too_long(f"{MOST_CHARACTERS} characters in its texts")

    def renew(self) -> None:
        """Forget what was loaded, for the next event."""
        self._lists_end = ""
        self.loaded = self._listed = self._characters = self._values = 0
        self._done.clear()


def _too_long(than: str) -> AnswerTooLong:
    return AnswerTooLong(f"The answer has more than {than}. Ask for the rest in another request.", extensions={"code": TOO_EXPENSIVE})
