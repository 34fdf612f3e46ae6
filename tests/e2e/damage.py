"""Ways to break the demo database by hand, each of which exactly the named checks must notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from billhook.domain.ids import encode

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Damage:
    """SQL that does damage to picked rows, and what must report it: checks by name, with type and column of the ids they must report.

    The statements take the columns of the first picked row as parameters, and are the same on both databases.
    """

    pick: str
    statements: tuple[str, ...]
    noticed: dict[str, tuple[str, str]]


def damage(check: str, kind: str, pick: str, *statements: str, **also: tuple[str, str]) -> Damage:
    """Damage that one check reports for the column `key`; `also`: others, with underscores for spaces."""
    others = {name.replace("_", " "): expected for name, expected in also.items()}
    return Damage(pick, statements, {check: (kind, "key"), **others})


def do_damage(engine: sa.Engine, damage: Damage) -> dict[str, set[str]]:
    """Do the damage; return the ids that each check must report."""
    with engine.connect().execution_options(billhook_writes=True) as connection, connection.begin():
        picked = [dict(row) for row in connection.execute(sa.text(damage.pick)).mappings()]
        assert picked, "there is nothing in the demo to damage so"
        for statement in damage.statements:
            connection.execute(sa.text(statement), picked[0])
    return {
        check: {encode(kind, row[column]) if kind else row[column] for row in picked} for check, (kind, column) in damage.noticed.items()
    }


def names_of(damages: Iterable[Damage]) -> list[str]:
    """Name the damages for a report of tests."""
    return [f"{number}: {', '.join(damage.noticed)}" for number, damage in enumerate(damages, 1)]


CLAIM = (
    "project_id, invoice_id, line_id, kind, time_entry_id, extra_cost_id, external_cost_id, phase_id, deal_id, subscription_id, "
    "period_start, once_key, source_name, vat_category, vat_rate, percentage, amount_minor, claimed_at, released_at, released_by_id"
)


def copied(table: str, columns: str, **changed: str) -> str:
    """Insert a copy of row `:copy` with some columns changed."""
    values = ", ".join(changed.get(column, column) for column in columns.split(", "))
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = :copy"  # noqa: S608 - of this file alone


def billed(table: str) -> str:
    return (
        f"SELECT item.id AS key, (SELECT min(id) FROM invoice_line WHERE id <> item.live_line_id) AS other FROM {table} AS item "  # noqa: S608
        "WHERE live_line_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM extra_cost WHERE time_entry_id = item.id) ORDER BY id LIMIT 1"
    )


def live(what: str, where: str) -> str:
    return f"SELECT {what} FROM claim WHERE released_at IS NULL AND {where} ORDER BY id LIMIT 1"  # noqa: S608


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
        "SELECT id AS key FROM time_entry WHERE live_line_id IS NULL AND rate_origin = 'PROJECT' ORDER BY id LIMIT 1",
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
                "WHERE live_line_id IS NOT NULL ORDER BY id LIMIT 1",
                f"UPDATE {table} SET live_line_id = :other WHERE id = :key",  # noqa: S608
            ),
            damage(
                f"billed {noun} as they were",
                kind,
                f"SELECT id AS key FROM {table} WHERE live_line_id IS NOT NULL ORDER BY id LIMIT 1",  # noqa: S608
                f"UPDATE {table} SET deleted_at = created_at WHERE id = :key",  # noqa: S608
            ),
        )
    ),
    damage(
        "lines worth their claims",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL ORDER BY id LIMIT 1",
        "UPDATE claim SET amount_minor = amount_minor + 1 WHERE id = :id",
    ),
    damage(
        "claims of their line",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL ORDER BY id LIMIT 1",
        "UPDATE claim SET project_id = (SELECT max(id) FROM project) WHERE id = :id",
    ),
    damage(
        "what claims name",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL AND time_entry_id IS NOT NULL ORDER BY id LIMIT 1",
        "UPDATE claim SET kind = 'EXTRA_COST' WHERE id = :id",
        what_lines_name=("InvoiceLine", "key"),
    ),
    damage(
        "what claims name",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL ORDER BY id LIMIT 1",
        "UPDATE claim SET once_key = 'again' WHERE id = :id",
    ),
    damage(
        "live claims on live lines",
        "InvoiceLine",
        "SELECT id AS copy, line_id AS key FROM claim WHERE released_at IS NOT NULL ORDER BY id LIMIT 1",
        copied(
            "claim", CLAIM, kind="'ONCE'", once_key="'again'", amount_minor="0", released_at="NULL", released_by_id="NULL", deal_id="NULL"
        ).replace("time_entry_id, extra_cost_id, external_cost_id, phase_id, NULL, subscription_id", "NULL, NULL, NULL, NULL, NULL, NULL"),
        what_lines_name=("InvoiceLine", "key"),
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
        "released claims",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL ORDER BY id LIMIT 1",
        "UPDATE claim SET released_by_id = (SELECT max(id) FROM invoice WHERE kind <> 'CREDIT_NOTE') WHERE id = :id",
    ),
    damage(
        "released claims",
        "InvoiceLine",
        "SELECT id, line_id AS key FROM claim WHERE released_at IS NOT NULL ORDER BY id LIMIT 1",
        "UPDATE claim SET released_by_id = NULL WHERE id = :id",
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
        "UPDATE deal_line SET net_minor = 0, unit_price = 0 WHERE deal_id = :key",
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
        live("id AS copy, project_id AS key, line_id", "deal_id IS NOT NULL"),
        "DROP INDEX claim_live_once",
        *[copied("claim", CLAIM, kind="'ONCE'", once_key="'march'", amount_minor="0", deal_id="NULL")] * 2,
        what_lines_name=("InvoiceLine", "line_id"),
    ),
)
