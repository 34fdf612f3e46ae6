"""A source that the host would not install is told why, and nothing else is tried."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from pydantic import Field
from typing_extensions import override

from billhook import Effect, InvoiceSource, Proposal, SourceContext, SourceOptions
from billhook.sources.installed import API_VERSION
from billhook.testing.checking import PROMISES, cases


class Fine(SourceOptions):
    """Options with a GraphQL form."""

    count: int = Field(default=1, description="How many.")


class Inexact(SourceOptions):
    """Options with a float."""

    price: float = Field(description="A price.")


class Untyped(SourceOptions):
    """Options with a dictionary."""

    rest: dict[str, str] = Field(description="Anything.")


class Endless(SourceOptions):
    """Options that contain themselves."""

    inner: Endless | None = Field(default=None, description="Another one.")


class Empty(SourceOptions):
    """Options without a field."""


class Unsendable(SourceOptions):
    """Options whose description no answer can hold."""

    word: str = Field(description="caf\udce9")


class Sound(InvoiceSource[Any]):
    """Declared well, but for what a test changes."""

    name: ClassVar[str] = "sound"
    label: ClassVar[str] = "Sound"
    description: ClassVar[str] = "Is declared well."
    effect: ClassVar[Effect] = Effect.REGISTERS_ADVANCE_CREDIT

    @override
    def propose(self, ctx: SourceContext, options: object) -> Proposal:
        return Proposal(lines=())


def declaring(options: type[SourceOptions] | None = Fine, **declared: object) -> InvoiceSource:
    """Return a source that declares this, for the rest as Sound does."""
    bases = (InvoiceSource[options],) if options else ()  # type: ignore[valid-type]  # options are data here
    changed: type[InvoiceSource] = type("Changed", (Sound,), {"__orig_bases__": bases, **declared})
    return changed()


def unwilling(_self: object) -> str:
    raise ValueError("guess")


BADLY = [
    (declaring(None), "names no options: derive from InvoiceSource[MyOptions]"),
    (declaring(Inexact), "Inexact.price: <class 'float'> has no GraphQL form"),
    (declaring(Untyped), "Untyped.rest: dict[str, str] has no GraphQL form"),
    (declaring(Endless), "Endless contains itself, which has no GraphQL form"),
    (declaring(Empty), "Empty has no fields; GraphQL has no empty inputs"),
    (declaring(Unsendable), "str is not valid UTF-8: surrogates not allowed"),
    (declaring(name="Retainer"), "must be one lowercase word of letters and digits"),
    (declaring(name="class"), "no Python keyword"),
    (declaring(name=property(unwilling)), "ValueError: guess"),
    (declaring(label=""), "Changed.label must be a text"),
    (declaring(label="x" * 101), "Changed.label has 101 characters; 100 are possible"),
    (declaring(description="x" * 1001), "Changed.description has 1001 characters; 1000 are possible"),
    (declaring(description="caf\udce9"), "Changed.description has a character that cannot be stored"),
    (declaring(effect="REGISTERS_ADVANCE_CREDIT"), "Changed.effect must be an Effect"),
    (declaring(settles_advances=True), "only a source that clears unbilled time settles advances"),
    (declaring(settles_advances="no"), "Changed.settles_advances must be True or False"),
    (declaring(api_version=API_VERSION + 1), "made for api_version 2; this billhook has 1"),
    (declaring(api_version=True), "made for api_version True; this billhook has 1"),
]


@pytest.mark.parametrize(("source", "says"), BADLY, ids=[says for _, says in BADLY])
def test_a_source_that_is_badly_declared_is_told_why(source: InvoiceSource, says: str) -> None:
    [case] = cases(source)
    assert (case.promise, case.on) == ("is declared as the host takes it", None)
    assert says in (case.broken() or "")


def test_what_is_only_just_possible_is_declared_well() -> None:
    source = declaring(name="x" * 40, label="x" * 100, description="x" * 1000)
    assert cases(source)[0].broken() is None


def test_every_api_version_that_the_host_loads_has_its_promises() -> None:
    assert list(PROMISES) == [API_VERSION]
