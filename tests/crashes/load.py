"""A mix of mutations from several clients, each with an idempotency key; what was sent and answered is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
from tests.e2e import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.e2e.client import Client
    from tests.e2e.story import Answer

INVOICE = "invoice { id number }"


@dataclass
class Sent:
    """A mutation, what it selects of its result, and its answer; None when the server was killed before it came."""

    mutation: str
    given: Answer
    selection: str
    answer: Answer | None = None

    def send(self, client: Client) -> Answer:
        """Send it, for the first time or again."""
        return client.attempt(self.mutation, self.given, f"{self.selection} userErrors {{ code message }}")

    @property
    def was_done(self) -> bool:
        """Whether it was answered, and not refused."""
        return self.answer is not None and not self.answer["userErrors"]

    @property
    def made(self) -> set[str]:
        """The ids of what it made or changed."""
        return set(ids_in(self.answer))

    @property
    def deleted(self) -> set[str]:
        """The ids of what it deleted."""
        return set((self.answer or {}).get("deletedIds") or ())


def ids_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - a value of a JSON document
    """Every id in an answer."""
    if isinstance(value, dict):
        yield from [value["id"]] if "id" in value else []
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from ids_in(inner)


def without(gone: set[str], value: Any) -> Any:  # noqa: ANN401 - a value of a JSON document
    """An answer as it is when these were deleted since: null, or no longer listed."""
    if isinstance(value, dict):
        return None if value.get("id") in gone else {key: without(gone, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [left for inner in value if (left := without(gone, inner)) is not None]
    return value


@dataclass
class Office:
    """Someone who sends one mutation after the other, about shared projects and documents of their own."""

    name: str
    projects: list[str]
    customer: str
    user: str
    random: Random
    sent: list[Sent] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    booked: list[str] = field(default_factory=list)

    def work(self, client: Client) -> None:
        """Send mutations until the server is gone."""
        while True:
            sent = self._next()
            self.sent.append(sent)
            try:
                sent.answer = sent.send(client)
            except httpx2.TransportError:
                return
            self.remember(sent)

    def remember(self, sent: Sent) -> None:
        """Take what came of a mutation as something to work with."""
        if sent.answer is None or not sent.was_done:
            return
        match sent.mutation:
            case "trackTime":
                self.entries.append(sent.answer["timeEntry"]["id"])
            case "saveTimeEntries":
                self.entries.extend(entry["id"] for entry in sent.answer["tracked"])
            case "createInvoice":
                (self.booked if sent.given["book"] else self.drafts).append(sent.answer["invoice"]["id"])
            case "bookInvoice":
                self.booked.append(sent.answer["invoice"]["id"])

    def _next(self) -> Sent:
        kinds = [self._track, self._track, self._sheet, self._advance, self._invoice, self._project]
        kinds += [self._book, self._discard] * bool(self.drafts) + [self._credit] * bool(self.booked)
        sent = self.random.choice(kinds)()
        sent.given["idempotencyKey"] = f"{self.name} {len(self.sent)}"
        return sent

    def _track(self) -> Sent:
        return Sent("trackTime", self._work(), "timeEntry { id }")

    def _work(self) -> Answer:
        return {"projectId": self.random.choice(self.projects), "userId": self.user, "seconds": self.random.randint(1, 7200)}

    def _sheet(self) -> Sent:
        given: Answer = {"track": [self._work() for _ in range(3)]}
        if self.entries:
            given["deleteIds"] = [self.entries.pop()]
        if self.entries:
            moved = {"timeEntryId": self.entries[-1], "projectId": self.random.choice(self.projects)}
            given["update"] = [moved]
        return Sent("saveTimeEntries", given, "tracked { id } updated { id } deletedIds")

    def _advance(self) -> Sent:
        return self._create(story.manual(str(self.random.randint(1, 90))))

    def _invoice(self) -> Sent:
        return self._create({"phase": {}})

    def _create(self, source: Answer) -> Sent:
        book = self.random.random() < 0.5
        given = {"projectId": self.random.choice(self.projects), "source": source, "book": book}
        return Sent("createInvoice", given, INVOICE if book else "invoice { id }")

    def _project(self) -> Sent:
        return Sent("createProject", {"title": "New", "customerId": self.customer, "hourlyRate": "50"}, "project { id }")

    def _book(self) -> Sent:
        return Sent("bookInvoice", {"invoiceId": self._a_draft()}, INVOICE)

    def _discard(self) -> Sent:
        return Sent("discardInvoice", {"invoiceId": self._a_draft()}, "invoice { id }")

    def _a_draft(self) -> str:
        return self.drafts.pop(self.random.randrange(len(self.drafts)))

    def _credit(self) -> Sent:
        invoice = self.booked.pop(self.random.randrange(len(self.booked)))
        return Sent("creditInvoice", {"invoiceId": invoice}, "creditNote { id number }")
