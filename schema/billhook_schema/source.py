"""Invoice sources, as plugins declare them, and as the invoices they made remember them."""

from typing import Self

import strawberry
from strawberry.scalars import JSON

from billhook.domain.words import InvoiceKind
from billhook.sources import InstalledSource
from billhook.store import tables
from billhook_schema.enums import Effect
from billhook_schema.options_schema import options_schema
from billhook_schema.roles import EVERYONE, seen_by


@seen_by(EVERYONE)
@strawberry.type(description="A way of invoicing: a plugin that proposes what an invoice holds.")
class InvoiceSource:
    """A way of invoicing."""

    name: str = strawberry.field(description="One word; also its field in InvoiceSourceInput.")
    label: str = strawberry.field(description="What people call it.")
    description: str = strawberry.field(description="What it does, in a sentence; empty when it is not installed any more.")
    effect: Effect = strawberry.field(description="Whether its invoices bill work, or register advance credit.")
    settles_advances: bool = strawberry.field(description="Whether its invoices take open advances off.")
    package: str = strawberry.field(description="The package that it came with.")
    version: str = strawberry.field(description="The package's version; of an invoice: the one that it was made with.")
    installed: bool = strawberry.field(description="Whether it can make invoices now.")
    options_schema: JSON | None = strawberry.field(
        description="JSON Schema of its options, to build a form from: decimals are strings, with their bounds in x-minimum and the like, "
        "and x-idOf says of what an id is. Null when it is not installed."
    )

    @classmethod
    def of(cls, installed: InstalledSource) -> Self:
        """Show an installed source."""
        return cls(
            name=installed.name,
            label=installed.label,
            description=installed.description,
            effect=installed.effect,
            settles_advances=installed.settles_advances,
            package=installed.package,
            version=installed.version,
            installed=True,
            options_schema=JSON(options_schema(installed.options)),
        )

    @classmethod
    def of_invoice(cls, row: tables.Invoice, installed: InstalledSource | None) -> Self:
        """Show the source that made an invoice, as it was then; not for a credit note, which no source makes."""
        effect = Effect.REGISTERS_ADVANCE_CREDIT if row.kind is InvoiceKind.ADVANCE else Effect.CLEARS_UNBILLED_TIME
        return cls(
            name=row.source_name,
            label=row.source_label,
            description=installed.description if installed else "",
            effect=effect,
            settles_advances=installed.settles_advances if installed else row.advances_mode is not None,
            package=row.source_package,
            version=row.source_version,
            installed=installed is not None,
            options_schema=JSON(options_schema(installed.options)) if installed else None,
        )
