"""What a run left out, said where nobody misses it: at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

WITHOUT_CHROMIUM = "the tests of GraphiQL need the program chromium (Debian: apt install chromium)"


def say_what_was_left_out(reporter: TerminalReporter) -> None:
    """Say loudly that the tests in a browser were left out, if they were."""
    left_out = [report for report in reporter.getreports("skipped") if WITHOUT_CHROMIUM in str(report.longrepr)]
    if left_out:
        reporter.section("LEFT OUT", red=True, bold=True)
        reporter.line(f"{len(left_out)} TESTS IN A BROWSER WERE LEFT OUT: {WITHOUT_CHROMIUM}.", red=True, bold=True)
