"""Amounts and VAT, as the API shows them: exact decimals, always with their currency."""

from decimal import Decimal

import strawberry

from billhook.billing.inputs.common import CurrencyCode
from billhook.domain.money import decimals_of, to_decimal
from billhook.store.tables import InvoiceVat
from billhook_schema.enums import VatCategory
from billhook_schema.roles import EVERYONE, MONEY, seen_by


@seen_by(MONEY)
@strawberry.type(description="An amount of money, excluding VAT unless the field says otherwise.")
class Money:
    """An amount of money."""

    amount: Decimal = strawberry.field(description='Exact, with all decimals of the currency: "400.00".')
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code of the currency.")


@seen_by(EVERYONE)
@strawberry.type(description="A VAT category and its rate.")
class Vat:
    """A VAT category and its rate."""

    category: VatCategory = strawberry.field(description="Category of EN 16931.")
    rate: Decimal = strawberry.field(description='In percent: "21".')


@seen_by(MONEY)
@strawberry.type(description="The VAT of one category and rate on one document: rounded once, on the sum of its lines.")
class VatBreakdown:
    """The VAT of one category and rate on one document."""

    vat: Vat = strawberry.field(description="The category and rate.")
    net: Money = strawberry.field(description="Sum of its lines, excluding VAT.")
    tax: Money = strawberry.field(description="The VAT on that sum.")


def money(minor: int, currency: str) -> Money:
    """Show an amount in minor units."""
    return Money(amount=to_decimal(minor, currency), currency=CurrencyCode(currency))


def money_or_none(minor: int | None, currency: str) -> Money | None:
    """Show an amount in minor units, or nothing where there is none."""
    return None if minor is None else money(minor, currency)


def unit_money(unit_price: Decimal, currency: str) -> Money:
    """Show a unit price: with all decimals of the currency, or more where it has more."""
    shown = unit_price.quantize(Decimal(1).scaleb(-decimals_of(currency)))
    return Money(amount=shown if shown == unit_price else unit_price, currency=CurrencyCode(currency))


def vat_of(category: VatCategory, rate: Decimal) -> Vat:
    """Show a category and rate."""
    return Vat(category=category, rate=rate)


def breakdown_of(row: InvoiceVat, currency: str) -> VatBreakdown:
    """Show a VAT row of a document."""
    return VatBreakdown(vat=vat_of(row.vat_category, row.vat_rate), net=money(row.net_minor, currency), tax=money(row.tax_minor, currency))
