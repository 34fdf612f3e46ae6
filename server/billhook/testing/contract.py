"""The class that authors subclass to run the conformance kit with pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from unittest import SkipTest

from billhook.testing.checking import cases

if TYPE_CHECKING:
    from billhook.domain.source import InvoiceSource
    from billhook.testing.checking import Case


class SourceContract:
    """Tries every promise of the contract on generated projects: subclass it, name it Test..., and say which `source` to try.

    pytest finds one test for each promise and project. Nothing is needed but billhook and pytest: the projects are made in a temporary
    database, and whatever is tried is rolled back. What fails says what was seen, on which project, and what to do. A source is held to
    the promises of its own `api_version`.
    """

    source: ClassVar[InvoiceSource[Any]]
    """The source to try, as the plugin's hook returns it."""

    def pytest_generate_tests(self, metafunc: Any) -> None:  # noqa: ANN401 - pytest's Metafunc; billhook runs without pytest
        """Give the test below its cases; pytest calls this."""
        found = cases(type(self).source)
        metafunc.parametrize("case", found, ids=[f"{case.promise}: {case.on or 'as a whole'}" for case in found])

    def test_it_keeps_the_contract(self, case: Case) -> None:
        """Fail with what is wrong where a promise is not kept; skip what would follow from it on the same project."""
        __tracebackhide__ = True
        lost = _LOST.setdefault(type(self), {})
        if case.on in lost:
            raise SkipTest(f"on {case.on} another promise is broken already: {lost[case.on]}")
        why = case.broken()
        if why is not None:
            if case.on is not None:
                lost[case.on] = case.promise
            raise AssertionError(f"{type(self).source.name} does not keep the contract, on {case.on or 'the whole'}: {why}")


_LOST: dict[type[SourceContract], dict[str | None, str]] = {}
"""The promise that was found broken on a project, by the class that tried it."""
