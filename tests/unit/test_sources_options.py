"""Options are read from what was sent, and written down again; whatever their model does on the way is a fault of the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from pydantic import Field, ValidationError, model_serializer, model_validator
from tests.unit.test_sources_asking import Options, installed

from billhook.domain.errors import PluginFault
from billhook.domain.options import SourceOptions
from billhook.sources import as_json, by_value, read_options


class Picky(SourceOptions):
    """Options whose validators do what a test tells them to."""

    acts: ClassVar[list[Callable[[], object]]] = [dict]
    count: int = 1

    @model_validator(mode="wrap")
    @classmethod
    def _as_told(cls, given: object, handler: Callable[[object], Picky]) -> Any:  # noqa: ANN401 - whatever a test tells it to
        answer = cls.acts[0]()
        return handler(given) if answer == {} else answer

    @model_serializer(mode="wrap")
    def _written(self, handler: Callable[[object], dict[str, Any]]) -> Any:  # noqa: ANN401 - whatever a test tells it to
        answer = self.acts[0]()
        return handler(self) if answer == {} else answer


PICKY = replace(installed(lambda _: None), options=Picky)


def telling(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    monkeypatch.setattr(Picky, "acts", [act])


def test_options_are_read_from_what_was_sent() -> None:
    assert read_options(PICKY, {"count": 3}) == Picky(count=3)


def test_what_a_person_can_mend_in_options_is_told_as_pydantic_says_it() -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        read_options(PICKY, {"count": "many"})


@pytest.mark.parametrize("error", [KeyError("x"), ZeroDivisionError(), SystemExit(1), RecursionError()], ids=repr)
def test_whatever_else_the_validators_of_options_raise_is_a_fault(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def act() -> object:
        raise error

    telling(monkeypatch, act)
    with pytest.raises(PluginFault, match=f"it raised {type(error).__name__}"):
        read_options(PICKY, {})


def test_options_that_become_something_else_when_they_are_checked_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    telling(monkeypatch, lambda: Options(count=7))
    with pytest.raises(PluginFault, match="its options became a Options when they were checked"):
        read_options(PICKY, {})


def test_options_become_plain_data_in_python_and_in_json() -> None:
    options = Picky(count=3)
    assert by_value(PICKY, options) == {"count": 3}
    assert as_json(PICKY, options) == {"count": 3}


@pytest.mark.parametrize("answer", [{"count": object()}, {"count": "caf\udce9"}], ids=["object", "text"])
def test_options_that_cannot_be_written_down_are_a_fault(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    options = Picky(count=3)
    telling(monkeypatch, lambda: answer)
    with pytest.raises(PluginFault, match="it raised"):
        as_json(PICKY, options)


class Doubling(SourceOptions):
    """Options whose validator changes what it is given, as is usual in a `before` validator; one of them is left out when it is dumped."""

    count: int = 1
    silent: int = Field(default=0, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _double(cls, given: dict[str, Any]) -> dict[str, Any]:
        given["count"] = given.get("count", 1) * 2
        return given


def test_what_was_sent_is_read_alike_however_often_it_is_read() -> None:
    doubling, sent = replace(installed(lambda _: None), options=Doubling), {"count": 2}
    assert [read_options(doubling, sent) for _ in range(3)] == [Doubling.model_construct(count=4, silent=0)] * 3
    assert sent == {"count": 2}


def test_options_count_by_all_their_values_whatever_their_model_leaves_out() -> None:
    options = Doubling.model_construct(count=1, silent=7)
    assert by_value(PICKY, options) == {"count": 1, "silent": 7}


def test_an_assertion_in_options_is_a_fault_and_its_text_is_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> object:
        raise AssertionError("the password is hunter2")

    telling(monkeypatch, act)
    with pytest.raises(PluginFault, match="an assertion in its options failed") as fault:
        read_options(PICKY, {})
    assert "hunter2" not in fault.value.message
