"""The conformance kit turns red for every source of the gallery, says why in words, and stays green for a sound one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.gallery import claims, conduct, impure, lines
from tests.gallery.exhibit import GALLERY, Exhibit

from billhook.testing.checking import cases

if TYPE_CHECKING:
    from types import ModuleType

ROOMS: tuple[ModuleType, ...] = (claims, conduct, impure, lines)
EXHIBITS = [pytest.param(exhibit, id=name) for name, exhibit in GALLERY.items()]


def test_the_gallery_is_full() -> None:
    assert {exhibit.source.act.__module__ for exhibit in GALLERY.values()} == {room.__name__ for room in ROOMS}
    assert len(GALLERY) == 54
    assert len({exhibit.source.name for exhibit in GALLERY.values()}) == len(GALLERY)


@pytest.mark.parametrize("exhibit", EXHIBITS)
def test_the_first_promise_that_a_faulty_source_breaks_is_named_with_its_reason(exhibit: Exhibit) -> None:
    found = [case for case in cases(exhibit.source) if case.on == exhibit.on]
    broken = next(((case.promise, why) for case in found if (why := case.broken()) is not None), ("none", "nothing"))
    assert broken[0] == exhibit.promise, broken[1]
    assert exhibit.says in broken[1]
