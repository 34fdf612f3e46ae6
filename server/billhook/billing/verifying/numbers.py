"""Checks that documents are numbered without a gap, in the order of their dates, and exactly when they are booked (R15, R16)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.domain.words import InvoiceKind, InvoiceStatus, Series
from billhook.store.tables import Invoice, NumberSeries, Seller

_numbered = (
    sa.select(
        col(Invoice.seller_id).label("seller_id"),
        col(Invoice.series).label("series"),
        sa.func.count().label("documents"),
        sa.func.count(sa.distinct(col(Invoice.sequence))).label("sequences"),
        sa.func.min(col(Invoice.sequence)).label("first"),
        sa.func.max(col(Invoice.sequence)).label("last"),
        sa.func.max(col(Invoice.issued_on)).label("last_issued_on"),
    )
    .where(col(Invoice.sequence).is_not(None))
    .group_by(col(Invoice.seller_id), col(Invoice.series))
    .subquery("numbered")
)
_of_series = sa.and_(_numbered.c.seller_id == col(NumberSeries.seller_id), _numbered.c.series == col(NumberSeries.series))
_documents = sa.func.coalesce(_numbered.c.documents, 0)
_gaps = (
    sa.select(
        col(NumberSeries.seller_id).label("key"),
        col(NumberSeries.series).label("series"),
        col(NumberSeries.last_sequence).label("counter"),
        _documents.label("documents"),
        _numbered.c.last.label("last"),
    )
    .outerjoin(_numbered, _of_series)
    .where(
        sa.or_(
            col(NumberSeries.last_sequence) != _documents,
            _numbered.c.documents != _numbered.c.sequences,
            _numbered.c.first != 1,
            _numbered.c.last != _numbered.c.documents,
        )
    )
)
_without_counter = (
    sa.select(_numbered.c.seller_id, _numbered.c.series, sa.null(), _numbered.c.documents, _numbered.c.last)
    .outerjoin(NumberSeries, _of_series)
    .where(col(NumberSeries.series).is_(None))
)
_in_order = (
    sa.select(
        col(Invoice.id).label("key"),
        col(Invoice.issued_on).label("day"),
        sa.func.lag(col(Invoice.issued_on))
        .over(partition_by=[col(Invoice.seller_id), col(Invoice.series)], order_by=col(Invoice.sequence))
        .label("day_before"),
    )
    .where(col(Invoice.sequence).is_not(None))
    .subquery("in_order")
)
_corrected, _other = aliased(Invoice), aliased(Invoice)
_given = (
    Invoice.number,
    Invoice.sequence,
    Invoice.series,
    Invoice.booked_at,
    Invoice.seller_party,
    Invoice.buyer_party,
)
"""What a document has exactly when it is booked."""
_incomplete = sa.or_(
    *(col(column).is_(None) for column in _given),
    col(Invoice.issued_on).is_(None),
    (col(Invoice.kind) == InvoiceKind.CREDIT_NOTE) != (col(Invoice.series) == Series.CREDIT_NOTE),
)
_too_much = sa.or_(*(col(column).is_not(None) for column in _given), col(Invoice.kind) == InvoiceKind.CREDIT_NOTE)

CHECKS = (
    Check(
        name="no gap in the numbers",
        rule="R15",
        proves="The sequences of each series of each seller are 1, 2, 3 and so on, up to its counter.",
        looks_at=Invoice,
        find=selecting(
            Seller,
            sa.union_all(_gaps, _without_counter),
            "Its series {series} has {documents} documents, the last is {last}, and its counter stands at {counter}.",
        ),
    ),
    Check(
        name="last dates of series",
        rule="R15",
        proves="Each series remembers the date of its last document.",
        looks_at=NumberSeries,
        find=selecting(
            Seller,
            sa.select(
                col(NumberSeries.seller_id).label("key"),
                col(NumberSeries.series).label("series"),
                col(NumberSeries.last_issued_on).label("said"),
                _numbered.c.last_issued_on.label("last"),
            )
            .outerjoin(_numbered, _of_series)
            .where(col(NumberSeries.last_issued_on).is_distinct_from(_numbered.c.last_issued_on))
            .order_by(col(NumberSeries.seller_id), col(NumberSeries.series)),
            "Its series {series} remembers {said}; its last document is of {last}.",
        ),
    ),
    Check(
        name="dates follow the numbers",
        rule="R15",
        proves="No document is dated before the one that has the number before it.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            sa.select(_in_order.c.key, _in_order.c.day, _in_order.c.day_before)
            .where(_in_order.c.day < _in_order.c.day_before)
            .order_by(_in_order.c.key),
            "It is of {day}, the document with the number before it of {day_before}.",
        ),
    ),
    Check(
        name="dates of credit notes",
        rule="R16",
        proves="No credit note is dated before the invoice that it corrects.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            sa.select(col(Invoice.id).label("key"), col(Invoice.issued_on).label("day"), col(_corrected.issued_on).label("invoice_day"))
            .join(_corrected, col(_corrected.id) == col(Invoice.corrects_id))
            .where(col(Invoice.issued_on) < col(_corrected.issued_on))
            .order_by(col(Invoice.id)),
            "It is of {day}, the invoice that it corrects of {invoice_day}.",
        ),
    ),
    Check(
        name="numbers only once",
        rule="R15",
        proves="No two documents of a seller have the same number.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            sa.select(col(Invoice.id).label("key"), col(Invoice.number).label("number"), col(_other.id).label("other"))
            .join(
                _other,
                sa.and_(
                    col(_other.number) == col(Invoice.number),
                    col(_other.seller_id) == col(Invoice.seller_id),
                    col(_other.id) != col(Invoice.id),
                ),
            )
            .order_by(col(Invoice.id)),
            "Its number {number} is that of row {other} of invoice, too.",
        ),
    ),
    Check(
        name="booked and numbered",
        rule="R15",
        proves="A document has a number in the series of its kind, and its parties, exactly when it is booked; a credit note always is.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            sa.select(col(Invoice.id).label("key"), col(Invoice.status).label("status"), col(Invoice.number).label("number"))
            .where(sa.case((col(Invoice.status) == InvoiceStatus.BOOKED, _incomplete), else_=_too_much))
            .order_by(col(Invoice.id)),
            "It is {status}, and its number is {number}; its number, date or parties are not those of a document in that state.",
        ),
    ),
)
