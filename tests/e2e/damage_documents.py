"""Ways to break the documents, the ledger, the numbers and the kept answers of the demo database by hand."""

from __future__ import annotations

from tests.e2e.damage import Damage, copied, damage

LEDGER = "project_id, advance_id, vat_category, vat_rate, kind, amount_minor, caused_by_id, line_id, undoes_id, at, recorded_on"
LINE = "invoice_id, position, kind, section, description, quantity, unit, unit_price, net_minor, vat_category, vat_rate, corrects_line_id"
DRAFT = "SELECT id AS key FROM invoice WHERE status = 'DRAFT' AND kind = 'REGULAR' AND currency = 'EUR' ORDER BY id LIMIT 1"
APPLIED = "SELECT id AS copy, advance_id AS key, line_id, project_id FROM advance_ledger WHERE kind = 'APPLIED' ORDER BY id LIMIT 1"
REGISTERED = (
    "SELECT ledger.id AS copy, advance_id AS key, ledger.project_id, (SELECT max(id) FROM invoice WHERE kind = 'CREDIT_NOTE') AS note "
    "FROM advance_ledger AS ledger WHERE kind = 'REGISTERED' AND ledger.amount_minor = "
    "(SELECT sum(amount_minor) FROM advance_ledger AS one WHERE one.advance_id = ledger.advance_id) ORDER BY ledger.id LIMIT 1"
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
    "AND (SELECT count(*) FROM invoice_line WHERE invoice_id = first.id) = 1 ORDER BY one.id LIMIT 1"
)
SECOND_CREDIT = (
    copied("invoice_line", LINE, position="position + 1", quantity="1000000", unit_price="10000", net_minor="1"),
    *ADD_UP,
)


def appended(**changed: str) -> str:
    """Insert a copy of row `:copy` of the ledger, recorded on its last day."""
    return copied("advance_ledger", LEDGER, recorded_on="(SELECT max(recorded_on) FROM advance_ledger)", **changed)


LEDGERS = (
    damage(
        "open credit",
        "Invoice",
        APPLIED,
        appended(amount_minor="-1000000000"),
        appended(kind="'RELEASED'", amount_minor="1000000000", undoes_id="(SELECT max(id) FROM advance_ledger)"),
    ),
    damage(
        "rows of the ledger",
        "Invoice",
        REGISTERED,
        appended(kind="'CREDITED'", amount_minor="0"),
        causes_in_the_ledger=("Invoice", "key"),
    ),
    *(
        damage(
            "days of the ledger",
            "Project",
            f"SELECT {row}(id) AS id, project_id AS key FROM advance_ledger GROUP BY project_id HAVING count(*) > 1 ORDER BY id LIMIT 1",  # noqa: S608
            f"UPDATE advance_ledger SET recorded_on = '{day}' WHERE id = :id",  # noqa: S608
        )
        for row, day in (("max", "2020-02-29"), ("min", "2030-02-28"))
    ),
    damage(
        "causes in the ledger",
        "Invoice",
        REGISTERED,
        "UPDATE advance_ledger SET caused_by_id = :note WHERE id = :copy",
    ),
    damage(
        "causes in the ledger",
        "Invoice",
        "SELECT one.id, one.advance_id AS key, (SELECT min(id) FROM invoice WHERE id NOT IN (one.caused_by_id, one.advance_id)) AS other "
        "FROM advance_ledger AS one WHERE kind = 'RELEASED' ORDER BY one.id LIMIT 1",
        "UPDATE advance_ledger SET caused_by_id = :other WHERE id = :id",
    ),
    damage(
        "causes in the ledger",
        "Invoice",
        APPLIED,
        appended(line_id="NULL", amount_minor="-1"),
        appended(kind="'RELEASED'", line_id="NULL", amount_minor="1", undoes_id="(SELECT max(id) FROM advance_ledger)"),
        open_credit=("Invoice", "key"),
    ),
    damage("registered credit", "Invoice", REGISTERED, appended(amount_minor="1"), OPEN_ONE.format("+ 1")),
    damage(
        "credited credit",
        "Invoice",
        REGISTERED,
        appended(kind="'CREDITED'", amount_minor="-1", caused_by_id=":note"),
        OPEN_ONE.format("- 1"),
        causes_in_the_ledger=("Invoice", "key"),
    ),
    damage(
        "settlement lines",
        "InvoiceLine",
        "SELECT id AS copy, line_id AS key, project_id FROM advance_ledger AS one WHERE kind = 'APPLIED' "
        "AND NOT EXISTS (SELECT 1 FROM advance_ledger WHERE undoes_id = one.id) ORDER BY id LIMIT 1",
        appended(kind="'RELEASED'", amount_minor="1", undoes_id=":copy"),
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
        "DROP INDEX invoice_number_once",
        "UPDATE invoice SET number = 'twice' WHERE series = 'INVOICE' AND sequence IN (1, 2)",
    ),
    damage(
        "booked and numbered",
        "Invoice",
        "SELECT min(id) AS key FROM invoice WHERE status = 'BOOKED'",
        "UPDATE invoice SET booked_at = NULL WHERE id = :key",
    ),
    damage("booked and numbered", "Invoice", DRAFT, "UPDATE invoice SET number = 'INV-99999' WHERE id = :key"),
)
MADE = "SELECT key FROM idempotency WHERE operation = 'createInvoice' ORDER BY key LIMIT 1"
TRACKED = "SELECT key FROM idempotency WHERE operation = 'trackTime'"
NEW_ANSWER = (
    "INSERT INTO idempotency (key, operation, input_hash, result, created_at) "
    "SELECT 'gone', '{}', input_hash, '{}', created_at FROM idempotency ORDER BY key LIMIT 1"
)


