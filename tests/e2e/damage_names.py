"""Ways to make rows of the demo database name another thing than they bill, or one that is not there, by hand."""

from __future__ import annotations

from tests.e2e.damage import billed, damage, live

NOT_CREDITED = "NOT EXISTS (SELECT 1 FROM invoice_line WHERE corrects_line_id = claim.line_id)"
CLAIMED_DEAL = live("id, line_id AS key, deal_id", f"deal_id IS NOT NULL AND {NOT_CREDITED}")
CLAIMED_PHASE = live("id, line_id AS key", f"phase_id IS NOT NULL AND {NOT_CREDITED}")
CLAIMED_PERIOD = live("id, line_id AS key", f"period_start IS NOT NULL AND {NOT_CREDITED}")
ANOTHER_DEAL = (
    "INSERT INTO deal (project_id, title, created_at) SELECT project_id, 'Another', created_at FROM deal WHERE id = :deal_id",
    (
        "INSERT INTO deal_line (deal_id, position, description, quantity, unit, unit_price, net_minor, vat_category, vat_rate, section) "
        "SELECT (SELECT max(id) FROM deal), position, description, quantity, unit, unit_price, net_minor, vat_category, vat_rate, section "
        "FROM deal_line WHERE deal_id = :deal_id"
    ),
)
"""One on the same project, of the same value."""

NAMES = (
    damage(
        "what lines name",
        "InvoiceLine",
        CLAIMED_DEAL,
        *ANOTHER_DEAL,
        "UPDATE claim SET deal_id = (SELECT max(id) FROM deal) WHERE id = :id",
    ),
    damage(
        "what lines name",
        "InvoiceLine",
        CLAIMED_DEAL,
        *ANOTHER_DEAL,
        "UPDATE invoice_line SET deal_id = (SELECT max(id) FROM deal) WHERE id = :key",
    ),
    damage("what lines name", "InvoiceLine", CLAIMED_PERIOD, "UPDATE claim SET period_start = '1999-01-01' WHERE id = :id"),
    damage("what lines name", "InvoiceLine", CLAIMED_PERIOD, "UPDATE invoice_line SET period_start = '1999-01-01' WHERE id = :key"),
    damage("what lines name", "InvoiceLine", CLAIMED_PERIOD, "UPDATE invoice_line SET subscription_id = NULL WHERE id = :key"),
    damage("what lines name", "InvoiceLine", CLAIMED_PHASE, "UPDATE invoice_line SET phase_id = NULL WHERE id = :key"),
    damage(
        "what lines name",
        "InvoiceLine",
        live("line_id AS key", f"kind = 'TIME_ENTRY' AND {NOT_CREDITED}"),
        "UPDATE invoice_line SET phase_id = (SELECT min(id) FROM phase) WHERE id = :key",
    ),
    damage(
        "what lines name",
        "InvoiceLine",
        "SELECT min(id) AS key FROM invoice_line WHERE kind = 'SETTLEMENT' AND corrects_line_id IS NULL "
        "AND id NOT IN (SELECT corrects_line_id FROM invoice_line WHERE corrects_line_id IS NOT NULL)",
        "UPDATE invoice_line SET deal_id = (SELECT min(id) FROM deal) WHERE id = :key",
    ),
    damage(
        "what lines name",
        "InvoiceLine",
        live("line_id AS key", f"kind = 'TIME_ENTRY' AND {NOT_CREDITED}"),
        "UPDATE invoice_line SET kind = 'EXTRA_COST' WHERE id = :key",
    ),
    damage("claims of their line", "InvoiceLine", CLAIMED_DEAL, "UPDATE claim SET source_name = 'another' WHERE id = :id"),
    damage(
        "lines of credit notes",
        "InvoiceLine",
        "SELECT min(id) AS key FROM invoice_line WHERE corrects_line_id IS NOT NULL",
        "UPDATE invoice_line SET subscription_id = (SELECT min(id) FROM subscription) WHERE id = :key",
    ),
    *(
        damage(
            f"amounts of {noun}s",
            kind,
            f"SELECT min({noun}_id) AS key FROM {noun}_line",  # noqa: S608
            f"UPDATE {noun}_line SET {change} WHERE {noun}_id = :key",  # noqa: S608
        )
        for noun, kind in (("deal", "Deal"), ("subscription", "BillingSubscription"))
        for change in ("net_minor = net_minor + 1", "quantity = 2 * quantity")
    ),
    *(
        damage(
            "documents of their project",
            "Invoice",
            f"SELECT min(id) AS key FROM invoice WHERE {which} "  # noqa: S608
            "AND id NOT IN (SELECT corrects_id FROM invoice WHERE corrects_id IS NOT NULL)",
            f"UPDATE invoice SET {change} WHERE id = :key",  # noqa: S608
        )
        for which, change in (
            ("status = 'BOOKED' AND currency = 'EUR' AND kind <> 'CREDIT_NOTE'", "currency = 'USD'"),
            ("kind = 'CREDIT_NOTE' AND currency = 'EUR'", "currency = 'USD'"),
            ("status = 'DRAFT' AND customer_id <> 1", "customer_id = 1"),
        )
    ),
)
DANGLING = (
    damage(
        "rows that others name",
        "",
        billed("time_entry").replace(
            "item.id AS key", "item.id, (SELECT 'claim ' || min(id) FROM claim WHERE time_entry_id = item.id) AS key"
        ),
        "DELETE FROM time_entry WHERE id = :id",
    ),
    damage(
        "rows that others name",
        "TimeEntry",
        "SELECT min(id) AS key FROM time_entry WHERE live_line_id IS NULL AND rate_origin = 'PROJECT'",
        "UPDATE time_entry SET user_id = 999 WHERE id = :key",
    ),
)
"""What only SQLite lets anybody do, with its foreign keys off."""
