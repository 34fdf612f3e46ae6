"""What is sent: values of each scalar, some that mean something in the example's workspace, some at an edge, and some that are nonsense."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

import orjson
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar
from tests.e2e.client import TODAY

from billhook.domain.ids import encode

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Value = TypeVar("Value")

EXISTING = {
    "BillingSubscription": 4,
    "Customer": 3,
    "Deal": 3,
    "ExternalCost": 6,
    "ExtraCost": 4,
    "Invoice": 45,
    "InvoiceLine": 61,
    "Phase": 15,
    "Project": 33,
    "Seller": 1,
    "TimeEntry": 75,
    "User": 4,
    "WorkType": 4,
}
"""How many of each type the example has: their keys count from 1. A test holds these numbers."""
INTEGERS = st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**63 - 1, -(2**31), -(2**63) + 1, 2**63]) | st.integers(0, 100)
CALENDAR = st.sampled_from(["2026-03-01", "0001-01-01", "9999-12-31", "2026-W01-1", "20260301", "2026-02-30"])
INSTANTS = st.one_of(
    st.sampled_from(["2026-03-01T09:00:00+00:00", "2026-03-01T09:00:00", "2026-03-01T09:00:00+00:00:01", "0001-01-01T00:00:00+00:00"]),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999+00:00"]),
)
NAMES = st.sampled_from(["", "website", "EUR", "\U0010ffff", "\x00", "\ufffe"])
LISTS = {
    "auditLog": (INTEGERS,),
    "billableProjects/TITLE/DESC": (NAMES, INTEGERS),
    "billableProjects/UNBILLED_AMOUNT/DESC": (NAMES, INTEGERS, INTEGERS),
    "billing.advanceLedger": (INTEGERS,),
    "billing.advances": (INTEGERS, CALENDAR, INTEGERS),
    "customer.projects/TITLE/ASC": (NAMES, INTEGERS),
    "customers/NAME": (NAMES, INTEGERS),
    "invoice.lines": (INTEGERS, INTEGERS),
    "invoices/CREATED_AT/DESC": (INSTANTS, INTEGERS),
    "invoices/ISSUED_ON/DESC": (CALENDAR, INTEGERS),
    "invoices/NUMBER/DESC": (INTEGERS, INTEGERS, INTEGERS),
    "project.externalCosts/None": (CALENDAR, INTEGERS),
    "project.invoices/CREATED_AT/DESC": (INSTANTS, INTEGERS),
    "project.timeEntries/WORKED_ON/DESC": (CALENDAR, INTEGERS),
    "projects/CREATED_AT/DESC": (INSTANTS, INTEGERS),
    "projects/TITLE/ASC": (NAMES, INTEGERS),
    "timeEntries/CREATED_AT/DESC": (INSTANTS, INTEGERS),
    "timeEntries/WORKED_ON/DESC": (CALENDAR, INTEGERS),
    "users/NAME": (NAMES, INTEGERS),
    "workTypes/NAME": (NAMES, INTEGERS),
}
"""Orders of lists by the names in their cursors, with what stands in one: a client may put a cursor together, though it should not."""


def mostly(good: SearchStrategy[Value], bad: SearchStrategy[Value]) -> SearchStrategy[Value]:
    """Three good values to one bad: with nothing but bad ones no call of many values would get far."""
    return st.one_of(good, good, good, bad)


TEXTS = mostly(
    st.sampled_from(["Website", "e", "Ann", "EUR", "HUR", "C62", "NL", "ann@example.com", "website-1", "x" * 200])
    | st.text("abc ", min_size=1),
    st.one_of(
        st.sampled_from(
            ["%", "_", "\\", "'", '"', "a\x00b", "\x00", "", " ", "\ufeff", "\u202e", "-", "{", "{}", "INV-{number:05}", "{0.x}"]
        ),
        st.sampled_from(["ß", "İ", "ﬁ", "\ud7ff", "e\u0301" * 40, "😀", "\U0010ffff", "x" * 6000, "NL001234567B01", "NL91ABNA0417164300"]),
        st.text(st.characters(codec="utf-8"), max_size=40),
    ),
)
_SOMETHING = st.builds(encode, st.sampled_from(sorted(EXISTING)), st.integers(1, 80))
IDS = mostly(
    mostly(_SOMETHING, _SOMETHING),
    st.builds(encode, st.sampled_from([*sorted(EXISTING), "AccessToken", "AuditEntry", "Query", ""]), st.integers(0, 2**64)) | TEXTS,
)
CURSORS = st.one_of(
    *(
        st.tuples(st.just(order), *values).map(lambda given: urlsafe_b64encode(orjson.dumps(given)).decode().rstrip("="))
        for order, values in LISTS.items()
    )
)
DECIMALS = mostly(
    st.decimals("0.01", 500, places=2).map(str) | st.integers(0, 100).map(str),
    st.one_of(
        st.sampled_from(
            ["0", "-0", "0.0", "-1", "0.000001", "999999999999999.999999", "-999999999999999", "1000000000", "0.1234567", "00"]
        ),
        st.sampled_from(
            ["1E+999", "1e5", "NaN", "sNaN", "Infinity", "-Infinity", "", "+1", " 1", "1 ", "\u0661", "1_000", "1,5", "0x1", "9" * 5000]
        ),
    ),
)
DAYS = mostly(
    st.integers(-400, 100).map(lambda days: (TODAY + timedelta(days)).isoformat()),
    st.one_of(
        st.dates().map(date.isoformat),
        st.sampled_from(
            ["0001-01-01", "9999-12-31", "2026-02-29", "2024-02-29", "0000-01-01", "10000-01-01", "2026-3-1", "2026-W10-1", "", "\x00"]
        ),
    ),
)
MOMENTS = mostly(
    st.builds(
        "{}T{:02}:{:02}:00Z".format, st.integers(-40, 0).map(lambda days: TODAY + timedelta(days)), st.integers(0, 8), st.integers(0, 59)
    ),
    st.one_of(
        st.builds("{}T{}{}".format, DAYS, st.times().map(str), st.sampled_from(["Z", "+00:00", "-23:59", "+23:59", "+24:00", "", "z"])),
        st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T24:00:00Z", "2026-12-31T23:59:60Z", ""]),
    ),
)
CURRENCIES = mostly(
    st.sampled_from(["EUR", "USD", "JPY", "KWD"]), st.sampled_from(["CLF", "XXX", "XAU", "eur", "", "EURO", "\x00\x00\x00", "ZZZ"]) | TEXTS
)
WHOLE = mostly(st.integers(0, 100), st.sampled_from([-1, 101, 3600, 86_400, 10**6, 2**31 - 1, -(2**31)]) | st.integers(-(2**31), 2**31 - 1))


def register() -> None:
    """Tell schemathesis how to make each scalar of the schema, those that GraphQL brings as well."""
    wholes = WHOLE.map(nodes.Int)
    written: dict[str, SearchStrategy[str]] = {
        "CurrencyCode": CURRENCIES,
        "Date": DAYS,
        "DateTime": MOMENTS,
        "ID": IDS,
        "String": mostly(TEXTS, CURSORS | st.just(encode("Project", 1))),
    }
    for name, strategy in written.items():
        scalar(name, strategy.map(nodes.String))
    scalar("Decimal", DECIMALS.map(nodes.String) | wholes | st.floats(allow_nan=False, allow_infinity=False).map(nodes.Float))
    scalar("Int", wholes)
    scalar("JSON", TEXTS.map(nodes.String))
