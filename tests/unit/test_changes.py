"""What a transaction tells: short, in pieces that PostgreSQL takes, and read again as it was."""

from __future__ import annotations

import pytest

from billhook.domain.words import InvoiceChangeKind
from billhook.store.changes import Changes, InvoiceChanged, in_short, payloads, read_payload

CREATED, CHANGED, BOOKED = InvoiceChangeKind.CREATED, InvoiceChangeKind.CHANGED, InvoiceChangeKind.BOOKED
LONGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("kinds", "short"),
    [
        ([CHANGED, CHANGED], (CHANGED,)),
        ([CREATED, CHANGED], (CREATED,)),
        ([CREATED, CHANGED, BOOKED, BOOKED], (CREATED, BOOKED)),
        ([], ()),
    ],
)
def test_each_kind_is_told_once_and_a_change_only_where_nothing_else_happened(
    kinds: list[InvoiceChangeKind], short: tuple[InvoiceChangeKind, ...]
) -> None:
    assert in_short(kinds) == short


@pytest.mark.parametrize(
    "changes",
    [
        Changes(everything=True),
        Changes(access=True),
        Changes((InvoiceChanged(7, 3, (CREATED, BOOKED)), InvoiceChanged(8, 3, (CHANGED,))), (3, 4), access=True),
    ],
)
def test_what_is_read_is_what_was_told(changes: Changes) -> None:
    assert [read_payload(payload) for payload in payloads(changes)] == [changes]


def test_nothing_is_told_in_no_notification() -> None:
    assert payloads(Changes()) == []


def test_the_most_that_a_transaction_tells_fits_into_notifications_of_less_than_8000_bytes() -> None:
    invoices = tuple(InvoiceChanged(LONGEST - each, LONGEST, tuple(InvoiceChangeKind)) for each in range(250))
    balances = tuple(range(LONGEST - 250, LONGEST))
    told = payloads(Changes(invoices, balances))
    assert len(told) == 10
    assert max(len(payload.encode()) for payload in told) < 8000
    read = [read_payload(payload) for payload in told]
    assert tuple(each for part in read for each in part.invoices) == invoices
    assert tuple(each for part in read for each in part.balances) == balances


@pytest.mark.parametrize(
    "payload", ["", "hello", "[]", "{}", "1", '"items"', "[" * 3900, '{"items": {}, "access": false, "everything": false}']
)
def test_what_is_no_notification_may_be_anything(payload: str) -> None:
    assert read_payload(payload) == Changes(access=True, everything=True)


@pytest.mark.parametrize(
    "item",
    [
        *("0", "-1", "true", "null", "1.0", "1e400", '"1"', "{}", str(2**63), "[]", "[1]", "[1, 2]", '[1, 2, "SOLD"]', "[1, 2, []]"),
        *('[0, 2, "BOOKED"]', '[1, true, "BOOKED"]', f'[1, {2**64}, "BOOKED"]', "[1, 2, null]", '[[], 2, "BOOKED"]'),
    ],
)
def test_a_notification_that_names_what_is_not_there_may_be_anything(item: str) -> None:
    """Whoever may connect to the database may send one."""
    assert read_payload(f'{{"access": false, "everything": false, "items": [3, {item}]}}') == Changes(access=True, everything=True)
