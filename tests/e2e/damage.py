"""Ways to break the demo database by hand, each of which exactly the named checks must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """SQL that does damage to picked rows, and what must report it: checks by name, with type and column of the ids they must report.

    The statements take the columns of the first picked row as parameters.
    """

    pick: str
    statements: tuple[str, ...]
    noticed: dict[str, tuple[str, str]]


def damage(check: str, kind: str, pick: str, *statements: str, **also: tuple[str, str]) -> Damage:
    """Damage that one check reports for the column `key`; `also`: others, with underscores for spaces."""
    others = {name.replace("_", " "): expected for name, expected in also.items()}
    return Damage(pick, statements, {check: (kind, "key"), **others})


CLAIM = (
    "project_id, invoice_id, line_id, kind, time_entry_id, extra_cost_id, external_cost_id, phase_id, deal_id, subscription_id, "
    "period_start, once_key, source_name, vat_category, vat_rate, percentage, amount_minor, claimed_at, released_at, released_by_id"
)
LEDGER = "project_id, advance_id, vat_category, vat_rate, kind, amount_minor, caused_by_id, line_id, undoes_id, at, recorded_on"
LINE = "invoice_id, position, kind, section, description, quantity, unit, unit_price, net_minor, vat_category, vat_rate, corrects_line_id"


def copied(table: str, columns: str, **changed: str) -> str:
    """Insert a copy of row `:copy` with some columns changed."""
    values = ", ".join(changed.get(column, column) for column in columns.split(", "))
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = :copy"  # noqa: S608 - of this file alone


def billed(table: str) -> str:
    return (
        f"SELECT item.id AS key, (SELECT min(id) FROM invoice_line WHERE id <> item.live_line_id) AS other FROM {table} AS item "  # noqa: S608
        "WHERE live_line_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM extra_cost WHERE time_entry_id = item.id) LIMIT 1"
    )


def live(what: str, where: str) -> str:
    return f"SELECT {what} FROM claim WHERE released_at IS NULL AND {where} LIMIT 1"  # noqa: S608


DRAFT = "SELECT id AS key FROM invoice WHERE status = 'DRAFT' AND kind = 'REGULAR' AND currency = 'EUR' LIMIT 1"
APPLIED = "SELECT id AS copy, advance_id AS key, line_id, project_id FROM advance_ledger WHERE kind = 'APPLIED' LIMIT 1"
REGISTERED = (
    "SELECT ledger.id AS copy, advance_id AS key, ledger.project_id, (SELECT max(id) FROM invoice WHERE kind = 'CREDIT_NOTE') AS note "
    "FROM advance_ledger AS ledger WHERE kind = 'REGISTERED' AND ledger.amount_minor = "
    "(SELECT sum(amount_minor) FROM advance_ledger AS row WHERE row.advance_id = ledger.advance_id) LIMIT 1"
)
OPEN_ONE = "UPDATE project_balance SET open_advance_minor = open_advance_minor {} WHERE project_id = :project_id"
ADD_UP = (
    "UPDATE invoice_vat SET net_minor = (SELECT sum(net_minor) FROM invoice_line WHERE invoice_id = :note) WHERE invoice_id = :note",
    "UPDATE invoice_vat SET tax_minor = (2 * vat_rate * net_minor + 100000000) / 200000000 WHERE invoice_id = :note",
    (
        "UPDATE invoice SET (net_minor, work_minor, vat_minor, total_minor) = "
        "(SELECT net_minor, net_minor, tax_minor, net_minor + tax_minor FROM invoice_vat WHERE invoice_id = :note) WHERE id = :note"
    ),
)
"""Of a credit note in one VAT group without settlement."""
CREDITED = (
    "SELECT one.id AS copy, one.corrects_line_id AS line, one.invoice_id AS note, note.corrects_id AS key FROM invoice_line AS one "
    "JOIN invoice AS note ON note.id = one.invoice_id JOIN invoice AS first ON first.id = note.corrects_id "
    "JOIN invoice_line AS line ON line.id = one.corrects_line_id WHERE first.kind = 'REGULAR' AND line.net_minor = one.net_minor "
    "AND (SELECT count(*) FROM invoice_line WHERE invoice_id = note.id) = 1 "
    "AND (SELECT count(*) FROM invoice_line WHERE invoice_id = first.id) = 1 LIMIT 1"
)
SECOND_CREDIT = (
    copied("invoice_line", LINE, position="position + 1", quantity="1000000", unit_price="10000", net_minor="1"),
    *ADD_UP,
)
WORK = (
    damage(
        "a balance for each project",
        "Project",
        "SELECT min(id) AS key FROM project",
        "DELETE FROM project_balance WHERE project_id = :key",
    ),
    *(
        damage(
            check,
            "Project",
            "SELECT min(id) AS key FROM project",
            f"UPDATE project_balance SET {column} = {column} + 1 WHERE project_id = :key",  # noqa: S608
        )
        for check, column in (
            ("unbilled amount", "unbilled_minor"),
            ("unbilled time", "unbilled_seconds"),
            ("unbilled time", "unbilled_entries"),
            ("unbilled time", "unrated_entries"),
            ("open advance", "open_advance_minor"),
        )
    ),
    damage(
        "hourly rates",
        "TimeEntry",
        "SELECT id AS key, project_id FROM time_entry WHERE live_line_id IS NULL AND deleted_at IS NULL AND rate_origin = 'PROJECT' "
        "AND project_id = (SELECT min(project_id) FROM time_entry WHERE live_line_id IS NULL AND rate_origin = 'PROJECT')",
        "UPDATE project SET hourly_rate_minor = hourly_rate_minor + 1 WHERE id = :project_id",
    ),
    damage(
        "hourly rates",
        "TimeEntry",
        "SELECT id AS key FROM time_entry WHERE live_line_id IS NULL AND rate_origin = 'PROJECT' LIMIT 1",
        "UPDATE time_entry SET rate_origin = 'USER' WHERE id = :key",
    ),
    damage("amounts of time", "TimeEntry", billed("time_entry"), "UPDATE time_entry SET seconds = seconds + 3600 WHERE id = :key"),
    *(
        damage(
            f"amounts of {noun}",
            kind,
            f"SELECT min(id) AS key FROM {table}",  # noqa: S608
            f"UPDATE {table} SET quantity = quantity + 1000000 WHERE id = :key",  # noqa: S608
        )
        for noun, kind, table in (("extra costs", "ExtraCost", "extra_cost"), ("external costs", "ExternalCost", "external_cost"))
    ),
)
CLAIMS = (
    damage("time entries on one line", "TimeEntry", billed("time_entry"), "UPDATE time_entry SET live_line_id = :other WHERE id = :key"),
    damage(
        "time entries on one line",
        "TimeEntry",
        live("id AS copy, time_entry_id AS key", "time_entry_id IS NOT NULL"),
        "DROP INDEX claim_live_time_entry",
        copied("claim", CLAIM, amount_minor="0"),
        billed_time_entries_as_they_were=("TimeEntry", "key"),
    ),
    damage(
        "billed time entries as they were",
        "TimeEntry",
        billed("time_entry"),
        "UPDATE time_entry SET deleted_at = created_at WHERE id = :key",
    ),
    *(
        item
        for noun, kind, table in (("extra costs", "ExtraCost", "extra_cost"), ("external costs", "ExternalCost", "external_cost"))
        for item in (
            damage(
                f"{noun} on one line",
                kind,
                f"SELECT item.id AS key, (SELECT min(id) FROM invoice_line WHERE id <> item.live_line_id) AS other FROM {table} AS item "  # noqa: S608
                "WHERE live_line_id IS NOT NULL LIMIT 1",
                f"UPDATE {table} SET live_line_id = :other WHERE id = :key",  # noqa: S608
            ),
            damage(
                f"billed {noun} as they were",
                kind,
                f"SELECT id AS key FROM {table} WHERE live_line_id IS NOT NULL LIMIT 1",  # noqa: S608
                f"UPDATE {table} SET deleted_at = created_at WHERE id = :key",  # noqa: S608
            ),
        )
    ),
    damage(
        "lines worth their claims",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL LIMIT 1",
        "UPDATE claim SET amount_minor = amount_minor + 1 WHERE id = :id",
    ),
    damage(
        "claims of their line",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL LIMIT 1",
        "UPDATE claim SET project_id = (SELECT max(id) FROM project) WHERE id = :id",
    ),
    damage(
        "live claims on live lines",
        "InvoiceLine",
        "SELECT id AS copy, line_id AS key FROM claim WHERE released_at IS NOT NULL LIMIT 1",
        copied(
            "claim", CLAIM, kind="'ONCE'", once_key="'again'", amount_minor="0", released_at="NULL", released_by_id="NULL", deal_id="NULL"
        ).replace("time_entry_id, extra_cost_id, external_cost_id, phase_id, NULL, subscription_id", "NULL, NULL, NULL, NULL, NULL, NULL"),
    ),
    damage(
        "released claims",
        "InvoiceLine",
        live(
            "id, line_id AS key",
            "coalesce(deal_id, subscription_id) > 0 AND invoice_id IN (SELECT id FROM invoice WHERE status = 'BOOKED')",
        ),
        "UPDATE claim SET released_at = claimed_at, released_by_id = invoice_id WHERE id = :id",
    ),
    damage(
        "fixed prices",
        "Phase",
        live("phase_id AS key", "phase_id IS NOT NULL"),
        "UPDATE phase SET fixed_price_minor = (SELECT sum(amount_minor) - 1 FROM claim WHERE phase_id = :key AND released_at IS NULL) "
        "WHERE id = :key",
    ),
    damage(
        "values of deals",
        "Deal",
        live("deal_id AS key", "deal_id IS NOT NULL"),
        "UPDATE deal_line SET net_minor = 0 WHERE deal_id = :key",
    ),
    damage(
        "periods of subscriptions",
        "BillingSubscription",
        live("id AS copy, subscription_id AS key", "subscription_id IS NOT NULL"),
        "DROP INDEX claim_live_period",
        copied("claim", CLAIM, amount_minor="0"),
    ),
    damage(
        "keys of sources",
        "Project",
        live("id AS copy, project_id AS key", "deal_id IS NOT NULL"),
        "DROP INDEX claim_live_once",
        *[copied("claim", CLAIM, kind="'ONCE'", once_key="'march'", amount_minor="0", deal_id="NULL")] * 2,
    ),
)
LEDGERS = (
    damage(
        "open credit",
        "Invoice",
        APPLIED,
        copied("advance_ledger", LEDGER, amount_minor="-1000000000"),
        copied("advance_ledger", LEDGER, kind="'RELEASED'", amount_minor="1000000000", undoes_id="(SELECT max(id) FROM advance_ledger)"),
    ),
    damage("rows of the ledger", "Invoice", REGISTERED, copied("advance_ledger", LEDGER, kind="'CREDITED'", amount_minor="0")),
    damage("registered credit", "Invoice", REGISTERED, copied("advance_ledger", LEDGER, amount_minor="1"), OPEN_ONE.format("+ 1")),
    damage(
        "credited credit",
        "Invoice",
        REGISTERED,
        copied("advance_ledger", LEDGER, kind="'CREDITED'", amount_minor="-1", caused_by_id=":note"),
        OPEN_ONE.format("- 1"),
    ),
    damage(
        "settlement lines",
        "InvoiceLine",
        "SELECT id AS copy, line_id AS key, project_id FROM advance_ledger AS row WHERE kind = 'APPLIED' "
        "AND NOT EXISTS (SELECT 1 FROM advance_ledger WHERE undoes_id = row.id) LIMIT 1",
        copied("advance_ledger", LEDGER, kind="'RELEASED'", amount_minor="1", undoes_id=":copy"),
        OPEN_ONE.format("+ 1"),
    ),
)
DOCUMENTS = (
    damage(
        "amounts of lines",
        "InvoiceLine",
        "SELECT max(id) AS key FROM invoice_line WHERE net_minor <> 0",
        "UPDATE invoice_line SET quantity = 2 * quantity WHERE id = :key",
    ),
    *(
        damage(
            "totals of documents",
            "Invoice",
            "SELECT min(id) AS key FROM invoice",
            f"UPDATE invoice SET {column} = {column} + 1 WHERE id = :key",  # noqa: S608
        )
        for column in ("work_minor", "advances_applied_minor", "total_minor")
    ),
    damage(
        "VAT rows",
        "Invoice",
        "SELECT min(id) AS key FROM invoice",
        "INSERT INTO invoice_vat (invoice_id, vat_category, vat_rate, net_minor, tax_minor) VALUES (:key, 'G', 0, 0, 0)",
    ),
    damage(
        "VAT amounts",
        "Invoice",
        "SELECT min(id) AS key FROM invoice",
        "UPDATE invoice_vat SET tax_minor = tax_minor + 1 WHERE invoice_id = :key",
        "UPDATE invoice SET vat_minor = vat_minor + 1, total_minor = total_minor + 1 WHERE id = :key",
    ),
    damage(
        "no negative document",
        "Invoice",
        DRAFT,
        f"INSERT INTO invoice_line ({LINE}) VALUES (:key, 99, 'FREE', '', '', -1000000, 'C62', 1000000, -100, 'G', 0, NULL)",  # noqa: S608
        "INSERT INTO invoice_vat (invoice_id, vat_category, vat_rate, net_minor, tax_minor) VALUES (:key, 'G', 0, -100, 0)",
        "UPDATE invoice SET net_minor = net_minor - 100, work_minor = work_minor - 100, total_minor = total_minor - 100 WHERE id = :key",
    ),
    damage(
        "credit per VAT group",
        "Invoice",
        CREDITED,
        *SECOND_CREDIT,
        credit_per_line=("InvoiceLine", "line"),
        released_claims=("InvoiceLine", "line"),
    ),
    damage(
        "lines of credit notes",
        "InvoiceLine",
        "SELECT min(id) AS key FROM invoice_line WHERE corrects_line_id IS NOT NULL AND kind = 'TIME'",
        "UPDATE invoice_line SET kind = 'FREE' WHERE id = :key",
    ),
    damage(
        "settled advances",
        "InvoiceLine",
        "SELECT min(line.id) AS key FROM invoice_line AS line JOIN invoice ON invoice.id = invoice_id "
        "WHERE line.kind = 'SETTLEMENT' AND removed_at IS NULL AND status <> 'DISCARDED'",
        "UPDATE invoice_line SET settles_line_id = id WHERE id = :key",
    ),
)
NUMBERS = (
    damage(
        "no gap in the numbers",
        "Seller",
        "SELECT seller_id AS key FROM number_series WHERE series = 'INVOICE'",
        "UPDATE number_series SET last_sequence = last_sequence + 1 WHERE seller_id = :key AND series = 'INVOICE'",
    ),
    damage(
        "last dates of series",
        "Seller",
        "SELECT seller_id AS key FROM number_series WHERE series = 'CREDIT_NOTE'",
        "UPDATE number_series SET last_issued_on = '2030-01-01' WHERE seller_id = :key AND series = 'CREDIT_NOTE'",
    ),
    damage(
        "dates follow the numbers",
        "Invoice",
        "SELECT id AS key FROM invoice WHERE series = 'INVOICE' AND sequence = 2",
        "UPDATE invoice SET issued_on = '2000-01-01' WHERE id = :key",
    ),
    damage(
        "dates of credit notes",
        "Invoice",
        "SELECT id AS key FROM invoice WHERE series = 'CREDIT_NOTE' AND sequence = 1",
        "UPDATE invoice SET issued_on = '2000-01-01' WHERE id = :key",
    ),
    damage(
        "numbers only once",
        "Invoice",
        "SELECT id AS key FROM invoice WHERE series = 'INVOICE' AND sequence IN (1, 2)",
        "UPDATE invoice SET number = 'twice' WHERE series = 'INVOICE' AND sequence IN (1, 2)",
    ),
    damage(
        "booked and numbered",
        "Invoice",
        "SELECT min(id) AS key FROM invoice WHERE status = 'BOOKED'",
        "UPDATE invoice SET booked_at = NULL WHERE id = :key",
    ),
    damage("booked and numbered", "Invoice", DRAFT, "UPDATE invoice SET number = 'INV-99999' WHERE id = :key"),
    damage(
        "kept answers",
        "",
        "SELECT 'gone' AS key",
        "INSERT INTO idempotency (key, operation, input_hash, result, created_at) "
        "VALUES ('gone', 'bookInvoice', '', '{\"invoice\": 999999}', '2026-01-01 00:00:00.000000')",
    ),
)
DAMAGES = (*WORK, *CLAIMS, *LEDGERS, *DOCUMENTS, *NUMBERS)
