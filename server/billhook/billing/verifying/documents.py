"""Checks that every document adds up and has its VAT, and that no credit note takes more than was invoiced (M1, M5, R8, R16)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from billhook.billing.verifying.check import Check, selecting
from billhook.billing.verifying.worth import as_stored, is_product, product
from billhook.domain.words import InvoiceKind, InvoiceStatus, LineKind
from billhook.store.tables import Invoice, InvoiceLine, InvoiceVat, Project

PERCENT = 100 * 10**6
"""What a rate in millionths of a percent is divided by."""

_present = col(InvoiceLine.removed_at).is_(None)
_of_lines = (
    sa.select(
        col(InvoiceLine.invoice_id).label("invoice_id"),
        sa.func.sum(col(InvoiceLine.net_minor)).label("net"),
        sa.func.sum(sa.case((col(InvoiceLine.kind) == LineKind.SETTLEMENT, -col(InvoiceLine.net_minor)), else_=0)).label("settled"),
    )
    .where(_present)
    .group_by(col(InvoiceLine.invoice_id))
    .subquery("of_lines")
)
_of_vat = (
    sa.select(col(InvoiceVat.invoice_id).label("invoice_id"), sa.func.sum(col(InvoiceVat.tax_minor)).label("tax"))
    .group_by(col(InvoiceVat.invoice_id))
    .subquery("of_vat")
)
_net, _settled, _tax = (sa.func.coalesce(column, 0) for column in (_of_lines.c.net, _of_lines.c.settled, _of_vat.c.tax))


def _tax_of(rate: sa.ColumnElement[int], net: sa.SQLColumnExpression[int]) -> sa.ColumnElement[int]:
    """Return round_half_up(rate percent of a net) in SQL: whole and rest apart, since their product leaves 64 bits (M5)."""
    whole, rest = sa.func.abs(net, type_=sa.BigInteger) // PERCENT, sa.func.abs(net, type_=sa.BigInteger) % PERCENT
    tax = rate * whole + (2 * rate * rest + PERCENT) // (2 * PERCENT)
    return sa.case((net < 0, -tax), else_=tax)


_tax_due = _tax_of(as_stored(col(InvoiceVat.vat_rate)), col(InvoiceVat.net_minor))
_nothing = sa.literal(0, sa.BigInteger)
_groups = sa.union_all(
    sa.select(
        col(InvoiceLine.invoice_id).label("invoice_id"),
        col(InvoiceLine.vat_category).label("category"),
        col(InvoiceLine.vat_rate).label("rate"),
        col(InvoiceLine.net_minor).label("of_lines"),
        _nothing.label("of_row"),
        _nothing.label("rows"),
        sa.literal(1, sa.BigInteger).label("lines"),
    ).where(_present),
    sa.select(
        col(InvoiceVat.invoice_id),
        col(InvoiceVat.vat_category),
        col(InvoiceVat.vat_rate),
        _nothing,
        col(InvoiceVat.net_minor),
        sa.literal(1, sa.BigInteger),
        _nothing,
    ),
).subquery("vat_groups")
_lines_net, _row_net = sa.func.sum(_groups.c.of_lines), sa.func.sum(_groups.c.of_row)


def _documents(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(col(Invoice.id).label("key"), col(Invoice.currency).label("currency"), *columns).order_by(col(Invoice.id))


def _lines(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    key: sa.Label[int] = col(InvoiceLine.id).label("key")
    return sa.select(key, col(Invoice.currency).label("currency"), *columns).join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))


SUMS = (
    Check(
        name="amounts of lines",
        rule="M1",
        proves="The net of every line is round_half_up(quantity x unit price).",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            _lines(col(InvoiceLine.net_minor).label("said_minor"), *product(InvoiceLine)),
            "Its net is {said_minor}, which is not its quantity times its unit price.",
            holds=is_product,
        ),
    ),
    Check(
        name="totals of documents",
        rule="M5, R8",
        proves="Net is the sum of the lines, work that of all but settlement lines, VAT the sum of its rows, the total net and VAT.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            _documents(
                col(Invoice.net_minor).label("net_minor"),
                col(Invoice.total_minor).label("total_minor"),
                _net.label("lines_minor"),
                _tax.label("vat_rows_minor"),
            )
            .outerjoin(_of_lines, _of_lines.c.invoice_id == col(Invoice.id))
            .outerjoin(_of_vat, _of_vat.c.invoice_id == col(Invoice.id))
            .where(
                sa.or_(
                    col(Invoice.net_minor) != _net,
                    col(Invoice.advances_applied_minor) != _settled,
                    col(Invoice.work_minor) != _net + _settled,
                    col(Invoice.vat_minor) != _tax,
                    col(Invoice.total_minor) != col(Invoice.net_minor) + col(Invoice.vat_minor),
                )
            ),
            "It says net {net_minor} and total {total_minor}; its lines come to {lines_minor}, its VAT rows to {vat_rows_minor}.",
        ),
    ),
    Check(
        name="VAT rows",
        rule="M5",
        proves="Every document has one VAT row for each category and rate of its lines, with their net, and no other.",
        looks_at=InvoiceVat,
        find=selecting(
            Invoice,
            sa.select(
                _groups.c.invoice_id.label("key"),
                col(Invoice.currency).label("currency"),
                _groups.c.category,
                _groups.c.rate,
                _lines_net.label("lines_minor"),
                _row_net.label("row_minor"),
            )
            .join(Invoice, col(Invoice.id) == _groups.c.invoice_id)
            .group_by(_groups.c.invoice_id, col(Invoice.currency), _groups.c.category, _groups.c.rate)
            .having(sa.or_(_lines_net != _row_net, sa.func.sum(_groups.c.rows) != 1, sa.func.sum(_groups.c.lines) == 0))
            .order_by(_groups.c.invoice_id, _groups.c.category, _groups.c.rate),
            "Its VAT row {category} {rate} % has a net of {row_minor}, or is not there; its lines come to {lines_minor}.",
        ),
    ),
    Check(
        name="VAT amounts",
        rule="M5",
        proves="The VAT of every row is round_half_up(rate x net).",
        looks_at=InvoiceVat,
        find=selecting(
            Invoice,
            _documents(
                col(InvoiceVat.vat_category).label("category"),
                col(InvoiceVat.vat_rate).label("rate"),
                col(InvoiceVat.net_minor).label("net_minor"),
                col(InvoiceVat.tax_minor).label("tax_minor"),
                _tax_due.label("due_minor"),
            )
            .join(InvoiceVat, col(InvoiceVat.invoice_id) == col(Invoice.id))
            .where(col(InvoiceVat.tax_minor) != _tax_due),
            "VAT {category} {rate} % of {net_minor} is {due_minor}, it says {tax_minor}.",
        ),
    ),
    Check(
        name="no negative document",
        rule="R8, R16",
        proves="The net of every VAT group on every document is at least 0.",
        looks_at=InvoiceVat,
        find=selecting(
            Invoice,
            _documents(
                col(InvoiceVat.vat_category).label("category"),
                col(InvoiceVat.vat_rate).label("rate"),
                col(InvoiceVat.net_minor).label("net_minor"),
            )
            .join(InvoiceVat, col(InvoiceVat.invoice_id) == col(Invoice.id))
            .where(col(InvoiceVat.net_minor) < 0),
            "With VAT {category} {rate} % its net is {net_minor}.",
        ),
    ),
)

_note, _note_line = aliased(Invoice), aliased(InvoiceLine)
_credited = (
    sa.select(col(_note_line.corrects_line_id).label("line_id"), sa.func.sum(sa.func.abs(col(_note_line.net_minor))).label("minor"))
    .where(col(_note_line.corrects_line_id).is_not(None))
    .group_by(col(_note_line.corrects_line_id))
    .subquery("credited")
)
_taken = sa.func.coalesce(_credited.c.minor, 0)
_left = sa.func.sum(
    sa.case((col(InvoiceLine.net_minor) < 0, col(InvoiceLine.net_minor) + _taken), else_=col(InvoiceLine.net_minor) - _taken)
)
_names_otherwise = sa.or_(
    *(
        col(getattr(InvoiceLine, name)).is_distinct_from(col(getattr(_note_line, name)))
        for name in ("phase_id", "deal_id", "subscription_id", "period_start", "period_end")
    )
)
_advance, _its_line, _corrected = aliased(Invoice), aliased(InvoiceLine), aliased(Invoice)

CORRECTIONS = (
    Check(
        name="documents of their project",
        rule="M1, R5a, R16",
        proves="Every document that is not discarded has the currency, customer and seller of its project, "
        "and a credit note is on the project of the invoice that it corrects, in its currency.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            _documents(col(Project.currency).label("own"))
            .join(Project, col(Project.id) == col(Invoice.project_id))
            .outerjoin(_corrected, col(_corrected.id) == col(Invoice.corrects_id))
            .where(
                sa.or_(
                    sa.and_(
                        col(Invoice.status) != InvoiceStatus.DISCARDED,
                        sa.or_(
                            col(Invoice.currency) != col(Project.currency),
                            col(Invoice.customer_id) != col(Project.customer_id),
                            col(Invoice.seller_id) != col(Project.seller_id),
                        ),
                    ),
                    col(_corrected.currency) != col(Invoice.currency),
                    col(_corrected.project_id) != col(Invoice.project_id),
                )
            ),
            "It is in {currency}, its project in {own}; or its customer or seller is another than that of its project, "
            "or it corrects an invoice of another project or currency.",
        ),
    ),
    Check(
        name="credit per line",
        rule="R16",
        proves="Credit notes never take more of a line than it has.",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            _lines(col(InvoiceLine.net_minor).label("net_minor"), _credited.c.minor.label("credited_minor"))
            .join(_credited, _credited.c.line_id == col(InvoiceLine.id))
            .where(_credited.c.minor > sa.func.abs(col(InvoiceLine.net_minor)))
            .order_by(col(InvoiceLine.id)),
            "Its net is {net_minor}, {credited_minor} of it is credited.",
        ),
    ),
    Check(
        name="credit per VAT group",
        rule="R16",
        proves="What credit notes leave of a booked invoice is at least 0 in every VAT group.",
        looks_at=Invoice,
        find=selecting(
            Invoice,
            _documents(col(InvoiceLine.vat_category).label("category"), col(InvoiceLine.vat_rate).label("rate"), _left.label("left_minor"))
            .join(InvoiceLine, col(InvoiceLine.invoice_id) == col(Invoice.id))
            .outerjoin(_credited, _credited.c.line_id == col(InvoiceLine.id))
            .where(col(Invoice.status) == InvoiceStatus.BOOKED, col(Invoice.kind) != InvoiceKind.CREDIT_NOTE, _present)
            .group_by(col(Invoice.id), col(Invoice.currency), col(InvoiceLine.vat_category), col(InvoiceLine.vat_rate))
            .having(_left < 0),
            "With VAT {category} {rate} % credit notes leave {left_minor} of it.",
        ),
    ),
    Check(
        name="lines of credit notes",
        rule="R16",
        proves="Every line of a credit note corrects a line of the invoice that the note corrects, with its kind, VAT and sign, "
        "and names the phase, deal, subscription and period that it names.",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            sa.select(col(_note_line.id).label("key"))
            .join(_note, col(_note.id) == col(_note_line.invoice_id))
            .outerjoin(InvoiceLine, col(InvoiceLine.id) == col(_note_line.corrects_line_id))
            .where(
                sa.or_(
                    (col(_note.kind) == InvoiceKind.CREDIT_NOTE) != col(InvoiceLine.id).is_not(None),
                    col(_note.corrects_id).is_distinct_from(col(InvoiceLine.invoice_id)),
                    col(InvoiceLine.kind) != col(_note_line.kind),
                    col(InvoiceLine.vat_category) != col(_note_line.vat_category),
                    col(InvoiceLine.vat_rate) != col(_note_line.vat_rate),
                    sa.and_(col(InvoiceLine.id).is_not(None), _names_otherwise),
                    sa.and_(col(InvoiceLine.net_minor) <= 0, col(_note_line.net_minor) > 0),
                    sa.and_(col(InvoiceLine.net_minor) >= 0, col(_note_line.net_minor) < 0),
                )
            )
            .order_by(col(_note_line.id)),
            "It corrects a line of another document, kind, VAT or sign, or one that names something else; "
            "or corrects one though its document is no credit note.",
        ),
    ),
    Check(
        name="settled advances",
        rule="R8, R15",
        proves="What is settled is a live advance of the project, in its VAT; a booked invoice settles booked ones alone.",
        looks_at=InvoiceLine,
        find=selecting(
            InvoiceLine,
            _lines(col(InvoiceLine.settles_id).label("advance"))
            .outerjoin(_advance, col(_advance.id) == col(InvoiceLine.settles_id))
            .outerjoin(_its_line, col(_its_line.id) == col(InvoiceLine.settles_line_id))
            .where(
                col(InvoiceLine.kind) == LineKind.SETTLEMENT,
                col(Invoice.status) != InvoiceStatus.DISCARDED,
                _present,
                sa.or_(
                    col(_advance.id).is_(None),
                    col(_its_line.id).is_(None),
                    col(_advance.kind) != InvoiceKind.ADVANCE,
                    col(_advance.project_id) != col(Invoice.project_id),
                    col(_advance.status) == InvoiceStatus.DISCARDED,
                    sa.and_(col(Invoice.status) == InvoiceStatus.BOOKED, col(_advance.status) != InvoiceStatus.BOOKED),
                    col(_its_line.invoice_id) != col(_advance.id),
                    col(_its_line.vat_category) != col(InvoiceLine.vat_category),
                    col(_its_line.vat_rate) != col(InvoiceLine.vat_rate),
                ),
            )
            .order_by(col(InvoiceLine.id)),
            "It settles row {advance} of invoice, which it cannot: see what this check proves.",
        ),
    ),
)
CHECKS = (*SUMS, *CORRECTIONS)
