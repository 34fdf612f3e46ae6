"""Checks that advance credit is never negative, and that every row of the ledger is what the documents say (G2, R8, R17, R18)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.domain.words import InvoiceKind, InvoiceStatus, LedgerKind, LineKind
from billhook.store.tables import AdvanceLedger, Invoice, InvoiceLine, Project

_row, _undone = aliased(AdvanceLedger), aliased(AdvanceLedger)
_undoing = (
    sa.select(col(AdvanceLedger.undoes_id).label("row_id"), sa.func.sum(col(AdvanceLedger.amount_minor)).label("minor"))
    .where(col(AdvanceLedger.undoes_id).is_not(None))
    .group_by(col(AdvanceLedger.undoes_id))
    .subquery("undoing")
)
_in_force = col(AdvanceLedger.amount_minor) + sa.func.coalesce(_undoing.c.minor, 0)
"""What is left of a row, signed."""


def _group(table: type[AdvanceLedger | InvoiceLine], advance: Any) -> tuple[sa.ColumnElement[Any], ...]:  # noqa: ANN401 - a column
    """Return one VAT group of one advance, as columns."""
    return advance.label("advance_id"), col(table.vat_category).label("category"), col(table.vat_rate).label("rate")


def _against_documents(ledger: sa.Select[Any], documents: sa.Select[Any]) -> sa.Executable:
    """Select the VAT groups of advances of which the ledger says one amount and the lines of documents another."""
    both = sa.union_all(ledger, documents).subquery()
    rows, said = sa.func.sum(both.c.ledger), sa.func.sum(both.c.documents)
    return (
        sa.select(
            both.c.advance_id.label("key"),
            col(Invoice.currency).label("currency"),
            both.c.category,
            both.c.rate,
            rows.label("ledger_minor"),
            said.label("documents_minor"),
        )
        .join(Invoice, col(Invoice.id) == both.c.advance_id)
        .group_by(both.c.advance_id, col(Invoice.currency), both.c.category, both.c.rate)
        .having(rows != said)
        .order_by(both.c.advance_id, both.c.category, both.c.rate)
    )


_nothing = sa.literal(0, sa.BigInteger)
_registered = _against_documents(
    sa.select(*_group(AdvanceLedger, col(AdvanceLedger.advance_id)), _in_force.label("ledger"), _nothing.label("documents"))
    .outerjoin(_undoing, _undoing.c.row_id == col(AdvanceLedger.id))
    .where(col(AdvanceLedger.kind) == LedgerKind.REGISTERED),
    sa.select(*_group(InvoiceLine, col(InvoiceLine.invoice_id)), _nothing, col(InvoiceLine.net_minor))
    .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
    .where(col(Invoice.kind) == InvoiceKind.ADVANCE, col(Invoice.status) != InvoiceStatus.DISCARDED, col(InvoiceLine.removed_at).is_(None)),
)
_advance = aliased(Invoice)
_credited = _against_documents(
    sa.select(
        *_group(AdvanceLedger, col(AdvanceLedger.advance_id)),
        (-col(AdvanceLedger.amount_minor)).label("ledger"),
        _nothing.label("documents"),
    ).where(col(AdvanceLedger.kind) == LedgerKind.CREDITED),
    sa.select(*_group(InvoiceLine, col(Invoice.corrects_id)), _nothing, col(InvoiceLine.net_minor))
    .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
    .join(_advance, col(_advance.id) == col(Invoice.corrects_id))
    .where(col(_advance.kind) == InvoiceKind.ADVANCE, col(InvoiceLine.removed_at).is_(None)),
)

_applied = (
    sa.select(
        col(AdvanceLedger.line_id).label("line_id"),
        sa.func.sum(_in_force).label("minor"),
        sa.func.min(col(AdvanceLedger.advance_id)).label("first_id"),
        sa.func.max(col(AdvanceLedger.advance_id)).label("last_id"),
    )
    .outerjoin(_undoing, _undoing.c.row_id == col(AdvanceLedger.id))
    .where(col(AdvanceLedger.kind) == LedgerKind.APPLIED)
    .group_by(col(AdvanceLedger.line_id))
    .subquery("applied")
)
_note = aliased(InvoiceLine)
_taken_back = (
    sa.select(col(_note.corrects_line_id).label("line_id"), sa.func.sum(sa.func.abs(col(_note.net_minor))).label("minor"))
    .where(col(_note.corrects_line_id).is_not(None))
    .group_by(col(_note.corrects_line_id))
    .subquery("taken_back")
)
_settlement = sa.and_(col(InvoiceLine.kind) == LineKind.SETTLEMENT, col(InvoiceLine.corrects_line_id).is_(None))
_said = sa.case(
    (
        sa.and_(_settlement, col(InvoiceLine.removed_at).is_(None), col(Invoice.status) != InvoiceStatus.DISCARDED),
        col(InvoiceLine.net_minor) + sa.func.coalesce(_taken_back.c.minor, 0),
    ),
    else_=0,
)
"""What a settlement line takes off its advance, negative: its net, without what was credited of it."""

_so_far = sa.func.sum(col(AdvanceLedger.amount_minor)).over(
    partition_by=[col(AdvanceLedger.advance_id), col(AdvanceLedger.vat_category), col(AdvanceLedger.vat_rate)],
    order_by=col(AdvanceLedger.id),
)
_running = sa.select(*_group(AdvanceLedger, col(AdvanceLedger.advance_id)), _so_far.label("minor")).subquery("running")
_days = sa.select(
    col(AdvanceLedger.id).label("row"),
    col(AdvanceLedger.project_id),
    col(AdvanceLedger.recorded_on).label("day"),
    sa.func.max(col(AdvanceLedger.recorded_on))
    .over(partition_by=col(AdvanceLedger.project_id), order_by=col(AdvanceLedger.id), rows=(None, -1))
    .label("before"),
).subquery("days")
_wrong_way = sa.or_(
    sa.and_(col(_row.kind) == LedgerKind.REGISTERED, col(_row.amount_minor) <= 0),
    sa.and_(col(_row.kind).in_([LedgerKind.APPLIED, LedgerKind.CREDITED]), col(_row.amount_minor) >= 0),
    sa.and_(col(_row.kind) != LedgerKind.RELEASED, col(_row.undoes_id).is_not(None)),
    sa.and_(
        col(_row.kind) == LedgerKind.RELEASED,
        sa.or_(
            col(_undone.id).is_(None),
            col(_undone.id) >= col(_row.id),
            col(_undone.kind).not_in([LedgerKind.REGISTERED, LedgerKind.APPLIED]),
            sa.and_(col(_undone.kind) == LedgerKind.REGISTERED, col(_row.amount_minor) >= 0),
            sa.and_(col(_undone.kind) == LedgerKind.APPLIED, col(_row.amount_minor) <= 0),
            col(_undone.vat_category) != col(_row.vat_category),
            col(_undone.vat_rate) != col(_row.vat_rate),
            col(_undone.advance_id) != col(_row.advance_id),
        ),
    ),
    sa.func.abs(_undoing.c.minor) > sa.func.abs(col(_row.amount_minor)),
    col(_row.project_id) != col(Invoice.project_id),
    col(Invoice.kind) != InvoiceKind.ADVANCE,
)
_line, _cause = aliased(InvoiceLine), aliased(Invoice)
_corrected = sa.func.coalesce(col(_cause.corrects_id), 0)
_caused = sa.case(
    (col(_row.kind) == LedgerKind.REGISTERED, sa.and_(col(_row.caused_by_id) == col(_row.advance_id), col(_row.line_id).is_(None))),
    (col(_row.kind) == LedgerKind.CREDITED, sa.and_(_corrected == col(_row.advance_id), col(_row.line_id).is_(None))),
    (
        col(_row.kind) == LedgerKind.APPLIED,
        sa.and_(
            col(_row.caused_by_id) == sa.func.coalesce(col(_line.invoice_id), 0),
            sa.func.coalesce(col(_line.kind) == LineKind.SETTLEMENT, sa.false()),
        ),
    ),
    else_=sa.and_(
        col(_row.line_id).is_not_distinct_from(col(_undone.line_id)),
        sa.func.coalesce(col(_undone.caused_by_id), 0).in_([col(_row.caused_by_id), _corrected]),
    ),
)
"""The document that a row names is the one that could cause it; a release is caused by the document that it undoes, or a credit note."""

CHECKS = (
    Check(
        name="open credit",
        rule="G2",
        proves="After every row of the ledger, what is open of each advance and VAT group is at least 0: "
        "never is more applied than was registered and not credited.",
        looks_at=AdvanceLedger,
        find=selecting(
            Invoice,
            sa.select(
                _running.c.advance_id.label("key"),
                col(Invoice.currency).label("currency"),
                _running.c.category,
                _running.c.rate,
                sa.func.min(_running.c.minor).label("lowest_minor"),
            )
            .join(Invoice, col(Invoice.id) == _running.c.advance_id)
            .where(_running.c.minor < 0)
            .group_by(_running.c.advance_id, col(Invoice.currency), _running.c.category, _running.c.rate)
            .order_by(_running.c.advance_id, _running.c.category, _running.c.rate),
            "With VAT {category} {rate} % its open credit falls to {lowest_minor}.",
        ),
    ),
    Check(
        name="rows of the ledger",
        rule="R18",
        proves="Every row has the sign of its kind; a release undoes an earlier row of its advance and VAT group, and never more than it.",
        looks_at=AdvanceLedger,
        find=selecting(
            Invoice,
            sa.select(
                col(_row.advance_id).label("key"),
                col(Invoice.currency).label("currency"),
                col(_row.id).label("row"),
                col(_row.kind).label("kind"),
                col(_row.amount_minor).label("amount_minor"),
            )
            .join(Invoice, col(Invoice.id) == col(_row.advance_id))
            .outerjoin(_undone, col(_undone.id) == col(_row.undoes_id))
            .outerjoin(_undoing, _undoing.c.row_id == col(_row.id))
            .where(_wrong_way)
            .order_by(col(_row.id)),
            "Row {row} of its ledger, {kind} {amount_minor}, has the wrong sign or project, undoes what it cannot, or is undone too far.",
        ),
    ),
    Check(
        name="days of the ledger",
        rule="G2, R18",
        proves="No row is recorded on a day before that of an earlier row of its project, so that the open advance of no day is negative.",
        looks_at=AdvanceLedger,
        find=selecting(
            Project,
            sa.select(_days.c.project_id.label("key"), _days.c.row, _days.c.day, _days.c.before)
            .where(_days.c.day < _days.c.before)
            .order_by(_days.c.row),
            "Row {row} of its ledger is recorded on {day}, an earlier row on {before}.",
        ),
    ),
    Check(
        name="causes in the ledger",
        rule="R18, G7",
        proves="Every row names what caused it: the advance, the invoice of the settlement line, a credit note of the advance, "
        "or the end of what it undoes.",
        looks_at=AdvanceLedger,
        find=selecting(
            Invoice,
            sa.select(
                col(_row.advance_id).label("key"),
                col(_row.id).label("row"),
                col(_row.kind).label("kind"),
                col(_row.caused_by_id).label("cause"),
                col(_row.line_id).label("line"),
            )
            .outerjoin(_undone, col(_undone.id) == col(_row.undoes_id))
            .outerjoin(_line, col(_line.id) == col(_row.line_id))
            .outerjoin(_cause, col(_cause.id) == col(_row.caused_by_id))
            .where(sa.not_(_caused))
            .order_by(col(_row.id)),
            "Row {row} of its ledger, {kind}, names row {cause} of invoice and row {line} of invoice_line, which did not cause it.",
        ),
    ),
    Check(
        name="registered credit",
        rule="R18",
        proves="What an advance registered, without what was withdrawn, is the sum of its lines in each VAT group.",
        looks_at=Invoice,
        find=selecting(
            Invoice, _registered, "With VAT {category} {rate} % the ledger registers {ledger_minor}, its lines come to {documents_minor}."
        ),
    ),
    Check(
        name="credited credit",
        rule="R17, R18",
        proves="What was credited of an advance is the sum of its credit notes in each VAT group.",
        looks_at=Invoice,
        find=selecting(
            Invoice, _credited, "With VAT {category} {rate} % the ledger credits {ledger_minor}, its credit notes {documents_minor}."
        ),
    ),
    Check(
        name="settlement lines",
        rule="R8, R18",
        proves="Every settlement line is the application in force of the advance that it names, without what was credited of it.",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            sa.select(
                col(InvoiceLine.id).label("key"),
                col(Invoice.currency).label("currency"),
                _said.label("said_minor"),
                sa.func.coalesce(_applied.c.minor, 0).label("applied_minor"),
            )
            .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
            .outerjoin(_applied, _applied.c.line_id == col(InvoiceLine.id))
            .outerjoin(_taken_back, _taken_back.c.line_id == col(InvoiceLine.id))
            .where(
                sa.or_(
                    _said != sa.func.coalesce(_applied.c.minor, 0),
                    _applied.c.first_id != col(InvoiceLine.settles_id),
                    _applied.c.last_id != col(InvoiceLine.settles_id),
                )
            )
            .order_by(col(InvoiceLine.id)),
            "It takes {said_minor} off, the ledger applies {applied_minor}, or another advance.",
        ),
    ),
)
