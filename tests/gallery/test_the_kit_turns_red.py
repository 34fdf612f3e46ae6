"""The conformance kit turns red for every source of the gallery, says why in words, and stays green for a sound one."""

from __future__ import annotations

import random
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Self

import pytest
from pydantic import Field, model_validator
from tests.gallery import claims, conduct, impure, lines
from tests.gallery.exhibit import ADVANCE, GALLERY, Asked, Exhibit, Faulty, always, one
from tests.unit.facts import snapshot

from billhook import SourceOptions
from billhook.testing.checking import cases
from billhook.testing.trial import BrokenPromise
from billhook.testing.variations import variations

if TYPE_CHECKING:
    from types import ModuleType

    from billhook import SourceContext

ROOMS: tuple[ModuleType, ...] = (claims, conduct, impure, lines)
EXHIBITS = [pytest.param(exhibit, id=name) for name, exhibit in GALLERY.items()]


def test_the_gallery_is_full() -> None:
    assert {exhibit.source.act.__module__ for exhibit in GALLERY.values()} == {room.__name__ for room in ROOMS}
    assert len(GALLERY) == 61
    assert len({exhibit.source.name for exhibit in GALLERY.values()}) == len(GALLERY)


@pytest.mark.parametrize("exhibit", EXHIBITS)
def test_the_first_promise_that_a_faulty_source_breaks_is_named_with_its_reason(exhibit: Exhibit) -> None:
    found = [case for case in cases(exhibit.source) if case.on == exhibit.on]
    broken = next(((case.promise, why) for case in found if (why := case.broken()) is not None), ("none", "nothing"))
    assert broken[0] == exhibit.promise, broken[1]
    assert exhibit.says in broken[1]


def keeps_a_lock_and_a_generator() -> Faulty:
    """What looks faulty and is not: a generator with a seed gives the same each time, and a lock cannot travel to another process."""

    def act(_self: Faulty, _ctx: SourceContext, _options: Asked) -> object:
        return one(Decimal(random.Random(42).randrange(1, 100)))  # noqa: S311 - it is no secret

    source = Faulty("sound", ADVANCE, act, always)
    source.remembered["lock"] = Lock()
    return source


def test_a_sound_source_that_looks_faulty_stays_green() -> None:
    found = [case for case in cases(keeps_a_lock_and_a_generator()) if case.on in {None, "empty", "mixed_vat"}]
    assert {(case.promise, case.on): why for case in found if (why := case.broken()) is not None} == {}


class Breaking(SourceOptions):
    """Options that break on a value which nobody suggested."""

    count: int = Field(default=1, description="How many.")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.count == 0:
            raise TypeError("no zero")
        return self


def test_options_that_break_on_another_value_are_told_so() -> None:
    with pytest.raises(BrokenPromise, match="its options raise TypeError for count=0: no zero; raise ValueError"):
        list(variations(Breaking, [Breaking()], snapshot()))