def answered(operation: str, result: str) -> Damage:
    """An answer under a new key, `gone`, which it cannot be."""
    return damage("kept answers", "", "SELECT 'gone' AS key", NEW_ANSWER.format(operation, result))


ANSWERS = (
    answered("bookInvoice", '{"invoice": 999999}'),
    answered("creditInvoice", '{"creditNote": 999999, "invoice": 1}'),
    answered(
        "runSubscriptions", '{"results": [{"subscription": 1, "period": ["2026-01-01", "2026-01-31"], "invoice": 999999, "errors": []}]}'
    ),
    answered("runSubscriptions", '{"results": [{"subscription": 1, "period": [], "invoice": null, "errors": [{"code": "CONFLICT"}]}]}'),
    answered("saveTimeEntries", '{"tracked": [1], "updated": [], "deleted": [], "projects": [1]}'),
    answered("createCustomer", '{"customer": 1}'),
    answered("createCustomer", '{"project": 1}'),
    answered("deleteCustomer", '{"deleted": "UHJvamVjdDox"}'),
    answered("updateCustomer", '{"customer": "1"}'),
    answered("payInvoice", '{"invoice": 1}'),
    answered("bookInvoice", "{}"),
    answered("bookInvoice", "[]"),
    *(
        damage("kept answers on tracked time", "", "SELECT 'gone' AS key", NEW_ANSWER.format("trackTime", result))
        for result in ('{"timeEntry": 1}', '{"timeEntry": null}', '{"invoice": 1}', "{}")
    ),
    damage("kept answers on tracked time", "", TRACKED, "UPDATE idempotency SET input_hash = substr(input_hash, 2) WHERE key = :key"),
    damage("kept answers", "", MADE, "UPDATE idempotency SET input_hash = '' WHERE key = :key"),
    damage("kept answers", "", MADE, "UPDATE idempotency SET operation = 'discardInvoice' WHERE key = :key"),
    damage("kept answers", "", MADE, "UPDATE idempotency SET result = '{\"invoice\": 1}' WHERE key = :key"),
    damage(
        "kept answers",
        "",
        "SELECT key FROM idempotency WHERE operation = 'creditInvoice'",
        """UPDATE idempotency SET result = '{"creditNote": 47, "invoice": 1}' WHERE operation = 'creditInvoice'""",
    ),
    damage(
        "answers given once",
        "",
        "SELECT key FROM idempotency WHERE operation = 'deleteUser' UNION SELECT 'again'",
        "INSERT INTO idempotency (key, operation, input_hash, result, created_at) "
        "SELECT 'again', operation, input_hash, result, created_at FROM idempotency WHERE operation = 'deleteUser'",
    ),
)
