"""What clients of a released API ask for is still there: the schema breaks nothing of the last release within a major version."""

from __future__ import annotations

import re
import tomllib

import pytest
from graphql import BreakingChangeType, build_schema, find_schema_changes
from tests.docs.markdown import ROOT

SCHEMA = (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
RELEASED = {path.stem: path for path in (ROOT / "schema" / "released").glob("*.graphql")}
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def may_break(version: str, last: str) -> bool:
    """Whether a version may break what clients of the last one ask for: a new major version may, and says so in the changelog."""
    return key(version)[0] > key(last)[0]


def breaks(old: str, new: str) -> list[tuple[str, str]]:
    """Return what clients of the old schema cannot ask of the new one, or get in another form: the kind, and what it is."""
    changes = find_schema_changes(build_schema(old), build_schema(new))
    return [(change.type.name, change.description) for change in changes if isinstance(change.type, BreakingChangeType)]


def changed(old: str, new: str) -> str:
    """Return the schema with a change in one place."""
    assert SCHEMA.count(old) == 1, old
    return SCHEMA.replace(old, new)


def test_every_release_left_its_schema() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert set(RELEASED) == set(released or [VERSION])  # the first one is kept from before its release on


def test_nothing_of_the_last_release_is_broken() -> None:
    last = max(RELEASED, key=key)
    found = breaks(RELEASED[last].read_text(encoding="utf-8"), SCHEMA)
    assert may_break(VERSION, last) or found == [], "see docs/compatibility.md, For clients of the API"


@pytest.mark.parametrize(
    ("version", "last", "may"),
    [("0.1.0", "0.1.0", False), ("0.2.0", "0.1.0", False), ("1.10.0", "1.9.3", False), ("1.0.0", "0.9.0", True), ("10.0.0", "9.1.0", True)],
)
def test_only_a_new_major_version_may_break(version: str, last: str, *, may: bool) -> None:
    assert may_break(version, last) is may


@pytest.mark.parametrize(
    ("old", "new", "kind", "what"),
    [
        ("  untilProposed: Money\n", "  until: Money\n", "FIELD_REMOVED", "Field ProjectBilling.untilProposed was removed."),
        (
            "  unratedEntries: Int!\n",
            "  unratedEntries: Decimal!\n",
            "FIELD_CHANGED_KIND",
            "Field ProjectBilling.unratedEntries changed type from Int! to Decimal!.",
        ),
        (
            "  unratedEntries: Int!\n",
            "  unratedEntries: Int\n",
            "FIELD_CHANGED_KIND",
            "Field ProjectBilling.unratedEntries changed type from Int! to Int.",
        ),
        (
            "input PreviewInvoiceInput {\n",
            "input PreviewInvoiceInput {\n  why: String!\n",
            "REQUIRED_INPUT_FIELD_ADDED",
            "A required field PreviewInvoiceInput.why was added.",
        ),
        ("  nodes(\n", "  nodes(\n    kind: String!\n", "REQUIRED_ARG_ADDED", "A required argument Query.nodes(kind:) was added."),
        (
            "    asOf: Date\n  ): Money!\n",
            "    day: Date\n  ): Money!\n",
            "ARG_REMOVED",
            "Argument ProjectBilling.openAdvance(asOf:) was removed.",
        ),
        (
            "    asOf: Date\n  ): Money!\n",
            "    asOf: Date!\n  ): Money!\n",
            "ARG_CHANGED_KIND",
            "Argument ProjectBilling.openAdvance(asOf:) has changed type from Date to Date!.",
        ),
        ("  NOTHING_UNBILLED\n", "  NOTHING\n", "VALUE_REMOVED_FROM_ENUM", "Enum value NotProposedReason.NOTHING_UNBILLED was removed."),
        (
            "union Billable = TimeEntry | ",
            "union Billable = ",
            "TYPE_REMOVED_FROM_UNION",
            "TimeEntry was removed from union type Billable.",
        ),
        (
            "type CoveredByAdvance implements UserError {\n",
            "type CoveredByAdvance {\n",
            "IMPLEMENTED_INTERFACE_REMOVED",
            "CoveredByAdvance no longer implements interface UserError.",
        ),
        (
            "scalar CurrencyCode\n",
            "enum CurrencyCode { EUR }\n",
            "TYPE_CHANGED_KIND",
            "CurrencyCode changed from a Scalar type to an Enum type.",
        ),
    ],
)
def test_a_break_is_found(old: str, new: str, kind: str, what: str) -> None:
    assert breaks(SCHEMA, changed(old, new)) == [(kind, what)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  unratedEntries: Int!\n", "  unratedEntries: Int!\n  more: More\n"),
        ("  untilProposed: Money\n", "  untilProposed: Money!\n"),
        ("input PreviewInvoiceInput {\n", "input PreviewInvoiceInput {\n  why: String\n"),
        ("  nodes(\n", "  nodes(\n    kind: String\n"),
        ("  NOTHING_UNBILLED\n", "  NOTHING_UNBILLED\n  NOBODY_KNOWS\n"),
        ("  untilProposed: Money\n", '  untilProposed: Money @deprecated(reason: "Ask for more.")\n'),
    ],
)
def test_what_may_come_is_no_break(old: str, new: str) -> None:
    assert breaks(SCHEMA, changed(old, new) + "\ntype More { it: String }\n") == []
