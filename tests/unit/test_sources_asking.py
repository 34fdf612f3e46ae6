"""A source is asked for a proposal or for suggestions, and nothing that it does or raises gets past the host (sources.md, G5)."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import ROUND_UP, Decimal, DefaultContext, Inexact, getcontext
from itertools import repeat
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest
from tests.unit.facts import TODAY, facts, snapshot
from typing_extensions import override

from billhook.domain.errors import ErrorCode, PluginFault, Refusal
from billhook.domain.guard import BrokenContract, examine
from billhook.domain.money import to_decimal
from billhook.domain.options import SourceOptions
from billhook.domain.proposal import Proposal, Refused
from billhook.domain.source import Effect, InvoiceSource
from billhook.domain.views import Named, SourceContext, TimeEntryId, TimeEntryView
from billhook.sources import InstalledSource, install, propose, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NOTHING = Proposal(lines=())


class Options(SourceOptions):
    """How many."""

    count: int = 1


class OtherOptions(SourceOptions):
    """Of another source."""

    count: int = 1


class Scripted(InvoiceSource[Options]):
    """Does what a test tells it to."""

    name: ClassVar[str] = "scripted"
    label: ClassVar[str] = "Scripted"
    description: ClassVar[str] = "Does as it is told."
    effect: ClassVar[Effect] = Effect.REGISTERS_ADVANCE_CREDIT

    def __init__(self, act: Callable[[SourceContext], object]) -> None:
        self.act = act

    @override
    def propose(self, ctx: SourceContext, options: Options) -> Proposal:
        return cast("Proposal", self.act(ctx))

    @override
    def example_options(self, ctx: SourceContext) -> Iterable[Options]:
        return cast("Iterable[Options]", self.act(ctx))


def installed(act: Callable[[SourceContext], object]) -> InstalledSource:
    return install(Scripted(act), "scripts", "1.2")


def asked(act: Callable[[SourceContext], object], context: Callable[[], SourceContext] = snapshot) -> object:
    return propose(installed(act), context, Options())


def raising(error: BaseException) -> Callable[[SourceContext], object]:
    def act(_: SourceContext) -> object:
        raise error

    return act


def endless(ctx: SourceContext) -> object:
    return endless(ctx)


def with_an_entry() -> SourceContext:
    entry = TimeEntryView(
        id=TimeEntryId("e"),
        worked_on=TODAY,
        seconds=3600,
        description="Work",
        user=Named(id="u", name="Ada"),
        work_type=None,
        phase_id=None,
        hourly_rate=Decimal(100),
        amount=Decimal(100),
    )
    return replace(snapshot(), time_entries=(entry,))


def test_a_source_gets_a_snapshot_of_its_own_and_the_options() -> None:
    seen = []

    class Listening(Scripted):
        @override
        def propose(self, ctx: SourceContext, options: Options) -> Proposal:
            seen.append((ctx, options))
            return NOTHING

    shared = snapshot()
    found = install(Listening(lambda _: None), "scripts", "1.2")
    assert propose(found, snapshot, Options(count=3)) is NOTHING
    [(ctx, options)] = seen
    assert ctx == shared
    assert ctx is not shared
    assert options == Options(count=3)


ERRORS = [
    ZeroDivisionError("secret"),
    KeyError("x"),
    StopIteration(),
    RecursionError(),
    MemoryError(),
    SystemExit(0),
    GeneratorExit(),
    BaseException("x"),
    Refusal(ErrorCode.NOT_FOUND, "not a source's word"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_exception_other_than_refused_is_a_fault_that_names_source_package_and_version(error: BaseException) -> None:
    with pytest.raises(PluginFault) as fault:
        asked(raising(error))
    assert fault.value.message == (
        f"The source 'scripted' of scripts 1.2 broke its contract: it raised {type(error).__name__}. "
        "Nothing was changed; invoice with another source, or report this to its author."
    )
    assert (fault.value.code, fault.value.path, fault.value.source) == (ErrorCode.PLUGIN_FAULT, ("source", "scripted"), "scripted")
    assert fault.value.__cause__ is error


def test_endless_recursion_is_a_fault() -> None:
    with pytest.raises(PluginFault, match="it raised RecursionError"):
        asked(endless)


def test_an_interruption_by_the_user_is_no_fault() -> None:
    with pytest.raises(KeyboardInterrupt):
        asked(raising(KeyboardInterrupt()))


def set_day(ctx: SourceContext) -> None:
    object.__setattr__(ctx, "as_of", TODAY.replace(day=1))


def set_amount(ctx: SourceContext) -> None:
    object.__setattr__(ctx.time_entries[0], "amount", Decimal("0.01"))


def set_rate(ctx: SourceContext) -> None:
    vars(ctx.project.vat).update(rate=Decimal(0))


def drop_entries(ctx: SourceContext) -> None:
    object.__setattr__(ctx, "time_entries", ())


@pytest.mark.parametrize("mutate", [set_day, set_amount, set_rate, drop_entries])
def test_a_mutated_snapshot_is_a_fault(mutate: Callable[[SourceContext], None]) -> None:
    def act(ctx: SourceContext) -> object:
        mutate(ctx)
        return NOTHING

    with pytest.raises(PluginFault, match="it changed the snapshot that it was given"):
        asked(act, with_an_entry)


def test_a_plain_attempt_to_change_the_snapshot_is_a_fault() -> None:
    def act(ctx: SourceContext) -> object:
        ctx.unbilled = Decimal(0)  # type: ignore[misc]
        return NOTHING

    with pytest.raises(PluginFault, match="it raised FrozenInstanceError"):
        asked(act)


def test_a_source_that_changes_the_precision_of_decimals_changes_it_for_itself_alone() -> None:
    def act(_: SourceContext) -> object:
        getcontext().prec = 2
        return NOTHING

    assert asked(act) is NOTHING
    assert str(to_decimal(12345, "EUR")) == "123.45"


def test_a_source_that_changes_the_precision_for_all_threads_to_come_changes_it_for_itself_alone() -> None:
    before = DefaultContext.copy()

    def act(_: SourceContext) -> object:
        DefaultContext.prec, DefaultContext.rounding = 2, ROUND_UP
        DefaultContext.traps[Inexact] = True
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(lambda: getcontext().prec).result() == 2
        return NOTHING

    assert asked(act) is NOTHING
    assert (DefaultContext.prec, DefaultContext.rounding, DefaultContext.traps) == (before.prec, before.rounding, before.traps)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: str(to_decimal(12345, "EUR"))).result() == "123.45"


def test_a_generator_instead_of_a_proposal_is_a_fault() -> None:
    answer = asked(lambda _: (Options(count=count) for count in range(3)))
    with pytest.raises(BrokenContract, match=r"^propose\(\) returned a generator, not a Proposal$"):
        examine(answer, Effect.REGISTERS_ADVANCE_CREDIT, facts(), 10)


def test_refused_is_invalid_input_with_its_path_below_the_options() -> None:
    with pytest.raises(Refusal) as refusal:
        asked(raising(Refused("Choose it once.", "phases", 1, "phase_id")))
    assert type(refusal.value) is Refusal
    assert (refusal.value.code, refusal.value.message) == (ErrorCode.INVALID_INPUT, "Choose it once.")
    assert refusal.value.path == ("source", "scripted", "phases", "1", "phaseId")


def test_refused_without_a_path_points_at_the_source() -> None:
    with pytest.raises(Refusal) as refusal:
        asked(raising(Refused("Not today.")))
    assert refusal.value.path == ("source", "scripted")


def test_refused_does_not_excuse_a_mutated_snapshot() -> None:
    def act(ctx: SourceContext) -> object:
        set_day(ctx)
        raise Refused("Not today.")

    with pytest.raises(PluginFault, match="changed the snapshot"):
        asked(act)
    assert snapshot().as_of == TODAY


def test_suggestions_are_options_of_the_source_and_at_most_so_many() -> None:
    assert suggest(installed(lambda _: [Options(count=1), Options(count=2)]), snapshot, 5) == [Options(count=1), Options(count=2)]
    assert suggest(installed(lambda _: repeat(Options())), snapshot, 3) == [Options()] * 3
    assert suggest(installed(lambda _: ()), snapshot, 3) == []


@pytest.mark.parametrize("odd", [OtherOptions(), {"count": 1}, None], ids=repr)
def test_a_suggestion_of_another_type_is_a_fault(odd: object) -> None:
    with pytest.raises(PluginFault, match=r"example_options\(\) gave something else than its options"):
        suggest(installed(lambda _: [Options(), odd]), snapshot, 5)


@pytest.mark.parametrize("answer", [None, 7, Options], ids=repr)
def test_suggestions_that_cannot_be_gone_over_are_a_fault(answer: object) -> None:
    with pytest.raises(PluginFault, match="it raised TypeError"):
        suggest(installed(lambda _: answer), snapshot, 5)


@pytest.mark.parametrize("error", [*ERRORS, Refused("no")], ids=lambda error: type(error).__name__)
def test_a_suggestion_never_raises_anything_but_a_fault(error: BaseException) -> None:
    with pytest.raises(PluginFault, match=f"raised {type(error).__name__}"):
        suggest(installed(raising(error)), snapshot, 5)


def test_a_suggestion_that_changes_the_snapshot_is_a_fault() -> None:
    def act(ctx: SourceContext) -> object:
        set_day(ctx)
        return ()

    with pytest.raises(PluginFault, match="it changed the snapshot that it was given"):
        suggest(installed(act), snapshot, 5)


def test_options_that_cannot_be_copied_are_a_fault() -> None:
    class Unique(Options):
        """Options of which there is one only."""

        @override
        def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Unique:
            raise RuntimeError("there is one only")

    with pytest.raises(PluginFault, match="it raised RuntimeError"):
        propose(installed(lambda _: NOTHING), snapshot, Unique())


def test_a_refusal_that_no_answer_can_hold_is_made_one_that_it_can() -> None:
    with pytest.raises(Refusal) as refusal:
        asked(raising(Refused("caf\udce9" + "x" * 5000, "\udce9")))
    assert refusal.value.message == "caf?" + "x" * 1996
    assert refusal.value.path == ("source", "scripted", "?")


def test_an_interruption_in_another_thread_than_the_first_is_of_the_source_and_a_fault() -> None:
    with ThreadPoolExecutor(1) as thread, pytest.raises(PluginFault, match="it raised KeyboardInterrupt"):
        thread.submit(asked, raising(KeyboardInterrupt())).result()


def test_a_source_is_asked_by_one_request_at_a_time() -> None:
    taken: list[object] = []

    def act(_: SourceContext) -> object:
        with ThreadPoolExecutor(1) as another:
            taken.append(another.submit(lambda: cast("Any", source.turn).acquire(blocking=False)).result())
        return NOTHING

    source = installed(act)
    assert propose(source, snapshot, Options()) is NOTHING
    assert taken == [False]


@pytest.mark.parametrize("limit", [900, 10**6])
def test_a_source_that_changes_the_recursion_limit_changes_it_for_itself_alone(limit: int) -> None:
    before = sys.getrecursionlimit()

    def act(_: SourceContext) -> object:
        sys.setrecursionlimit(limit)
        return NOTHING

    assert asked(act) is NOTHING
    assert sys.getrecursionlimit() == before
